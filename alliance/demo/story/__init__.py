"""One invented alliance's year, told through the real services at the right moments of the past."""

from collections.abc import Callable
from datetime import datetime

from alliance.core.periods import Month
from alliance.demo.agenda import Agenda, behind_the_scenes
from alliance.demo.story import (
    alone,
    assuring,
    bookcare,
    bookkeeping,
    case,
    conflicts,
    deciding,
    deliberating,
    elsewhere,
    ending,
    experimenting,
    forecasting,
    joining,
    measuring,
    meeting,
    recording,
    recovering,
    reviewing,
    risks,
)
from alliance.demo.story.world import World


def tell(now: datetime, say: Callable[[str], None] = lambda line: None) -> World:
    """Tell the year that ended at `now`: all of it or, if anything fails, none of it.

    The same day gives the same story. It is one transaction, in the alliance's own context; `say` hears of each month.
    """
    agenda = Agenda(now)
    world = World(agenda, start=Month.containing(agenda.today).shifted(-12).start)
    for part in (
        joining,
        deciding,
        deliberating,
        alone,
        conflicts,
        case,
        meeting,
        bookkeeping,
        bookcare,
        recovering,
        ending,
        forecasting,
        reviewing,
        experimenting,
        measuring,
        risks,
        recording,
        assuring,
    ):
        part.plan(world)
    reviewing.plan_what_comes(world)
    elsewhere.plan(agenda, world.people)
    told: set[Month] = set()

    def each(moment: datetime) -> None:
        if (month := Month.containing(moment.date())) not in told:
            told.add(month)
            say(month.label)

    with behind_the_scenes():
        agenda.tell(each)
    return world
