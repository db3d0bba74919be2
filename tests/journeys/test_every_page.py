"""Every page that the URL resolver knows, in a real browser: axe finds nothing, nothing is too wide, nothing complains.

The pages are the doors of tests/test_doors.py, so that a new one is looked at by itself. With SHOTS=folder each is
pictured at 1280 and 390 px.
"""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Error, Page, Response

from tests import test_doors
from tests.journeys.conftest import AXE, RUN_AXE, TOO_WIDE
from tests.test_doors import INSIDE, OUTSIDE, Door

pytestmark = [pytest.mark.journey, pytest.mark.slow]
house = test_doors.house
NEXT_FRAME = "new Promise(done => requestAnimationFrame(() => setTimeout(done)))"  # what listens for a resize has heard
WHERE_TOO_WIDE = """[...document.querySelectorAll("main *")]
    .filter(one => one.getBoundingClientRect().right > innerWidth && !one.closest(".table-region, .chart"))
    .slice(0, 3).map(one => one.outerHTML.slice(0, 120))"""
ACCOUNT = [
    "/account/login/", "/account/logout/", "/account/password/reset/", "/account/password/change/", "/account/email/",
    "/account/2fa/", "/account/inactive/", "/account/signup/", "/account/confirm-email/",
]  # fmt: skip
NOT_PAGES = {"health_live", "health_ready"}


@pytest.fixture
def look(chromium, live_server, sign_in) -> Callable[..., list[str]]:
    """`look(user, pages)`: what is wrong with these (name, address) as this person sees them, in sentences."""

    def at(user, pages: list[tuple[str, str]], widths=(1280, 320)) -> list[str]:
        context = chromium.new_context(base_url=live_server.url, locale="en-GB", reduced_motion="reduce")
        context.add_init_script(path=AXE)  # as the browser's own, which no policy of the page refuses
        context.set_default_timeout(20_000)
        if user is not None:
            sign_in(context, user)
        page, wrong = context.new_page(), []
        page.on("pageerror", lambda error: wrong.append(f"{page.url}: {error}"))

        def hear(said):
            """Chromium complains of a page that says with 409 why it is too late; the page itself is no fault."""
            if said.type in {"error", "warning"} and not (
                said.text.endswith("409 (Conflict)") and said.location["url"] == page.url
            ):
                wrong.append(f"{page.url}: {said.text}")

        page.on("console", hear)
        page.set_viewport_size({"width": widths[0], "height": 900})
        try:
            for name, address in pages:
                if not is_page(go(page, address)):
                    continue
                for width in widths:
                    if page.viewport_size["width"] != width:
                        page.set_viewport_size({"width": width, "height": 900})
                        page.evaluate(NEXT_FRAME)
                    wrong += [f"{name} at {width} px: {said}" for said in page.evaluate(RUN_AXE)]
                    if (by := page.evaluate(TOO_WIDE)) > 0:
                        wrong.append(
                            f"{name} is {by} px too wide at {width} px: {page.evaluate(WHERE_TOO_WIDE)}"
                        )
                widths = widths[::-1]  # the next one is loaded at the width that this one is left at
                _picture(page, name)
        finally:
            context.close()
        return wrong

    return at


def go(page: Page, address: str) -> Response | None:
    """None when it is a file to keep."""
    try:
        return page.goto(address)
    except Error as refused:
        if "Download is starting" not in refused.message:
            raise
        return None


def is_page(response: Response | None) -> bool:
    return response is not None and response.headers.get("content-type", "").startswith("text/html")


def _picture(page: Page, name: str) -> None:
    if folder := os.environ.get("SHOTS"):
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 900})
            file = f"{re.sub(r'[^a-z0-9]+', '-', name.lower()).strip('-')}-{width}.png"
            page.screenshot(path=Path(folder) / file, full_page=True)


def pages_of(house, person: str, doors: list[Door]) -> list[tuple[str, str]]:
    return [
        (
            f"{person} {door.name}",
            reverse(door.name, args=["harbour-alliance", *(house.things[name] for name in door.at)]),
        )
        for door in doors
    ]


def test_every_page_as_a_representative_sees_it(house, look):
    doors = [door for door in INSIDE if door.get and "pat" in door.get]
    wrong = look(house.people["pat"], pages_of(house, "pat", doors))
    assert not wrong, "\n".join(wrong)


def test_every_page_that_a_representative_may_not_see_and_all_of_a_board_members_on_a_phone(house, look):
    left, wrong = [door for door in INSIDE if door.get and "pat" not in door.get], []
    while left:
        person = sorted(left[0].get)[0]
        wrong += look(
            house.people[person], pages_of(house, person, [one for one in left if person in one.get])
        )
        left = [one for one in left if person not in one.get]
    doors = [door for door in INSIDE if door.get and "bea" in door.get]
    wrong += look(house.people["bea"], pages_of(house, "bea", doors), widths=[320])
    assert not wrong, "\n".join(wrong)


def test_every_page_outside_an_alliance(cast, look):
    pages = [(name, address) for name, address, *_ in OUTSIDE if name not in NOT_PAGES]
    wrong = look(
        None, [(f"nobody {name}", address) for name, address in pages if name != "accept_invitation"]
    )
    account = [(f"pat {address}", address) for address in ACCOUNT]
    wrong += look(cast.pat, [*((f"pat {name}", address) for name, address in pages[:2]), *account])
    wrong += look(None, [(f"nobody {address}", address) for address in ACCOUNT])
    assert not wrong, "\n".join(wrong)
