"""Independent until all have answered: who sees yet where the others stand.

An alliance may have it that nobody reads the others' answers before giving their own. The setting is frozen into a
proposal when it opens. While the veil is down a reader is told how many have answered, and no more: no stance, no
reason, no objection, no name. It lifts for whoever speaks for a participant that has answered the wording as it
stands, and for everybody when all have answered, the time is over, or a deadlock is declared.
"""

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.utils import timezone

from alliance.core.bringing import leave
from alliance.core.models import Event
from alliance.core.questions import Question
from alliance.core.refusals import NotPossible
from decisions.lifecycle import State
from decisions.models import Proposal
from decisions.querysets import told, within
from decisions.tally import Stand, Tally
from participants.standing import Standing

UNTIL_THEN = "Where they stand is shown when all have answered."


def is_down(proposal: Proposal) -> bool:
    """Is anybody still kept from seeing where the others stand? Free of queries after `with_positions()`."""
    return (
        proposal.independent
        and proposal.state_now == State.OPEN
        and not proposal.has_deadlock
        and (proposal.is_veiled or bool(proposal.tally.waiting))
    )


def veiled(proposal: Proposal, standing: Standing | None) -> bool:
    """Is this reader kept from it? Without a standing: whoever reads it, as a report is read."""
    if not is_down(proposal):
        return False
    if proposal.is_veiled or standing is None:
        return True
    return not {one.participant.pk for one in proposal.tally.answered} & standing.speaks_for_ids


def over(proposal: Proposal, standing: Standing | None) -> Proposal:
    """The proposal as this reader may see it: veiled, it no longer holds what others answered.

    What the reader's own organisation said to an earlier wording stays in sight of those who speak for it.
    """
    if proposal.is_veiled or not veiled(proposal, standing):
        return proposal
    own = standing.speaks_for_ids if standing else frozenset()
    colleagues = standing.participant_ids if standing else frozenset()
    seen = proposal.tally
    proposal.tally = VeiledTally(
        stands=tuple(
            one if one.participant.pk in own else replace(one, position=None, lapsed=None)
            for one in seen.stands
        ),
        objections=tuple(one for one in seen.objections if one.participant_id in own),
        standing_aside=seen.standing_aside,
        declarations=seen.declarations,
        count=len(seen.answered),
        silent=tuple(one for one in seen.waiting if one.participant.pk in colleagues),
    )
    for name in ("positions", "objections"):
        said = getattr(proposal, name)
        leave(proposal, said.field, said.none(), [one for one in said.all() if one.participant_id in own])
    proposal.is_veiled = True
    return proposal


@dataclass(frozen=True)
class VeiledTally(Tally):
    """How many have answered, and what the reader may know: that its own organisation has not (`silent`)."""

    count: int = 0
    silent: tuple[Stand, ...] = ()

    @property
    def answered(self) -> list[Stand]:
        return []

    @property
    def waiting(self) -> list[Stand]:
        return list(self.silent)

    @property
    def blocking(self) -> list[Stand]:
        return []

    standing_by = blocking

    @property
    def is_agreed(self) -> bool:
        return False

    @property
    def words(self) -> str:
        if not self.count:
            return f"None of {len(self.stands)} has answered yet."
        have = "has" if self.count == 1 else "have"
        return f"{self.count} of {len(self.stands)} {have} answered. {UNTIL_THEN}"

    @property
    def blocks(self) -> list[str]:
        return [f"Your objection {one.number} stands unresolved." for one in self.objections]


# ── What the record tells meanwhile ──────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class VeiledEvent:
    """An event of which only that it happened is told, as templates read an Event."""

    event: Event
    number: int
    sentence_template: str = "decisions/parts/veiled_event.html"

    @property
    def seq(self) -> int:
        return self.event.seq

    @property
    def kind(self) -> str:
        return self.event.kind

    @property
    def at(self) -> datetime:
        return self.event.at


def veiled_event(event: Event) -> Event | VeiledEvent:
    """The event about a veiled proposal as its reader may see it: without stances, and without who had answered."""
    if tells_a_stance(event):
        return VeiledEvent(event, event.facts["number"])
    if event.facts.get("lapsed"):
        event = copy(event)
        event.said = event.said | {"facts": event.facts | {"lapsed": []}}
    return event


def tells_a_stance(event: Event) -> bool:
    """Does its sentence say where somebody stands, or give it away?"""
    name = event.kind.partition(".")[2]
    return name.startswith(("position_", "objection_")) or bool(event.facts.get("objection"))


def over_events(events: Iterable[Event], standing: Standing, hidden: set[int] | None = None) -> list:
    """The events with those veiled that this reader may not read yet: of the proposals with these numbers, or of
    `hidden_numbers`. Asks a fixed number of questions."""
    hidden = hidden_numbers(standing) if hidden is None else hidden
    return [
        veiled_event(event)
        if hidden and event.kind.startswith("decisions.") and event.facts.get("number") in hidden
        else event
        for event in events
    ]


def why_no_export(standing: Standing, hidden: set[int] | None = None) -> str:
    """Why this reader does not get the whole record now, or ""; `hidden` as `over_events` has it."""
    numbers = sorted(hidden_numbers(standing) if hidden is None else hidden)
    if not numbers:
        return ""
    return (
        f"Where the others stand on proposal {', '.join(map(str, numbers))} is not shown before "
        f"{'you have' if standing.speaks_for_ids else 'all have'} answered, and the record tells it. "
        "Download the record after that."
    )


def require_lifted(standing: Standing) -> None:
    if reason := why_no_export(standing):
        raise NotPossible(reason)


def hidden_numbers(standing: Standing) -> set[int]:
    """The numbers of the proposals that are veiled from this reader. Asks a fixed number of questions."""
    return {one.number for one in _veiled_for(standing)}


def hidden_from(standing: Standing) -> set[int]:
    """The ids of the proposals that are veiled from this reader. Asks a fixed number of questions."""
    return {one.pk for one in _veiled_for(standing)}


def _veiled_for(standing: Standing) -> list[Proposal]:
    put = _independent(alliance=standing.alliance.pk, on=timezone.localdate())
    return [one for one in told(within(standing.alliance, put)) if veiled(one, standing)]


@Question
def _independent(alliance: int, on: date):
    return (
        Proposal.objects.open(on)
        .filter(alliance_id=alliance, independent=True)
        .with_what_there_is()
        .in_brief()
    )
