"""A return is put right in the page, typed in, or stated to be nothing, in a real browser."""

import pytest
from playwright.sync_api import Page, expect

from tests.factories.ledger import cost, csv_of, make_book
from tests.journeys.test_ledger import BOOK, choose_file, work

pytestmark = pytest.mark.journey


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).first.click()


def test_rows_and_names_are_put_right_in_the_page_and_the_return_is_confirmed(
    cast, either_page_as, check_axe
):
    make_book(cast)
    page = either_page_as(cast.finn)
    page.goto(f"{BOOK}returns/new/")
    page.get_by_label("Which month").select_option("2026-10")
    wrong = [
        cost("1,200.00", day="03/10/2026"),
        cost("12O.00", day="31/09/2026", category="Agency staff"),
        'Total,,,"1,320.00",,,,',
    ]
    choose_file(page, csv_of(wrong))
    press(page, "Send and check")
    work(page, "3 things to put right")
    check_axe(page)
    press(page, "Say what the names mean")
    check_axe(page)
    page.get_by_label("“Agency staff”").select_option("direct_staff")
    press(page, "Keep and check again")
    work(page, "2 things to put right")
    press(page, "Put rows right")
    check_axe(page)
    press(page, "Keep and check again")
    expect(page.get_by_text("Change something first").first).to_be_visible()
    page.get_by_label("Amount (net)").fill("120.00")
    page.get_by_label("Date", exact=True).fill("30/09/2026")
    press(page, "Keep and check again")
    work(page, "No problem was found")
    expect(page.get_by_text("What was put right in the page")).to_be_visible()
    check_axe(page)
    press(page, "Confirm and post")
    work(page, "in the open book as")


def test_a_few_costs_are_typed_in(cast, either_page_as, check_axe):
    make_book(cast)
    page = either_page_as(cast.finn)
    page.goto(f"{BOOK}returns/")
    page.get_by_role("link", name="Type in a few costs").click()
    check_axe(page)
    page.get_by_label("Date", exact=True).first.fill("3/10/2026")
    page.get_by_label("Amount (net)").first.fill("12O")
    press(page, "Add more costs")
    expect(page.get_by_role("group", name="Cost 6")).to_be_visible()
    press(page, "Send and check")
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    check_axe(page)
    page.get_by_label("Amount (net)").first.fill("£120.00")
    page.get_by_label("Supplier").first.fill("Quayside")
    page.get_by_label("Category").first.select_option("Overhead")
    page.get_by_label("Budget line").first.select_option("Peer support")
    press(page, "Send and check")
    work(page, "No problem was found")


def test_nothing_was_spent(cast, either_page_as, check_axe):
    make_book(cast)
    page = either_page_as(cast.rosa)
    page.goto(f"{BOOK}returns/nothing/")
    check_axe(page)
    page.get_by_label("Which month").select_option("2026-10")
    page.get_by_label("We had no costs in this month").check()
    press(page, "State that nothing was spent")
    expect(page.get_by_text("states that it spent nothing in October 2026")).to_be_visible()
    check_axe(page)
