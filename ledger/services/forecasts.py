"""Forecasts that participants say, and the action plans of lines that are far from what is agreed (rule 40)."""

from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from alliance.core.models import Words
from alliance.core.record import record
from alliance.core.refusals import NotPossible
from decisions.case import Case
from decisions.models import Proposal
from decisions.services import draft_proposal
from ledger import forecasting, permissions, possible, posting
from ledger.lifecycle import PLAN, PlanState
from ledger.models import ActionPlan, Budget, BudgetLine, Forecast, PlanStep
from ledger.models.forecast import PROFILES, Method
from ledger.projection import profile
from ledger.services.shared import signed
from participants.models import Alliance, Participant
from participants.numbering import next_number
from participants.standing import standing

Verb = PlanStep.Verb


@transaction.atomic
def say_forecast(
    *,
    budget_line: BudgetLine,
    participant: Participant,
    method: str,
    reason: str,
    amount: Decimal | None = None,
    by,
) -> Forecast:
    """Say what the participant's costs of the whole year on the line will be, and how one knows.

    `amount` belongs to every method but the run-rate. The same, said twice in a row with the same reason, is said once.
    """
    permissions.say_forecast.check(by, participant=participant)
    Participant.objects.select_for_update(no_key=True).get(pk=participant.pk)
    posting.hold_fund(budget_line.alliance_id)
    if why_not := possible.not_forecast(budget_line.budget):
        raise NotPossible(why_not)
    method = Method(method)
    if (amount is None) != (method == Method.RUN_RATE):
        raise NotPossible("A forecast names the year’s amount; the run-rate alone takes it from the book.")
    months = _months(budget_line, participant, method, amount)
    last = Forecast.objects.of(budget_line.alliance).filter(budget_line=budget_line, participant=participant)
    last = last.select_related("reason").order_by("-version").first()
    if last and (last.method, last.amount, last.reason.text) == (method, amount, reason.strip()):
        return last
    appointment = forecasting.says_for(standing(by, budget_line.alliance_id))[participant.pk]
    said = Forecast.objects.create(
        alliance_id=budget_line.alliance_id,
        budget_line=budget_line,
        participant=participant,
        version=last.version + 1 if last else 1,
        method=method,
        amount=amount,
        months=list(months) if months else None,
        reason=Words.need(budget_line.alliance_id, reason, "Say why you expect this."),
        **signed(by, appointment),
    )
    record(
        "ledger.forecast_said",
        said,
        by=by,
        participant=participant,
        budget_line=budget_line.name,
        year=budget_line.budget.year.slug,
        version=said.version,
        method=method.value,
        amount=amount,
        months=list(months),
        reason=said.reason,
    )
    return said


def _months(line: BudgetLine, participant: Participant, method: Method, amount: Decimal | None) -> tuple:
    """The profile's twelve parts (rule 37); () for a method without one."""
    if method not in PROFILES:
        return ()
    if method == Method.EVEN:
        return profile(amount)
    pattern = forecasting.last_years_months(line, participant)
    if not pattern:
        raise NotPossible(
            f"{participant} spent nothing on {line.name} last year: its months give no profile."
        )
    return profile(amount, pattern)


@transaction.atomic
def open_plans(*, alliance: Alliance, by=None) -> list[ActionPlan]:
    """Open an action plan for each line of this year that asks for one and has none (rule 40). The clock's own act."""
    today = timezone.localdate()
    budget = Budget.objects.of(alliance).with_lines().containing(today).first()
    if budget is None:
        return []
    found = forecasting.outlook(budget)
    if not found.beyond:
        return []
    number = next_number(ActionPlan, alliance)
    there = ActionPlan.objects.of(alliance).unfinished().values_list("budget_line", flat=True)
    have = set(there.filter(budget_line__budget=budget))
    opened = []
    for one in (line for line in found.beyond if line.line.pk not in have):
        plan = ActionPlan.objects.create(
            alliance=alliance,
            number=number + len(opened),
            budget_line=one.line,
            agreed=one.variance.agreed,
            forecast=one.variance.forecast,
            percent=found.terms.forecast_percent,
            opened_on=today,
            due_on=today + timedelta(days=found.terms.plan_days),
        )
        opened.append(plan)
    for plan in opened:
        record(
            "ledger.plan_opened",
            plan,
            by=by,
            number=plan.number,
            budget_line=plan.budget_line.name,
            year=budget.year.slug,
            agreed=plan.agreed,
            forecast=plan.forecast,
            percent=plan.percent,
            due_on=plan.due_on,
        )
    return opened


@transaction.atomic
def write_plan(
    *,
    plan: ActionPlan,
    words: str,
    doing: Participant,
    until: date,
    proposal: Proposal | None = None,
    by,
) -> PlanStep:
    """Say what will be done, by whom and until when, with the proposal that it needs, if any; the newest stands."""
    plan = _locked(plan)
    permissions.write_plan.check(by, plan=plan)
    last = plan.steps.select_related("words", "doing", "proposal").last()
    if until < timezone.localdate():
        raise NotPossible("What will be done has a day that is still to come.")
    if proposal and (proposal.alliance_id != plan.alliance_id or proposal.opened_at is None):
        raise NotPossible("A plan names a proposal that was put to this alliance.")
    facts = {"doing": doing, "until": until, "proposal": proposal}
    is_said = last and (last.verb, last.said_by_id, last.words.text) == (Verb.WRITE, by.pk, words.strip())
    if is_said and facts == {name: getattr(last, name) for name in facts}:
        return last
    step = _step(plan, last, Verb.WRITE, words, "Write what will be done.", by, **facts)
    record(
        "ledger.plan_written",
        plan,
        by=by,
        **_told(plan, step),
        doing=doing,
        until=until,
        proposal=proposal.number if proposal else None,
        words=step.words,
    )
    return step


@transaction.atomic
def finish_plan(*, plan: ActionPlan, words: str, by) -> PlanStep:
    """Say that it was done, and what came of it."""
    plan = _locked(plan)
    permissions.write_plan.check(by, plan=plan)
    last = plan.steps.last()
    if last and last.verb == Verb.FINISH:
        return last
    step = _step(plan, last, Verb.FINISH, words, "Write what came of it.", by)
    record("ledger.plan_done", plan, by=by, **_told(plan, step), words=step.words)
    return step


@transaction.atomic
def let_plan_go(*, plan: ActionPlan, words: str, by) -> PlanStep:
    """Say why it is no longer needed: the variance is back within the percentage, or the year is over."""
    plan = _locked(plan)
    permissions.write_plan.check(by, plan=plan)
    last = plan.steps.last()
    if last and last.verb == Verb.LET_GO:
        return last
    PLAN.require(plan.state, Verb.LET_GO)
    if why_not := forecasting.still_needed(plan, forecasting.outlook_of(plan), timezone.localdate()):
        raise NotPossible(why_not)
    step = _step(plan, last, Verb.LET_GO, words, "Write why it is no longer needed.", by)
    record("ledger.plan_let_go", plan, by=by, **_told(plan, step), words=step.words)
    return step


@transaction.atomic
def propose_virement(*, plan: ActionPlan, participant: Participant, by) -> Proposal:
    """Begin the draft of a proposal that moves money to the line, or from it, as much as it is apart (rule 31)."""
    PLAN.require(plan.state, Verb.WRITE)
    line = plan.budget_line
    apart = forecasting.outlook_of(plan).lines[0].variance.amount
    return draft_proposal(
        alliance=plan.alliance,
        participant=participant,
        case=Case(
            title=f"Shall money move {'to' if apart >= 0 else 'from'} {line.name}?",
            effect={
                "kind": "virement",
                "budget": line.budget_id,
                "budget_name": line.budget.year.label,
                "lines": [line.pk],
                "line_names": [line.name],
                "amounts": [format(apart, "f")],
            },
        ),
        template="virement",
        by=by,
    )


def _locked(plan: ActionPlan) -> ActionPlan:
    held = ActionPlan.objects.select_for_update(of=("self",), no_key=True)
    return held.select_related("alliance", "budget_line__budget").get(pk=plan.pk)


def _step(plan: ActionPlan, last: PlanStep | None, verb: Verb, words: str, ask: str, by, **facts) -> PlanStep:
    """The step, with the plan's own."""
    state = PLAN.after(plan.state, verb)
    alliance = plan.alliance_id
    appointment = forecasting.writes_for(standing(by, alliance), plan)
    step = PlanStep.objects.create(
        alliance_id=alliance,
        plan=plan,
        number=last.number + 1 if last else 1,
        verb=verb,
        words=Words.need(alliance, words, ask),
        participant_id=appointment.participant_id,
        **signed(by, appointment),
        **facts,
    )
    plan.state = state
    if state in (PlanState.DONE, PlanState.NOT_NEEDED):
        plan.ended_at, plan.ended_by = step.said_at, by
    plan.save(update_fields=["state", "ended_at", "ended_by"])
    return step


def _told(plan: ActionPlan, step: PlanStep) -> dict:
    return {
        "number": plan.number,
        "budget_line": plan.budget_line.name,
        "participant": step.participant,
        "step": step.number,
    }
