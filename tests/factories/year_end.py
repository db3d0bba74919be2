"""The end of a year for tests: 2025–26, which is over in November 2026."""

from alliance.core.periods import FinancialYear, Month
from decisions.models import Decision
from ledger import services
from ledger.models import Budget, MemorandumPaper, Period, YearEnd
from tests.factories.effects import carry_out
from tests.factories.ledger import cost, make_book, post_return

LAST_YEAR = FinancialYear(2025)
MAY, MARCH = Month(2025, 5), Month(2026, 3)


def last_years_book(cast, *costs: str, month: Month = MAY, **facts) -> Budget:
    """The year 2025–26, funded as `make_book` has it; Haven spent these amounts on housing first in May."""
    budget = make_book(cast, LAST_YEAR, **facts)
    if costs:
        rows = [
            cost(amount, day=f"{month.start:%d/%m/%Y}", reference=f"I{n}") for n, amount in enumerate(costs)
        ]
        post_return(cast, rows, month, reference=f"{month.slug}")
    return budget


def close_months(budget: Budget, by, *, until: Month | None = None) -> None:
    """All twelve, or those to `until`."""
    months = Period.objects.filter(
        alliance=budget.alliance, month__range=(budget.year.start, (until or budget.year.months[-1]).start)
    )
    for period in months.order_by("month"):
        services.close_period(period=period, by=by)


def close_year(budget: Budget, by) -> YearEnd:
    close_months(budget, by)
    return services.close_year(budget=budget, by=by)


def decide_underspend(budget: Budget, what: str = "carry", amount: str = "") -> Decision:
    return carry_out(
        budget.alliance,
        "underspend",
        budget=budget.pk,
        budget_name=budget.year.label,
        what=what,
        amount=amount,
    )


def have_paper(budget: Budget, by) -> MemorandumPaper:
    """The account's paper, as if a worker had drawn it."""
    paper = services.ask_for_memorandum_paper(budget=budget, by=by)
    return services.keep_memorandum_paper(paper=paper, pdf=b"%PDF-")
