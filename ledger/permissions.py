"""Who may do what with the book. Everybody in the alliance sees all of it (principle e); few write."""

from datetime import date

from django.utils import timezone

from alliance.core.permissions import rule
from alliance.core.questions import Question
from ledger import forecasting, possible, querying
from ledger.models import Accrual, ActionPlan, Category, CostReturn, Entry, Evidence, Journal, Query
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
def see_the_file(by, *, cost_return: CostReturn) -> str:
    """Everybody sees what is sent (principle e); of pay, what the book makes of it: by grade (rule 29)."""
    if not cost_return.tells_pay or _sees_pay(by, cost_return.participant):
        return ""
    return (
        f"The file may say what people are paid: it is for those who act for {cost_return.participant.short_name}, its "
        "board and auditors. Everybody sees its lines, with the pay by grade (rule 29)."
    )


@rule
def see_evidence(by, *, evidence: Evidence) -> str:
    """What shows one row is everybody's, unless that row is pay; what shows a whole return is as its file (rule 29).

    The evidence knows whether it `is_open` (EvidenceQuerySet.told).
    """
    return "" if evidence.is_open else see_the_file.reason(by, cost_return=evidence.cost_return)


@rule
def see_accrual_evidence(by, *, accrual: Accrual) -> str:
    """What shows an accrual or a prepayment is everybody's, unless it is pay (rule 29)."""
    if accrual.account.category != Category.DIRECT_STAFF or _sees_pay(by, accrual.participant):
        return ""
    whose = accrual.participant.short_name
    return f"It shows pay: it is for those who act for {whose}, its board and auditors (rule 29)."


@rule
def keep_the_pool(by, *, alliance: Alliance | int) -> str:
    return "" if standing(by, alliance).has(Role.POOL_MANAGER) else POOL


@rule
def found_the_book(by, *, alliance: Alliance) -> str:
    """What the founders signed is entered once; from the first proposal on the money changes by decision (rule 30)."""
    if possible.decides_already(alliance):
        return "The agreed money changes by a decision of all. Propose it; the seal carries it out (rules 30, 31)."
    return keep_the_pool.reason(by, alliance=alliance)


@rule
def reverse(by, *, journal: Journal) -> str:
    """The pool manager, or whoever sends the returns of the participant whose return it was."""
    if keep_the_pool.allows(by, alliance=journal.alliance_id):
        return ""
    if journal.kind == Journal.Kind.CORRECTION:
        return correct.reason(
            by, participant=journal.entries.select_related("participant").first().participant
        )
    cost_return = _returns.first(journal=journal.pk)
    if cost_return and send_return.allows(by, participant=cost_return.participant):
        return ""
    if cost_return:
        return (
            f"Only the finance lead of {cost_return.participant} or the pool manager reverses this journal."
        )
    return POOL


@rule
def correct(by, *, participant: Participant) -> str:
    """A participant's line: its own people, or the pool manager."""
    if keep_the_pool.allows(by, alliance=participant.alliance_id):
        return ""
    if send_return.allows(by, participant=participant):
        return ""
    return f"Only the finance lead of {participant} or the pool manager corrects its lines."


@rule
def add_evidence(by, *, cost_return: CostReturn) -> str:
    """What shows a participant's costs is its own to add (rules 28, 29)."""
    if send_return.allows(by, participant=cost_return.participant):
        return ""
    return f"Only the finance lead of {cost_return.participant} adds evidence to its returns."


@rule
def ask_about(by, *, entry: Entry, asking: Participant | None = None) -> str:
    """In the name of an organisation, by somebody who does more than read there; nobody asks its own (principle e)."""
    ours = querying.asks_for(standing(by, entry.alliance_id)).keys()
    if not ours:
        return "Queries are asked in the name of an organisation, by whoever acts for it."
    if not ours - {entry.participant_id} or (asking and asking.pk == entry.participant_id):
        return f"It is {entry.participant}’s own line: other organisations ask about it."
    if asking and asking.pk not in ours:
        return f"Only somebody who acts for {asking} asks in its name."
    return ""


@rule
def answer_query(by, *, query: Query) -> str:
    if query.answering_id in querying.answers_for(standing(by, query.alliance_id)):
        return ""
    return f"Only the finance lead or a representative of {query.answering} answers."


@rule
def settle_query(by, *, query: Query) -> str:
    """Whether an answer is enough is for the organisation that asked; it alone asks again or withdraws."""
    if query.asking_id in querying.asks_for(standing(by, query.alliance_id)):
        return ""
    return f"Only {query.asking} asks again, settles or withdraws: it asked."


@rule
def say_forecast(by, *, participant: Participant) -> str:
    """What a participant will spend is its own to say, by whoever sends its returns (rules 29, 40)."""
    if send_return.allows(by, participant=participant):
        return ""
    return f"Only the finance lead of {participant} says what it will spend."


@rule
def write_plan(by, *, plan: ActionPlan) -> str:
    """Rule 40."""
    if forecasting.writes_for(standing(by, plan.alliance_id), plan):
        return ""
    return (
        "An action plan is written by a representative or the finance lead of an organisation that spends on the line, "
        "or by the pool manager."
    )


@rule
def close_query(by, *, query: Query) -> str:
    """Whoever asked settles. Of an organisation that has left the pool manager closes what it left open."""
    if not left_the_alliance(query.asking):
        return f"{query.asking} asked, and settles or withdraws it."
    return keep_the_pool.reason(by, alliance=query.alliance_id)


@rule
def take_along(by, *, alliance: Alliance) -> str:
    """Whoever may read the book may take it along (principle e)."""
    return "" if standing(by, alliance).appointments else "Only people of the alliance take its book along."


@rule
def mark_supplier(by, *, participant: Participant) -> str:
    """The suppliers of a participant: its own people, or the pool manager, who publishes."""
    if keep_the_pool.allows(by, alliance=participant.alliance_id):
        return ""
    return send_return.reason(by, participant=participant)


@rule
def state_vat(by, *, participant: Participant) -> str:
    """How much VAT a participant recovers: its own people, or the pool manager (rule 36)."""
    if keep_the_pool.allows(by, alliance=participant.alliance_id):
        return ""
    if send_return.allows(by, participant=participant):
        return ""
    return f"Only the finance lead of {participant} or the pool manager states how much VAT it recovers."


@rule
def confirm_own_books(by, *, participant: Participant) -> str:
    """What its own ledger says is for a participant to say."""
    if send_return.allows(by, participant=participant):
        return ""
    return f"Only the finance lead of {participant} confirms its own books."


def _sees_pay(by, participant: Participant) -> bool:
    """Those who act for it, its board and auditors: not who works or is helped there, whose colleagues' pay it is."""
    stands = standing(by, participant.alliance_id)
    return stands.has(Role.AUDITOR) or stands.has_for(participant, *RoleAppointment.FOR_A_PARTICIPANT)


def left_the_alliance(participant: Participant) -> bool:
    return participant.left_on is not None and participant.left_on <= timezone.localdate()


def _has_finance_lead(participant: Participant) -> bool:
    return bool(_finance_leads(participant=participant.pk, on=timezone.localdate()))


@Question
def _returns(journal: int):
    return CostReturn.objects.filter(journal_id=journal).select_related("participant").only("participant")


@Question
def _finance_leads(participant: int, on: date):
    held = RoleAppointment.objects.in_force(on).filter(participant_id=participant, role=Role.FINANCE_LEAD)
    return held.order_by().values_list("pk")[:1]
