"""A deadlock of June 2026 and its days, for the tests of its ladder."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from decisions.models import Deadlock, Objection, Proposal
from tests.factories.decisions import declare, make_proposal, object_to
from tests.factories.participants import make_person

# Declared on Monday 1 June 2026, with the usual ladder of 10, 20 (statements in 5) and 20 working days. The proposal of
# that morning could be answered until 15 June, as long as the first stage lasts. No bank holiday falls between.
DECLARED = date(2026, 6, 1)
LEADERSHIP = date(2026, 6, 15)
STATEMENTS = date(2026, 6, 22)
SENIOR = date(2026, 7, 13)
INDEPENDENT = date(2026, 8, 10)


@pytest.fixture
def day(time_machine):
    """`day(SENIOR)`: it is ten o'clock of that day."""

    def go(when: date) -> None:
        time_machine.move_to(datetime(when.year, when.month, when.day, 10, tzinfo=ZoneInfo("Europe/London")))

    go(DECLARED)
    return go


@pytest.fixture
def proposal(cast, day) -> Proposal:
    return make_proposal(cast.council, cast.carol)


@pytest.fixture
def objection(cast, proposal) -> Objection:
    return object_to(proposal, cast.beacon, cast.rosa)


@pytest.fixture
def deadlock(cast, proposal, objection) -> Deadlock:
    return declare(proposal, cast.haven, cast.pat)


@pytest.fixture
def sena(cast):
    """Beacon's senior representative."""
    return make_person(cast.alliance, "Sena Senior", "senior", cast.beacon)


def after(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)
