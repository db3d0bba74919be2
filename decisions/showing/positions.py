"""What somebody may do about their organisation's answer, and about one that was given elsewhere."""

from alliance.core.addresses import reverse
from decisions import permissions
from decisions.forms.proposals import PositionForm
from decisions.lifecycle import PROPOSAL
from decisions.models import Proposal
from decisions.voices import voices
from participants.models import Participant, RoleAppointment
from participants.standing import Standing


def answering(proposal: Proposal, standing: Standing) -> dict:
    """For the page: `asked` (the reader has not answered yet), the hold, and the acts around an answer."""
    at = [proposal.alliance.slug, proposal.number]
    permitted = PROPOSAL.permits(proposal.state_now, "take_position")
    speaks = voices(standing, proposal)
    own = [one for one in proposal.tally.stands if one.participant.pk in speaks]
    answered = [one for one in own if one.position]
    objecting = {one.participant_id for one in proposal.tally.objections}
    free = [one for one in answered if one.participant.pk not in objecting]
    agreed = permitted and proposal.tally.is_agreed
    return {
        "asked": permitted and any(not one.position for one in own),
        "spoken_for": [
            _spoken_for(one, proposal, at) for one in answered if permitted and one.position.is_on_behalf
        ],
        "take_back_url": reverse("decisions:take_back", args=at)
        if permitted and any(not one.position.is_on_behalf for one in free)
        else "",
        "on_behalf_url": reverse("decisions:record_on_behalf", args=at)
        if permitted and not permissions.record_on_behalf.reason(standing.person, proposal=proposal)
        else "",
        "held_until": proposal.held_until if agreed else None,
        "held_by": [
            one.participant.short_name for one in proposal.tally.answered if one.position.is_on_behalf
        ]
        if agreed
        else [],
        "seal_url": reverse("decisions:seal", args=at)
        if agreed
        and not proposal.held_until
        and not permissions.seal.reason(standing.person, proposal=proposal)
        else "",
    }


def _spoken_for(stand, proposal: Proposal, at: list) -> dict:
    """An answer that was recorded on behalf of the reader's organisation: to confirm in one step, or to contest."""
    said = stand.position
    confirm = {
        "participant": stand.participant.pk,
        "stance": said.stance,
        "shown": proposal.current_wording.hash,
    }
    if said.reason:
        confirm[PositionForm.REASONS[said.stance]] = said.reason.text
    return {
        "stand": stand,
        "confirm": confirm,
        "confirm_url": reverse("decisions:take_position", args=at),
        "contest_url": reverse("decisions:take_back", args=at),
    }


def heard_from(proposal: Proposal, standing: Standing) -> list[RoleAppointment]:
    """Everybody whose answer this person could write down: who speaks for another participant that is asked.

    Those first who have not answered, a representative before its deputies.
    """
    asked = [
        entry.participant_id
        for entry in proposal.roll.all()
        if not entry.has_left and not standing.speaks_for(entry.participant_id)
    ]
    speaking = RoleAppointment.objects.speaking().filter(participant_id__in=asked)
    rows = speaking.select_related("person", "participant").order_by(
        "participant__place", "-role", "person__name"
    )
    silent = {one.participant.pk for one in proposal.tally.waiting}
    return sorted(rows, key=lambda one: one.participant_id not in silent)


def to_take_back(proposal: Proposal, standing: Standing):
    """The participants whose answer to this wording the person could take back or contest."""
    speaks = voices(standing, proposal)
    own = [one.participant.pk for one in proposal.tally.answered if one.participant.pk in speaks]
    return Participant.objects.filter(pk__in=own).order_by("place")
