"""Coming in, finding one's way, and checking the record, in a real browser."""

import re
import subprocess
import sys

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core import mail

from alliance.core import outbox
from tests.factories.participants import make_user

pytestmark = pytest.mark.journey
HOME = "/alliances/harbour-alliance/"


def links_in_the_letter() -> str:
    return re.search(r"http://localhost:8000(/\S+)", mail.outbox[-1].body)[1]


def test_a_representative_invites_a_deputy_who_comes_in(cast, either_page_as, check_axe):
    pat = either_page_as(cast.pat)
    pat.goto(f"{HOME}people/")
    check_axe(pat)
    pat.get_by_role("button", name="Invite somebody").click()
    pat.get_by_role("button", name="Send the invitation").click()
    assert pat.get_by_role("heading", name="There is a problem").is_visible()
    check_axe(pat)
    pat.get_by_label("Full name").fill("Nia New")
    pat.get_by_label("E-mail address").fill("nia@example.org")
    pat.get_by_role("radio", name="Deputy").check()
    pat.get_by_role("button", name="Send the invitation").click()
    assert pat.get_by_label("Full name").input_value() == "Nia New"
    pat.get_by_label("Organisation").select_option("Haven Homes")
    pat.get_by_role("button", name="Send the invitation").click()
    assert pat.get_by_text("Nia New is invited.").is_visible()
    outbox.do_all_due()

    nia = either_page_as()
    nia.goto(links_in_the_letter())
    check_axe(nia)
    nia.get_by_label("Choose a password").fill("three random words")
    nia.get_by_role("button", name="Accept the invitation").click()
    assert nia.get_by_text("Welcome. You are now deputy in Harbour Alliance.").is_visible()
    check_axe(nia)
    nia.goto(f"{HOME}people/haven/")
    assert nia.get_by_role("heading", name="Nia New").is_visible()
    check_axe(nia)


def test_somebody_signs_in_with_a_password_and_a_second_step(cast, either_page_as, check_axe):
    cast.pat.set_password("three random words")
    cast.pat.save(update_fields=["password"])
    from allauth.account.models import EmailAddress

    EmailAddress.objects.create(user=cast.pat, email=cast.pat.email, verified=True, primary=True)
    page = either_page_as()
    page.goto(f"{HOME}record/")
    check_axe(page)
    page.get_by_label("E-mail").fill(cast.pat.email)
    page.get_by_label("Password", exact=True).fill("wrong wrong wrong")
    page.get_by_role("button", name="Sign in").click()
    assert page.get_by_role("heading", name="There is a problem").is_visible()
    assert page.get_by_label("E-mail").input_value() == cast.pat.email
    page.get_by_label("Password", exact=True).fill("three random words")
    page.get_by_role("button", name="Sign in").click()
    assert page.get_by_role("heading", name="The record").is_visible()

    page.goto("/account/2fa/totp/activate/")
    check_axe(page)
    page.get_by_label("Password", exact=True).fill(
        "three random words"
    )  # asked once more: it touches how one signs in
    page.get_by_role("button", name="Go on").click()
    secret = page.locator(".secret").inner_text().replace(" ", "").strip()
    page.get_by_label(re.compile("code", re.I)).last.fill(_code(secret))
    with page.expect_navigation():  # else the next address would cut it off
        page.locator("main").get_by_role("button").first.click()
    page.goto("/account/2fa/")
    check_axe(page)
    page.context.clear_cookies()
    page.goto("/account/login/")
    page.get_by_label("E-mail").fill(cast.pat.email)
    page.get_by_label("Password", exact=True).fill("three random words")
    page.get_by_role("button", name="Sign in").click()
    assert "2fa/authenticate" in page.url
    check_axe(page)


def _code(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def test_anybody_in_the_alliance_checks_the_record_with_a_file_that_trusts_nobody(
    cast, either_page_as, check_axe, tmp_path
):
    page = either_page_as(cast.ari)
    page.goto(f"{HOME}record/")
    check_axe(page)
    with page.expect_download() as record:
        page.get_by_role("button", name="Download the record").click()
    with page.expect_download() as checker:
        page.get_by_role("link", name="Download the checker").click()
    record.value.save_as(tmp_path / "record.jsonl")
    checker.value.save_as(tmp_path / "checker.py")
    said = subprocess.run(
        [sys.executable, "-I", "-S", tmp_path / "checker.py", tmp_path / "record.jsonl"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.stdout.startswith("The record holds.")
    page.reload()
    assert page.get_by_text("Ari Auditor downloaded the whole record.").is_visible()


def test_pages_for_everybody(cast, either_page_as, check_axe):
    page = either_page_as()
    for address in (
        "/",
        "/help/glossary/",
        "/help/accessibility/",
        "/help/checking/",
        "/sign-in-as/",
        "/account/password/reset/",
    ):
        page.goto(address)
        check_axe(page)
    page.goto("/nowhere/")
    assert page.locator("h1").is_visible()
    new = either_page_as(make_user("Una Unattached"))
    new.goto("/")
    assert new.get_by_text("You are not in an alliance yet").is_visible()
    check_axe(new)
