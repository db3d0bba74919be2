"""What waits in the open book, and on whom: returns to send or to mend, months to close. A constant few queries."""

from datetime import date

from django.urls import reverse
from django.utils import timezone

from alliance.core.periods import Month
from alliance.core.waiting import Waiting
from alliance.core.workdays import add_working_days
from ledger import possible
from ledger.lifecycle import ReturnState
from ledger.models import CostReturn, Period
from ledger.summaries import reported
from participants.models import Participant, RoleAppointment
from participants.standing import Role, Standing

REPORT_WITHIN = 10  # working days after the month's end


def waiting_on(standing: Standing) -> list[Waiting]:
    """For whoever sends returns, their returns; for the pool manager, the months to close."""
    today = timezone.localdate()
    last = Month.containing(today).previous
    found = [*_returns_in_hand(standing), *_returns_missing(standing, last)]
    if standing.has(Role.POOL_MANAGER):
        found += _months_to_close(standing, today)
    return found


def _returns_in_hand(standing: Standing) -> list[Waiting]:
    wanted = {
        ReturnState.MAPPING: "Say what its columns mean.",
        ReturnState.ATTENTION: "{count} to put right before it can be posted.",
        ReturnState.READY: "It is checked. Look at its totals and confirm it.",
    }
    returns = list(
        CostReturn.objects.of(standing.alliance)
        .filter(status__in=wanted, participant__in=standing.participant_ids)
        .for_lists()
    )
    acts = _whose_to_act(standing, {one.participant_id for one in returns})
    return [
        Waiting(
            title=f"Cost return {one.number}: {one}",
            url=one.get_absolute_url(),
            why=wanted[one.status].format(count=_things(one.problem_count)),
            who="me" if one.participant_id in acts else "organisation",
        )
        for one in returns
    ]


def _returns_missing(standing: Standing, month: Month) -> list[Waiting]:
    """Last month's costs that a provider has not sent."""
    period = Period.objects.of(standing.alliance).filter(month=month.start).open().first()
    if not period:
        return []
    ours = {
        one.participant_id: one.participant.short_name
        for one in standing.appointments
        if one.participant_id and one.participant.kind == Participant.Kind.PROVIDER
    }
    if not ours:
        return []
    sent = set(
        CostReturn.objects.of(standing.alliance)
        .filter(month=month.start, participant__in=ours)
        .sent()
        .values_list("participant", flat=True)
    )
    acts = _whose_to_act(standing, ours.keys() - sent)
    return [
        Waiting(
            title=f"Send {name}'s costs of {month.label}",
            url=reverse("ledger:send_return", args=[standing.alliance.slug]) + f"?month={month.slug}",
            why="The open book waits for them.",
            who="me" if pk in acts else "organisation",
            due=add_working_days(month.end, REPORT_WITHIN),
        )
        for pk, name in ours.items()
        if pk not in sent
    ]


def _months_to_close(standing: Standing, today: date) -> list[Waiting]:
    """The oldest month that has ended and is open: months are closed in their order."""
    ended = (
        Period.objects.of(standing.alliance)
        .filter(month__lt=today.replace(day=1))
        .open()
        .order_by("month")
        .first()
    )
    if ended is None or possible.not_closable(ended, today):
        return []
    (who,) = reported(standing.alliance, [ended.value])
    return [
        Waiting(
            title=f"Close {ended}",
            url=reverse("ledger:periods", args=[standing.alliance.slug]),
            why=who.sentence,
            who="me",
        )
    ]


def _whose_to_act(standing: Standing, participants: set[int]) -> set[int]:
    """Those participants whose returns are this person's to send, by the rule of permissions.send_return."""
    if not participants:
        return set()
    with_lead = set(
        RoleAppointment.objects.in_force()
        .filter(participant__in=participants, role=Role.FINANCE_LEAD)
        .values_list("participant", flat=True)
    )
    return {
        one
        for one in participants
        if standing.has_for(one, Role.FINANCE_LEAD, Role.POOL_MANAGER)
        or (standing.has_for(one, Role.REPRESENTATIVE) and one not in with_lead)
    }


def _things(count: int) -> str:
    return f"{count:,} thing" if count == 1 else f"{count:,} things"
