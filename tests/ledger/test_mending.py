"""Returns put right in the page, names explained once, sheets chosen, costs typed in, nothing spent."""

import io
from datetime import date
from decimal import Decimal

import pytest
import xlsxwriter
from django.db import DatabaseError, transaction
from django.urls import reverse
from openpyxl import load_workbook

from alliance.core.outbox import do_all_due
from alliance.core.refusals import NotAllowed, NotPossible
from ledger.forms.mending import NamesForm
from ledger.models import Balance, CostReturn, OwnName, RowFix
from ledger.services import declare_total, explain_names, fix_rows, state_nothing_spent, withdraw_cost_return
from ledger.summaries import reported
from tests.factories.ledger import (
    HEADINGS,
    NOVEMBER,
    OCTOBER,
    cost,
    csv_of,
    make_book,
    post_return,
    send_return,
)

pytestmark = pytest.mark.django_db
D = Decimal


def worked(cost_return: CostReturn) -> CostReturn:
    do_all_due()
    cost_return.refresh_from_db()
    return cost_return


def workbook(**sheets) -> bytes:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        for name, rows in sheets.items():
            page = book.add_worksheet(name.replace("_", " "))
            for n, row in enumerate(rows):
                page.write_row(n, 0, row)
    return made.getvalue()


# ── Rows put right ───────────────────────────────────────────────────────────


def test_a_row_is_put_right_in_the_page_and_the_files_text_stays(cast, client_of, url):
    make_book(cast)
    sent = send_return(cast, [cost("100.00"), cost("12O.00", day="31/11/2026")])
    assert (sent.status, sent.problem_count) == ("attention", 2)
    client = client_of(cast.finn)
    page = client.get(url("fix", sent.number)).content.decode()
    assert "has a letter O" in page
    assert "is not a day in the calendar" in page
    assert "r2_amount" not in page
    answer = client.post(url("fix", sent.number), {"r3_amount": "120.00", "r3_date": "30/11/2026"})
    assert answer.status_code == 303
    worked(sent)
    assert (sent.status, sent.lines_total) == ("ready", D("220.00"))
    line = sent.lines.get(reading=sent.reading, row=3)
    assert (line.cells[3], line.cells[0], line.amount, line.date) == (
        "12O.00",
        "31/11/2026",
        D("120.00"),
        date(2026, 11, 30),
    )
    assert [(one.field, one.was, one.now, one.fixed_by) for one in sent.fixes.order_by("field")] == [
        ("amount", "12O.00", "120.00", cast.finn),
        ("date", "31/11/2026", "30/11/2026", cast.finn),
    ]
    told = client_of(cast.bea).get(sent.get_absolute_url()).content.decode()
    assert "What was put right in the page" in told
    assert "12O.00" in told


def test_what_cannot_be_read_is_refused_beside_its_field_and_nothing_typed_is_lost(cast, client_of, url):
    make_book(cast)
    sent = send_return(cast, [cost("12O.00"), cost("x")])
    answer = client_of(cast.finn).post(url("fix", sent.number), {"r2_amount": "1,2", "r3_amount": "77.00"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "has a comma or a space in an odd place" in page
    assert 'value="77.00"' in page
    assert not RowFix.objects.exists()
    answer = client_of(cast.finn).post(url("fix", sent.number), {"r2_amount": "12O.00", "r3_amount": "x"})
    assert "Change something first" in answer.content.decode()


def test_a_row_that_is_no_cost_is_left_out_and_can_be_taken_in_again(cast, client_of, url):
    make_book(cast)
    sent = send_return(cast, [cost("100.00"), cost("to be confirmed")])
    client_of(cast.finn).post(url("fix", sent.number), {"r3_leave": "on", "r3_amount": "to be confirmed"})
    worked(sent)
    assert (sent.status, sent.lines_total) == ("ready", D("100.00"))
    assert "Row 3 was left out by hand." in sent.notes
    fix_rows(cost_return=sent, fixes={3: {"": "", "amount": "9.00"}}, by=cast.finn)
    assert (worked(sent).status, sent.lines_total) == ("ready", D("109.00"))


def test_a_row_with_a_comma_too_many_is_put_right_whole(cast, client_of, url):
    make_book(cast)
    sent = send_return(cast, [cost("9.00").replace("Cleaning,9.00", "Cleaning, windows,9.00")])
    given = {"r2_date": "03/11/2026", "r2_supplier": "Quayside Cleaning", "r2_description": "Cleaning, windows",
             "r2_amount": "9.00", "r2_category": "Subcontract", "r2_budget_line": "Housing first",
             "r2_reference": "INV-1", "r2_evidence": "invoice"}  # fmt: skip
    assert client_of(cast.finn).post(url("fix", sent.number), given).status_code == 303
    worked(sent)
    line = sent.lines.get(reading=sent.reading)
    assert (sent.status, line.description, line.amount, line.cells[3]) == (
        "ready",
        "Cleaning, windows",
        D("9.00"),
        " windows",
    )


def test_what_was_confirmed_takes_no_fix_in_the_page_nor_in_the_database(cast, client_of, url):
    """Rule 27."""
    make_book(cast)
    posted = post_return(cast, [cost()])
    with pytest.raises(NotPossible):
        fix_rows(cost_return=posted, fixes={2: {"amount": "1.00"}}, by=cast.finn)
    assert client_of(cast.finn).get(url("fix", posted.number)).status_code == 409
    with pytest.raises(DatabaseError, match="while its return is in hand"), transaction.atomic():
        RowFix.objects.create(
            alliance=cast.alliance, cost_return=posted, row=2, field="amount", now="1.00", fixed_by=cast.finn
        )


def test_what_was_put_right_or_explained_stays_told(cast):
    make_book(cast)
    sent = send_return(cast, [cost("x", category="Agency")])
    explain_names(cost_return=sent, meanings={("category", "Agency"): "direct_staff"}, by=cast.finn)
    fix_rows(cost_return=worked(sent), fixes={2: {"amount": "1.00"}}, by=cast.finn)
    for kind in (RowFix, OwnName):
        for act in (lambda rows: rows.update(alliance=cast.alliance), lambda rows: rows._raw_delete(rows.db)):
            with pytest.raises(DatabaseError), transaction.atomic():
                act(kind.objects.all())
        assert kind.objects.count() == 1


def test_nobody_mends_another_organisations_return(cast):
    """Rule 29."""
    make_book(cast)
    sent = send_return(cast, [cost("x", category="Agency")])
    for person in (cast.rosa, cast.hana, cast.bea):
        with pytest.raises(NotAllowed):
            fix_rows(cost_return=sent, fixes={2: {"amount": "1.00"}}, by=person)
        with pytest.raises(NotAllowed):
            explain_names(cost_return=sent, meanings={("category", "Agency"): "direct_staff"}, by=person)


def test_a_wrong_total_is_put_right_in_the_page_and_what_was_put_right_before_it_stays(cast, client_of, url):
    make_book(cast)
    sent = send_return(cast, [cost("100.00"), cost("12O.00")], declared_total=D("230.00"))
    worked(fix_rows(cost_return=sent, fixes={3: {"amount": "120.00"}}, by=cast.finn))
    client = client_of(cast.finn)
    page = client.get(sent.get_absolute_url()).content.decode()
    assert "£10.00 is missing from the lines" in page
    assert url("total", sent.number) in page
    assert "£10.00 is missing from the lines" in client.get(url("total", sent.number)).content.decode()
    assert "12O" in client.post(url("total", sent.number), {"declared_total": "12O"}).content.decode()
    assert client.post(url("total", sent.number), {"declared_total": "£220"}).status_code == 303
    worked(sent)
    assert (sent.status, sent.lines_total, sent.declared_total) == ("ready", D("220.00"), D("230.00"))
    page = client.get(sent.get_absolute_url()).content.decode()
    assert "That is the total that was declared." in page
    fix = RowFix.objects.latest("pk")
    assert (fix.row, fix.was, fix.now, fix.fixed_by) == (0, "£230.00", "£220.00", cast.finn)
    record_page = client.get(reverse("record", args=[cast.alliance.slug])).content.decode()
    assert "declared a total of £220.00 for return 1 of Haven Homes; it was £230.00." in record_page
    worked(declare_total(cost_return=sent, total=None, by=cast.finn))
    assert (sent.status, sent.declared_now) == ("ready", None)
    with pytest.raises(NotAllowed):
        declare_total(cost_return=sent, total=D("1.00"), by=cast.rosa)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Overheads", "overhead"),
        ("VAT", "irrecoverable_vat"),
        ("Direct", ""),
        ("Agency", ""),
        ("Staff costs", "direct_staff"),
    ],
)
def test_a_name_of_ones_own_begins_with_its_likely_meaning(said, meant):
    form = NamesForm(strange=[{"field": "category", "said": said, "rows": 1}], lines=[])
    assert form["name_0"].initial == meant


# ── Names ────────────────────────────────────────────────────────────────────


def test_names_of_ones_own_are_explained_once_and_remembered(cast, client_of, url):
    make_book(cast)
    rows = [
        cost("1.00", category="Agency staff", line="HF"),
        cost("2.00", category="Agency staff", line="HF"),
    ]
    sent = send_return(cast, rows)
    assert sent.strange == [
        {"field": "category", "said": "Agency staff", "rows": 2},
        {"field": "budget_line", "said": "HF", "rows": 2},
    ]
    client = client_of(cast.finn)
    page = client.get(url("names", sent.number)).content.decode()
    assert "“Agency staff”" in page
    assert "Category, in 2 rows" in page
    given = {"name_0": "direct_staff", "name_1": "Housing first"}
    assert client.post(url("names", sent.number), given).status_code == 303
    assert (worked(sent).status, sent.lines_total) == ("ready", D("3.00"))
    october = send_return(
        cast, [cost("5.00", day="05/10/2026", category="AGENCY  staff", line="hf")], OCTOBER
    )
    assert (october.status, october.strange) == ("ready", [])
    other = send_return(cast, rows, participant=cast.beacon, by=cast.rosa)
    assert other.status == "attention"  # a name is its participant's own


def test_rows_of_a_name_can_be_left_out_and_are_counted(cast):
    make_book(cast)
    sent = send_return(cast, [cost("1.00"), cost("2.00", category="Income"), cost("3.00", category="Income")])
    explain_names(cost_return=sent, meanings={("category", "Income"): "leave"}, by=cast.finn)
    assert (worked(sent).status, sent.lines_total) == ("ready", D("1.00"))
    assert "2 rows have “Income” as category and were left out, as was said of that name." in sent.notes
    with pytest.raises(NotPossible, match="cannot mean"):
        explain_names(cost_return=sent, meanings={("category", "Income"): "nonsense"}, by=cast.finn)
    assert OwnName.objects.count() == 1


def test_in_the_hosts_ledger_a_payment_to_a_participant_is_asked_about(cast):
    """Its costs come with its own return: counted here too, they would be counted twice."""
    make_book(cast)
    rows = [cost("10.00"), cost("99.00", supplier="Haven Homes"), cost("50.00", supplier="HAVEN")]
    sent = send_return(cast, rows, participant=cast.council, by=cast.hana)
    assert sent.status == "attention"
    assert "sends its own returns" in sent.problems.first().sentence
    meanings = {("supplier", "Haven Homes"): "leave", ("supplier", "HAVEN"): "cost"}
    explain_names(cost_return=sent, meanings=meanings, by=cast.hana)
    assert (worked(sent).status, sent.lines_total) == ("ready", D("60.00"))
    theirs = send_return(cast, [cost("7.00", supplier="Beacon")])
    assert theirs.status == "ready"  # one provider may buy from another


# ── Sheets ───────────────────────────────────────────────────────────────────

ROW = ["2026-11-03", "Quayside", "Cleaning", 12.5, "Overhead", "Peer support", "7", "invoice"]


def test_of_several_sheets_the_one_with_costs_is_read_and_the_others_are_named(cast):
    make_book(cast)
    content = workbook(Notes=[["Please read"], ["and enjoy"]], Costs=[HEADINGS.split(","), ROW])
    sent = send_return(cast, content, name="costs.xlsx")
    assert (sent.status, sent.sheet, sent.lines_total) == ("ready", "Costs", D("12.50"))
    assert sent.notes == ["The sheet “Costs” was read. Not read: “Notes”."]


def test_where_two_sheets_hold_costs_somebody_chooses(cast, client_of, url):
    make_book(cast)
    other = [*ROW[:3], 99, *ROW[4:]]
    content = workbook(October=[HEADINGS.split(","), ROW], November=[HEADINGS.split(","), other])
    sent = send_return(cast, content, name="costs.xlsx")
    assert (sent.status, sent.sheets, sent.headings) == ("mapping", ["October", "November"], [])
    client = client_of(cast.finn)
    assert "Choose the sheet" in client.get(sent.get_absolute_url()).content.decode()
    page = client.get(url("columns", sent.number)).content.decode()
    assert "Which sheet holds the costs?" in page
    assert client.post(url("sheet", sent.number), {"sheet": "Nonsense"}).status_code == 422
    assert client.post(url("sheet", sent.number), {"sheet": "November"}).status_code == 303
    assert (worked(sent).status, sent.sheet, sent.lines_total) == ("ready", "November", D("99.00"))


# ── Typed in, and nothing ────────────────────────────────────────────────────


def typed(n: int, **changes) -> dict:
    said = {"date": "3/11/2026", "amount": "£1,200.50", "supplier": "Quayside", "description": "Cleaning, windows",
            "category": "Overhead", "budget_line": "Peer support"}  # fmt: skip
    return {f"{name}_{n}": value for name, value in (said | changes).items()}


def test_a_few_costs_are_typed_in_and_become_a_return_like_any_other(cast, client_of, url):
    make_book(cast)
    client = client_of(cast.finn)
    given = {"participant": cast.haven.pk, "month": "2026-11", "amount_3": ""}
    given |= typed(1) | typed(2, amount="(20.00)")
    more = client.post(url("type_return"), given | {"more": "more"})
    page = more.content.decode()
    assert more.status_code == 200
    assert "Cost 6" in page
    assert 'value="£1,200.50"' in page
    assert client.post(url("type_return"), given | typed(6)).status_code == 303
    sent = worked(CostReturn.objects.get())
    assert (sent.status, sent.line_count, sent.lines_total) == ("ready", 3, D("2381.00"))
    assert sent.document.name == "typed-2026-11.csv"
    client.post(url("confirm", sent.number))
    assert worked(sent).status == "posted"
    assert Balance.objects.costs().net() == D("2381.00")


def test_what_is_typed_wrong_is_said_beside_each_field_and_kept(cast, client_of, url):
    make_book(cast)
    given = {"participant": cast.haven.pk, "month": "2026-11"} | typed(
        2, amount="12O", category="", date="soon"
    )
    answer = client_of(cast.finn).post(url("type_return"), given)
    page = answer.content.decode()
    assert answer.status_code == 422
    for said in (
        "Cost 2: the amount &#x27;12O&#x27; has a letter O",
        "Cost 2: choose its category",
        "Cost 2: the date",
    ):
        assert said in page
    assert 'value="12O"' in page
    assert not CostReturn.objects.exists()
    empty = client_of(cast.finn).post(url("type_return"), {"participant": cast.haven.pk, "month": "2026-11"})
    assert "Enter at least one cost" in empty.content.decode()


def test_a_statement_that_nothing_was_spent_counts_as_reported_until_costs_come(cast, client_of, url):
    make_book(cast)
    client = client_of(cast.rosa)
    given = {"participant": cast.beacon.pk, "month": "2026-10"}
    assert client.post(url("state_nothing"), given).status_code == 422
    assert client.post(url("state_nothing"), given | {"sure": "on"}).status_code == 303
    stated = CostReturn.objects.get()
    assert (stated.status, stated.journal, stated.lines.count()) == ("nil", None, 0)
    (october,) = reported(cast.alliance, [OCTOBER])
    assert october.missing == ("Haven",)
    assert (
        "states that it spent nothing in October 2026"
        in client.get(stated.get_absolute_url()).content.decode()
    )
    assert state_nothing_spent(participant=cast.beacon, month=OCTOBER, by=cast.rosa) == stated
    late = send_return(cast, [cost(day="05/10/2026")], OCTOBER, participant=cast.beacon, by=cast.rosa)
    stated.refresh_from_db()
    assert (stated.status, stated.replaced_by) == ("replaced", late)


def test_nothing_is_not_stated_beside_costs_nor_by_somebody_else(cast):
    make_book(cast)
    sent = send_return(cast, [cost()])
    with pytest.raises(NotPossible, match=f"return {sent.number}"):
        state_nothing_spent(participant=cast.haven, month=NOVEMBER, by=cast.finn)
    with pytest.raises(NotAllowed):
        state_nothing_spent(participant=cast.beacon, month=NOVEMBER, by=cast.finn)
    withdraw_cost_return(cost_return=sent, by=cast.finn)
    stated = state_nothing_spent(participant=cast.haven, month=NOVEMBER, by=cast.finn)
    withdraw_cost_return(cost_return=stated, by=cast.finn)
    assert stated.pk
    with pytest.raises(DatabaseError), transaction.atomic():
        CostReturn.objects.filter(pk=sent.pk).update(status="nil")


def test_the_template_has_the_participant_the_month_and_help(cast, client_of, url):
    make_book(cast)
    answer = client_of(cast.finn).get(url("template") + "?participant=haven&month=2026-10")
    book = load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames == ["Costs", "Lists", "Help"]
    assert book["Costs"]["A1"].value == "Costs of Haven Homes, October 2026"
    assert "costs-haven-2026-10.xlsx" in answer["Content-Disposition"]
    lists = [rule for rule in book["Costs"].data_validations.dataValidation if rule.type == "list"]
    assert len(lists) == 2
    sheet = book["Costs"]
    sheet.append(
        [date(2026, 10, 5), "Quayside", "Cleaning", 12.3, "Overhead", "Peer support", "7", "invoice"]
    )
    filled = io.BytesIO()
    book.save(filled)
    sent = send_return(cast, filled.getvalue(), OCTOBER, name="costs.xlsx")
    assert (sent.status, sent.lines_total) == ("ready", D("12.30"))


def test_the_mapping_of_each_layout_is_remembered_though_others_came_between(cast):
    make_book(cast)
    head = "When,Who,What,How much,Kind,Pot"
    row = "03/11/2026,Shop,Tea,{},Overhead,Peer support"
    first = send_return(cast, csv_of([row.format("1.00")], head), reference="a")
    assert first.status == "mapping"
    from ledger.services import match_columns

    mapping = {
        "columns": {"date": 0, "supplier": 1, "description": 2, "amount": 3, "category": 4, "budget_line": 5}
    }
    match_columns(cost_return=first, mapping=mapping, by=cast.finn)
    assert worked(first).status == "ready"
    assert send_return(cast, [cost()], reference="b").status == "ready"
    assert send_return(cast, csv_of([row.format("2.00")], head), reference="c").status == "ready"
