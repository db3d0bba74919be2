"""What waits here, and on whom: a fixed number of queries, however many proposals are open."""

from collections.abc import Iterator

from django.utils import timezone

from alliance.core.waiting import Waiting
from decisions import (
    veil,
    waiting_alone,
    waiting_conflicts,
    waiting_deliberation,
    waiting_meetings,
    waiting_reviews,
    waiting_risks,
)
from decisions.lifecycle import State
from decisions.models import Proposal
from decisions.tally import joined
from participants.standing import Standing

SOME = 30  # lines of each kind at most: who has more waiting begins with these
MORE = (
    waiting_alone.waiting,
    waiting_conflicts.waiting,
    waiting_deliberation.waiting,
    waiting_meetings.waiting,
    waiting_reviews.waiting,
    waiting_risks.waiting,
)


def waiting_on(standing: Standing) -> list[Waiting]:
    """Soonest deadline first. A draft waits on whoever drafted it; an unanswered proposal on those who can answer.

    What was not agreed waits on whoever put it, and on nobody else.
    """
    alliance, speaks = standing.alliance, standing.speaks_for_ids
    mine = Proposal.objects.visible_to(standing.person).filter(alliance=alliance)
    put = list(mine.open().with_positions().order_by("answer_by", "number")[:SOME])
    if speaks:
        late = mine.not_agreed().filter(participant_id__in=speaks)
        put = [*late.with_positions().order_by("-answer_by", "-number")[:SOME], *put]
    drafts = mine.drafts().select_related("alliance", "participant").filter(drafted_by=standing.person)
    drafts = drafts.order_by("-drafted_at", "-number")[:SOME]
    found = [thing for proposal in put for thing in _about(veil.over(proposal, standing), standing)]
    found += [thing for more in MORE for thing in more(standing)]
    found += [
        Waiting(one.title, one.get_absolute_url(), "Your draft is not open yet.", "me") for one in drafts
    ]
    return found


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
