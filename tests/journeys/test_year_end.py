"""The host closes a quarter month by month and then the year, in a real browser; a board member takes it along."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from alliance.core.outbox import do_all_due
from alliance.core.periods import Month
from tests.factories.year_end import close_months, decide_underspend, last_years_book

pytestmark = pytest.mark.journey
BOOK = "/alliances/harbour-alliance/book/"


def test_a_quarter_and_then_the_year_are_closed_and_everybody_reads_its_account(
    cast, either_page_as, check_axe
):
    budget = last_years_book(cast, "599,900.00")
    close_months(budget, cast.hana, until=Month(2025, 12))
    decide_underspend(budget, "part", "40.00")
    page = either_page_as(cast.hana)
    page.goto(f"{BOOK}years/")
    check_axe(page)
    page.get_by_role("link", name="2025–26", exact=True).click()
    expect(page.get_by_text("3 months are open. The first is January 2026")).to_be_visible()
    check_axe(page)
    for month in ("January", "February", "March"):
        page.get_by_role("button", name=f"Close {month} 2026").click()
        page.get_by_role("button", name=f"Close {month} 2026").click()
        expect(page.get_by_text(f"{month} 2026 is closed.")).to_be_visible()
    page.get_by_role("button", name="Close 2025–26").click()
    expect(page.get_by_text("£60.00 is posted as owed to them")).to_be_visible()
    check_axe(page)
    page.get_by_role("button", name="Close 2025–26").click()
    expect(page.get_by_text("2025–26 is closed.")).to_be_visible()
    expect(page.get_by_text("£40.00 is carried forward, and £60.00 is returned").first).to_be_visible()
    check_axe(page)
    do_all_due()

    bea = either_page_as(cast.bea)
    bea.goto(f"{BOOK}years/2025-26/memorandum/")
    check_axe(bea)
    with bea.expect_download() as download:
        bea.get_by_role("link", name="The account as a paper").click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF-")
    bea.goto(f"{BOOK}years/2025-26/")
    expect(bea.get_by_role("heading", name="2025–26 is closed")).to_be_visible()
    check_axe(bea)
    if (
        more := bea.get_by_text("More of the book")
    ).is_visible():  # folded on a phone, where it needs no script
        more.click()
    bea.get_by_role("link", name="Payments").click()
    expect(bea.get_by_role("row", name="Harbour City Council")).to_contain_text("40.00")
