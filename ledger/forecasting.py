"""What a year's lines will have cost at its end, as the book and the participants say it (rule 40).

The unit is what one participant spends on one line. A month of it is complete when the participant has reported it, or
when it is closed; only months in which the participant was there count. The forecast is the newest that its
participant said; else the run-rate of its complete months. A line on which there is nothing to go by yet is forecast
by even months of its budget; a contingency is not forecast to be spent.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from django.db.models import Q

from alliance.core.money import ZERO
from alliance.core.periods import Month
from alliance.core.periods import Period as Span
from alliance.core.questions import Question
from ledger import asking
from ledger.models import ActionPlan, Balance, BookTerms, Budget, BudgetLine, CostReturn, Forecast, Period
from ledger.models.forecast import PROFILES, Method
from ledger.projection import (
    Known,
    Projection,
    Variance,
    as_entered,
    as_it_is,
    at_the_rate,
    by_profile,
    profile,
    together,
)
from ledger.querying import first_of_each
from participants.models import Alliance, Participant, RoleAppointment
from participants.standing import Role, Standing

SAYS = (Role.FINANCE_LEAD, Role.POOL_MANAGER, Role.REPRESENTATIVE)
WRITES = (Role.FINANCE_LEAD, Role.REPRESENTATIVE, Role.DEPUTY)
RATE_MONTHS = 3  # complete months from which on a forecast opens a plan that nobody said (convention)


@dataclass(frozen=True)
class Figure:
    """One part of a line's forecast. `participant` None: of the line as a whole, by its budget.

    `method` "" : nothing to go by; `said` is the participant's own forecast where that is what counts.
    """

    participant: Participant | None
    method: str
    projection: Projection
    said: Forecast | None = None
    by_rate: Decimal | None = None  # what the run-rate says of the year; None without a complete month

    @property
    def months(self) -> int:
        """How many months of it are complete."""
        return sum(self.projection.complete)

    @property
    def is_firm(self) -> bool:
        """Is there enough to go by for a plan? What somebody said is; one or two months are not."""
        return bool(self.said and self.said.amount is not None) or self.months >= RATE_MONTHS

    @property
    def is_outrun(self) -> bool:
        """More is in the book than was entered for the whole year."""
        return bool(self.said and self.said.amount is not None and self.projection.so_far > self.said.amount)


@dataclass(frozen=True)
class Line:
    """A budget line's forecast: the sum of its figures."""

    line: BudgetLine
    figures: tuple[Figure, ...]
    projection: Projection

    @property
    def variance(self) -> Variance:
        return Variance(agreed=self.line.now, forecast=self.projection.year_end)

    def asks_for_a_plan(self, percent: Decimal) -> bool:
        """Rule 40; a contingency that is not needed asks for none, and one or two complete months for none yet."""
        if self.line.is_contingency and self.variance.amount < 0:
            return False
        return any(one.is_firm for one in self.figures) and self.variance.is_beyond(percent)


@dataclass(frozen=True)
class Outlook:
    """A budget's year. With `participant`, the figures are of that one alone and have no budget beside them."""

    budget: Budget
    months: tuple[Month, ...]
    lines: tuple[Line, ...]
    terms: BookTerms
    participant: Participant | None = None

    @cached_property
    def projection(self) -> Projection:
        nothing = (ZERO,) * len(self.months)
        return (
            together([one.projection for one in self.lines])
            if self.lines
            else as_it_is(Known(nothing, (False,) * len(nothing), (False,) * len(nothing)))
        )

    @property
    def variance(self) -> Variance:
        return Variance(sum((one.line.now for one in self.lines), ZERO), self.projection.year_end)

    @cached_property
    def beyond(self) -> tuple[Line, ...]:
        """The lines that ask for an action plan."""
        return tuple(one for one in self.lines if one.asks_for_a_plan(self.terms.forecast_percent))


def outlook(
    budget: Budget,
    *,
    participant: Participant | None = None,
    line: BudgetLine | None = None,
    everybody: Sequence[Participant] | None = None,
) -> Outlook:
    """The forecast of a budget with its `lines_now`, of one participant or one line if asked. Six queries at most.

    `everybody`: the alliance's participants in their order, where they are at hand.
    """
    alliance, months = budget.alliance_id, budget.year.months
    parties = everybody or asking.everybody(budget.alliance)
    told = _complete(alliance, months, parties)
    named = {month.start: month for month in months}
    spent = defaultdict(lambda: dict.fromkeys(months, ZERO))
    for on, whose, month, net in _spent(budget=budget.pk, first=months[0].start, last=months[-1].start):
        spent[on, whose][named[month]] = net
    said = {(one.budget_line_id, one.participant_id): one for one in _said(budget=budget.pk)}
    lines = []
    for one in budget.lines_now:
        if line and one != line:
            continue
        figures = [
            _figure(party, spent[key], told, said.get(key))
            for party in parties
            if (key := (one.pk, party.pk)) in spent or key in said
        ]
        if participant:
            figures = [figure for figure in figures if figure.participant == participant]
        elif not one.is_contingency and not any(figure.method for figure in figures):
            figures = [_by_budget(one, figures, months, parties, told)]
        nothing = Known(*((value,) * len(months) for value in (ZERO, False, False)))
        if figures or not participant:
            parts = [figure.projection for figure in figures] or [as_it_is(nothing)]
            lines.append(Line(one, tuple(figures), together(parts)))
    terms = _terms.first(alliance=alliance) or BookTerms()
    return Outlook(budget, months, tuple(lines), terms, participant)


@Question
def _spent(budget: int, first: date, last: date):
    """Line, participant, month and what was spent."""
    costs = Balance.objects.filter(budget_line__budget_id=budget, month__range=(first, last)).costs()
    keys = ("budget_line", "participant", "month")
    return costs.net_by(*keys).values_list(*keys, "net")


@Question
def _said(budget: int):
    return Forecast.objects.filter(budget_line__budget_id=budget).standing()


@Question
def _terms(alliance: int):
    return BookTerms.objects.filter(alliance_id=alliance)[:1]


def figure_of(line: BudgetLine, participant: Participant) -> Figure:
    """What one participant's costs on a line come to, also where it has neither spent nor said anything there."""
    months = line.budget.year.months
    costs = Balance.objects.of(line.alliance_id).costs().filter(budget_line=line, participant=participant)
    found = {Month.containing(row["month"]): row["net"] for row in costs.net_by("month")}
    said = Forecast.objects.of(line.alliance_id).filter(budget_line=line, participant=participant).standing()
    spent = {month: found.get(month, ZERO) for month in months}
    return _figure(participant, spent, _complete(line.alliance_id, months, [participant]), said.first())


@dataclass(frozen=True)
class _Complete:
    """`reported`: (participant's id, month); `closed`: months; `active`: by participant's id, on whose last days."""

    reported: frozenset[tuple[int, Month]]
    closed: frozenset[Month]
    active: dict[int, tuple[bool, ...]]

    def has(self, party: Participant, month: Month) -> bool:
        return month in self.closed or (party.pk, month) in self.reported


def _complete(alliance_id: int, months: tuple[Month, ...], parties: Iterable[Participant]) -> _Complete:
    ends = [month.end for month in months]
    within = {"alliance": alliance_id, "first": months[0].start, "last": months[-1].start}
    named = {month.start: month for month in months}
    return _Complete(
        frozenset((party, named[month]) for party, month in _reported(**within)),
        frozenset(named[month] for (month,) in _closed(**within)),
        {one.pk: tuple(map(one.is_active, ends)) for one in parties},
    )


@Question
def _reported(alliance: int, first: date, last: date):
    returns = CostReturn.objects.filter(alliance_id=alliance, month__range=(first, last)).in_the_book()
    return returns.order_by().values_list("participant", "month").distinct()


@Question
def _closed(alliance: int, first: date, last: date):
    closed = Period.objects.filter(alliance_id=alliance, month__range=(first, last), closed_at__isnull=False)
    return closed.order_by().values_list("month")


def _known(party: Participant, spent: dict[Month, Decimal], told: _Complete) -> Known:
    active, amounts = told.active[party.pk], tuple(spent.values())
    said = [told.has(party, month) for month in spent]
    return Known(
        spent=amounts,
        complete=tuple(
            (there or bool(amount)) and known
            for there, amount, known in zip(active, amounts, said, strict=True)
        ),
        awaited=tuple(there and not known for there, known in zip(active, said, strict=True)),
    )


def _figure(
    party: Participant, spent: dict[Month, Decimal], told: _Complete, said: Forecast | None
) -> Figure:
    known = _known(party, spent, told)
    rate = at_the_rate(known)
    by_rate = rate.year_end if known.in_full else None
    if said and said.method == Method.ENTERED:
        return Figure(party, said.method, as_entered(known, said.amount), said, by_rate)
    if said and said.method in PROFILES:
        return Figure(party, said.method, by_profile(known, said.months), said, by_rate)
    return Figure(party, Method.RUN_RATE if known.in_full else "", rate, said, by_rate)


def _by_budget(
    line: BudgetLine, figures: Iterable[Figure], months, parties: list[Participant], told: _Complete
) -> Figure:
    """Even months of the budget, over those in which anybody was there; a month is complete when it is for all."""
    figures = list(figures)
    active = {
        month: [one for one in parties if told.active[one.pk][place]] for place, month in enumerate(months)
    }
    providers = {
        month: [one for one in there if one.kind == Participant.Kind.PROVIDER]
        for month, there in active.items()
    }
    complete = {
        month: bool(providers[month]) and all(told.has(one, month) for one in providers[month])
        for month in months
    }
    spent = together([one.projection for one in figures]).spent if figures else (ZERO,) * len(months)
    known = Known(
        spent,
        tuple(complete[month] for month in months),
        tuple(bool(active[month]) and not complete[month] for month in months),
    )
    pattern = [bool(active[month]) for month in months]
    if not any(pattern):
        return Figure(None, "", as_it_is(known))
    return Figure(None, Method.EVEN, by_profile(known, profile(line.now, map(int, pattern))))


# ── Who says, and who writes ──


def says_for(standing: Standing) -> dict[int, RoleAppointment]:
    """The participants in whose name this person may say a forecast, each with the appointment that lets them."""
    return first_of_each(one for one in standing.appointments if one.role in SAYS)


def writes_for(standing: Standing, plan: ActionPlan) -> RoleAppointment | None:
    """The appointment that lets this person write an action plan: in a participant that spends, or in the pool."""
    roles = {one.role: one for one in standing.appointments if one.role in (*WRITES, Role.POOL_MANAGER)}
    if not roles:
        return None
    there = spenders(plan.budget_line)
    ours = [one for one in standing.appointments if one.role in WRITES and one.participant_id in there]
    return min(ours, key=lambda one: RoleAppointment.ORDER[one.role], default=roles.get(Role.POOL_MANAGER))


def writers(plan: ActionPlan):
    """The roles in force whose holders write an action plan: of who spends on its line, or keeps the pool."""
    ours = Q(role__in=WRITES, participant__in=spenders(plan.budget_line)) | Q(role=Role.POOL_MANAGER)
    return RoleAppointment.objects.in_force().filter(ours, alliance=plan.alliance_id)


def spenders(line: BudgetLine) -> set[int]:
    """The ids of the participants that spend on a line, or said that they will."""
    return {who for (who,) in [*_spend_on(line=line.pk), *_speak_of(line=line.pk)]}


@Question
def _spend_on(line: int):
    return Balance.objects.filter(budget_line_id=line).values_list("participant").distinct()


@Question
def _speak_of(line: int):
    return Forecast.objects.filter(budget_line_id=line).order_by().values_list("participant").distinct()


def last_years_months(line: BudgetLine, participant: Participant) -> tuple[Decimal, ...]:
    """What the participant spent on the line of the same name in each month of the year before; () without any."""
    year = line.budget.year.previous
    costs = Balance.objects.of(line.alliance_id).costs().within(year)
    rows = costs.filter(participant=participant, budget_line__slug=line.slug).net_by("month")
    found = {Month.containing(row["month"]): row["net"] for row in rows}
    months = tuple(found.get(month, ZERO) for month in year.months)
    return months if any(amount > 0 for amount in months) else ()


# ── For reports ──


@dataclass(frozen=True)
class Told:
    """A forecast as reports tell it. `beyond` names the lines with their variance in words."""

    agreed: Decimal
    spent: Decimal
    year_end: Decimal
    percent: Decimal
    beyond: tuple[tuple[str, str], ...]
    plans: tuple[ActionPlan, ...]  # those that are not finished, the oldest first
    overdue: tuple[ActionPlan, ...]

    @property
    def to_come(self) -> Decimal:
        return self.year_end - self.spent

    @property
    def variance(self) -> Variance:
        return Variance(self.agreed, self.year_end)


def for_report(alliance: Alliance, span: Span) -> Told | None:
    """The forecast of the financial year in which the span begins, as the book stands; None without a budget."""
    budget = Budget.objects.of(alliance).with_lines().containing(span.start).first()
    if budget is None:
        return None
    found = outlook(budget)
    plans = tuple(
        ActionPlan.objects.of(alliance)
        .filter(budget_line__budget=budget)
        .unfinished()
        .told()
        .order_by("number")
    )
    return Told(
        agreed=found.variance.agreed,
        spent=found.projection.so_far,
        year_end=found.projection.year_end,
        percent=found.terms.forecast_percent,
        beyond=tuple((one.line.name, one.variance.sentence) for one in found.beyond),
        plans=plans,
        overdue=tuple(one for one in plans if one.is_overdue),
    )


def outlook_of(plan: ActionPlan) -> Outlook:
    """The forecast of an action plan's line, as it is now."""
    return outlook(plan.budget_line.budget, line=plan.budget_line)


def still_needed(plan: ActionPlan, now: Outlook, today: date) -> str:
    """Why an action plan cannot be let go yet, or ""."""
    (line,), percent = now.lines, now.terms.forecast_percent
    if plan.budget_line.budget.year.end < today or not line.variance.is_beyond(percent):
        return ""
    return (
        f"{line.line.name} is forecast at {line.variance.sentence}. That is beyond "
        f"{percent.normalize():f}\N{NO-BREAK SPACE}%: the plan is needed (rule 40)."
    )
