"""Risks that wait for an organisation's acceptance."""

from collections.abc import Iterator

from alliance.core.addresses import reverse
from alliance.core.waiting import Source, Sources, Waiting
from decisions.models import Risk
from participants.standing import Standing


def _not_accepted(standing: Standing):
    if not (speaks := standing.speaks_for_ids):
        return None
    return (
        Risk.objects.filter(alliance=standing.alliance)
        .open()
        .not_accepted_by(speaks)
        .select_related("alliance", "current_version")
        .order_by("number")
    )


def _accept(some: list[Risk], standing: Standing) -> Iterator[Waiting]:
    """One line for all of them."""
    if len(some) == 1:
        yield Waiting(
            some[0].title,
            some[0].get_absolute_url(),
            f"{some[0]} needs your organisation’s acceptance.",
            "me",
        )
    elif some:
        number = "More than 20" if len(some) > 20 else str(len(some))
        url = reverse("decisions:risks", args=[standing.alliance.slug]) + "?state=mine"
        yield Waiting("Risks and opportunities", url, f"{number} need your organisation’s acceptance.", "me")


waiting = Sources([Source(_not_accepted, _accept)])
