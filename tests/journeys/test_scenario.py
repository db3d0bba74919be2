"""Somebody thinks about gain and pain before anything is signed, in a real browser; nobody has to sign in."""

import pytest
from playwright.sync_api import expect

from tests.factories.ledger import make_book

pytestmark = pytest.mark.journey
SENTENCE = (
    "If the year costs £2,287,912.37, the providers receive £25,635.05 of the £112,087.63 below the target, "
    "and the commissioners keep £86,452.58."
)


def test_a_scenario_is_changed_put_right_and_sent_to_somebody(cast, either_page_as, check_axe):
    page = either_page_as()
    page.goto("/scenario/")
    expect(page.get_by_text(SENTENCE)).to_be_visible()
    check_axe(page)

    page.get_by_label("What the year costs", exact=True).fill("2,531,000.O3")
    page.get_by_role("button", name="Calculate").click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    expect(page.get_by_label("What the year costs", exact=True)).to_have_value("2,531,000.O3")
    check_axe(page)

    page.get_by_label("What the year costs", exact=True).fill("2,531,000.03")
    page.get_by_role("button", name="Add a provider").click()
    expect(page.get_by_label("Provider 4", exact=True)).to_be_visible()
    expect(
        page.get_by_text("the providers pay £36,000.00 of the £131,000.03 above the target")
    ).to_be_visible()
    for amount in ("16,380.00", "10,890.00", "8,730.00"):
        expect(page.get_by_role("cell", name=amount)).to_be_visible()
    check_axe(page)
    address = page.get_by_role("link", name="this scenario").get_attribute("href")

    other = either_page_as(cast.bea)
    make_book(cast)
    other.goto(f"/alliances/harbour-alliance/book{address}")
    expect(
        other.get_by_text("the providers pay £36,000.00 of the £131,000.03 above the target")
    ).to_be_visible()
    check_axe(other)


def test_the_result_follows_the_slider(page_as):
    page = page_as()
    page.goto("/scenario/")
    slider = page.get_by_role("slider", name="Share of the gain, as a slider")
    expect(slider).to_have_attribute("aria-valuetext", "40%")
    slider.press("ArrowRight")
    expect(page.get_by_label("Share of the gain", exact=True)).to_have_value("41")
    expect(page.get_by_text("the providers receive £26,275.93")).to_be_visible()
    assert "gain_share=41" in page.url
    page.get_by_label("Target cost", exact=True).fill("")
    expect(page.get_by_text("Enter the target cost, which is more than £0.00")).to_be_visible()
    expect(page.get_by_role("slider", name="Target cost, as a slider")).to_be_hidden()
    page.get_by_label("Target cost", exact=True).fill("2,300,000")
    expect(
        page.get_by_text("the providers receive nothing of the £12,087.63 below the target")
    ).to_be_visible()
    page.reload()
    expect(
        page.get_by_text("the providers receive nothing of the £12,087.63 below the target")
    ).to_be_visible()
