"""The story of the money: the budget, what came in, each month's returns with their mistakes, the closing of months."""

from alliance.demo.story.bookkeeping import returns, years
from alliance.demo.story.bookkeeping.spending import (
    COSTS,
    DOOR,
    HOMES,
    LEARNING,
    LINES,
    MIND,
    NIGHT,
    PEERS,
    RECOVERY,
    costs,
)
from alliance.demo.story.bookkeeping.years import CARRIED, CONTINGENCY, budget_of
from alliance.demo.story.world import World

__all__ = [
    "CARRIED",
    "CONTINGENCY",
    "COSTS",
    "DOOR",
    "HOMES",
    "LEARNING",
    "LINES",
    "MIND",
    "NIGHT",
    "PEERS",
    "RECOVERY",
    "budget_of",
    "costs",
    "plan",
]


def plan(world: World) -> None:
    for year in world.years:
        years.plan(world, year)
    for month in world.months:
        returns.plan(world, month)
