"""What waits in the open book, and on whom: returns, months, queries, transfers to pay, action plans."""

from django.db.models import Exists, OuterRef, Subquery
from django.utils import timezone

from alliance.core.addresses import reverse
from alliance.core.money import format_pounds
from alliance.core.periods import Month
from alliance.core.waiting import Source, Sources, Waiting
from alliance.core.workdays import add_working_days
from ledger import possible, querying
from ledger.forecasting import WRITES
from ledger.lifecycle import PlanState, ReturnState
from ledger.models import ActionPlan, Balance, CostReturn, Forecast, Period, PlanStep, Query, Transfer
from ledger.projection import Variance
from ledger.summaries import reported
from ledger.waiting_year_end import YEARS_TO_CLOSE
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


def _ended(standing: Standing):
    """The oldest month that has ended and is open: months are closed in their order."""
    if not standing.has(Role.POOL_MANAGER):
        return None
    ended = Period.objects.of(standing.alliance).filter(month__lt=timezone.localdate().replace(day=1))
    return ended.open().order_by("month")[:1]


def _months_to_close(periods: list[Period], standing: Standing) -> list[Waiting]:
    (ended,) = periods
    if possible.not_closable(ended, timezone.localdate()):
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


def _to_answer(standing: Standing):
    ours = standing.participant_ids
    queries = Query.objects.of(standing.alliance).unresolved().filter(answering__in=ours, state="asked")
    return queries.told().order_by("number") if ours else None


def _to_settle(standing: Standing):
    ours = standing.participant_ids
    queries = Query.objects.of(standing.alliance).unresolved().filter(asking__in=ours, state="answered")
    return queries.told().order_by("number") if ours else None


def _queries_to_answer(queries: list[Query], standing: Standing) -> list[Waiting]:
    acts = querying.answers_for(standing)
    return [
        Waiting(
            title=f"{one.asking.short_name} asks about {one.entry.what or one.budget_line.name}",
            url=one.get_absolute_url(),
            why=f"It is {one.answering.short_name}’s line, of {format_pounds(one.entry.amount)}. {_asked(one)}",
            who="me" if one.answering_id in acts else "organisation",
        )
        for one in querying.with_entries(queries)
    ]


def _queries_to_settle(queries: list[Query], standing: Standing) -> list[Waiting]:
    return [
        Waiting(
            title=f"{one.answering.short_name} answered about {one.entry.what or one.budget_line.name}",
            url=one.get_absolute_url(),
            why=f"Settle the query of {one.asking.short_name}, or ask again. {_asked(one)}",
            who="me" if one.asked_by_id == standing.person.pk else "organisation",
        )
        for one in querying.with_entries(queries)
    ]


def _left_open(standing: Standing):
    """What organisations asked that have left: nobody else can end it."""
    if not standing.has(Role.POOL_MANAGER):
        return None
    left = Query.objects.of(standing.alliance).unresolved().filter(asking__left_on__lte=timezone.localdate())
    return left.told().order_by("number")


def _queries_to_close(queries: list[Query], standing: Standing) -> list[Waiting]:
    return [
        Waiting(
            title=f"Close query {one.number}: {one.asking.short_name} has left the alliance",
            url=one.get_absolute_url(),
            why=f"It asked about a line of {one.answering.short_name}, and nobody else can settle it.",
            who="me",
        )
        for one in queries
    ]


def _transfers_agreed(standing: Standing):
    """Money that all agreed to transfer: the host pays it, and whoever receives it waits."""
    agreed = Transfer.objects.of(standing.alliance).filter(state=Transfer.State.AGREED)
    if not standing.has(Role.POOL_MANAGER):
        agreed = agreed.filter(participant__in=standing.participant_ids)
    agreed = agreed.select_related("participant", "decision").order_by("number")
    return agreed if standing.participant_ids else None


def _transfers_to_pay(transfers: list[Transfer], standing: Standing) -> list[Waiting]:
    pays = standing.has(Role.POOL_MANAGER)
    slug = standing.alliance.slug
    return [
        Waiting(
            title=f"Pay {format_pounds(one.amount)} to {one.participant.short_name}"
            if pays
            else f"{format_pounds(one.amount)} to {one.participant.short_name} waits to be paid",
            url=reverse("ledger:pay_transfer", args=[slug, one.number])
            if pays
            else reverse("ledger:payments", args=[slug]),
            why=f"All agreed to this transfer in decision {one.decision.number}.",
            who="me" if pays else "others",
        )
        for one in transfers
    ]


def _asked(query: Query) -> str:
    return f"Asked {query.age} ago." if query.days else "Asked today."


def _plans_open(standing: Standing):
    """Of the lines on which the reader's organisations spend; the pool manager's are all."""
    plans = ActionPlan.objects.of(standing.alliance).to_be_written().told().order_by("due_on", "number")
    if standing.has(Role.POOL_MANAGER):
        return plans
    ours = {"budget_line": OuterRef("budget_line"), "participant__in": standing.participant_ids}
    spends = Balance.objects.of(standing.alliance).filter(**ours)
    says = Forecast.objects.of(standing.alliance).filter(**ours)
    return plans.filter(Exists(spends) | Exists(says)) if standing.participant_ids else None


def _plans_to_write(plans: list[ActionPlan], standing: Standing) -> list[Waiting]:
    writes = standing.has(Role.POOL_MANAGER, *WRITES)
    return [
        Waiting(
            title=f"Action plan {one.number}: what will be done about {one.budget_line.name}?",
            url=one.get_absolute_url(),
            why=f"It was forecast at {Variance(one.agreed, one.forecast).sentence}.",
            who="me" if writes else "organisation",
            due=one.due_on,
        )
        for one in plans
    ]


def _plans_in_hand(standing: Standing):
    """Written, and what was to be done by one of the reader's organisations has come to its day."""
    newest = PlanStep.objects.filter(plan=OuterRef("pk")).order_by("-number")
    plans = ActionPlan.objects.of(standing.alliance).filter(state=PlanState.WRITTEN).told()
    plans = plans.annotate(
        until=Subquery(newest.values("until")[:1]), doing=Subquery(newest.values("doing")[:1])
    )
    ours = plans.filter(doing__in=standing.participant_ids, until__lt=timezone.localdate())
    return ours.order_by("until", "number") if standing.participant_ids else None


def _plans_to_end(plans: list[ActionPlan], standing: Standing) -> list[Waiting]:
    writes = standing.has(Role.POOL_MANAGER, *WRITES)
    return [
        Waiting(
            title=f"Action plan {one.number}: is it done, for {one.budget_line.name}?",
            url=one.get_absolute_url(),
            why="Say what came of it, or write it anew.",
            who="me" if writes else "organisation",
            due=one.until,
        )
        for one in plans
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


waiting_on = Sources(
    [
        Source(_in_hand, _returns_in_hand),
        Source(_last_month, _returns_missing),
        Source(_ended, _months_to_close),
        YEARS_TO_CLOSE,
        Source(_to_answer, _queries_to_answer),
        Source(_to_settle, _queries_to_settle),
        Source(_plans_open, _plans_to_write),
        Source(_plans_in_hand, _plans_to_end),
        Source(_left_open, _queries_to_close),
        Source(_transfers_agreed, _transfers_to_pay),
    ]
)
