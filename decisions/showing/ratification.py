"""What a decision still waits for, as its page shows it (rule 14)."""

from django.utils import timezone

from alliance.core.addresses import reverse
from decisions import permissions
from decisions.lifecycle import RatificationState, State
from decisions.models import Proposal
from decisions.tally import joined
from participants.standing import Standing

LOOKS = {
    RatificationState.AWAITED: ("waiting", "outline"),
    RatificationState.RATIFIED: ("tick", "petrol"),
    RatificationState.REFUSED: ("object", "plum"),
}


def panel(proposal: Proposal, standing: Standing) -> dict:
    """What `decisions/parts/ratification.html` shows; at most two queries."""
    shown = {}
    if proposal.follows_as == Proposal.FollowsAs.REFUSAL:
        shown["ratification_before"] = proposal.follows
    if proposal.state != State.AGREED or not proposal.decision.ratifications.all():
        return shown
    decision = proposal.decision
    decision.alliance = proposal.alliance
    asked = decision.ratifications.select_related("participant", "position", "minute", "words").defer(
        "minute__content"
    )
    return shown | {
        "ratification_asked": [_one(one, decision, standing) for one in asked],
        "ratification_awaiting": joined(one.short_name for one in decision.awaiting),
        "ratification_refusing": joined(one.short_name for one in decision.refusing),
        "ratification_again": _again(decision) if decision.refusing else None,
    }


def _one(one, decision, standing: Standing) -> dict:
    one.decision = decision
    icon, tone = LOOKS[one.state]
    address = [decision.alliance.slug, decision.number, one.participant.slug]
    moot = one.state == RatificationState.AWAITED and bool(decision.refusing)
    may = one.state == RatificationState.AWAITED and not moot
    may = may and permissions.ratify.allows(standing.person, ratification=one)
    return {
        "ratification": one,
        "word": "Asked no more" if moot else one.get_state_display(),
        "icon": icon,
        "tone": "plain" if moot else tone,
        "late": one.state == RatificationState.AWAITED and not moot and one.due_on < timezone.localdate(),
        "act": reverse("decisions:ratify", args=address) if may else "",
        "minute": reverse("decisions:minute", args=address) if one.minute_id else "",
    }


def _again(decision) -> Proposal | None:
    """The question that the refusal opened once more."""
    put = (one for one in decision.put_after if one.follows_id == decision.pk)
    return next((one for one in put if one.follows_as == Proposal.FollowsAs.REFUSAL), None)
