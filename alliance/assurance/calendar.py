"""The quarter's report asks for itself."""

from datetime import date
from functools import partial

from alliance.assurance.models import Report
from alliance.assurance.services import request_report
from alliance.core.periods import Quarter
from alliance.core.schedule import every_day
from alliance.core.tenancy import within_alliance
from participants.models import Alliance


@every_day
def ask_for_quarterly_reports(today: date) -> None:
    """On any day after a quarter has ended, ask for its report where nobody has.

    A range and not a day, so that a missed run loses nothing; asking is locked, so that two schedulers ask once.
    """
    for alliance in Alliance.objects.order_by("pk"):
        quarter = Quarter.containing(today, alliance.year_starts_in).previous
        ran = alliance.starts_on <= quarter.end and (
            alliance.ends_on is None or alliance.ends_on >= quarter.start
        )
        if ran and not Report.objects.filter(alliance=alliance).after_the_end_of(quarter).exists():
            within_alliance(alliance.pk, partial(request_report, alliance=alliance, quarter=quarter, by=None))
