"""Proposals that wait for an answer, for other words, or to be opened."""

from collections.abc import Iterator

from django.utils import timezone

from alliance.core.waiting import Source, Sources, Waiting
from decisions import veil
from decisions.lifecycle import State
from decisions.models import Proposal
from decisions.querysets import told, within
from decisions.tally import joined
from participants.standing import Standing


def _late(standing: Standing):
    """What was not agreed waits on whoever put it, and on nobody else."""
    if not (speaks := standing.speaks_for_ids):
        return None
    mine = Proposal.objects.of(standing.alliance).not_agreed().filter(participant_id__in=speaks)
    return mine.with_what_there_is().in_brief().order_by("-answer_by", "-number")


def _open(standing: Standing):
    """An unanswered proposal waits on those who can answer."""
    if not standing.appointments:
        return None
    put = Proposal.objects.of(standing.alliance).open()
    return put.with_what_there_is().in_brief().order_by("answer_by", "number")


def _put(rows: list[Proposal], standing: Standing) -> Iterator[Waiting]:
    for one in told(within(standing.alliance, rows)):
        yield from _about(veil.over(one, standing), standing)


def _begun(standing: Standing):
    """A draft waits on whoever began it, while they speak for its participant."""
    drafts = Proposal.objects.of(standing.alliance).drafts()
    mine = drafts.filter(drafted_by=standing.person, participant_id__in=standing.speaks_for_ids)
    return mine.select_related("alliance", "participant").order_by("-drafted_at", "-number")


def _open_them(rows: list[Proposal], standing: Standing) -> Iterator[Waiting]:
    for one in rows:
        yield Waiting(one.title, one.get_absolute_url(), "Your draft is not open yet.", "me")


def _about(proposal: Proposal, standing: Standing) -> Iterator[Waiting]:
    here = (proposal.title, proposal.get_absolute_url())
    tally, speaks = proposal.tally, standing.speaks_for_ids
    if proposal.state_now == State.NOT_AGREED:
        if proposal.participant_id in speaks:
            why = f"Not agreed: {tally.why_not}. Give more time, change the wording or withdraw it."
            yield Waiting(*here, why, "me")
        return
    due = proposal.answer_by
    silent = {one.participant.pk: one.participant.short_name for one in tally.waiting}
    declared = {one.participant_id for one in tally.declarations}  # the others say first (rule 9)
    own = [silent[pk] for pk in silent if pk in speaks and pk not in declared]
    colleagues = [silent[pk] for pk in silent if pk in standing.participant_ids and pk not in declared]
    objections = [one for one in tally.objections if one.participant_id in speaks]
    others = [one for one in tally.objections if one.participant_id not in speaks]
    for said in (one.position for one in tally.stands if one.participant.pk in speaks):
        if said and said.is_on_behalf and timezone.localdate() <= said.contestable_until:
            day = f"{said.contestable_until:%-d %B %Y}"
            why = f"{said.typed_by_name} recorded an answer for {said.participant.short_name}."
            yield Waiting(*here, f"{why} Contest it by {day}, or confirm it.", "me", said.contestable_until)
    if objections:
        numbers = joined(one.number for one in objections)
        yield Waiting(*here, f"Your objection {numbers} stands. Resolve it when it is met.", "me", due)
    elif own:
        asked_again = any(one.lapsed for one in tally.waiting if one.participant.pk in speaks)
        again = " again: the wording changed" if asked_again else ""
        yield Waiting(*here, f"Say where {joined(own)} stands{again}. {tally.words}", "me", due)
    elif proposal.participant_id in speaks and (others or tally.blocks):
        yield Waiting(*here, f"{' '.join(tally.blocks)} Talk, or change the wording.", "me", due)
    elif colleagues:
        yield Waiting(*here, f"{joined(colleagues)} has not answered. {tally.words}", "organisation", due)
    elif silent:
        yield Waiting(*here, tally.words, "others", due)
    else:
        yield Waiting(*here, " ".join(tally.blocks) or tally.words, "others", due)


waiting = Sources([Source(_late, _put), Source(_open, _put)])
drafts = Sources([Source(_begun, _open_them)])
