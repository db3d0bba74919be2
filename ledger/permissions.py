"""Who may do what with the book. Everybody in the alliance sees all of it (principle e); few write."""

from alliance.core.permissions import rule
from ledger.models import CostReturn, Journal
from participants.models import Alliance, Participant, RoleAppointment
from participants.standing import standing

Role = RoleAppointment.Role
POOL = "Only the pool manager does this: the host keeps the shared budget."


@rule
def send_return(by, *, participant: Participant) -> str:
    """Each participant's figures are its own to send (rule 29)."""
    stands = standing(by, participant.alliance_id)
    if stands.has_for(participant, Role.FINANCE_LEAD, Role.POOL_MANAGER):
        return ""
    if stands.has_for(participant, Role.REPRESENTATIVE) and not _has_finance_lead(participant):
        return ""  # the smallest organisations have nobody else
    return f"Only the finance lead of {participant} sends and confirms its returns."


@rule
def handle_return(by, *, cost_return: CostReturn) -> str:
    return send_return.reason(by, participant=cost_return.participant)


@rule
def keep_the_pool(by, *, alliance: Alliance | int) -> str:
    return "" if standing(by, alliance).has(Role.POOL_MANAGER) else POOL


@rule
def reverse(by, *, journal: Journal) -> str:
    """The pool manager, or whoever sends the returns of the participant whose return it was."""
    if keep_the_pool.allows(by, alliance=journal.alliance_id):
        return ""
    cost_return = CostReturn.objects.filter(journal=journal).select_related("participant").first()
    if cost_return and send_return.allows(by, participant=cost_return.participant):
        return ""
    if cost_return:
        return (
            f"Only the finance lead of {cost_return.participant} or the pool manager reverses this journal."
        )
    return POOL


def _has_finance_lead(participant: Participant) -> bool:
    return RoleAppointment.objects.in_force().filter(participant=participant, role=Role.FINANCE_LEAD).exists()
