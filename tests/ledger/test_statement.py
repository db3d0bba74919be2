"""Every total of the book leads to its lines: also what is in the pool, what is due and what is owed."""

import csv
import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from alliance.core import paging
from ledger import explaining
from ledger.models import Account
from ledger.services import pay_participant, receive_contribution
from ledger.statement import account_of, statement
from ledger.views import accounts
from tests.factories.ledger import OCTOBER, cost, make_book, post_return
from tests.factories.year_end import LAST_YEAR, MAY

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def budget(cast):
    """What arrived in October, Haven's costs of two months, and one payment for them."""
    budget = make_book(cast)
    receive_contribution(
        contribution=budget.contributions.get(participant=cast.council),
        amount=D("150000.00"),
        on=date(2026, 10, 5),
        reference="BACS 1",
        by=cast.hana,
    )
    post_return(cast, [cost("1200.10", day="05/10/2026")], OCTOBER)
    post_return(cast, [cost("-3.10"), cost("50.00", reference="INV-2")])
    pay_participant(
        participant=cast.haven, amount=D("1000.00"), on=date(2026, 11, 20), reference="P 1", by=cast.hana
    )
    return budget


@pytest.fixture
def at(cast):
    return lambda name, code: reverse(f"ledger:{name}", args=[cast.alliance.slug, code])


def text_of(answer) -> str:
    return " ".join(answer.content.decode().split())


def test_the_pools_money_is_what_arrived_less_what_was_paid(cast, budget, client_of, at):
    bea = client_of(cast.bea)
    book = bea.get(reverse("ledger:book", args=[cast.alliance.slug])).content.decode()
    assert f'href="{at("account", 1000)}">is in the pool today' in book
    page = text_of(bea.get(at("account", 1000)))
    assert "Today <strong>£149,000.00</strong> is in the pool." in page
    october, november = (one.partition("</tr>")[0] for one in page.split('<th scope="row"><a')[1:3])
    assert [october.count(f">{amount}<") for amount in ("0.00", "150,000.00")] == [2, 2]
    assert ">1,000.00<" in november
    assert "Money in</strong>" in page
    assert "Money out</strong>" in page
    narrowed = text_of(bea.get(at("account", 1000), {"month": OCTOBER.slug}))
    assert "Payment" not in narrowed.partition("Its lines")[2]
    assert "At the end of October 2026 <strong>£150,000.00</strong> is in the pool." in narrowed


def test_what_is_owed_to_one_participant_is_its_costs_less_its_payments(cast, budget, client_of, at):
    payments = client_of(cast.bea).get(reverse("ledger:payments", args=[cast.alliance.slug]))
    assert f"{at('account', 2000)}?participant=haven" in payments.content.decode()
    page = text_of(client_of(cast.bea).get(at("account", 2000), {"participant": "haven"}))
    assert "<strong>£247.00</strong> is owed to Haven" in page


def test_every_account_of_the_trial_balance_ends_where_its_statement_does(cast, budget):
    make_book(cast, LAST_YEAR)
    post_return(cast, [cost("7.00", day="02/05/2025")], MAY)
    total = explaining.trial_balance(cast.alliance)
    assert len(total.accounts) >= 5
    for one in total.accounts:
        told = statement(cast.alliance, account_of(cast.alliance, one.code), budget.year)
        assert (told.whole.after, told.years[-1].after) == (one.net, one.net), one
        assert sum(year.debit for year in told.years) == one.debit
        assert told.whole.before + told.whole.debit - told.whole.credit == told.months[-1].after
        assert told.whole.before == (told.years[0].after if len(told.years) > 1 else 0)


def test_the_lines_come_along_as_csv_and_as_a_workbook(cast, budget, client_of, at):
    bea = client_of(cast.bea)
    answer = b"".join(bea.get(at("account_csv", 2000), {"participant": "haven"}).streaming_content)
    rows = list(csv.DictReader(io.StringIO(answer.decode("utf-8-sig"))))
    sums = [sum(D(row[side] or 0) for row in rows) for side in ("Debit", "Credit")]
    assert sums == [D("1000.00"), D("1247.00")]  # each return is owed in one sum
    workbook = openpyxl.load_workbook(io.BytesIO(bea.get(at("account_xlsx", 2000)).content)).active
    assert len(list(workbook.iter_rows(min_row=4))) == len(rows)


def test_pages_follow_each_other_without_a_gap(cast, budget, client_of, at, monkeypatch):
    monkeypatch.setattr(paging, "LINES_A_PAGE", 2)
    monkeypatch.setattr(accounts, "A_PAGE", 2)
    for n in range(1, 5):
        pay_participant(
            participant=cast.haven, amount=D(n), on=date(2026, 11, 21), reference=f"P {n + 1}", by=cast.hana
        )
    bea, seen, address = client_of(cast.bea), [], at("account", 1000)
    while address:
        page = bea.get(address)
        seen += [row["credit"] or row["debit"] for row in page.context["rows"]]
        address = page.context["older"] and at("account", 1000) + page.context["older"]
    assert seen == ["4.00", "3.00", "2.00", "1.00", "1,000.00", "150,000.00"]
    answer = b"".join(bea.get(at("account_csv", 1000)).streaming_content).decode("utf-8-sig")
    assert len(list(csv.DictReader(io.StringIO(answer)))) == 6


def test_an_account_of_costs_leads_to_its_lines_in_the_book(cast, budget, client_of, at):
    bea, code = client_of(cast.bea), Account.objects.get(alliance=cast.alliance, category="subcontract").code
    page = bea.get(at("account", code), {"participant": "haven"})
    lines = bea.get(page.context["lines_url"])
    assert lines.context["sums"] == {"net": page.context["stands"].amount, "entries": 3}
    assert page.context["stands"].amount == D("1247.00")
    assert bea.get(at("account_csv", code)).url.partition("?")[0].endswith("/lines.csv")


def test_a_statement_asks_the_same_however_much_there_is(cast, budget, client_of, at):
    bea = client_of(cast.bea)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert bea.get(at("account", 2000)).status_code == 200
        return len(queries)

    asked()
    first = asked()
    post_return(cast, [cost("9.00", reference=f"Z{n}") for n in range(3)], reference="more")
    assert asked() == first == 11


def test_what_is_no_account_is_not_there(cast, budget, client_of, at):
    assert client_of(cast.bea).get(at("account", 9999)).status_code == 404
