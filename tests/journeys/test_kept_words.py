"""Somebody writes for a long time, and is signed out meanwhile: every word is still there."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session

from learning.models import Experiment

pytestmark = pytest.mark.journey
NEW = "/alliances/harbour-alliance/learning/experiments/new/"
PASSWORD = "three random words"


@pytest.fixture
def with_password(cast):
    for person in (cast.lee, cast.stan):
        person.set_password(PASSWORD)
        person.save(update_fields=["password"])
        EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    return cast


def sign_in(page, person):
    page.get_by_label("E-mail").fill(person.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def write(page):
    page.locator("[name=title]").fill("Tea at the hatch")
    page.locator("[name=trying]").fill("Somebody pours tea.\nEvery morning, at eight.")
    page.locator("[name=question]").fill("Do people stay & talk?")


def send(page):
    page.locator("main form[method=post]").first.get_by_role("button").first.click()


def test_signed_out_while_writing(with_password, either_page_as, check_axe):
    page = either_page_as(with_password.lee)
    page.goto(NEW)
    write(page)
    Session.objects.all().delete()
    send(page)
    assert "/account/login/" in page.url
    check_axe(page)
    sign_in(page, with_password.lee)
    assert page.get_by_role("heading", name="You were signed out. What you typed is still here").is_visible()
    assert page.get_by_text("Do people stay & talk?").is_visible()
    check_axe(page)
    page.get_by_role("button", name="Send it again").click()
    assert page.get_by_role("heading", name="Tea at the hatch").is_visible()
    assert (
        Experiment.objects.get().trying.replace("\r\n", "\n")
        == "Somebody pours tea.\nEvery morning, at eight."
    )


def test_somebody_else_sits_down_and_signs_in(with_password, either_page_as):
    page = either_page_as(with_password.lee)
    page.goto(NEW)
    write(page)
    Session.objects.all().delete()
    send(page)
    sign_in(page, with_password.stan)
    assert page.get_by_role("heading", name="Nothing waits to be sent").is_visible()
    assert "Tea at the hatch" not in page.content()


def test_signed_in_again_in_another_tab(with_password, either_page_as, another_tab):
    """Signing in changes the token: the first tab's form has the old one."""
    page = either_page_as(with_password.lee)
    page.goto(NEW)
    write(page)
    other = another_tab(page)
    other.goto("/account/logout/")
    other.locator("main").get_by_role("button").first.click()
    other.goto("/account/login/")
    sign_in(other, with_password.lee)
    other.wait_for_url("**/alliances/**")  # a tab that is closed on its way somewhere may never answer
    other.close()
    send(page)
    assert page.get_by_role("heading", name="Please send it once more").is_visible()
    page.get_by_role("button", name="Send it again").click()
    assert page.get_by_role("heading", name="Tea at the hatch").is_visible()


def test_a_sheet_that_is_saved_along_the_way_says_that_it_was_not_and_keeps_every_word(
    with_password, page_as
):
    from tests.factories.learning import prepare

    review = prepare(with_password.alliance, with_password.lena)
    page = page_as(with_password.lee)
    page.goto(f"/alliances/harbour-alliance/learning/reviews/{review.number}/")
    Session.objects.all().delete()
    page.locator("[name=facts]").fill("Of 31 people, 22 saw one worker.")
    page.get_by_text("You were signed out. Send the form").wait_for()
    page.locator("[name=views]").fill("They felt trusted.")
    page.get_by_role("button", name="Save").first.click()
    sign_in(page, with_password.lee)
    assert page.get_by_text("Of 31 people, 22 saw one worker.").is_visible()
    assert page.get_by_text("They felt trusted.").is_visible()
