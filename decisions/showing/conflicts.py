"""Declared conflicts of interest and who left the roll, as the proposal's page shows them."""

from collections.abc import Iterable
from itertools import groupby

from alliance.core.addresses import reverse
from decisions import permissions
from decisions.lifecycle import PROPOSAL, DeclarationState, State
from decisions.models import Declaration, DeclarationVote, Interest, Proposal
from decisions.tally import joined
from decisions.voices import voices
from participants.models import Alliance, Participant, User
from participants.standing import Standing

LOOKS = {
    DeclarationState.DECLARED: ("waiting", "outline"),
    DeclarationState.ADMITTED: ("tick", "petrol"),
    DeclarationState.SHARED: ("people", "petrol"),
    DeclarationState.LEFT: ("minus", "slate"),
    DeclarationState.FOUND: ("conflict", "plum"),
}
SAYS = {
    "admit": "says that it may take part",
    "leave": "says that it should leave",
    "shared": "shares the interest",
}


def panel(proposal: Proposal, standing: Standing) -> dict:
    """What `decisions/parts/conflicts.html` shows; two queries where there is a declaration, else none."""
    declared = []
    if proposal.declarations.all():
        votes = DeclarationVote.objects.filter(declaration__proposal=proposal).select_related("participant")
        said = {
            pk: list(of) for pk, of in groupby(votes.order_by("declaration"), lambda one: one.declaration_id)
        }
        rows = proposal.declarations.select_related("participant", "what", "interest__what", "declared_by")
        declared = [_declaration(one, said.get(one.pk, []), proposal, standing) for one in rows]
    return {
        "conflicts_declared": declared,
        "conflicts_departed": [
            one for one in proposal.roll.all() if one.has_left and not one.departure.declaration_id
        ],
        "conflicts_declare": _door(proposal, standing),
        "conflicts_report": _report(proposal, standing),
    }


def _declaration(one: Declaration, votes: list, proposal: Proposal, standing: Standing) -> dict:
    one.proposal = proposal
    icon, tone = LOOKS[one.state]
    others = [
        entry.participant
        for entry in proposal.roll.all()
        if not entry.has_left and entry.participant_id != one.participant_id
    ]
    heard = {vote.participant_id for vote in votes}
    silent = [other.short_name for other in others if other.pk not in heard]
    acts = []
    if one.state == DeclarationState.DECLARED and PROPOSAL.permits(proposal.state_now, "declare"):
        address = [proposal.alliance.slug, proposal.number, one.number]
        mine = voices(standing, proposal) & {other.pk for other in others} - heard
        if mine:
            label = f"Say whether {one.participant.short_name} takes part"
            acts.append(
                {"label": label, "url": reverse("decisions:vote_on_conflict", args=address), "kind": ""}
            )
        if permissions.leave_for_conflict.allows(standing.person, declaration=one):
            label = f"Take {one.participant.short_name} off the roll"
            url = reverse("decisions:leave_for_conflict", args=address)
            acts.append({"label": label, "url": url, "kind": "secondary"})
    return {
        "declaration": one,
        "icon": icon,
        "tone": tone,
        "found": one.state == DeclarationState.FOUND,
        "votes": [
            {"who": vote.participant.short_name, "says": SAYS[vote.stance], "vote": vote} for vote in votes
        ],
        "silent": joined(silent) if one.state == DeclarationState.DECLARED else "",
        "have": "has" if len(silent) == 1 else "have",
        "acts": acts,
    }


def _door(proposal: Proposal, standing: Standing) -> str:
    """The address at which this reader declares a conflict; "" where that is not possible."""
    if not PROPOSAL.permits(proposal.state_now, "declare"):
        return ""
    at_work = {
        one.participant_id
        for one in proposal.declarations.all()
        if one.state in (DeclarationState.DECLARED, DeclarationState.ADMITTED, DeclarationState.LEFT)
    }
    asked = {one.participant_id for one in proposal.roll.all() if not one.has_left} - at_work
    if not voices(standing, proposal) & asked:
        return ""
    return reverse("decisions:declare_conflict", args=[proposal.alliance.slug, proposal.number])


def _report(proposal: Proposal, standing: Standing) -> str:
    if proposal.state != State.AGREED or not standing.speaks_for_ids:
        return ""
    return reverse("decisions:report_conflict", args=[proposal.alliance.slug, proposal.decision.number])


def register(alliance: Alliance, of: Participant | None = None):
    """The register in the order of the agreement, those who serve the whole alliance last; or that of one."""
    entries = Interest.objects.of(alliance).select_related(
        "alliance", "person", "participant", "what", "declared_by"
    )
    if of is not None:
        entries = entries.filter(participant=of)
    return entries.order_by("participant__place", "person__name", "from_on", "pk")


def by_organisation(entries: Iterable[Interest], reader: User) -> list[dict]:
    """[{"participant", "interests"}] of entries in the register's order."""
    groups = []
    for participant, of in groupby(entries, lambda one: one.participant):
        listed = list(of)
        for one in listed:
            one.may_end = not one.ended_at and permissions.end_interest.allows(reader, interest=one)
        groups.append({"participant": participant, "interests": listed})
    return groups
