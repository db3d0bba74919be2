"""How an alliance begins."""

from datetime import date

from django.db import transaction
from django.utils.text import slugify

from alliance.core.record import record
from alliance.core.tenancy import alliance_context
from participants.defaults import BEHAVIOURS, PRINCIPLES, VALUES
from participants.models import Alliance, Behaviour, Principle, User


@transaction.atomic
def found_alliance(
    *,
    name: str,
    purpose: str,
    starts_on: date,
    by: User | None,
    slug: str = "",
    ends_on: date | None = None,
    **settings,
) -> Alliance:
    """Found an alliance with the seven principles, the values and behaviours that its members can change later."""
    alliance = Alliance.objects.create(
        name=name,
        purpose=purpose,
        starts_on=starts_on,
        ends_on=ends_on,
        slug=slug or slugify(name)[:60],
        **settings,
    )
    with alliance_context(alliance.pk):
        principles = Principle.objects.bulk_create(
            Principle(
                alliance=alliance,
                letter=letter,
                title=title,
                wording=wording,
                is_best_for_people=letter == "b",
                in_force_from=starts_on,
            )
            for letter, title, wording in PRINCIPLES
        )
        Behaviour.objects.bulk_create(
            Behaviour(alliance=alliance, kind=kind, place=place, wording=wording)
            for kind, wordings in (("value", VALUES), ("behaviour", BEHAVIOURS))
            for place, wording in enumerate(wordings, 1)
        )
        record(
            "participants.alliance_founded",
            alliance,
            by=by,
            name=name,
            purpose=purpose,
            starts_on=starts_on,
            principles=[{"letter": one.letter, "wording": one.wording} for one in principles],
        )
    return alliance
