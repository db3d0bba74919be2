"""The lines of the register, told in Python: a template that has nothing to ask draws a long list quickly."""

from collections.abc import Sequence
from dataclasses import dataclass

from alliance.core.questions import Question
from decisions import veil
from decisions.lifecycle import State
from decisions.models import Decision, Position, Proposal, Ratification
from decisions.querysets import told, within
from decisions.tally import joined
from participants.models import Alliance
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


def with_these(alliance: Alliance, pks: list[int]) -> list[Proposal]:
    """What the lines tell of, newest first."""
    return within(alliance, _with_these(pks=pks))


@Question
def _with_these(pks: list[int]):
    return Proposal.objects.filter(pk__in=pks).with_what_there_is().in_brief().order_by("-number")


def lines_of(page: Sequence[Proposal], standing: Standing) -> list[Line]:
    """Who has not answered is counted only for what is still open or was not agreed; the rest is told by its state.

    `page` as `with_these` found it.
    """
    for one in told(one for one in page if one.state == State.OPEN):
        veil.over(one, standing)
    sealed = [one for one in page if one.state == State.AGREED]
    stood_by = [one.pk for one in sealed if one.standing_aside]  # elsewhere it would have blocked (rule 6)
    aside = _names((pk, "aside", name) for pk, name in _aside(proposals=stood_by))
    ratified = [one.pk for one in sealed if getattr(one, "has_ratifications", True)]
    boards = _names(_unratified(proposals=ratified))
    after = dict(_successors(proposals=[one.pk for one in sealed]))
    return [
        _sealed(
            one,
            aside.get((one.pk, "aside")),
            boards.get((one.pk, Ratification.State.AWAITED)),
            boards.get((one.pk, Ratification.State.REFUSED)),
            after.get(one.pk),
        )
        if one.state == State.AGREED
        else _put(one)
        for one in page
    ]


def _names(rows) -> dict[tuple[int, str], list[str]]:
    found: dict[tuple[int, str], list[str]] = {}
    for pk, how, name in rows:
        found.setdefault((pk, how), []).append(name)
    return found


@Question
def _aside(proposals: list[int]):
    stood = Position.objects.current().filter(proposal_id__in=proposals, stance=Position.Stance.STAND_ASIDE)
    return stood.order_by("participant__place").values_list("proposal_id", "participant__short_name")


@Question
def _unratified(proposals: list[int]):
    boards = Ratification.objects.filter(
        decision__proposal_id__in=proposals,
        state__in=[Ratification.State.AWAITED, Ratification.State.REFUSED],
    )
    named = boards.order_by("participant__place")
    return named.values_list("decision__proposal_id", "state", "participant__short_name")


@Question
def _successors(proposals: list[int]):
    """By proposal, the number of the decision that superseded what it became."""
    rows = Decision.objects.not_refused().filter(proposal__supersedes__proposal_id__in=proposals)
    return rows.order_by("-number").values_list("proposal__supersedes__proposal_id", "number")


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
