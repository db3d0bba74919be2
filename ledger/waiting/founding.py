"""A book that is not open yet waits on the pool manager."""

from django.db.models import Exists, OuterRef

from alliance.core.addresses import reverse
from alliance.core.waiting import Source, Sources, Waiting
from ledger.models import Budget
from participants.models import Alliance
from participants.standing import Role, Standing


def _without_a_book(standing: Standing):
    if not standing.has(Role.POOL_MANAGER):
        return None
    here = Alliance.objects.filter(pk=standing.alliance.pk).order_by("pk")
    return here.exclude(Exists(Budget.objects.filter(alliance=OuterRef("pk"))))


def _book_to_open(alliances: list[Alliance], standing: Standing) -> list[Waiting]:
    return [
        Waiting(
            title="Open the book’s first year",
            url=reverse("ledger:new_year", args=[one.slug]),
            why="Who contributes what, and what it is for. Nothing can be posted before.",
            who="me",
        )
        for one in alliances
    ]


waiting = Sources([Source(_without_a_book, _book_to_open)])
