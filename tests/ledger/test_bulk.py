"""Costs by the thousand go through the same guards."""

import time
from decimal import Decimal

import pytest

from alliance.core.invariants import REGISTER
from alliance.core.models import Event
from alliance.core.refusals import NotAllowed, NotPossible
from ledger.bulk import Cost, Loaded, load_costs
from ledger.chart import accounts
from ledger.models import Balance, Entry, Journal
from ledger.pay import TOO_FEW
from ledger.services import close_period
from tests.factories.ledger import YEAR, make_book, period_of

pytestmark = pytest.mark.django_db(transaction=True)
D = Decimal


@pytest.fixture
def costs(cast):
    """`costs(n, month=…)`: n lines of Haven's and Beacon's, in one journal each."""
    budget = make_book(cast)
    lines, account = list(budget.lines.all()), accounts(cast.alliance.pk)["5020"].pk

    def of(count: int, month=YEAR.months[3]):
        for n in range(count):
            party = cast.haven if n % 2 else cast.beacon
            yield Cost(
                key=f"{party.slug}/{month.slug}",
                month=month.start,
                date=month.start,
                participant=party.pk,
                account=account,
                budget_line=lines[n % len(lines)].pk,
                amount=D(n + 1) / 100,
                supplier="Supplier",
                description=f"Line {n}",
                reference=str(n),
            )

    return of


def test_many_lines_come_in_as_one_act_and_the_same_lines_come_once(cast, costs):
    facts = {"alliance": cast.alliance, "source": "old ledger", "by": cast.hana}
    assert load_costs(costs=costs(5000), **facts) == Loaded(journals=2, lines=5000, known=0)
    assert load_costs(costs=costs(5000), **facts) == Loaded(journals=0, lines=0, known=2)
    assert Balance.objects.costs().net() == sum(D(n) / 100 for n in range(1, 5001))
    assert Event.objects.filter(kind="ledger.costs_loaded").count() == 1
    assert [said for one in REGISTER for said in one.breaks(cast.alliance.pk)] == []
    with pytest.raises(NotPossible, match=r"in the book as journal \d, with other lines"):
        load_costs(costs=costs(4999), **facts)
    assert Journal.objects.count() == 3


def test_pay_in_a_load_is_one_sum_on_each_budget_line(cast, costs):
    """Rule 29: nobody knows of how many people it is."""
    staff = accounts(cast.alliance.pk)["5010"]
    paid = [one._replace(account=staff.pk) for one in costs(12)]
    load_costs(alliance=cast.alliance, source="old ledger", by=cast.hana, costs=[*paid, *costs(2)])
    of_pay = Entry.objects.filter(account=staff)
    assert {(one.supplier, one.reference, one.description) for one in of_pay} == {("", "", TOO_FEW)}
    assert (of_pay.count(), sum(one.amount for one in of_pay)) == (4, D("0.78"))


def test_a_load_is_refused_whole(cast, costs):
    close_period(period=period_of(cast, YEAR.months[0]), by=cast.hana)
    facts = {"alliance": cast.alliance, "source": "old ledger", "by": cast.hana}
    with pytest.raises(NotPossible, match="April 2026 is closed"):
        load_costs(costs=[*costs(10), *costs(10, month=YEAR.months[0])], **facts)
    with pytest.raises(NotPossible, match="Line 3 has the amount 0"):
        load_costs(costs=[*list(costs(2)), next(costs(1))._replace(amount=D("0.00"))], **facts)
    with pytest.raises(NotAllowed):
        load_costs(costs=costs(10), **(facts | {"by": cast.finn}))
    assert Journal.objects.count() == 1


@pytest.mark.slow
def test_fifty_thousand_lines_take_seconds(cast, costs):
    lines, start = list(costs(50_000)), time.perf_counter()
    load_costs(alliance=cast.alliance, costs=lines, source="speed", by=cast.hana)
    took = time.perf_counter() - start
    print(f"{len(lines) / took:,.0f} lines/s")
    assert took < 30
