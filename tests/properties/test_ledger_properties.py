"""Whatever is posted, reversed, sent twice or closed, in whatever order: the book's promises hold."""

import re
from decimal import Decimal

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from alliance.core.invariants import REGISTER
from alliance.core.money import split
from alliance.core.outbox import do_all_due
from ledger.importing import parse_date
from ledger.models import Balance, CostReturn, Entry, Journal
from ledger.services import accept_cost_return, close_period, reverse_journal
from tests.factories.ledger import LINES, YEAR, cost, make_book, period_of, send_return

D = Decimal
amounts = st.decimals(D("-99999.99"), D("99999.99"), places=2).filter(lambda amount: amount != 0)
files = st.lists(st.tuples(amounts, st.sampled_from([name for name, _ in LINES])), min_size=1, max_size=12)
acts = st.lists(
    st.one_of(
        st.tuples(st.just("send"), files, st.sampled_from(["a", "b"])),
        st.tuples(st.just("again"), st.integers(0, 9), st.just("")),
        st.tuples(st.just("reverse"), st.integers(0, 9), st.just("")),
        st.tuples(st.just("close"), st.just(0), st.just("")),
    ),
    min_size=1,
    max_size=8,
)


def expected_of(book: dict) -> Decimal:
    return sum((sum(amount for amount, _ in rows) for rows in book.values()), D("0.00"))


@pytest.mark.slow
@pytest.mark.django_db
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(acts=acts)
@example(
    acts=[
        ("send", [(D("0.01"), "Housing first")], "a"),
        ("close", 0, ""),
        ("again", 0, ""),
        ("reverse", 0, ""),
        ("again", 0, ""),
    ]
)
def test_the_book_is_the_sum_of_what_was_confirmed_and_not_reversed(cast, acts):
    """Compared with a dictionary that knows nothing of ledgers: reference → the rows that stand."""
    with transaction.atomic():
        make_book(cast)
        book, sent = {}, []
        for act, what, reference in acts:
            if act in ("send", "again"):
                if act == "again":
                    if not sent:
                        continue
                    what, reference = sent[what % len(sent)]
                first_open = next((m for m in YEAR.months if period_of(cast, m).is_open), None)
                rows = [
                    cost(str(a), day=first_open.start.strftime("%d/%m/%Y"), line=line) for a, line in what
                ]
                sent.append((what, reference))
                made = send_return(cast, rows, first_open, reference=reference)
                if made.status == "ready":
                    assert reference not in book
                    accept_cost_return(cost_return=made, by=cast.finn)
                    do_all_due()
                    book[reference] = what
                else:
                    assert reference in book or any(what == rows for rows in book.values())
            elif act == "reverse":
                posted = list(CostReturn.objects.filter(status="posted").order_by("number"))
                if posted:
                    chosen = posted[what % len(posted)]
                    reverse_journal(journal=chosen.journal, reason="Wrong.", by=cast.finn)
                    del book[chosen.reference]
            else:
                for month in YEAR.months[:7]:
                    if period_of(cast, month).is_open:
                        close_period(period=period_of(cast, month), by=cast.hana)
                        break
        assert Balance.objects.costs().net() == expected_of(book)
        connection.check_constraints()
        assert [said for one in REGISTER for said in one.breaks(cast.alliance.pk)] == []
        assert set(Journal.objects.values_list("number", flat=True)) == set(
            range(1, Journal.objects.count() + 1)
        )
        transaction.set_rollback(True)


@pytest.mark.slow
@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=files)
def test_each_row_is_in_the_book_as_it_was_written_and_the_participant_is_owed_their_sum(cast, rows):
    with transaction.atomic():
        make_book(cast)
        made = send_return(cast, [cost(str(amount), line=line) for amount, line in rows])
        accept_cost_return(cost_return=made, by=cast.finn)
        do_all_due()
        posted = (
            Entry.objects.costs()
            .order_by("source_row")
            .values_list("source_row", "amount", "budget_line__name")
        )
        assert list(posted) == [(row, amount, line) for row, (amount, line) in enumerate(rows, 2)]
        assert Balance.objects.filter(account__kind="owed").net() == -sum(amount for amount, _ in rows)
        transaction.set_rollback(True)


@given(total=amounts, shares=st.lists(st.integers(1, 1000), min_size=1, max_size=9))
def test_a_split_of_any_cost_sums_to_it_and_no_part_is_a_penny_off(total, shares):
    """Rule 37."""
    parts = split(total, shares)
    assert sum(parts) == total
    assert all(
        abs(part - total * share / sum(shares)) < D("0.01") for part, share in zip(parts, shares, strict=True)
    )


@given(st.dates())
def test_every_day_is_read_back_from_the_ways_it_is_written(day):
    if day.year >= 1000:
        assert parse_date(day.isoformat()) == parse_date(f"{day.day}/{day.month}/{day.year}") == day


@given(st.text(max_size=30))
def test_any_other_text_is_a_sentence_and_never_another_error(text):
    try:
        told = parse_date(text).isoformat()
    except ValueError as problem:
        told = str(problem)
    assert re.match(r"the date |\d{4}-\d\d-\d\d$", told)
