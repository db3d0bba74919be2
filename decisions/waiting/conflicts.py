"""Declared conflicts that wait for the others' word, and boards that are asked to ratify (rules 9, 14)."""

from collections.abc import Iterator

from django.utils import timezone

from alliance.core.waiting import Source, Sources, Waiting
from decisions.lifecycle import State
from decisions.models import Declaration, Ratification
from participants.models import RoleAppointment
from participants.standing import Standing


def _declared(standing: Standing):
    if not standing.speaks_for_ids:
        return None
    return (
        Declaration.objects.filter(
            alliance=standing.alliance,
            state=Declaration.State.DECLARED,
            proposal__state=State.OPEN,
            proposal__answer_by__gte=timezone.localdate(),
        )
        .select_related("proposal__alliance", "proposal__current_wording", "participant")
        .prefetch_related("votes", "proposal__roll__departure")
        .order_by("proposal__answer_by", "pk")
    )


def _takes_part(rows: list[Declaration], standing: Standing) -> Iterator[Waiting]:
    """ "Say whether Haven takes part", to each on the roll who has not."""
    for one in rows:
        asked = {entry.participant_id for entry in one.proposal.roll.all() if not entry.has_left}
        said = {vote.participant_id for vote in one.votes.all()} | {one.participant_id}
        if standing.speaks_for_ids & asked - said:
            why = f"Say whether {one.participant.short_name} takes part: it declared a conflict of interest."
            put = one.proposal
            yield Waiting(put.title, f"{put.get_absolute_url()}#conflicts", why, "me", put.answer_by)


def _awaited(standing: Standing):
    if not standing.participant_ids:
        return None
    return (
        Ratification.objects.of(standing.alliance)
        .awaited()
        .filter(participant__in=standing.participant_ids)
        .select_related("decision__alliance", "decision__wording", "participant")
        .order_by("due_on", "pk")
    )


def _ratifications(rows: list[Ratification], standing: Standing) -> Iterator[Waiting]:
    """What a board is asked waits on its organisation's voices and board members; else on the organisation."""
    for one in rows:
        mine = standing.speaks_for(one.participant_id) or standing.has_for(
            one.participant_id, RoleAppointment.Role.BOARD_MEMBER
        )
        why = f"The ratification of {one.participant.short_name}’s board is due. Until then it has no effect."
        url = f"{one.decision.get_absolute_url()}#ratification"
        yield Waiting(one.decision.title, url, why, "me" if mine else "organisation", one.due_on)


waiting = Sources([Source(_declared, _takes_part), Source(_awaited, _ratifications)])
