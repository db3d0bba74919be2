from pathlib import Path

import pytest

from tests.factories.ledger import OCTOBER, cost, make_book, post_return

pytestmark = pytest.mark.journey
OUT = Path("/tmp/plan3/shots")


def test_shots(cast, page_as):
    make_book(cast)


    page = page_as(cast.pat)
    for name, address in {
        "public": "/scenario/",
        "pain": "/scenario/?actual=2531000.03&disallowed=1000&rows=5",
        "wrong": "/scenario/?actual=2,531,000.O3&band=x&share_2=&name_2=Quay&rows=3&pain_cap=200",
        "inside": "/alliances/harbour-alliance/book/scenario/",
    }.items():
        page.goto(address)
        for width in (1280, 390, 320):
            page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_timeout(150)
            page.screenshot(path=OUT / f"{name}-{width}.png", full_page=True)
        page.set_viewport_size({"width": 1280, "height": 800})
        page.evaluate("scrollTo(0, 500)")
        page.wait_for_timeout(150)
        page.screenshot(path=OUT / f"{name}-scrolled.png")
        page.pdf(path=OUT / f"{name}.pdf", format="A4", print_background=False, prefer_css_page_size=True)
