"""A real browser against a live server: `page_as(pat)` with JavaScript, `plain_page_as(pat)` without, `check_axe`."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = Path(settings.BASE_DIR) / "node_modules" / "axe-core" / "axe.min.js"
RUN_AXE = """
    axe.run(document, {
        resultTypes: ["violations"],
        runOnly: {type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    }).then(said => said.violations.map(
        one => `${one.id}: ${one.help} ${one.nodes.map(node => node.target.join(" ")).join(", ")}`
    ))
"""
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 760}


@pytest.fixture(autouse=True)
def _committed(transactional_db):
    """The live server sees only what is committed."""


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    flags = [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else FLAGS
    with sync_playwright() as playwright:
        system = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=system, args=flags)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium, live_server) -> Iterator[Callable[..., Page]]:
    """`open_page(user=None, javascript=True, viewport=DESK)`; a script error or a failed request fails the test."""
    contexts: list[BrowserContext] = []
    troubles: list[str] = []

    def open_(user=None, *, javascript: bool = True, viewport=DESK) -> Page:
        context = chromium.new_context(
            base_url=live_server.url,
            java_script_enabled=javascript,
            viewport=viewport,
            locale="en-GB",
            timezone_id="Europe/London",
            bypass_csp=False,
            reduced_motion="reduce",
        )
        contexts.append(context)
        context.set_default_timeout(10_000)
        if user is not None:
            client = Client()
            client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
            context.add_cookies(
                [
                    {
                        "name": settings.SESSION_COOKIE_NAME,
                        "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
                        "url": live_server.url,
                    }
                ]
            )
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(f"{page.url}: {error}"))
        page.on(
            "console",
            lambda message: (
                troubles.append(f"{page.url}: {message.text}")
                if message.type == "error"
                and not re.search(r"(status of|Error Code) (401|403|404|409|422)", message.text)
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
    return lambda user=None, **how: open_page(user, javascript=True, **how)


@pytest.fixture
def plain_page_as(open_page):
    """The same without JavaScript."""
    return lambda user=None, **how: open_page(user, javascript=False, **how)


@pytest.fixture(params=["with JavaScript", "without JavaScript"])
def either_page_as(request, open_page):
    """Runs the journey twice: with JavaScript and without."""
    return lambda user=None, **how: open_page(user, javascript=request.param == "with JavaScript", **how)


def _keep_picture(look: Page) -> None:
    """With SHOTS=folder every page that is checked is also pictured, at a desk's and at a phone's width."""
    if folder := os.environ.get("SHOTS"):
        name = re.sub(r"\W+", "-", look.url.partition("//")[2].partition("/")[2]).strip("-") or "home"
        for width in (1280, 390):
            look.set_viewport_size({"width": width, "height": 900})
            look.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)


@pytest.fixture
def check_axe(chromium, live_server):
    """`check_axe(page)`: axe finds nothing on what the page shows now (its HTML is looked at in a scripted twin)."""

    def check(page: Page, *, width: int = 1280) -> None:
        twin = chromium.new_context(
            base_url=live_server.url,
            bypass_csp=True,
            viewport={"width": width, "height": 900},
            reduced_motion="reduce",
        )
        twin.add_cookies(page.context.cookies())
        look = twin.new_page()
        try:
            look.goto(page.url)
            look.add_script_tag(path=AXE)
            found = look.evaluate(RUN_AXE)
            wide = look.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            _keep_picture(look)
        finally:
            twin.close()
        assert found == [], f"{page.url}: {found}"
        assert wide <= 0, f"{page.url} is {wide} px too wide at {width} px"

    return check
