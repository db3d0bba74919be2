"""The end of a year in the browser, without one: the pages, the papers, the workbook."""

import io
from decimal import Decimal as D

import openpyxl
import pytest
from django.urls import reverse

from alliance.core import pdf
from alliance.core.models import Event
from alliance.core.refusals import Refusal
from decisions import effects
from ledger import services
from ledger.effects import UnderspendForm
from ledger.models import MemorandumPaper, YearEnd
from tests.factories import decided
from tests.factories.ledger import cost, make_book, post_return
from tests.factories.year_end import (
    MARCH,
    MAY,
    close_months,
    close_year,
    decide_underspend,
    last_years_book,
)

SLUG = "harbour-alliance"


def at(name: str, *more: str) -> str:
    return reverse(f"ledger:{name}", args=[SLUG, *more])


@pytest.fixture
def budget(cast):
    return last_years_book(cast, "120.00")


def test_months_are_closed_one_after_another_and_then_the_year(cast, budget, client_of):
    close_months(budget, cast.hana, until=MARCH.shifted(-2))
    hana = client_of(cast.hana)
    page = hana.get(at("year_end", "2025-26")).content.decode()
    assert at("close", "2026-02") in page
    assert at("close_year", "2025-26") not in page
    hana.post(at("close", "2026-02"))
    answer = hana.post(at("close", "2026-03"))
    assert answer.url == at("year_end", "2025-26")
    page = hana.get(answer.url).content.decode()
    assert "All twelve months are closed." in page
    assert at("close_year", "2025-26") in page
    assert "£599,880.00 is returned" not in page
    look = hana.get(at("close_year", "2025-26")).content.decode()
    for words in ("£599,880.00 is posted as owed", "23 cost returns are missing", "Nothing is decided"):
        assert words in look
    answer = hana.post(at("close_year", "2025-26"))
    assert answer.url == at("memorandum", "2025-26")
    assert "£599,880.00 is returned to those who contributed" in hana.get(answer.url).content.decode()
    ended = YearEnd.objects.get()
    assert ended.closed_by == cast.hana
    journal = hana.get(ended.journal.get_absolute_url()).content.decode()
    assert "what it lacked is due from them" in journal.replace("&#x27;", "'")
    assert at("memorandum", "2025-26") in journal
    assert "is owed to" not in client_of(cast.bea).get(at("payments")).content.decode()
    assert "399,920.00" in client_of(cast.bea).get(at("payments")).content.decode()


def test_others_see_why_they_do_not_close_it(cast, budget, client_of):
    page = client_of(cast.bea).get(at("year_end", "2025-26")).content.decode()
    assert "Only the pool manager does this" in page
    assert at("close", "2025-04") in page  # what waits is no secret


def test_a_proposal_is_offered_to_those_who_put_one(cast, budget, client_of):
    offered = "Propose something else"
    assert offered in client_of(cast.carol).get(at("year_end", "2025-26")).content.decode()
    for person in (cast.hana, cast.bea):
        page = client_of(person).get(at("year_end", "2025-26")).content.decode()
        assert "Nothing is decided about" in page
        assert offered not in page


def test_the_account_says_so_far_until_it_is_closed(cast, budget, client_of):
    bea = client_of(cast.bea)
    so_far = bea.get(at("memorandum", "2025-26")).content.decode()
    assert "Memorandum account 2025–26, so far" in so_far
    assert "What these figures do not hold yet" in so_far
    assert "the ledger of Harbour City Council, which hosts the fund, stays statutory" in so_far
    close_year(budget, cast.hana)
    closed = bea.get(at("memorandum", "2025-26")).content.decode()
    assert "so far" not in closed
    assert YearEnd.objects.get().sha256 in closed
    assert f'{at("lines")}?year=2025-26&amp;line=housing-first">Housing first' in closed


@pytest.mark.parametrize("rows", [1, 3])
def test_the_account_takes_the_same_queries_for_one_row_and_for_three(
    cast, budget, client_of, django_assert_num_queries, rows
):
    for n in range(rows):
        post_return(
            cast, [cost(f"1{n}.00", day="02/06/2025", line="Peer support")], MAY.shifted(1), reference=str(n)
        )
        decided.accrue(cast, month=MARCH, budget_line=budget.lines.first(), amount=D(n + 5))
        decided.transfer(cast.beacon, amount=f"{n + 1}.00")
    bea = client_of(cast.bea)
    bea.get(at("years"))
    with django_assert_num_queries(8):
        assert bea.get(at("years")).status_code == 200
    with django_assert_num_queries(22):
        assert bea.get(at("year_end", "2025-26")).status_code == 200
    with django_assert_num_queries(24):
        assert bea.get(at("memorandum", "2025-26")).status_code == 200
    close_year(budget, cast.hana)
    with django_assert_num_queries(12):
        assert bea.get(at("memorandum", "2025-26")).status_code == 200


def test_what_the_year_cost_is_shared_as_agreed_to_the_penny_and_kept(cast, client_of, run_errands):
    """The worked example of rule 38, as a year of the book: 1,000.00 of its costs are disallowed."""
    budget = last_years_book(cast)
    bea = client_of(cast.bea)
    assert "Gain and pain, step by step" not in bea.get(at("memorandum", "2025-26")).content.decode()
    split = {cast.haven: "45.5", cast.beacon: "30.25", cast.council: "24.25"}
    decision = decided.agree_share(budget, split)
    costs = [
        cost("2287912.37", day="02/05/2025"),
        cost("1000.00", day="02/05/2025", category="Disallowed", reference="D1"),
    ]
    post_return(cast, costs, MAY)
    close_year(budget, cast.hana)
    with pytest.raises(Refusal, match="does not change any more"):
        decided.agree_share(budget, {cast.haven: "1"}, gain_share="90")
    page = " ".join(bea.get(at("memorandum", "2025-26")).content.decode().split())
    assert (
        "2025–26 cost £2,288,912.37, of which £1,000.00 was disallowed: the providers receive £25,635.05 of the "
        "£112,087.63 below the target, and the commissioners keep £86,452.58."
    ) in page
    assert decision.get_absolute_url() in page
    for amount in ("64,087.63", "11,663.95", "7,754.60", "6,216.50"):
        assert f">{amount}<" in page
    workbook = openpyxl.load_workbook(io.BytesIO(bea.get(at("memorandum_xlsx", "2025-26")).content))
    rows = [[cell.value for cell in row] for row in workbook["Gain and pain"].iter_rows()]
    assert sorted(row[-1] for row in rows[-3:]) == [6216.5, 7754.6, 11663.95]
    assert rows[-4][-1] == 86452.58
    run_errands()
    said = pdf.describe(bea.get(at("memorandum_pdf", "2025-26")).content)
    assert "4. Gain and pain" in said.outline


def test_the_paper_is_tagged_holds_its_facts_and_tells_who_took_it(cast, budget, client_of, run_errands):
    decide_underspend(budget, "part", "40.00")
    ended = close_year(budget, cast.hana)
    run_errands()
    paper = MemorandumPaper.objects.get()
    answer = client_of(cast.bea).get(at("memorandum_pdf", "2025-26"))
    said = pdf.describe(answer.content)
    assert (said.title, said.pdfua, said.pdfa, said.attachments) == (
        "Harbour Alliance: memorandum account 2025–26",
        "1",
        "3A",
        ("memorandum.json",),
    )
    assert {
        "1. Where the money came from",
        "2. What it was spent on",
        "3. What is left, and whose it is",
    } <= set(said.outline)
    assert len(said.figures) == 1
    assert (paper.sha256, bytes(paper.body)) == (ended.sha256, bytes(ended.body))
    assert (
        Event.objects.get(kind="ledger.memorandum_downloaded").facts["capacity"]
        == "Board member, Haven Homes"
    )
    assert services.ask_for_memorandum_paper(budget=budget, by=cast.bea) == paper


def test_so_far_it_is_drawn_again_only_when_its_figures_changed(cast, budget, client_of):
    bea = client_of(cast.bea)
    bea.post(at("memorandum_paper", "2025-26"))
    bea.post(at("memorandum_paper", "2025-26"))
    assert MemorandumPaper.objects.count() == 1
    assert "Waiting" in bea.get(at("memorandum", "2025-26")).content.decode()
    post_return(cast, [cost("10.00", day="02/06/2025")], MAY.shifted(1), reference="M")
    bea.post(at("memorandum_paper", "2025-26"))
    assert MemorandumPaper.objects.count() == 2


def test_the_workbook_holds_every_figure_with_last_years_beside_it(cast, budget, client_of):
    make_book(cast, budget.year.next, brought_forward=D("130.00"), contingency=D("30130.00"))
    close_year(budget, cast.hana)
    bea = client_of(cast.bea)
    closed = bea.get(at("memorandum", "2025-26")).content.decode()
    assert "The budget of 2026–27 plans with £130.00 brought forward" in closed
    so_far = bea.get(at("memorandum", "2026-27")).content.decode()
    assert "The budget was opened with £130.00; the close of the year before made it £130.00 less" in so_far
    assert "£0.00 carried forward" in bea.get(at("budget") + "?year=2026-27").content.decode()
    content = bea.get(at("memorandum_xlsx", "2026-27")).content
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["Net position", "Funding", "Spending", "Transfers out", "Shares"]
    rows = [[cell.value for cell in row] for row in book["Net position"].iter_rows(min_row=3)]
    assert rows == [
        ["What", "2026–27", "2025–26"],
        ["Contributions", 600000, 600000],
        ["Brought forward", 0, 0],
        ["Spent", 0, 120],
        ["Transferred out of the pool", 0, 0],
        ["Net position", 600000, 599880],
        ["Carried forward", 0, 0],
        ["Returned to participants, or asked of them (−)", 600000, 599880],
    ]
    forward = [[cell.value for cell in row] for row in book["Funding"].iter_rows()][-1]
    assert forward == ["Brought forward", 130, -130, 0, 0, None, 0]


def test_a_year_that_is_not_of_the_book_is_not_there(cast, budget, client_of):
    bea = client_of(cast.bea)
    for year in ("2031-32", "nonsense", "2025-27"):
        assert bea.get(at("memorandum", year)).status_code == 404


def test_home_asks_the_pool_manager_to_close_the_year_when_its_months_are_closed(cast, budget, client_of):
    hana, home = client_of(cast.hana), reverse("alliance_home", args=[SLUG])
    assert "Close 2025–26" not in hana.get(home).content.decode()
    close_months(budget, cast.hana)
    assert "Close 2025–26" in hana.get(home).content.decode()
    assert "Close 2025–26" not in client_of(cast.finn).get(home).content.decode()
    services.close_year(budget=budget, by=cast.hana)
    assert "Close 2025–26" not in hana.get(home).content.decode()


def test_the_form_of_an_underspend_says_what_is_left_and_asks_how_much_stays(cast, budget):
    form = UnderspendForm(None, alliance=cast.alliance)
    assert "So far £599,880.00 of 2025–26 is not spent." in str(form)
    said = {"budget": budget.pk, "what": "part"}
    wrong = UnderspendForm(said, alliance=cast.alliance)
    assert dict(wrong.errors) == {"amount": ["Enter how much is carried forward at most."]}
    right = UnderspendForm(said | {"amount": "£1,000"}, alliance=cast.alliance)
    assert right.is_valid(), right.errors
    assert effects.sentences(cast.alliance, right.terms) == [
        (
            "Of what 2025–26 leaves in the pool £1,000.00 at most is carried forward into the next year; the rest is "
            "returned in proportion to contributions."
        ),
        "It is carried out when the pool manager closes the year.",
    ]
    again = UnderspendForm(None, alliance=cast.alliance, terms=right.terms)
    assert (again.initial["what"], again.initial["amount"]) == ("part", D("1000.00"))
