"""From the wish for a report to the file on a board member's disk, with JavaScript and without."""

import hashlib

import pytest
from playwright.sync_api import expect

from alliance.assurance.models import Download, Report
from alliance.core.models import Errand
from alliance.core.outbox import do_all_due
from alliance.core.pdf import describe
from tests.journeys.conftest import PHONE

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def test_a_report_is_asked_for_made_and_downloaded(cast, either_page_as, check_axe, tmp_path):
    page = either_page_as(cast.carol)
    page.goto(f"/alliances/{cast.alliance.slug}/")
    page.get_by_role("link", name="Assurance").click()
    expect(page.get_by_text("No report yet")).to_be_visible()
    check_axe(page)
    page.get_by_role("button", name="Ask for a report").click()
    expect(page.get_by_label("Quarter 2 of 2026–27 (July to September 2026)")).to_be_checked()
    check_axe(page)
    page.get_by_role("button", name="Ask for the report").click()
    expect(page.get_by_text("Waiting for a worker")).to_be_visible()
    check_axe(page)

    do_all_due()
    if again := page.get_by_role("link", name="Look again").all():  # only where there is no JavaScript
        again[0].click()
    expect(page.get_by_role("heading", name="Who has downloaded it")).to_be_visible()
    check_axe(page)

    board = either_page_as(cast.bea, viewport=PHONE)
    board.goto(f"/alliances/{cast.alliance.slug}/")
    board.get_by_role("link", name="Assurance report, Quarter 2 of 2026–27").click()
    with board.expect_download() as arriving:
        board.get_by_role("button", name="Download the report").click()
    arriving.value.save_as(tmp_path / "report.pdf")
    fetched = (tmp_path / "report.pdf").read_bytes()
    report = Report.objects.get()
    assert hashlib.sha256(fetched).hexdigest() == report.pdf.sha256
    assert describe(fetched).tagged
    assert Download.objects.get().downloaded_by == cast.bea
    board.reload()
    expect(board.get_by_text("Bea Board, Board member, Haven Homes")).to_be_visible()
    board.goto(f"/alliances/{cast.alliance.slug}/")
    expect(board.get_by_role("link", name="Assurance report, Quarter 2 of 2026–27")).to_have_count(0)
    board.goto(f"/alliances/{cast.alliance.slug}/assurance/")
    check_axe(board)


def test_a_report_that_could_not_be_made_is_tried_again(cast, either_page_as, check_axe):
    page = either_page_as(cast.pat)
    page.goto(f"/alliances/{cast.alliance.slug}/assurance/new/")
    page.get_by_role("button", name="Ask for the report").click()
    asked = Report.objects.get()
    Errand.objects.update(
        attempts=5,
        parked_at=asked.requested_at,
        trouble="PdfUnavailable: PDFs need Pango, which this machine lacks.",
    )
    page.reload()
    expect(page.get_by_text("PDFs need Pango, which this machine lacks.")).to_be_visible()
    check_axe(page)
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("Waiting for a worker")).to_be_visible()
    do_all_due()
    page.reload()
    expect(page.get_by_role("heading", name="Who has downloaded it")).to_be_visible()
