"""A proposal or a decision in open formats: its facts as canonical JSON, and as a minute in Markdown.

Both say what the page says to the same reader: while answers are veiled from them, none is in the file.
"""

from django.conf import settings
from django.db.models import Prefetch
from django.utils import timezone

from alliance.core.models import Event
from alliance.core.money import format_pounds
from alliance.core.record import canonical
from decisions.models import (
    Amendment,
    Comment,
    Decision,
    Declaration,
    Objection,
    Position,
    PrincipleTest,
    Proposal,
    Wording,
)
from participants.models import Principle

FORMAT = "concordat/decision/1"


def whole(proposals):
    """Everything that `facts_of` needs, in a fixed number of queries."""
    amendments = Amendment.objects.select_related("participant", "wording", "why", "answer", "became")
    tests = PrincipleTest.objects.select_related("principle")
    return (
        proposals.put()
        .with_positions()
        .select_related(
            "current_wording__written_by",
            "decision__sealed_by",
            "matter",
            "delegation",
            "supersedes",
            "follows",
            "opened_by",
            "withdrawn_by",
            "withdrawal_reason",
        )
        .prefetch_related(
            Prefetch("current_wording__tests", tests),
            Prefetch("wordings", Wording.objects.defer("body")),
            Prefetch("amendments", amendments),
            Prefetch("comments", Comment.objects.only("proposal_id", "objection_id", "is_question")),
        )
    )


def facts_of(proposal: Proposal, *, veiled: bool = False) -> dict:
    """What `record.canonical` can say of a proposal from `whole`; `veiled` leaves out where anybody stands."""
    wording, decision = proposal.current_wording, _decision_of(proposal)
    principles = {one.pk: str(one) for one in Principle.objects.filter(alliance_id=proposal.alliance_id)}
    said = [one for one in proposal.comments.all() if not (veiled and one.objection_id)]
    return {
        "format": FORMAT,
        "alliance": proposal.alliance.name,
        "address": settings.BASE_URL + (decision or proposal).get_absolute_url(),
        "proposal": proposal.number,
        "kind": proposal.kind,
        "state": str(proposal.state_now),
        "outcome": proposal.get_state_display() if veiled else proposal.outcome,
        "put_by": proposal.participant.name,
        "opened_at": proposal.opened_at,
        "answer_by": proposal.answer_by,
        "standing_aside_possible": proposal.standing_aside,
        "decision": _sealed(decision) if decision else None,
        "by_right_of": _right(proposal),
        "supersedes": proposal.supersedes.number if proposal.supersedes else None,
        "follows": proposal.follows.number if proposal.follows else None,
        "withdrawn": {"by": proposal.withdrawn_by.name, "reason": str(proposal.withdrawal_reason)}
        if proposal.withdrawn_by
        else None,
        "wording": {
            "version": wording.version,
            "versions": len(proposal.wordings.all()),
            "written_at": wording.written_at,
            "sha256": wording.hash,
            "hashed_bytes": bytes(wording.body).decode(),
        },
        "roll": [
            {
                "participant": entry.participant.name,
                "left_because": entry.departure.get_because_display() if entry.has_left else None,
            }
            for entry in proposal.roll.all()
        ],
        "conflicts": [_declared(one) for one in proposal.declarations.all()],
        "positions": None if veiled else [_position(one) for one in proposal.tally.answered],
        "not_answered": None if veiled else [one.participant.name for one in proposal.tally.waiting],
        "answered": f"{len(proposal.tally.answered)} of {len(proposal.tally.stands)}",
        "objections": None if veiled else [_objection(one, principles) for one in proposal.objections.all()],
        "amendments": [_amendment(one) for one in proposal.amendments.all()],
        "comments": sum(not one.is_question for one in said),
        "questions": sum(one.is_question for one in said),
        "record": _entry(proposal, decision),
    }


def to_json(facts: dict) -> bytes:
    """RFC 8785: the same facts are the same bytes."""
    return canonical(facts)


def _decision_of(proposal: Proposal):
    return proposal.decision if proposal.state == "agreed" else None


def _sealed(decision) -> dict:
    return {
        "number": decision.number,
        "decided_on": decision.decided_on,
        "sealed_at": decision.sealed_at,
        "last_answer_by": decision.sealed_by.name,
        "decided_by": decision.decided_by_name or None,
        "wording_sha256": decision.wording_hash,
        "ratifications": [
            {
                "participant": one.participant.name,
                "state": one.state,
                "amount": one.amount,
                "limit": one.limit,
                "due_on": one.due_on,
                "board_met_on": one.board_met_on,
                "minute_sha256": one.minute.sha256 if one.minute else None,
                "reason": str(one.words) if one.words else None,
            }
            for one in decision.ratifications.select_related("participant", "minute", "words").defer(
                "minute__content"
            )
        ],
        "superseded_by": list(Decision.objects.successors_of(decision).values_list("number", flat=True)),
    }


def _right(proposal: Proposal) -> str | None:
    if proposal.matter:
        matter = proposal.matter
        return f"{matter.get_category_display()}: {matter.title} ({matter.legal_basis})"
    return (
        f"Delegation {proposal.delegation.number}: {proposal.delegation.scope}"
        if proposal.delegation
        else None
    )


def _position(stand) -> dict:
    said: Position = stand.position
    return {
        "participant": said.participant.name,
        "stance": said.stance,
        "in_words": said.get_stance_display(),
        "said_by": said.spoken_by,
        "capacity": said.capacity,
        "at": said.taken_at,
        "reason": str(said.reason) if said.reason else None,
        "recorded_on_behalf": {
            "by": said.typed_by_name,
            "heard": said.get_heard_display(),
            "evidence": str(said.evidence),
        }
        if said.is_on_behalf
        else None,
    }


def _objection(one: Objection, principles: dict[int, str]) -> dict:
    return {
        "number": one.number,
        "raised_by": one.spoken_by,
        "at": one.taken_at,
        "version": one.wording.version,
        "principles": [principles[pk] for pk in one.principles if pk in principles],
        "legal_limit": one.legal_limit or None,
        "concern": str(one.concern),
        "would_make_it_acceptable": str(one.remedy),
        "resolved_at": one.resolved_at,
        "resolved_by": one.resolved_by_name or None,
        "resolution": str(one.resolution) if one.resolution else None,
    }


def _amendment(one: Amendment) -> dict:
    return {
        "number": one.number,
        "offered_by": one.spoken_by,
        "on_version": one.wording.version,
        "text": one.text,
        "why": str(one.why),
        "state": one.state,
        "answer": str(one.answer) if one.answer else None,
        "became_version": one.became.version if one.became else None,
    }


def _declared(one: Declaration) -> dict:
    return {
        "number": one.number,
        "participant": one.participant.name,
        "person": one.person_name,
        "what": str(one.what),
        "state": one.state,
    }


def _entry(proposal: Proposal, decision) -> dict | None:
    """The record's entry that tells these words: of the seal, or of the version as it stands."""
    about = Event.objects.about(decision or proposal)
    told = about.filter(
        kind__in=["decisions.sealed", "decisions.decided_alone"]
        if decision
        else ["decisions.proposal_opened", "decisions.wording_changed"]
    )
    last = told.newest_first().first()
    return {"entry": last.seq, "kind": last.kind, "sha256": bytes(last.hash)} if last else None


# ── A minute, in Markdown ────────────────────────────────────────────────────

PARTS = {
    "why": "Why",
    "alternatives": "What else was considered",
    "affected": "Who is affected",
    "heard": "How people were heard",
    "legal_basis": "By which law or duty",
    "consulted": "Who was consulted",
}


def to_markdown(proposal: Proposal, facts: dict) -> str:
    """The same facts for people: what, why, who stood where. Somebody's words are quoted, so none becomes a heading."""
    return "\n\n".join(part for part in _minute(proposal, facts) if part) + "\n"


def _minute(proposal: Proposal, facts: dict):
    wording, decision = proposal.current_wording, facts["decision"]
    name = f"Decision {decision['number']}" if decision else f"Proposal {proposal.number}"
    yield f"# {name}: {_line(wording.title)}"
    yield f"{_line(facts['alliance'])} · put by {_line(facts['put_by'])} on {_day(proposal.opened_at)}"
    yield f"**{_line(facts['outcome'])}.**" + _settled(proposal, decision)
    yield "## The wording"
    yield _quoted(wording.text)
    for part, heading in PARTS.items():
        if words := getattr(wording, part):
            yield f"## {heading}"
            yield _quoted(words)
    if wording.amount is not None:
        yield f"It commits **{format_pounds(wording.amount)}**."
    if wording.review_on:
        yield f"To be looked back at on {_day(wording.review_on)}."
    yield "## Against our principles"
    yield "\n".join(
        f"- **{_line(str(one.principle))}**: {one.get_effect_display()}. {_line(one.words)}"
        for one in wording.tests.all()
    )
    yield from _stood(facts)
    yield from _objected(facts)
    for one in facts["conflicts"]:
        whose = f"{_line(one['person'])} for {_line(one['participant'])}"
        yield f"A conflict of interest was declared by {whose}: {_line(one['what'])}"
    yield "## To check it"
    yield f"- Wording, version {wording.version}, SHA-256: `{wording.hash}`" + (
        f"\n- Entry {facts['record']['entry']} of the record, SHA-256: `{facts['record']['sha256'].hex()}`"
        if facts["record"]
        else ""
    )
    yield f"<{facts['address']}>"


def _settled(proposal: Proposal, decision: dict | None) -> str:
    if decision is None:
        return f" Answers until {_day(proposal.answer_by)}."
    said = f" Decided on {_day(decision['decided_on'])}."
    if decision["superseded_by"]:
        said += f" Superseded by decision {decision['superseded_by'][0]}."
    return said


def _stood(facts: dict):
    if not facts["roll"]:
        return
    yield "## Who stood where"
    if facts["positions"] is None:
        yield f"{facts['answered']} have answered. Where they stand is shown when everybody has answered."
        return
    rows = [(one["participant"], one["in_words"], _said_by(one), one["reason"]) for one in facts["positions"]]
    rows += [(name, "has not answered", "", "") for name in facts["not_answered"]]
    rows += [
        (one["participant"], f"left the roll: {one['left_because']}", "", "")
        for one in facts["roll"]
        if one["left_because"]
    ]
    table = [f"| {' | '.join(_line(cell) for cell in row)} |" for row in rows]
    yield "\n".join(["| Participant | Position | Said by | Words |", "|---|---|---|---|", *table])


def _said_by(one: dict) -> str:
    behalf = one["recorded_on_behalf"]
    return one["said_by"] + (
        f", recorded on behalf by {behalf['by']}: {behalf['evidence']}" if behalf else ""
    )


def _objected(facts: dict):
    for one in facts["objections"] or ():
        touched = ", ".join([*one["principles"], *filter(None, [one["legal_limit"]])])
        yield f"### Objection {one['number']}, {_line(one['raised_by'])}: {_line(touched)}"
        yield _quoted(one["concern"])
        yield f"It would be acceptable so: {_line(one['would_make_it_acceptable'])}"
        yield (
            f"Resolved by {_line(one['resolved_by'])}: {_line(one['resolution'])}"
            if one["resolved_by"]
            else "It stands unresolved."
        )


def _day(value) -> str:
    day = timezone.localdate(value) if hasattr(value, "hour") else value
    return f"{day.day} {day:%B %Y}"


def _line(text: str | None) -> str:
    """One line, with what Markdown would read as its own marks made plain."""
    plain = " ".join((text or "").split())
    for mark in "\\`*_[]<>#|":
        plain = plain.replace(mark, f"\\{mark}")
    return plain


def _quoted(text: str) -> str:
    return "\n".join(f"> {_line(line)}".rstrip() for line in text.split("\n"))
