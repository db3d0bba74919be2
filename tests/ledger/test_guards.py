"""What PostgreSQL refuses, whoever asks: tried as the application's role, and as the owner of the tables."""

from datetime import date
from decimal import Decimal
from unittest.mock import patch

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from ledger import chart
from ledger.models import Balance, Entry, Journal
from ledger.services import close_period, reverse_journal
from tests.conftest import find_cast
from tests.factories.ledger import NOVEMBER, YEAR, cost, make_book, period_of, post_return, send_return
from tests.ledger.conftest import TODAY

D = Decimal
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="session")
def stages():
    return {"book": furnish}


@patch("django.utils.timezone.now", lambda: TODAY)
def furnish() -> None:
    cast = find_cast()
    make_book(cast)
    post_return(cast, [cost("120.00"), cost("80.00")])


@pytest.fixture
def book(on_stage, cast):
    """A year with one posted return, journal 2."""
    return cast


def posted_by_hand(cast, *entries: tuple, **facts) -> None:
    """A journal with these entries (amount, and account where it matters), committed."""
    with transaction.atomic():
        journal = header(cast, **facts)
        for line, (amount, *account) in enumerate(entries, 1):
            entry(cast, journal, line, amount, *account)


def run(statement: str, values=()) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def header(cast, **facts) -> Journal:
    given = {
        "number": 99,
        "month": NOVEMBER.start,
        "date": date(2026, 11, 3),
        "kind": "cost_return",
        "description": "By hand",
        "source": "test",
        "key": "1",
        "input_hash": "",
        "line_count": 2,
        "debit": D("5.00"),
    } | facts
    return Journal.objects.create(alliance=cast.alliance, **given)


def entry(cast, journal: Journal, line: int, amount: str, account: str = chart.BANK, **facts) -> Entry:
    given = {
        "month": journal.month,
        "account": chart.accounts(cast.alliance.pk)[account],
        "participant": cast.haven,
        "date": journal.date,
    } | facts
    return Entry.objects.create(alliance=cast.alliance, journal=journal, line=line, amount=D(amount), **given)


def test_the_application_owns_nothing_of_the_book(book):
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from pg_tables where tablename like 'ledger_%' and tableowner = current_user"
        )
        assert cursor.fetchone() == (0,)
        cursor.execute("select rolsuper, rolbypassrls from pg_roles where rolname = current_user")
        assert cursor.fetchone() == (False, False)


@pytest.mark.parametrize(
    "statement",
    [
        "update ledger_entry set amount = amount + 1",
        "update ledger_entry set description = 'nicer'",
        "delete from ledger_entry",
        "truncate ledger_entry",
        "update ledger_journal set description = 'nicer'",
        "delete from ledger_journal",
        "truncate ledger_journal cascade",
        "update ledger_balance set debit = 0",
        (
            "insert into ledger_balance (alliance_id, account_id, participant_id, month, debit, credit, count) "
            "select alliance_id, account_id, participant_id, '2027-01-01', 1, 0, 1 from ledger_balance limit 1"
        ),
        "delete from ledger_balance",
        "insert into ledger_stretch select * from ledger_stretch",
        "update ledger_stretch set begins = begins + 256",
        "update ledger_budgetline set amount = 1",
        "update ledger_contribution set amount = 1",
        "update ledger_account set name = 'Other'",
        "update ledger_returnline set amount = 1",
        "delete from ledger_returnline",
        "delete from ledger_costreturn",
        "update ledger_costreturn set lines_total = 1",
        "update ledger_costreturn set status = 'ready'",
        "update ledger_costreturn set participant_id = participant_id + 1",
        "update ledger_period set month = '2030-01-01' where month = '2027-03-01'",
        "alter table ledger_entry disable trigger all",
        "alter table ledger_journal disable trigger ledger_journal_balances",
        "drop trigger ledger_entries_are_folded on ledger_entry",
        "set session_replication_role = replica",
        "drop function ledger_journal_balances() cascade",
    ],
)
def test_the_application_is_refused(book, statement):
    with pytest.raises(DatabaseError):
        run(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "update ledger_entry set amount = amount + 1",
        "delete from ledger_entry",
        "truncate ledger_entry",
        "update ledger_journal set txid = pg_current_xact_id()",
        "delete from ledger_journal",
        "delete from ledger_balance",
        "truncate ledger_balance",
        "update ledger_stretch set begins = begins + 256",
        "delete from ledger_stretch",
        "truncate ledger_stretch",
        "delete from ledger_costreturn",
        "update ledger_costreturn set lines_total = 1",
    ],
)
def test_even_the_owner_of_the_tables_is_refused_by_the_triggers(book, owner_connection, statement):
    with pytest.raises(psycopg.errors.CheckViolation):
        owner_connection.execute(statement)


def test_a_line_added_later_is_refused(book):
    """Rule 27: entries come in the transaction that wrote their header."""
    journal = Journal.objects.get(number=2)
    with pytest.raises(IntegrityError, match="Journal 2 is posted: nothing can be added"):
        entry(book, journal, 4, "1.00")


def test_a_header_cannot_be_written_for_a_transaction_to_come(book):
    """Whatever is given as its transaction, the database writes its own."""
    with pytest.raises(IntegrityError, match="declares 2 entries and has 0"):
        run(
            """insert into ledger_journal (alliance_id, number, month, date, kind, description, source, key,
                                           input_hash, line_count, debit, posted_at, txid)
               select alliance_id, 100, month, date, kind, description, 'test', '2', '', 2, 5, now(),
                      (pg_current_xact_id()::text::bigint + 1)::text::xid8
               from ledger_journal where number = 2"""
        )
    assert not Journal.objects.filter(number__gte=99).exists()


@pytest.mark.parametrize(
    ("amounts", "said"),
    [
        (["5.00", "-4.99"], r"does not balance: its entries sum to 0.01"),
        (["5.00"], "declares 2 entries and has 1"),
        (["4.00", "-4.00"], "declares debits of 5.00 and has 4.00"),
    ],
)
def test_a_journal_that_is_not_right_does_not_commit(book, amounts, said):
    """Rule 26: with no tolerance."""
    with pytest.raises(IntegrityError, match=said):
        posted_by_hand(book, *((amount,) for amount in amounts))
    assert not Journal.objects.filter(number=99).exists()
    assert not Balance.objects.filter(account__kind="bank").exists()


def test_asking_for_the_check_early_leaves_no_gap_for_a_line_afterwards(book):
    with transaction.atomic():
        journal = header(book, kind="contribution_received")
        entry(book, journal, 1, "5.00")
        entry(book, journal, 2, "-5.00", chart.DUE)
        run("set constraints all immediate")
        with pytest.raises(IntegrityError, match="more than it declares"), transaction.atomic():
            entry(book, journal, 3, "7.00")


def test_an_entry_is_of_its_journals_month(book):
    with pytest.raises(IntegrityError, match="another month"), transaction.atomic():
        entry(book, header(book), 1, "5.00", month=date(2026, 12, 1))


def test_an_entry_is_never_zero(book):
    with pytest.raises(IntegrityError, match="entry_is_never_zero"), transaction.atomic():
        entry(book, header(book), 1, "0.00")


def test_nothing_of_another_alliance_comes_in(book):
    """Invariant 8."""
    from participants.models import Participant

    far = Participant.objects.get(alliance=book.elsewhere)
    with pytest.raises(IntegrityError, match="does not belong to its alliance"), transaction.atomic():
        entry(book, header(book), 1, "5.00", participant=far)


def test_a_cost_without_a_budget_line_is_refused(book):
    """Rule 28."""
    with pytest.raises(IntegrityError, match="A cost has a budget line"), transaction.atomic():
        entry(book, header(book), 1, "5.00", account="5010")


def test_a_closed_month_takes_nothing_and_does_not_reopen(book):
    """Rule 33."""
    april = YEAR.months[0]
    close_period(period=period_of(book, april), by=book.hana)
    with pytest.raises(IntegrityError, match="April 2026 is closed"):
        header(book, month=april.start)
    with pytest.raises(IntegrityError, match="does not reopen"):
        run("update ledger_period set closed_at = null, closed_by_id = null where month = '2026-04-01'")


def test_a_month_outside_the_book_takes_nothing(book):
    with pytest.raises(IntegrityError, match="May 2031 is not a month of this book"):
        header(book, month=date(2031, 5, 1))


def test_a_reversal_is_exact_and_happens_once(book):
    """Rule 27 and invariant 4."""
    was = Journal.objects.get(number=2)
    other = [("200.00", chart.OWED), ("-200.00", chart.OWED)]
    with pytest.raises(IntegrityError, match="not the exact reverse"):
        posted_by_hand(book, *other, kind="reversal", reverses=was, debit=D("200.00"))
    reverse_journal(journal=was, reason="Wrong.", by=book.finn)
    with pytest.raises(IntegrityError, match="reverses"):
        header(book, kind="reversal", reverses=was)
    with pytest.raises(IntegrityError, match="not itself a reversal"):
        header(book, kind="reversal", reverses=Journal.objects.get(number=3), key="2")


def test_a_budget_that_does_not_add_up_does_not_commit(book):
    """Rule 30."""
    with pytest.raises(IntegrityError, match="rule 30"):
        run(
            """insert into ledger_budget (alliance_id, starts_on, brought_forward, opened_at, opened_by_id)
               select alliance_id, '2031-04-01', 0.01, opened_at, opened_by_id from ledger_budget"""
        )


def test_nothing_is_added_to_an_agreed_budget_even_in_balance(book):
    """Rule 30 holds of it, and yet nobody agreed to it."""
    with pytest.raises(IntegrityError, match="takes no more lines"), transaction.atomic():
        run(
            "insert into ledger_budgetline (alliance_id, budget_id, place, name, slug, amount, is_contingency)"
            " select alliance_id, id, 99, 'More', 'more', 50, false from ledger_budget"
        )
    with pytest.raises(IntegrityError, match="takes no more lines"), transaction.atomic():
        run(
            "insert into ledger_contribution (alliance_id, budget_id, participant_id, amount)"
            " select alliance_id, id, %s, 50 from ledger_budget",
            [book.elsewhere.pk],
        )


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("accepted_by_id = submitted_by_id + 1", "said once"),
        ("accepted_at = now() - interval '1 year'", "said once"),
        ("posted_at = now() - interval '1 year'", "said once"),
        ("status = 'withdrawn'", "does not go from posted to withdrawn"),
        ("status = 'reversed'", "does not go from posted to reversed"),
    ],
)
def test_what_became_of_a_posted_return_stays_said(book, change, reason):
    with pytest.raises(DatabaseError, match=reason):
        run(f"update ledger_costreturn set {change}")


@pytest.mark.parametrize("status", ["posted", "reversed"])
def test_a_return_is_not_posted_by_saying_so(book, status):
    """Not even with a journal that is there."""
    ready = send_return(book, [cost("9.00")], reference="2")
    with pytest.raises(DatabaseError, match=f"does not go from ready to {status}"):
        run(
            "update ledger_costreturn set status = %s, posted_at = now(), accepted_at = now(),"
            " accepted_by_id = submitted_by_id where id = %s",
            [status, ready.pk],
        )


def test_a_posted_return_takes_no_more_rows(book):
    with pytest.raises(IntegrityError, match="takes no more rows"):
        run(
            "insert into ledger_returnline (alliance_id, cost_return_id, reading, row, cells, account_id,"
            " budget_line_id, amount, date, supplier, description, reference, evidence)"
            " select alliance_id, cost_return_id, reading, row + 100, cells, account_id, budget_line_id, amount,"
            " date, supplier, description, reference, evidence from ledger_returnline"
        )
