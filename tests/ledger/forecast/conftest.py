"""The book of which Haven reported two months, and what it comes to."""

from datetime import date

import pytest

from ledger import forecasting
from ledger.models import Budget, BudgetLine
from tests.factories.ledger import NOVEMBER, OCTOBER, cost, make_book, post_return
from tests.factories.participants import make_participant, make_person

OCT = "05/10/2026"


@pytest.fixture
def book(cast) -> Budget:
    """Haven reported October and November."""
    budget = make_book(cast)
    post_return(cast, [cost("20000.00", OCT), cost("100.00", OCT, line="Peer support")], OCTOBER)
    post_return(cast, [cost("10000.01"), cost("50.00", line="Peer support", what="Tea")], NOVEMBER)
    return budget


@pytest.fixture
def newcomer(cast, book):
    """Lighthouse joins on 1 September; Faye leads its finances."""
    joined = make_participant(cast.alliance, "Lighthouse", joined_on=date(2026, 9, 1))
    cast.faye = make_person(cast.alliance, "Faye Figures", "finance_lead", joined)
    return joined


@pytest.fixture
def look(cast, book):
    """`look("Housing first")` is the forecast of a line, as it is now."""

    def of(name: str | None = None, **narrowed):
        budget = Budget.objects.with_lines().get(pk=book.pk)
        found = forecasting.outlook(budget, **narrowed)
        return found if name is None else next(one for one in found.lines if one.line.name == name)

    return of


@pytest.fixture
def line(cast, book):
    def of(name: str = "Housing first") -> BudgetLine:
        return BudgetLine.objects.select_related("budget", "alliance").get(budget=book, name=name)

    return of
