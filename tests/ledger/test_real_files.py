"""What councils' finance systems really give out ends in the book, to the penny."""

import csv
import io
import lzma
from decimal import Decimal
from pathlib import Path

import pytest
from django.urls import reverse

from alliance.core.invariants import REGISTER
from alliance.core.outbox import do_all_due
from alliance.core.periods import FinancialYear, Month
from ledger.models import Balance, BudgetLine, CostReturn, Entry
from ledger.services import accept_cost_return, explain_names, match_columns
from tests.factories.ledger import make_book, send_return

pytestmark = pytest.mark.django_db
D = Decimal
HERE = Path(__file__).parent.parent / "data" / "returns"
POOLED = "Social Services Pooled Budgets"
EXTRACT = (HERE / "leeds-2010-12-pooled-budgets.csv").read_bytes()
WHOLE = lzma.decompress((HERE / "leeds-2010-12.csv.xz").read_bytes())


def rows_of(content: bytes) -> csv.DictReader:
    return csv.DictReader(io.StringIO(content.decode("utf-8"), newline=""))


def expected(content: bytes) -> tuple[int, Decimal]:
    """Lines and sum of the pooled budgets, read without any of our code."""
    amounts = [D(row["Net amount"].strip()) for row in rows_of(content) if row["Service label"] == POOLED]
    return len(amounts), sum(amounts)


@pytest.mark.parametrize("content", [EXTRACT, WHOLE], ids=["an extract", "the whole file"])
def test_the_pooled_budgets_of_leeds_load_in_the_browser_and_balance_to_the_penny(cast, client_of, content):
    make_book(cast, FinancialYear(2010))
    december = Month(2010, 12)
    sent = send_return(
        cast, content, december, participant=cast.council, by=cast.hana, name="leeds-2010-12.csv"
    )
    assert sent.status == "mapping"
    client, address = client_of(cast.hana), reverse("ledger:columns", args=[cast.alliance.slug, sent.number])
    page = client.get(address).content.decode()
    assert "J · Net amount (such as" in page
    line = BudgetLine.objects.get(slug="housing-first")
    answer = client.post(
        address,
        {
            "amount": "column:9",
            "date": "column:7",
            "category": "fixed:subcontract",
            "budget_line": f"fixed:{line.pk}",
            "supplier": "column:11",
            "description": "column:5",
            "reference": "column:8",
            "evidence": "",
            "only_column": "column:2",
            "only_value": POOLED,
        },
    )
    assert answer.status_code == 303
    do_all_due()
    sent.refresh_from_db()
    lines, total = expected(content)
    assert (sent.status, sent.line_count, sent.lines_total) == ("ready", lines, total)
    assert lines == 869
    rows = len(content.split(b"\r\n")) - 1
    assert sent.notes == [
        f"869 of {rows - 4:,} rows have “{POOLED}” as Service label. The others were left out.",
        f"Rows {rows - 2:,} to {rows:,} hold nothing and were left out.",
    ]
    client.post(reverse("ledger:confirm", args=[cast.alliance.slug, sent.number]))
    do_all_due()
    sent.refresh_from_db()
    assert sent.status == "posted"
    assert Balance.objects.costs().net() == total == D("3955055.29")
    entry = Entry.objects.costs().get(reference="1012-00162")
    assert (entry.supplier, entry.amount) == ("ADVITAM LTD", D("20777.56"))
    original = sent.lines.get(row=entry.source_row).cells
    assert original[9] == "20777.56 "
    assert [said for one in REGISTER for said in one.breaks(cast.alliance.pk)] == []


def test_the_second_file_with_the_same_headings_needs_no_matching(cast):
    make_book(cast, FinancialYear(2010))
    december = Month(2010, 12)
    sent = send_return(cast, EXTRACT, december, participant=cast.council, by=cast.hana)
    line = BudgetLine.objects.get(slug="housing-first")
    match_columns(
        cost_return=sent,
        mapping={
            "columns": {"amount": 9, "date": 7, "supplier": 11},
            "fixed": {"category": "subcontract", "budget_line": str(line.pk)},
            "only": [2, POOLED],
        },
        by=cast.hana,
    )
    do_all_due()
    sent.refresh_from_db()
    accept_cost_return(cost_return=sent, by=cast.hana)
    do_all_due()
    again = send_return(cast, EXTRACT, december, participant=cast.council, by=cast.hana, reference="again")
    assert (again.status, again.same_as) == ("known", sent)
    assert CostReturn.objects.filter(status="posted").count() == 1


NEWCASTLE = {"date": 3, "amount": 9, "supplier": 4, "reference": 5, "description": 8}
SALFORD = {"date": 1, "amount": 5, "supplier": 6, "reference": 2, "description": 8}


@pytest.mark.parametrize(
    ("name", "month", "columns"),
    [
        ("newcastle-2017-01-extract.csv", Month(2017, 1), NEWCASTLE),
        ("salford-2011-08-extract.csv", Month(2011, 8), SALFORD),
    ],
)
def test_other_councils_layouts_are_guessed_and_load(cast, name, month, columns):
    """Net is preferred to gross; a date is a date in either order."""
    make_book(cast, FinancialYear.containing(month.start))
    sent = send_return(
        cast, (HERE / name).read_bytes(), month, participant=cast.council, by=cast.hana, name=name
    )
    assert sent.status == "mapping"
    assert sent.mapping["columns"] == columns
    line = BudgetLine.objects.get(slug="peer-support")
    said = sent.mapping | {"fixed": {"category": "direct_other", "budget_line": str(line.pk)}}
    match_columns(cost_return=sent, mapping=said, by=cast.hana)
    do_all_due()
    sent.refresh_from_db()
    with (HERE / name).open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    assert (sent.status, sent.line_count, sent.lines_total) == (
        "ready",
        60,
        sum(D(row[columns["amount"]]) for row in rows),
    )


def test_pooled_budgets_and_adult_social_care_of_leeds_end_on_their_lines_to_the_penny(cast):
    """The file's own service labels are explained once: two are budget lines, the others are no costs of ours."""
    make_book(cast, FinancialYear(2010))
    december = Month(2010, 12)
    sums, blank = {}, []
    for number, cells in enumerate(csv.reader(io.StringIO(WHOLE.decode(), newline="")), 1):
        if not any(cell.strip() for cell in cells):
            blank.append(number)
        elif number > 1:
            sums[cells[2]] = sums.get(cells[2], 0) + D(cells[9].strip())
    sent = send_return(cast, WHOLE, december, participant=cast.council, by=cast.hana)
    columns = {"amount": 9, "date": 7, "supplier": 11, "description": 5, "reference": 8, "budget_line": 2}
    match_columns(
        cost_return=sent, mapping={"columns": columns, "fixed": {"category": "subcontract"}}, by=cast.hana
    )
    do_all_due()
    sent.refresh_from_db()
    assert (sent.status, {one["said"] for one in sent.strange}) == (
        "attention",
        {label.strip() for label in sums},
    )
    ours = {POOLED: "Housing first", "Adult Social Care": "Street outreach"}
    meanings = {("budget_line", one["said"]): ours.get(one["said"], "leave") for one in sent.strange}
    explain_names(cost_return=sent, meanings=meanings, by=cast.hana)
    do_all_due()
    sent.refresh_from_db()
    assert (sent.status, sent.line_count) == ("ready", 869 + 1922)
    assert f"Rows {blank[0]:,} to {blank[-1]:,} hold nothing and were left out." in sent.notes
    accept_cost_return(cost_return=sent, by=cast.hana)
    do_all_due()
    for label, slug in ((POOLED, "housing-first"), ("Adult Social Care", "street-outreach")):
        line = BudgetLine.objects.get(slug=slug)
        assert Balance.objects.costs().filter(budget_line=line).net() == sums[label]
    assert sums[POOLED] == D("3955055.29")
    assert [said for one in REGISTER for said in one.breaks(cast.alliance.pk)] == []
