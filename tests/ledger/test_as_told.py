"""Whoever owns the database can switch off its guards; the day's check holds the lines against the record."""

from datetime import date
from decimal import Decimal

import pytest

from alliance.core.invariants import REGISTER
from ledger import chart
from ledger.bulk import Cost, load_costs
from ledger.models import BudgetLine, Category, Journal
from ledger.services import accrue, prepay, receive_contribution, reverse_journal
from tests.factories.ledger import NOVEMBER, cost, make_book, post_return

D = Decimal
pytestmark = pytest.mark.django_db(transaction=True)


def broken(cast) -> list[str]:
    return [said for one in REGISTER for said in one.breaks(cast.alliance.pk)]


@pytest.fixture
def tampered(owner_connection):
    def act(*statements: str) -> None:
        for statement in statements:
            owner_connection.execute(statement)
        owner_connection.commit()

    act(
        *(
            f"alter table ledger_{table} disable trigger user"
            for table in ("entry", "returnline", "journal", "fund")
        )
    )
    return act


@pytest.fixture
def book(cast):
    """Journals: 1 contributions, 2 a return, 3 and 4 an accrual, 5 to 7 a prepayment, 8 and 9 loads, 10 reverses 2, 11
    a contribution."""
    budget = make_book(cast)
    posted = post_return(cast, [cost("120.00"), cost("80.00")])
    line = BudgetLine.objects.get(alliance=cast.alliance, name="Housing first")
    given = {"participant": cast.haven, "month": NOVEMBER, "category": Category.OVERHEAD, "budget_line": line}
    given |= {"amount": D("90.00"), "by": cast.finn}
    accrue(reason="To come.", **given)
    prepay(reason="Insurance.", months=2, **given)
    account = next(one.pk for one in chart.accounts(cast.alliance.pk).values() if one.category == "overhead")
    day = date(2026, 11, 5)
    costs = [
        Cost(
            key, NOVEMBER.start, day, cast.beacon.pk, account, line.pk, D(amount), "Quayside", "Cleaning", ""
        )
        for key, amount in (("b", "10.00"), ("b", "-10.00"), ("B 2", "7.00"))
    ]
    load_costs(alliance=cast.alliance, costs=costs, source="old ledger", by=cast.hana)
    reverse_journal(journal=posted.journal, reason="Wrong.", by=cast.finn)
    contribution = budget.contributions.first()
    receive_contribution(contribution=contribution, amount=D("5.00"), on=day, reference="X", by=cast.hana)
    return cast


def test_whatever_the_owner_changes_of_a_line_is_told(book, tampered):
    assert broken(book) == []
    assert Journal.objects.of(book.alliance).count() == 11
    for number in range(1, 12):
        of = f"where journal_id = (select id from ledger_journal where number = {number}) and line = 1"
        tampered(f"update ledger_entry set supplier = supplier || ' & Sons' {of}")
        loaded = number in (8, 9)
        what = "Journals 8 to 9 have" if loaded else f"Journal {number} has"
        assert broken(book) == [f"{what} other lines than the record tells of."]
        tampered(f"update ledger_entry set supplier = replace(supplier, ' & Sons', '') {of}")
    assert broken(book) == []


def test_a_journal_that_nobody_posted_is_told(book, tampered):
    tampered(
        "update ledger_fund set last_journal = 12",
        """insert into ledger_journal (alliance_id, number, month, date, kind, description, source, key, input_hash,
               line_count, debit, posted_at, posted_by_id)
           select alliance_id, 12, month, date, kind, description, source, 'by hand', '', line_count, debit, posted_at,
               posted_by_id from ledger_journal where number = 11""",
        """insert into ledger_entry (alliance_id, journal_id, line, month, account_id, participant_id, budget_line_id,
               amount, date, supplier, description, reference)
           select e.alliance_id, n.id, e.line, e.month, e.account_id, e.participant_id, e.budget_line_id,
               e.amount, e.date, e.supplier, e.description, e.reference
           from ledger_entry e join ledger_journal o on o.id = e.journal_id and o.number = 11,
               ledger_journal n where n.number = 12""",
    )
    assert "Journal 12 is in the book, and the record does not tell of it." in broken(book)


def test_rows_that_are_not_those_that_were_confirmed_are_told(book, tampered):
    tampered("update ledger_returnline set description = 'Nicer' where row = 2")
    assert broken(book) == ["Return 1 has other rows than those that were confirmed."]
