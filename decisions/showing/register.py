"""The lines of the register, told in Python: a template that has nothing to ask draws a long list quickly."""

from collections.abc import Sequence
from dataclasses import dataclass

from decisions import veil
from decisions.lifecycle import State
from decisions.models import Decision, Position, Proposal, Ratification
from decisions.querysets import told
from decisions.tally import joined
from participants.standing import Standing

TAGS = {
    State.OPEN: ("Open", "waiting", "outline"),
    State.AGREED: ("Agreed and sealed", "seal", "strong"),
    State.NOT_AGREED: ("Not agreed", "minus", "slate"),
    State.STATUS_QUO: ("The status quo stands", "minus", "slate"),
    State.NO_DECISION: ("No decision", "minus", "slate"),
    State.WITHDRAWN: ("Withdrawn", "back", "plain"),
    State.DISCARDED: ("Put away", "", "plain"),
    State.DRAFT: ("Draft", "edit", "plain"),
}


@dataclass(frozen=True)
class Line:
    """One entry. `tag` is (text, icon, tone)."""

    number: str
    title: str
    url: str
    who: str
    tag: tuple[str, str, str]
    words: str


def lines_of(page: Sequence[Proposal], standing: Standing) -> list[Line]:
    """Who has not answered is counted only for what is still open or was not agreed; the rest is told by its state.

    `page` as `with_what_there_is()` found it.
    """
    for one in told(one for one in page if one.state == State.OPEN):
        veil.over(one, standing)
    sealed = [one for one in page if one.state == State.AGREED]
    aside = _names(
        Position.objects.filter(
            proposal__in=sealed, stance=Position.Stance.STAND_ASIDE, replaced_by__isnull=True
        ),
        "proposal_id",
    )
    ratified = [one for one in sealed if getattr(one, "has_ratifications", True)]
    awaited, refused = (
        _names(
            Ratification.objects.filter(decision__proposal__in=ratified, state=state), "decision__proposal_id"
        )
        for state in (Ratification.State.AWAITED, Ratification.State.REFUSED)
    )
    after = _successors(sealed)
    return [
        _sealed(one, aside.get(one.pk), awaited.get(one.pk), refused.get(one.pk), after.get(one.pk))
        if one.state == State.AGREED
        else _put(one)
        for one in page
    ]


def _names(rows, key: str) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for pk, name in rows.order_by("participant__place").values_list(key, "participant__short_name"):
        found.setdefault(pk, []).append(name)
    return found


def _successors(sealed: list[Proposal]) -> dict[int, int]:
    """By proposal, the number of the decision that superseded what it became."""
    rows = Decision.objects.not_refused().filter(proposal__supersedes__proposal__in=sealed)
    return dict(rows.order_by("-number").values_list("proposal__supersedes__proposal_id", "number"))


def _sealed(one: Proposal, aside, awaited, refused, after) -> Line:
    decision = one.decision
    words = [f"{decision.decided_on:%-d %B %Y}"]
    text, icon, tone = TAGS[State.AGREED]
    if one.is_decided_alone:
        text = one.get_kind_display()
        words.append(f"decided by {decision.decided_by_name}")
    if aside:
        words.append(f"{joined(aside)} standing aside")
    if awaited:
        text, icon, tone = "Agreed, awaiting ratification", "waiting", "outline"
        words.append(f"no effect before the board of {joined(awaited)} ratifies it")
    if refused:
        text, icon, tone = "Not ratified", "minus", "slate"
        words.append(f"without effect: the board of {joined(refused)} did not ratify it")
    if after:
        text, icon, tone = "Superseded", "back", "plain"
        words.append(f"superseded by decision {after}")
    return Line(
        f"Decision {decision.number}", one.title, decision.get_absolute_url(), _who(one), (text, icon, tone),
        ", ".join(words),
    )  # fmt: skip


def _put(one: Proposal) -> Line:
    state = one.state_now
    tag = TAGS[state]
    match state:
        case State.DRAFT:
            words = f"Only {one.participant.short_name} sees it."
        case State.OPEN:
            if one.tally.objections:
                tag = ("Open, objection", "object", "plum")
            blocks = " ".join(one.tally.blocks)
            words = " ".join(filter(None, (one.tally.words, blocks, f"Until {one.answer_by:%-d %B %Y}.")))
        case State.NOT_AGREED | State.STATUS_QUO:
            words = one.tally.why_not[:1].upper() + one.tally.why_not[1:]
        case State.NO_DECISION:
            words = one.ended_because
        case _:
            words = f"{one.withdrawn_at:%-d %B %Y}" if one.withdrawn_at else ""
    return Line(f"Proposal {one.number}", one.title, one.get_absolute_url(), _who(one), tag, words)


def _who(one: Proposal) -> str:
    opened = f" · {one.opened_at:%-d %B %Y}" if one.opened_at else ""
    return f"{one.participant.name}{opened}"
