"""Cost returns that are in hand or missing, and who is to act on them."""

from django.utils import timezone

from alliance.core.addresses import reverse
from alliance.core.periods import Month
from alliance.core.waiting import Source, Sources, Waiting
from alliance.core.workdays import add_working_days
from ledger.lifecycle import ReturnState
from ledger.models import CostReturn, Period
from participants.models import Participant, RoleAppointment
from participants.standing import Role, Standing

REPORT_WITHIN = 10  # working days after the month's end


WANTED = {
    ReturnState.MAPPING: "Say what its columns mean.",
    ReturnState.ATTENTION: "{count} to put right before it can be posted.",
    ReturnState.READY: "It is checked. Look at its totals and confirm it.",
}


def _in_hand(standing: Standing):
    own = CostReturn.objects.of(standing.alliance).filter(participant__in=standing.participant_ids)
    return own.filter(status__in=WANTED).for_lists() if standing.participant_ids else None


def _returns_in_hand(returns: list[CostReturn], standing: Standing) -> list[Waiting]:
    acts = _whose_to_act(standing, {one.participant_id for one in returns})
    return [
        Waiting(
            title=f"Cost return {one.number}: {one}",
            url=one.get_absolute_url(),
            why=WANTED[one.status].format(count=_things(one.problem_count)),
            who="me" if one.participant_id in acts else "organisation",
        )
        for one in returns
    ]


def _providers(standing: Standing) -> dict[int, str]:
    """Short names of the reader's providers, by their ids."""
    return {
        one.participant_id: one.participant.short_name
        for one in standing.appointments
        if one.participant_id and one.participant.kind == Participant.Kind.PROVIDER
    }


def _last_month(standing: Standing):
    """While it is open."""
    last = Month.containing(timezone.localdate()).previous
    periods = Period.objects.of(standing.alliance).filter(month=last.start).open()
    return periods if _providers(standing) else None


def _returns_missing(periods: list[Period], standing: Standing) -> list[Waiting]:
    """Last month's costs that a provider has not sent."""
    ours, month = _providers(standing), periods[0].value
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


waiting = Sources([Source(_in_hand, _returns_in_hand), Source(_last_month, _returns_missing)])
