"""A provider's spreadsheet becomes open book, is followed down to its row and put right, in a real browser."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from alliance.core.outbox import do_all_due
from alliance.core.periods import FinancialYear
from tests.factories.ledger import NOVEMBER, OCTOBER, cost, csv_of, make_book, post_return

pytestmark = pytest.mark.journey
BOOK = "/alliances/harbour-alliance/book/"
LEEDS = Path(__file__).parent.parent / "data" / "returns" / "leeds-2010-12-pooled-budgets.csv"


def choose_file(page: Page, content: bytes, name: str = "costs.csv") -> None:
    file = {"name": name, "mimeType": "text/csv", "buffer": content}
    page.get_by_label("The file with the costs").set_input_files(file)


def work(page: Page, sign: str) -> None:
    """A worker does what was asked; the page finds out by itself, or without JavaScript is asked again."""
    do_all_due()
    if not page.evaluate("'htmx' in window"):
        page.reload()
    expect(page.get_by_text(sign).first).to_be_visible()


def test_a_return_is_sent_mended_confirmed_followed_to_its_row_and_reversed(cast, either_page_as, check_axe):
    make_book(cast)
    rows = [
        cost("1,200.00", day="03/10/2026"),
        cost("340.50", day="09/10/2026", line="Peer support", category="Overhead"),
    ]
    wrong = [*rows, cost("12O.00", day="31/11/2026", line="Peer suport")]
    page = either_page_as(cast.finn)
    page.goto(BOOK)
    check_axe(page)
    page.get_by_role("button", name="Send a cost return").click()
    check_axe(page)
    page.get_by_role("button", name="Send and check").click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    page.get_by_label("Which month").select_option("2026-10")
    choose_file(page, csv_of(wrong))
    page.get_by_role("button", name="Send and check").click()
    expect(page.get_by_text("Waiting for its turn")).to_be_visible()
    check_axe(page)
    work(page, "3 things to put right")
    for sentence in (
        "The amount '12O.00' has a letter O.",
        "The date '31/11/2026' is not a day in the calendar.",
        "The budget line 'Peer suport' is not one of: Housing first, Street outreach, Peer support, Contingency.",
    ):
        expect(page.get_by_text(sentence)).to_be_visible()
    check_axe(page)

    page.get_by_role("button", name="Send the corrected file").click()
    choose_file(page, csv_of(rows))
    page.get_by_label("Total of the costs").fill("£1,540.50")
    page.get_by_role("button", name="Send and check").click()
    work(page, "No problem was found")
    check_axe(page)
    page.get_by_role("button", name="Confirm and post").click()
    work(page, "in the open book as")
    check_axe(page)

    bea = either_page_as(cast.bea)
    bea.goto(BOOK)
    expect(bea.get_by_text("£1,540.50").first).to_be_visible()
    check_axe(bea)
    bea.get_by_role("link", name="Peer support").first.click()
    expect(bea.get_by_text("£340.50")).to_be_visible()
    check_axe(bea)
    bea.get_by_role("link", name="row 3").click()
    expect(bea.get_by_role("cell", name="340.50", exact=True)).to_be_visible()
    expect(bea.get_by_text("£70,000.00 is agreed for Peer support in 2026–27")).to_be_visible()
    check_axe(bea)
    with bea.expect_download() as download:
        bea.get_by_role("link", name="costs.csv").click()
    assert Path(download.value.path()).read_bytes() == csv_of(rows)
    bea.get_by_role("link", name="Journal 2").click()
    expect(
        bea.get_by_text("Only the finance lead of Haven Homes or the pool manager reverses")
    ).to_be_visible()
    check_axe(bea)

    page.get_by_role("link", name="journal 2").click()
    page.get_by_role("button", name="Reverse this journal").click()
    check_axe(page)
    page.get_by_role("button", name="Reverse it").click()
    expect(page.get_by_role("link", name="Enter why the journal is reversed")).to_be_visible()
    page.get_by_label("Why is it reversed?").fill("The rent was paid by the council already.")
    page.get_by_role("button", name="Reverse it").click()
    expect(page.get_by_text("Journal 2 is reversed by journal 3.")).to_be_visible()
    check_axe(page)
    bea.goto(BOOK)
    expect(
        bea.get_by_text("Nothing has been spent yet").or_(bea.get_by_text("£0.00").first).first
    ).to_be_visible()


def test_a_councils_own_file_is_matched_column_by_column_and_loads(cast, either_page_as, check_axe):
    make_book(cast, FinancialYear(2010))
    page = either_page_as(cast.hana)
    page.goto(f"{BOOK}returns/new/")
    page.get_by_label("Which month").select_option("2010-12")
    choose_file(page, LEEDS.read_bytes(), "leeds.csv")
    page.get_by_role("button", name="Send and check").click()
    work(page, "Still to say: where it has the category and budget line")
    page.get_by_role("button", name="Match the columns").click()
    check_axe(page)
    page.get_by_role("button", name="Check the file again").click()
    expect(page.get_by_role("link", name="Say which column holds the category")).to_be_visible()
    check_axe(page)
    page.get_by_label("Category").select_option("Subcontract")
    page.get_by_label("Budget line", exact=True).select_option("Housing first")
    page.get_by_label("Does the file hold other rows too?").select_option("column:2")
    page.get_by_label("Only rows that say").fill("Social Services Pooled Budgets")
    page.get_by_role("button", name="Check the file again").click()
    work(page, "No problem was found")
    expect(page.get_by_text("£3,955,055.29").first).to_be_visible()
    expect(page.get_by_text("Rows 879 to 881 hold nothing and were left out.")).to_be_visible()
    page.get_by_role("button", name="Confirm and post").click()
    work(page, "in the open book as")
    page.goto(f"{BOOK}?year=2010-11")
    expect(page.get_by_text("£3,955,055.29").first).to_be_visible()
    page.goto(f"{BOOK}lines/?year=2010-11")
    check_axe(page)
    page.get_by_role("link", name="Older").click()
    expect(page.get_by_role("link", name="Back to the newest")).to_be_visible()


def test_the_pool_manager_opens_a_year_enters_money_and_closes_a_month(cast, either_page_as, check_axe):
    page = either_page_as(cast.hana)
    page.goto(BOOK)
    check_axe(page)
    page.get_by_role("button", name="Open the first year").click()
    check_axe(page)
    page.get_by_label("Harbour City Council").fill("400,000")
    page.get_by_label("Haven Homes").fill("120,000.00")
    page.locator("#id_line_1").fill("Housing first")
    page.locator("#id_line_1_amount").fill("500000")
    page.get_by_label("Contingency").fill("19,999.99")
    page.get_by_role("button", name="Open the year").click()
    expect(page.get_by_text("£0.01 too little is planned").first).to_be_visible()
    check_axe(page)
    page.get_by_label("Contingency").fill("20,000.00")
    page.get_by_role("button", name="Open the year").click()
    expect(page.get_by_text("The year 2026–27 is open.")).to_be_visible()
    check_axe(page)
    page.goto(f"{BOOK}budget/")
    page.get_by_role("button", name="Enter a contribution that arrived").click()
    check_axe(page)
    page.get_by_label("From whom?").select_option("Haven Homes")
    page.get_by_label("Amount").fill("30,000.00")
    for part, value in (("Day", "2"), ("Month", "11"), ("Year", "2026")):
        page.get_by_label(part, exact=True).fill(value)
    page.get_by_label("The bank's reference").fill("BACS 7")
    page.get_by_role("button", name="Look at what changes").click()
    check_axe(page)
    page.get_by_role("button", name="Post it").click()
    expect(page.get_by_text("is in the book as journal 2")).to_be_visible()
    page.goto(f"{BOOK}months/")
    check_axe(page)
    page.get_by_role("button", name="Close April 2026").click()
    check_axe(page)
    page.get_by_role("button", name="Close April 2026").click()
    expect(page.get_by_text("April 2026 is closed.")).to_be_visible()
    page.goto(f"{BOOK}journals/")
    check_axe(page)


def test_the_book_is_narrowed_down_looked_at_in_another_way_and_widened_again(
    cast, either_page_as, check_axe
):
    make_book(cast)
    post_return(cast, [cost("1200.00", day="03/10/2026")], OCTOBER)
    post_return(cast, [cost("77.00", line="Peer support")], NOVEMBER)
    page = either_page_as(cast.ari)
    page.goto(BOOK)
    page.get_by_role("link", name="By month").click()
    expect(page.get_by_role("link", name="October 2026")).to_be_visible()
    assert "by=month" in page.url
    check_axe(page)
    page.get_by_text("Filter by year, month").click()
    page.get_by_role("combobox", name="Month").select_option("2026-11")
    page.get_by_role("button", name="Apply filters").click()
    expect(page.get_by_text("in 1 line, in November 2026.")).to_be_visible()
    assert "month=2026-11" in page.url
    assert "by=month" in page.url
    check_axe(page)
    page.get_by_role("link", name="Take off: Month").click()
    expect(page.get_by_text("We have spent £1,277.00 of the £600,000.00")).to_be_visible()
    page.get_by_role("link", name="November 2026").click()
    page.get_by_role("link", name="Journal 3").click()
    expect(page.get_by_text("Money out").or_(page.get_by_text("the pool owes")).first).to_be_visible()
    page.goto(f"{BOOK}returns/")
    check_axe(page)


def test_on_paper_a_lines_journal_and_row_are_not_torn_from_their_numbers(cast, page_as):
    make_book(cast)
    long = "Deep cleaning of the hall and the stairs and the yard after the flood of the second week"
    post_return(cast, [cost("1200.00", day="03/10/2026", supplier=long, what=long)], OCTOBER)
    page = page_as(cast.bea, viewport={"width": 673, "height": 900})  # what an A4 sheet's margins leave
    page.emulate_media(media="print")
    page.goto(f"{BOOK}lines/")
    for name in ("Journal 2", "row 2"):
        link = page.get_by_role("link", name=name, exact=True)
        assert link.evaluate("one => one.getClientRects().length") == 1
