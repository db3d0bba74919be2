"""Where one person's pay, or a name beside it, could be read past the lines of the book (rule 29, ADR 31)."""

import io
import json
from decimal import Decimal

import pytest
import xlsxwriter
from django.urls import reverse

from alliance.core.models import Event
from alliance.core.outbox import do_all_due
from alliance.core.refusals import NotPossible
from alliance.core.uploads import Upload
from ledger.models import BudgetLine, Category, Entry
from ledger.pay import TOO_FEW
from ledger.services import accrue, correct_line, explain_names, fix_rows, match_columns, prepay
from tests.factories.ledger import (
    HEADINGS,
    NOVEMBER,
    add_evidence,
    cost,
    csv_of,
    entry_of,
    make_book,
    post_return,
    send_return,
)
from tests.factories.participants import make_person

D = Decimal
pytestmark = pytest.mark.django_db
BOOTS = ["2026-11-03", "Cobbler", "Boots", 99.95, "Direct other", "Housing first", "B-1", "receipt"]
PAID = ["2026-11-30", "Jo Bloggs", "Pay", 2611.31, "Direct staff", "Housing first", "EMP-7", "payslip"]


@pytest.fixture(autouse=True)
def _book(cast):
    make_book(cast)


@pytest.fixture
def opened(cast, client_of):
    """What a page or a file answers to somebody of another participant: (status, text)."""

    def ask(url: str, who=None) -> tuple[int, str]:
        answer = client_of(who or cast.rosa).get(url)
        return answer.status_code, answer.content.decode(errors="replace")

    return ask


def workbook(*, hidden: tuple[str, ...] = (), **sheets: list[list]) -> bytes:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        for name, rows in sheets.items():
            page = book.add_worksheet(name)
            if name in hidden:
                page.hide()
            for n, row in enumerate(rows):
                page.write_row(n, 0, row)
    return made.getvalue()


# ── What nobody read of a file ───────────────────────────────────────────────


@pytest.mark.parametrize(
    ("beside", "hidden", "status"),
    [
        ({"Payroll": [["Jo Bloggs", 2611.31]]}, (), 403),
        ({"Payroll": [["Jo Bloggs", 2611.31]]}, ("Payroll",), 403),
        ({"Notes": [["Jo Bloggs has 2,611.31 of it"]]}, ("Notes",), 403),
        ({"Help": [["Jo Bloggs", 2611.31]]}, (), 403),
        ({"Notes": [["Please read"], ["and enjoy"]]}, (), 200),
        ({"Help": [["1", "Each person’s full-time equivalents, like 2.50"]]}, (), 200),
    ],
)
def test_a_file_is_everybody_s_only_where_no_sheet_of_figures_was_left_unread(
    cast, opened, beside, hidden, status
):
    content = workbook(hidden=hidden, Costs=[HEADINGS.split(","), BOOTS], **beside)
    posted = post_return(cast, content, name="costs.xlsx")
    assert posted.lines_total == D("99.95")
    assert opened(reverse("ledger:file", args=[cast.alliance.slug, posted.number]))[0] == status
    lines = opened(reverse("ledger:row", args=[cast.alliance.slug, posted.number, 2]))
    assert (lines[0], "99.95" in lines[1]) == (200, True)


def test_the_template_that_we_hand_out_stays_everybody_s(cast, client_of, opened):
    import openpyxl

    blank = client_of(cast.finn).get(reverse("ledger:template", args=[cast.alliance.slug])).content
    book = openpyxl.load_workbook(io.BytesIO(blank))
    for place, cell in enumerate(BOOTS, 1):
        book["Costs"].cell(4, place, cell)
    filled = io.BytesIO()
    book.save(filled)
    posted = post_return(cast, filled.getvalue(), name="costs.xlsx")
    assert opened(reverse("ledger:file", args=[cast.alliance.slug, posted.number]))[0] == 200


def test_a_row_that_ends_before_it_says_whose_it_is_was_not_read(cast, opened):
    """Of a host's ledger only rows of one cost centre are ours; a row that says none may be anybody's pay."""
    headings = HEADINGS + ",Centre"
    ours, other = cost("99.95") + ",Harbour", cost("2611.31", category="Direct staff", supplier="Jo Bloggs")
    sent = send_return(cast, csv_of([ours, other], headings))
    mapping = sent.mapping | {"only": [8, "Harbour"]}
    match_columns(cost_return=sent, mapping=mapping, by=cast.finn)
    do_all_due()
    sent.refresh_from_db()
    assert (sent.status, sent.lines_total) == ("ready", D("99.95"))
    assert opened(reverse("ledger:file", args=[cast.alliance.slug, sent.number]))[0] == 403


# ── What a page repeats of a file ────────────────────────────────────────────


def test_names_that_are_not_ours_are_told_to_its_own_people_alone(cast, opened):
    sent = send_return(cast, [cost("2611.31", category="Salary of Jo Bloggs", supplier="Payroll")])
    assert "Salary of Jo Bloggs" in opened(sent.get_absolute_url(), cast.finn)[1]
    status, page = opened(sent.get_absolute_url())
    assert (status, "1 name in the file is not known here" in page, "Jo Bloggs" in page) == (200, True, False)


def test_the_record_keeps_no_word_of_a_file_that_may_tell_pay(cast):
    """A column may have been matched with what it does not hold: the record has what was said instead."""
    sent = send_return(cast, [cost("10.00", category="2,611.31"), cost(category="Bloggs", line="Bloggs")])
    fixes = {2: {"category": "Direct staff"}, 3: {"budget_line": "Housing first"}}
    fix_rows(cost_return=sent, fixes=fixes, by=cast.finn)
    do_all_due()
    sent.refresh_from_db()
    explain_names(cost_return=sent, meanings={("category", "Bloggs"): "direct_staff"}, by=cast.finn)
    told = {
        event.kind: json.loads(bytes(event.body))["facts"]
        for event in Event.objects.filter(kind__in=["ledger.return_fixed", "ledger.names_explained"])
    }
    assert told["ledger.return_fixed"]["changes"] == [
        {"row": 2, "field": "category", "now": "Direct staff"},
        {"row": 3, "field": "budget_line", "now": "Housing first"},
    ]
    assert told["ledger.names_explained"]["names"] == [{"field": "category", "meaning": "direct_staff"}]


def test_a_first_row_that_stands_for_the_headings_is_told_to_its_own_people_alone(cast, opened):
    """A file without headings loses its first row to them."""
    first = "30/11/2026,Jo Bloggs,Pay of Jo Bloggs,2611.31,Direct staff,Housing first"
    others = "3/11/2026,Cobbler,Boots,99.95,Direct other,Housing first", first.replace("2611.31", "7.00")
    sent = send_return(cast, csv_of(others, first))
    columns = {"date": 0, "supplier": 1, "description": 2, "amount": 3, "category": 4, "budget_line": 5}
    match_columns(cost_return=sent, mapping={"columns": columns}, by=cast.finn)
    do_all_due()
    sent.refresh_from_db()
    assert sent.status == "ready"
    urls = [sent.get_absolute_url(), reverse("ledger:row", args=[cast.alliance.slug, sent.number, 2])]
    assert ["2611.31" in opened(url, cast.finn)[1] for url in urls] == [True, True]
    assert [(opened(url)[0], "2611.31" in opened(url)[1]) for url in urls] == [(200, False)] * 2
    assert "Amount (net)" in opened(urls[1])[1]


# ── Evidence ─────────────────────────────────────────────────────────────────


def test_what_shows_an_accrual_of_pay_is_its_own_people_s_and_the_auditors(cast, opened):
    line = BudgetLine.objects.get(alliance=cast.alliance, name="Housing first")
    file = Upload("payslip.pdf", b"%PDF-1.7 Jo Bloggs 2,611.31", "application/pdf")
    given = {"participant": cast.haven, "month": NOVEMBER, "budget_line": line, "evidence": file}
    given |= {"amount": D("2611.31"), "reason": "Not paid yet.", "by": cast.finn}
    accrue(category=Category.DIRECT_STAFF, **given)
    prepay(category=Category.DIRECT_STAFF, months=2, **given)
    accrue(category=Category.DIRECT_OTHER, **given)
    urls = [reverse("ledger:accrual_evidence", args=[cast.alliance.slug, number]) for number in (1, 2, 3)]
    answers = {who.name: [opened(url, who)[0] for url in urls] for who in (cast.rosa, cast.hana, cast.lee)}
    assert list(answers.values()) == [[403, 403, 200]] * 3
    for who in (cast.finn, cast.bea, cast.ari):
        assert [opened(url, who)[0] for url in urls] == [200] * 3
    page = opened(reverse("ledger:accruals", args=[cast.alliance.slug]))[1]
    assert [url in page for url in urls] == [False, False, True]


def test_what_shows_a_row_of_one_sheet_shows_no_row_of_another(cast):
    """The payslip beside row 2 of the payroll is not to become what shows row 2 of the boots."""
    content = workbook(Payroll=[HEADINGS.split(","), PAID], Costs=[HEADINGS.split(","), BOOTS])
    sent = send_return(cast, content, name="costs.xlsx")
    match_columns(cost_return=sent, mapping={"sheet": "Payroll"}, by=cast.finn)
    do_all_due()
    sent.refresh_from_db()
    add_evidence(sent, cast.finn, b"%PDF-1.7 Jo Bloggs", row=2)
    with pytest.raises(NotPossible, match="Files show rows of the sheet “Payroll”"):
        match_columns(cost_return=sent, mapping={"sheet": "Costs"}, by=cast.finn)
    sent.refresh_from_db()
    assert (sent.status, sent.sheet) == ("ready", "Payroll")


def test_who_works_or_is_helped_there_does_not_read_what_colleagues_are_paid(cast, opened):
    posted = post_return(cast, [cost("2611.31", category="Direct staff")])
    payslip = add_evidence(posted, cast.finn, b"%PDF-1.7 Jo Bloggs")
    wes = make_person(cast.alliance, "Wes Worker", "worker", cast.haven)
    liv = make_person(cast.alliance, "Liv Lived", "lived_experience", cast.haven)
    urls = [reverse("ledger:file", args=[cast.alliance.slug, posted.number]), payslip.get_absolute_url()]
    for who, status in ((wes, 403), (liv, 403), (cast.pat, 200), (cast.dev, 200), (cast.bea, 200)):
        assert [opened(url, who)[0] for url in urls] == [status] * 2, who.name
    assert opened(posted.get_absolute_url(), wes)[0] == 200


# ── Corrections ──────────────────────────────────────────────────────────────


def test_a_line_that_is_corrected_to_be_pay_says_no_name(cast):
    posted = post_return(cast, [cost("2611.31", category="Direct other", supplier="Jo Bloggs")])
    line = BudgetLine.objects.get(alliance=cast.alliance, name="Housing first")
    correct_line(
        entry=entry_of(posted),
        amount=D("2611.31"),
        category=Category.DIRECT_STAFF,
        budget_line=line,
        reason="It was pay.",
        by=cast.finn,
    )
    paid = Entry.objects.get(alliance=cast.alliance, account__category="direct_staff")
    assert (paid.amount, paid.supplier, paid.reference, paid.description) == (D("2611.31"), "", "", TOO_FEW)
