"""Reports ask for themselves: the quarter's, and every month's where the alliance agreed so."""

from datetime import date
from functools import partial

from alliance.assurance.models import Report
from alliance.assurance.services import request_report
from alliance.core.periods import Month, Quarter
from alliance.core.schedule import every_day
from alliance.core.tenancy import within_alliance
from ledger.models import BookTerms
from participants.models import Alliance


@every_day
def ask_for_reports(today: date) -> None:
    """On any day after a quarter has ended, ask for its report where nobody has; where the book's terms say "every
    month", also for the running quarter's so far, on any day after one of its months.

    Ranges and not days, so that a missed run loses nothing; asking is locked, so that two schedulers ask once.
    """
    for alliance in Alliance.objects.order_by("pk"):
        within_alliance(alliance.pk, partial(_ask, alliance, today))


def _ask(alliance: Alliance, today: date) -> None:
    running, last_month = Quarter.containing(today, alliance.year_starts_in), Month.containing(today).previous
    due = [(running.previous, running.previous.end)]
    if last_month in running.months and _is_monthly(alliance):
        due.append((running, last_month.end))
    for quarter, until in due:
        ran = alliance.starts_on <= until and (alliance.ends_on is None or alliance.ends_on >= quarter.start)
        if ran and not Report.objects.filter(alliance=alliance).of_as_far_as(quarter, until).exists():
            request_report(alliance=alliance, quarter=quarter, by=None)


def _is_monthly(alliance: Alliance) -> bool:
    terms = BookTerms.objects.of(alliance).first()
    return terms is not None and terms.report_cycle == BookTerms.Cycle.MONTHLY
