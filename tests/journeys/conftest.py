"""A real browser against a live server: `page_as(pat)`, `either_page_as(pat)`, `check_axe(page)`.

A journey with `either_page_as` runs twice: with JavaScript, at a desk unless it says otherwise; and without, on a phone
of 360 px.
"""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.test import override_settings
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, expect, sync_playwright

from alliance.local import bootstrap
from tests.conftest import session_of

FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--in-process-gpu",
    # A page lives for a second: what is compiled for speed here costs more than it ever gives back.
    "--js-flags=--no-opt --no-maglev",
]
AXE = Path(settings.BASE_DIR) / "node_modules" / "axe-core" / "axe.min.js"
RUN_AXE = """
    axe.run(document, {
        preload: false,
        resultTypes: ["violations"],
        runOnly: {type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    }).then(said => said.violations.map(
        one => `${one.id}: ${one.help} ${one.nodes.map(node => node.target.join(" ")).join(", ")}`
    ))
"""
TOO_WIDE = "document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth"
DESK, PHONE, NARROWEST = (
    {"width": 1280, "height": 900},
    {"width": 360, "height": 760},
    {"width": 320, "height": 760},
)
WITH, WITHOUT = "with JavaScript", "without JavaScript at 360 px"
PATIENCE = 15_000  # milliseconds; a busy machine is no fault of a page
EXPECTED_ANSWERS = re.compile(r"(status of|Error Code) (401|403|404|409|422)")


@pytest.fixture(autouse=True)
def _committed(transactional_db):
    """The live server sees only what is committed."""


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    flags = [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else FLAGS
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=bootstrap.chromium(), args=flags)
        yield browser
        browser.close()


@pytest.fixture
def sign_in(live_server) -> Callable[..., None]:
    """`sign_in(context, pat)`: the browser has the cookie of Pat's session; the form of it has its own journey."""

    def sign_in(context: BrowserContext, user) -> None:
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session_of(user), "url": live_server.url}
        context.add_cookies([cookie])

    return sign_in


class Scripts:
    """Which pages run no script of theirs.

    Playwright's own switch is for a context's whole life, and axe could not be run on what such a page shows.
    """

    def __init__(self):
        self.switches: dict[Page, CDPSession] = {}

    def stop(self, page: Page) -> None:
        self.switches[page] = page.context.new_cdp_session(page)
        self._set(page, stopped=True)

    def are_stopped(self, page: Page) -> bool:
        return page in self.switches

    @contextmanager
    def let(self, page: Page) -> Iterator[None]:
        """Ours may run. Those of a page that was loaded without stay as they were: not run."""
        if not self.are_stopped(page):
            yield
            return
        self._set(page, stopped=False)
        try:
            yield
        finally:
            self._set(page, stopped=True)

    def _set(self, page: Page, *, stopped: bool) -> None:
        self.switches[page].send("Emulation.setScriptExecutionDisabled", {"value": stopped})


@pytest.fixture
def scripts() -> Scripts:
    return Scripts()


@pytest.fixture
def open_page(chromium, live_server, sign_in, scripts) -> Iterator[Callable[..., Page]]:
    """`open_page(user=None, javascript=True, viewport=DESK)`; a script error or a failed request fails the test."""
    contexts: list[BrowserContext] = []
    troubles: list[str] = []

    def open_(user=None, *, javascript: bool = True, viewport=DESK) -> Page:
        context = chromium.new_context(
            base_url=live_server.url,
            viewport=viewport,
            locale="en-GB",
            timezone_id="Europe/London",
            bypass_csp=False,
            reduced_motion="reduce",
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        if user is not None:
            sign_in(context, user)
        page = context.new_page()
        if not javascript:
            scripts.stop(page)
        page.on("pageerror", lambda error: troubles.append(f"{page.url}: {error}"))
        page.on(
            "console",
            lambda said: (
                troubles.append(f"{page.url}: {said.text}")
                if said.type == "error" and not EXPECTED_ANSWERS.search(said.text)
                else None
            ),
        )
        return page

    yield open_
    for context in contexts:
        context.close()
    assert troubles == []


@pytest.fixture
def page_as(open_page):
    """A page with JavaScript in which the person is signed in: `page_as(pat)`, `page_as(pat, viewport=PHONE)`."""
    return lambda user=None, **how: open_page(user, **how)


@pytest.fixture(params=[WITH, WITHOUT])
def either_page_as(request, open_page):
    """Runs the journey twice: with JavaScript, and without at 360 px."""
    if request.param == WITH:
        return lambda user=None, **how: open_page(user, **how)
    return lambda user=None, **how: open_page(user, **how | {"javascript": False, "viewport": PHONE})


@pytest.fixture
def another_tab(scripts):
    """`another_tab(page)`: beside it, in the same browser, with JavaScript or without as that one."""

    def open_(page: Page) -> Page:
        other = page.context.new_page()
        if scripts.are_stopped(page):
            scripts.stop(other)
        return other

    return open_


def _keep_picture(page: Page, how: str) -> None:
    """With SHOTS=folder every page that is checked is also pictured, at a desk's and at a phone's width."""
    if folder := os.environ.get("SHOTS"):
        name = re.sub(r"\W+", "-", page.url.partition("//")[2].partition("/")[2]).strip("-") or "home"
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 900})
            page.screenshot(path=Path(folder) / f"{name}{how}-{width}.png", full_page=True)


@pytest.fixture(scope="session")
def axe_at_hand() -> Iterator[str]:
    """Where the server hands axe out, as one of its own files: to send it along with a question costs more."""
    with override_settings(STATICFILES_DIRS=[*settings.STATICFILES_DIRS, ("axe", AXE.parent)]):
        yield f"{settings.STATIC_URL}axe/{AXE.name}"


@pytest.fixture
def check_axe(scripts, axe_at_hand):
    """`check_axe(page)`: axe finds nothing in what the page shows now, and nothing is too wide.

    On a phone nothing is too wide at 320 px either.
    """

    def check(page: Page) -> None:
        page.wait_for_load_state()
        expect(page.locator(".htmx-request, .htmx-swapping, .htmx-settling")).to_have_count(0)
        plain, size = scripts.are_stopped(page), page.viewport_size
        assert page.evaluate("'htmx' in window") is not plain, (
            f"{page.url}: its scripts run or do not, wrongly"
        )
        with scripts.let(page):
            page.evaluate("'axe' in window") or page.add_script_tag(url=axe_at_hand)
            found = page.evaluate(RUN_AXE)
        assert found == [], f"{page.url}: {found}"
        for one in [size, NARROWEST] if size == PHONE else [size]:
            if one != size:
                page.set_viewport_size(one)
            by = page.evaluate(TOO_WIDE)
            assert by <= 0, f"{page.url} is {by} px too wide at {one['width']} px"
        _keep_picture(page, "-plain" if plain else "")
        if page.viewport_size != size:
            page.set_viewport_size(size)

    return check
