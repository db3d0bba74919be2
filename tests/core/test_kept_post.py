"""Nothing typed is lost, also when the session ended while somebody wrote (ADR 10)."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from alliance.core import kept_post
from alliance.core.schedule import ask_for_what_is_due
from alliance.core.typed import Typed, typed
from learning.models import Experiment

pytestmark = pytest.mark.django_db
PASSWORD = "three random words"
WHERE = "/alliances/harbour-alliance/learning/experiments/new/"
WAITING = "/what-you-typed/"
OURS = {"HTTP_ORIGIN": "http://testserver", "HTTP_REFERER": f"http://testserver{WHERE}"}
IDEA = {
    "title": "Tea at the hatch & “more”",
    "trying": "First line\r\n<b>second</b> line",
    "question": "Do people stay?",
}


@pytest.fixture
def experiments_page(harbour_alliance):
    from django.urls import reverse

    assert reverse("learning:propose_experiment", args=[harbour_alliance.slug]) == WHERE


@pytest.fixture
def members(cast, experiments_page):
    """Lee and Pat have passwords to sign in with."""
    for person in (cast.lee, cast.pat):
        person.set_password(PASSWORD)
        person.save(update_fields=["password"])
        EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    return cast


def sign_in(client: Client, person, address: str = "/account/login/"):
    return client.post(address, {"login": person.email, "password": PASSWORD})


def browser_of(person, **how) -> Client:
    """A browser in which the person signed in and saw a page, so that it knows who was here last."""
    client = Client(**how)
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    client.get("/alliances/")
    return client


def lose_session(client: Client) -> None:
    """As when an administrator ends every session, or it grew too old."""
    Session.objects.all().delete()


def given_back(page: str) -> dict[str, str]:
    from html import unescape

    form = re.search(rf'<form method="post" action="{re.escape(WHERE)}".*?</form>', page, re.S)[0]
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form, re.S)
    return {name: unescape(value) for name, value in hidden if name != "csrfmiddlewaretoken"}


def test_what_was_sent_after_the_session_ended_waits_behind_the_sign_in(members):
    client = browser_of(members.lee)
    lose_session(client)
    answer = client.post(WHERE, IDEA, **OURS)
    assert (answer.status_code, answer["Location"]) == (303, WAITING)
    door = client.get(WAITING)
    assert (door.status_code, door["Location"]) == (302, f"/account/login/?next={WAITING}")
    assert sign_in(client, members.lee, door["Location"])["Location"] == WAITING
    page = client.get(WAITING)
    assert "no-store" in page["Cache-Control"]
    words = page.content.decode()
    assert "You were signed out. What you typed is still here" in words
    assert given_back(words) == IDEA
    assert "&lt;b&gt;second&lt;/b&gt; line" in words
    assert "<b>second" not in words


def test_sending_it_again_does_what_it_would_have_done_and_nothing_waits_any_more(members):
    ends = timezone.localdate() + timedelta(days=60)
    whole = IDEA | {
        "how_we_learn": "We ask.", "size": "One hatch", "place": "East side",
        "ends_on_day": str(ends.day), "ends_on_month": str(ends.month), "ends_on_year": str(ends.year),
    }  # fmt: skip
    client = browser_of(members.lee)
    lose_session(client)
    client.post(WHERE, whole, **OURS)
    assert not Experiment.objects.exists()
    sign_in(client, members.lee, f"/account/login/?next={WAITING}")
    again = client.post(WHERE, given_back(client.get(WAITING).content.decode()), **OURS)
    assert again.status_code == 303
    assert Experiment.objects.get().title == IDEA["title"]
    assert "Nothing waits to be sent" in client.get(WAITING).content.decode()


def test_a_refused_form_carries_the_words_itself(members):
    client = browser_of(members.lee)
    lose_session(client)
    client.post(WHERE, IDEA | {"ends_on_day": "99", "ends_on_month": "1", "ends_on_year": "2027"}, **OURS)
    sign_in(client, members.lee)
    refused = client.post(WHERE, given_back(client.get(WAITING).content.decode()), **OURS)
    assert refused.status_code == 422
    assert "Do people stay?" in refused.content.decode()
    assert "Nothing waits to be sent" in client.get(WAITING).content.decode()


def test_somebody_else_who_signs_in_there_sees_nothing_and_it_is_gone(members):
    client = browser_of(members.lee)
    lose_session(client)
    client.post(WHERE, IDEA, **OURS)
    sign_in(client, members.pat, f"/account/login/?next={WAITING}")
    assert "Tea at the hatch" not in client.get(WAITING).content.decode()
    client.logout()
    sign_in(client, members.lee)
    assert "Nothing waits to be sent" in client.get(WAITING).content.decode()


def test_another_browser_of_the_same_person_sees_nothing(members):
    client = browser_of(members.lee)
    lose_session(client)
    client.post(WHERE, IDEA, **OURS)
    assert "Nothing waits" in browser_of(members.lee).get(WAITING).content.decode()


def test_it_is_kept_for_an_hour(members, monkeypatch):
    client = browser_of(members.lee)
    lose_session(client)
    client.post(WHERE, IDEA, **OURS)
    expires = Session.objects.get(pk=client.cookies["sessionid"].value).expire_date
    assert expires - timezone.now() <= timedelta(hours=1)
    sign_in(client, members.lee)
    assert "Do people stay?" in client.get(WAITING).content.decode()
    now = timezone.now()
    monkeypatch.setattr("django.utils.timezone.now", lambda: now + timedelta(minutes=61))
    assert "Nothing waits to be sent" in client.get(WAITING).content.decode()


def test_what_nobody_came_back_for_is_deleted(members, monkeypatch):
    client = browser_of(members.lee)
    lose_session(client)
    client.post(WHERE, IDEA, **OURS)
    ask_for_what_is_due()
    assert Session.objects.count() == 1
    now = timezone.now()
    monkeypatch.setattr("django.utils.timezone.now", lambda: now + timedelta(minutes=61))
    ask_for_what_is_due()
    assert Session.objects.count() == 0


@pytest.mark.parametrize("remember", [{"remember": "on"}, {}])
def test_signing_in_gives_the_session_its_usual_length_again(members, remember):
    client = browser_of(members.lee)
    lose_session(client)
    client.post(WHERE, IDEA, **OURS)
    client.post("/account/login/", {"login": members.lee.email, "password": PASSWORD, **remember})
    expires = Session.objects.get(pk=client.cookies["sessionid"].value).expire_date
    assert expires - timezone.now() > timedelta(days=13)


def test_a_browser_in_which_nobody_was_signed_in_keeps_nothing(members):
    client = Client()
    answer = client.post(WHERE, IDEA, **OURS)
    assert (answer.status_code, answer["Location"]) == (302, f"/account/login/?next={WHERE}")
    assert not Session.objects.exists()


def test_a_cookie_that_somebody_wrote_themselves_keeps_nothing(members):
    client = Client()
    client.cookies[kept_post.COOKIE] = f"{members.lee.pk}:made:up"
    assert client.post(WHERE, IDEA, **OURS)["Location"] == f"/account/login/?next={WHERE}"


def test_the_cookie_cannot_be_read_by_a_page_and_names_nobody(members):
    cookie = browser_of(members.lee).cookies[kept_post.COOKIE]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert "lee" not in cookie.value.lower()


@pytest.mark.parametrize("origin", [{}, {"HTTP_ORIGIN": "https://evil.example"}, {"HTTP_ORIGIN": "null"}])
def test_what_another_site_sends_is_not_kept(members, origin):
    client = browser_of(members.lee)
    lose_session(client)
    assert client.post(WHERE, IDEA, **origin)["Location"] == f"/account/login/?next={WHERE}"
    strict = browser_of(members.lee, enforce_csrf_checks=True)
    assert strict.post(WHERE, IDEA, **origin).status_code == 403
    assert "Nothing waits" in strict.get(WAITING).content.decode()


def test_a_token_that_is_too_old_costs_one_more_click(members):
    client = browser_of(members.lee, enforce_csrf_checks=True)
    client.get(WHERE)
    answer = client.post(WHERE, IDEA | {"csrfmiddlewaretoken": "a" * 64}, **OURS)
    assert (answer.status_code, answer["Location"]) == (303, WAITING)
    page = client.get(WAITING).content.decode()
    assert "Please send it once more" in page
    assert given_back(page) == IDEA
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]
    assert client.post(WHERE, given_back(page) | {"csrfmiddlewaretoken": token}, **OURS).status_code == 303
    assert Experiment.objects.get().title == IDEA["title"]


def test_an_old_token_and_an_ended_session_together_lose_nothing_either(members):
    client = browser_of(members.lee, enforce_csrf_checks=True)
    client.get(WHERE)
    lose_session(client)
    assert client.post(WHERE, IDEA, **OURS)["Location"] == WAITING
    client.handler.enforce_csrf_checks = False
    sign_in(client, members.lee, f"/account/login/?next={WAITING}")
    assert given_back(client.get(WAITING).content.decode()) == IDEA


def test_the_page_to_sign_in_keeps_no_password(members):
    client = browser_of(members.lee, enforce_csrf_checks=True)
    answer = client.post("/account/login/", {"login": members.lee.email, "password": PASSWORD}, **OURS)
    assert answer.status_code == 403
    assert PASSWORD not in str(dict(client.session))


def test_pages_of_several_tabs_wait_together_five_at_most(members):
    client = browser_of(members.lee)
    lose_session(client)
    for number in range(7):
        client.post(f"{WHERE}?tab={number}", IDEA | {"question": f"Question {number}"}, **OURS)
    client.post(f"{WHERE}?tab=6", IDEA | {"question": "Question 6, better"}, **OURS)
    sign_in(client, members.lee)
    page = client.get(WAITING).content.decode()
    assert re.findall(r"<dd[^>]*>(Question[^<]*)</dd>", page) == [
        "Question 2", "Question 3", "Question 4", "Question 5", "Question 6, better",
    ]  # fmt: skip


def test_it_can_be_thrown_away(members):
    client = browser_of(members.lee)
    lose_session(client)
    client.post(WHERE, IDEA, **OURS)
    sign_in(client, members.lee)
    assert client.post(WAITING)["Location"] == "/"
    assert "Nothing waits" in client.get(WAITING).content.decode()


def test_the_second_step_leads_there_too(members):
    secret = generate_totp_secret()
    TOTP.activate(members.lee, secret)
    assert Authenticator.objects.filter(user=members.lee).exists()
    client = browser_of(members.lee)
    lose_session(client)
    client.post(WHERE, IDEA, **OURS)
    step = sign_in(client, members.lee, f"/account/login/?next={WAITING}")
    code = format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))
    answer = client.post(step["Location"], {"code": code})
    assert (answer.status_code, answer["Location"]) == (302, WAITING)
    assert given_back(client.get(WAITING).content.decode()) == IDEA


def test_on_the_demonstration_being_oneself_again_leads_there_too(members):
    members.alliance.is_demonstration = True
    members.alliance.save(update_fields=["is_demonstration"])
    client = browser_of(members.lee)
    lose_session(client)
    client.post(WHERE, IDEA, **OURS)
    assert client.post("/sign-in-as/", {"person": members.lee.pk})["Location"] == WAITING


def test_htmx_is_told_and_the_words_stay_in_the_page(members):
    client = browser_of(members.lee)
    lose_session(client)
    answer = client.post(WHERE, IDEA, HTTP_HX_REQUEST="true", **OURS)
    assert (answer.status_code, answer.content.decode()) == (
        401,
        "You were signed out. Send the form, or load the page again.",
    )


def test_a_file_is_named_but_not_kept(members, cast):
    from django.core.files.uploadedfile import SimpleUploadedFile

    client = browser_of(cast.finn)
    lose_session(client)
    client.post(
        "/alliances/harbour-alliance/book/returns/new/",
        {"reference": "INV-7", "file": SimpleUploadedFile("november.csv", b"secret figures")},
        **OURS,
    )
    assert b"secret figures" not in str(dict(client.session)).encode()
    client.force_login(cast.finn, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.get(WAITING).content.decode()
    assert "choose november.csv again" in page
    assert "INV-7" in page


def test_words_are_listed_for_reading():
    sent = [
        ("csrfmiddlewaretoken", ["abc"]),
        ("due_on_day", ["3"]),
        ("due_on_month", ["Nov"]),
        ("due_on_year", ["2026"]),
        ("why", [" Because. "]),
        ("empty", ["", " "]),
        ("shown", ["0" * 64]),
        ("lines-TOTAL_FORMS", ["3"]),
        ("lines-0-name", ["Rent"]),
        ("people", ["4", "5"]),
    ]
    assert typed(sent) == [
        Typed("Due on", "3 Nov 2026"),
        Typed("Why", "Because."),
        Typed("Lines 0 name", "Rent"),
        Typed("People", "4, 5"),
    ]


@pytest.mark.parametrize(
    ("address", "sent", "listed"),
    [
        (
            "decisions/proposals/1/position/",
            [("stance", ["object"]), ("concern", ["There is no lift."]), ("principles", ["4"])],
            [
                Typed("Where does your organisation stand?", "Objects"),
                Typed("What is your concern?", "There is no lift."),
            ],
        ),
        (
            "decisions/meetings/new/",
            [("body", ["leadership"]), ("day_day", ["3"]), ("day_month", ["12"]), ("day_year", ["2026"])],
            [Typed("Who meets?", "Alliance Leadership Team"), Typed("Which day?", "3 12 2026")],
        ),
        ("decisions/meetings/1/attendance/", [("how_12", ["present"])], [Typed("How 12", "present")]),
        ("nowhere/at/all/", [("stance", ["object"])], [Typed("Stance", "object")]),
    ],
    ids=["an answer", "a meeting", "questions made for the page", "no such page"],
)
def test_they_are_listed_as_their_form_asked_for_them(address, sent, listed):
    assert typed(sent, address=f"/alliances/harbour-alliance/{address}") == listed


def test_what_is_refused_on_its_own_page_gives_the_words_back_too(cast, client_of):
    from tests.factories.learning import propose

    idea = propose(cast.alliance, cast.lee)
    answer = client_of(cast.bea).post(
        f"/alliances/harbour-alliance/learning/experiments/{idea.number}/withdrawal/",
        {"reason": "Because of <that>."},
    )
    assert answer.status_code == 403
    assert "Because of &lt;that&gt;." in answer.content.decode()
