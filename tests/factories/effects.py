"""Sealed decisions that carry something out, for tests, through the real services."""

from datetime import timedelta

from django.utils import timezone

from decisions import services
from decisions.models import Decision, Delegation, Proposal, ReservedMatter, UrgentAction
from participants.models import Alliance, Participant, RoleAppointment, User
from tests.factories.decisions import again, answer, make_case, make_proposal


def voices(alliance: Alliance) -> dict[Participant, User]:
    """Every active participant with somebody who speaks for it."""
    speaking = (
        RoleAppointment.objects.speaking().filter(alliance=alliance).select_related("person", "participant")
    )
    active = Participant.objects.filter(alliance=alliance).active()
    chosen = {one.participant_id: one.person for one in speaking.order_by("-role", "-pk")}
    return {one: chosen[one.pk] for one in active if one.pk in chosen}


def agree_all(proposal: Proposal) -> Decision:
    """Everybody who is asked agrees; the last answer seals."""
    spoken = voices(proposal.alliance)
    for entry in again(proposal).roll.select_related("participant"):
        answer(proposal, entry.participant, spoken[entry.participant])
    return Decision.objects.get(proposal=proposal)


def propose_effect(alliance: Alliance, kind: str, **terms) -> Proposal:
    """An open proposal that carries this out; rows among the terms are written as forms write them."""
    spoken = voices(alliance)
    first = next(one for one in spoken if one not in terms.values())
    return make_proposal(first, spoken[first], title=f"Shall it happen: {kind}?", effect=plain(kind, terms))


def carry_out(alliance: Alliance, kind: str, **terms) -> Decision:
    """A sealed decision that carries this out, agreed by all who are asked."""
    return agree_all(propose_effect(alliance, kind, **terms))


def plain(kind: str, terms: dict) -> dict:
    said = {"kind": kind}
    for name, value in terms.items():
        if hasattr(value, "pk"):
            said |= {name: value.pk, f"{name}_name": str(value)}
        else:
            said[name] = value.isoformat() if hasattr(value, "isoformat") else value
    return said


def delegate(participant: Participant, person: User, **terms) -> Delegation:
    terms = {"scope": "Small repairs in the shelter.", "limit": "5000.00", "until_on": None} | terms
    decision = carry_out(participant.alliance, "delegation", person=person, participant=participant, **terms)
    return Delegation.objects.get(granted_by=decision)


def reserve(holder: Participant, **terms) -> ReservedMatter:
    """A matter that the alliance reserves by a decision."""
    terms = {
        "title": "Safeguarding enquiries",
        "category": "statute",
        "legal_basis": "Care Act 2014, section 42",
    } | terms
    decision = carry_out(holder.alliance, "reserved_matter", participant=holder, **terms)
    return ReservedMatter.objects.get(listed_with=decision)


def found_matter(holder: Participant, **changes) -> ReservedMatter:
    """A matter that the agreement reserves at its founding, before anything was put."""
    facts = {
        "title": "Safeguarding enquiries",
        "category": "statute",
        "legal_basis": "Care Act 2014, section 42",
    } | changes
    return services.list_reserved_matter(alliance=holder.alliance, holder=holder, by=None, **facts)


def draft_reserved(matter: ReservedMatter, by: User, **changes) -> Proposal:
    said = {"legal_basis": matter.legal_basis, "consulted": "Haven and Beacon, by telephone."} | changes
    return services.draft_alone(
        alliance=matter.alliance, case=make_case(matter.alliance, **said), matter=matter, by=by
    )


def act_urgently(participant: Participant, by: User, **changes) -> UrgentAction:
    facts = {
        "title": "The shelter in Mill Lane was closed for a night",
        "duty": "Haven’s registered manager, Health and Social Care Act 2008",
        "what": "Smoke came from the boiler, and the beds are above it.",
        "acted_at": timezone.now() - timedelta(hours=2),
    } | changes
    return services.take_urgent_action(alliance=participant.alliance, participant=participant, by=by, **facts)
