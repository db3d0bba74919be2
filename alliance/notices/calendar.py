"""What the clock tells: deadlines that come near, and what could not be told before."""

from datetime import date
from functools import partial

from alliance.core.schedule import every_day
from alliance.core.tenancy import within_alliance
from alliance.core.workdays import add_working_days
from alliance.notices.receivers import speakers
from alliance.notices.services import send_what_was_held, tell
from decisions.models import Proposal
from participants.models import Alliance

DAYS_BEFORE = 2  # working days


@every_day
def remind_of_deadlines(today: date) -> None:
    """Each day in the range, whoever has not answered yet, once for each deadline: a missed run loses nothing."""
    for alliance in Alliance.objects.order_by("pk"):
        within_alliance(alliance.pk, partial(_remind, alliance, today))


@every_day
def tell_what_was_veiled(today: date) -> None:
    for alliance in Alliance.objects.order_by("pk"):
        within_alliance(alliance.pk, partial(send_what_was_held, alliance, today))


def _remind(alliance: Alliance, today: date) -> None:
    near = Proposal.objects.filter(
        alliance=alliance, state="open", answer_by__range=(today, add_working_days(today, DAYS_BEFORE))
    )
    for proposal in near.with_positions():
        silent = [one.participant.pk for one in proposal.tally.waiting]
        if silent:
            people = speakers(alliance.pk, silent)
            tell(
                kind="deadline",
                subject=proposal,
                people=people,
                occasion=proposal.answer_by.isoformat(),
                by=None,
            )
