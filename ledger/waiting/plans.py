"""Action plans to be written, and those whose day has come."""

from django.db.models import Exists, OuterRef, Subquery
from django.utils import timezone

from alliance.core.waiting import Source, Sources, Waiting
from ledger.forecasting import WRITES
from ledger.lifecycle import PlanState
from ledger.models import ActionPlan, Balance, Forecast, PlanStep
from ledger.projection import Variance
from participants.standing import Role, Standing


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


waiting = Sources([Source(_plans_open, _plans_to_write), Source(_plans_in_hand, _plans_to_end)])
