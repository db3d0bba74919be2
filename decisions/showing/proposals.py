"""Where everybody stands, what happened and what its proposer may do, as the page shows them."""

from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from alliance.core.addresses import reverse
from alliance.core.models import Event
from alliance.core.questions import Question
from decisions import permissions
from decisions.lifecycle import PROPOSAL, State
from decisions.models import Decision, Position, Proposal
from decisions.veil import VeiledEvent, veiled_event
from decisions.voices import voices
from participants.models import Participant, User
from participants.standing import Standing

LOOKS = {
    "agree": ("agree", "petrol"),
    "reservation": ("agree", "petrol"),
    "object": ("object", "plum"),
    "abstain": ("abstain", "slate"),
    "stand_aside": ("stand-aside", "slate"),
}
ICONS = {
    "proposal_opened": "decision",
    "wording_changed": "edit",
    "objection_raised": "object",
    "objection_resolved": "tick",
    "sealed": "seal",
    "position_taken_back": "minus",
    "proposal_withdrawn": "minus",
    "more_time_given": "calendar",
    "proposal_reopened": "calendar",
    "veiled": "lock",
    "decision_reviewed": "learn",
    "review_planned": "calendar",
    "conflict_declared": "conflict",
    "conflict_voted": "people",
    "conflict_settled": "tick",
    "conflict_found": "conflict",
    "roll_left": "minus",
    "ended_without_decision": "minus",
    "ratified": "tick",
    "ratification_refused": "object",
}
LADDER_KEEPS_TIME = "In a deadlock the ladder sets the time: nobody moves its dates."


def people_of(standing: Standing, proposal: Proposal) -> list[Participant]:
    """The participants on the roll for whom this person speaks."""
    speaks = voices(standing, proposal)
    return [entry.participant for entry in proposal.roll.all() if entry.participant_id in speaks]


def spoken_stands(proposal: Proposal) -> list[dict]:
    """Where each participant stands, for components/position.html; with the reason where one was given."""
    closed = proposal.state_now in (State.NOT_AGREED, State.STATUS_QUO, State.NO_DECISION, State.WITHDRAWN)
    silent = {one.participant.pk for one in proposal.tally.waiting}
    shown = []
    for stand in proposal.tally.stands:
        said = stand.position
        chip = {
            "who": stand.participant.name,
            "participant": stand.participant,
            "reason": said.reason if said else None,
        }
        if said:
            icon, tone = LOOKS[said.stance]
            chip |= {
                "word": said.get_stance_display(),
                "icon": icon,
                "tone": tone,
                "by": _by(said),
                "at": said.taken_at,
            }
            if said.is_on_behalf:
                chip |= {
                    "note": f"Recorded on behalf by {said.typed_by_name}: {said.get_heard_display().lower()}",
                    "evidence": said.evidence,
                    "evidence_url": _evidence_url(proposal, said),
                }
        elif proposal.is_veiled and stand.participant.pk not in silent:
            chip |= {"word": "Not shown yet", "icon": "lock", "tone": "outline"}
        else:
            chip |= {
                "word": "Did not answer" if closed else "Has not answered yet",
                "icon": "waiting",
                "tone": "outline",
            }
            if stand.lapsed:
                was = {
                    "agree": "Agreed",
                    "reservation": "Agreed with a reservation",
                    "object": "Objected",
                    "abstain": "Abstained",
                    "stand_aside": "Stood aside",
                }
                version = stand.lapsed.wording.version
                chip["note"] = f"{was[stand.lapsed.stance]} on version {version}; asked again since"
        shown.append(chip)
    return shown


def _evidence_url(proposal: Proposal, said: Position) -> str:
    if not said.evidence_file_id:
        return ""
    return reverse("decisions:evidence", args=[proposal.alliance.slug, proposal.number, said.pk])


def _by(said: Position) -> str:
    return f"{said.taken_by_name} for {said.in_place_of}" if said.in_place_of else said.taken_by_name


def acts(by: User, proposal: Proposal) -> list[dict]:
    """What the proposer's people may do here, each with the reason while it is closed. Others have none of these."""
    if permissions.edit_draft.reason(by, proposal=proposal):
        return []
    state, late = proposal.state_now, proposal.state_now == State.NOT_AGREED
    offered = [
        ("Change the wording", "change_wording", "change_wording", ""),
        (
            "Reopen it with a new deadline" if late else "Give more time",
            "reopen" if late else "give_more_time",
            "give_more_time",
            "secondary",
        ),
        ("Withdraw it", "withdraw", "withdraw_proposal", "secondary"),
    ]
    by_ladder = {"give_more_time", "reopen"} if proposal.has_deadlock else set()
    if not any(PROPOSAL.permits(state, verb) for _, verb, _, _ in offered):
        return []
    return [
        {
            "label": label,
            "url": reverse(f"decisions:{name}", args=[proposal.alliance.slug, proposal.number]),
            "reason": PROPOSAL.reason(state, verb) or (LADDER_KEEPS_TIME if verb in by_ladder else ""),
            "kind": kind,
        }
        for label, verb, name, kind in offered
    ]


ACTS = 20  # are shown at once; a long deliberation folds the earlier ones


def about(proposal: Proposal):
    """The events about a proposal and about the decision that it became."""
    found = Event.objects.about(proposal)
    if proposal.state == State.AGREED:
        found = found | Event.objects.about(proposal.decision)
    return found.newest_first()


def _latest(proposal: Proposal) -> list[Event]:
    of = {"alliance": proposal.alliance_id, "proposal": proposal.pk}
    if proposal.state == State.AGREED:
        return _latest_of_both(**of, decision=proposal.decision.pk)
    return _latest_of_proposal(**of)


@Question
def _latest_of_proposal(alliance: int, proposal: int):
    return about(Proposal(pk=proposal, alliance_id=alliance, state=State.OPEN))[: ACTS + 1]


@Question
def _latest_of_both(alliance: int, proposal: int, decision: int):
    agreed = Proposal(pk=proposal, alliance_id=alliance, state=State.AGREED)
    agreed.decision = Decision(pk=decision, alliance_id=alliance)
    return about(agreed)[: ACTS + 1]


def history(proposal: Proposal, *, whole: bool = False) -> tuple[list[dict], bool]:
    """The record about this proposal, newest first, a position's words beside it; and whether there is more of it."""
    found = list(about(proposal)) if whole else _latest(proposal)
    shown = found if whole else found[:ACTS]
    reasons = _reasons(
        proposal, {int(event.facts["position"]) for event in shown if event.facts.get("position")}
    )
    notes = {one.version: one.note for one in proposal.wordings.all()}
    told = []
    for event in shown:
        name = event.kind.partition(".")[2]
        if proposal.is_veiled:
            event = veiled_event(event)
            name = "veiled" if isinstance(event, VeiledEvent) else name
        sentence = mark_safe(
            render_to_string(event.sentence_template, {"event": event, "here": True}).strip()
        )
        facts = event.facts if name != "veiled" else {}
        words = reasons.get(int(facts.get("position") or 0))
        if name == "wording_changed":
            words = notes.get(facts["version"])
        icon = ICONS.get(name) or LOOKS.get(facts.get("stance"), ("decision",))[0]
        told.append({"event": event, "when": event.at, "title": sentence, "words": words, "icon": icon})
    return told, len(shown) < len(found)


def _reasons(proposal: Proposal, answers: set[int]) -> dict:
    """The words of those positions that gave a reason; a query only for answers that do not stand any more."""
    at_hand = {one.pk: one for one in proposal.positions.all()}
    earlier = Position.objects.filter(reason__isnull=False).select_related("reason")
    found = at_hand | earlier.in_bulk(answers - at_hand.keys())
    return {pk: one.reason for pk, one in found.items() if pk in answers and one.reason}
