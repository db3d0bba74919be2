"""Reviews and actions in the browser: prepared, written together, held, and that nothing typed is lost."""

import json
from datetime import timedelta
from itertools import chain

import pytest
from django.utils import timezone

from learning.models import Action, Review
from participants.models import User
from tests.factories import learning as make
from tests.factories.learning import url

pytestmark = pytest.mark.django_db


def sheet(**typed):
    """A review's sheet as a browser sends it."""
    today = timezone.localdate()
    day = {"held_on_day": today.day, "held_on_month": today.month, "held_on_year": today.year}
    return make.ANSWERS | day | {"seen": "{}", "guests": "", "people": []} | typed


def test_a_review_is_prepared_written_and_held(cast, client_of):
    browser = client_of(cast.lena)
    planned = timezone.localdate() + timedelta(days=2)
    sent = {
        "title": "Hand-overs",
        "about": "",
        "planned_for_day": planned.day,
        "planned_for_month": planned.month,
        "planned_for_year": planned.year,
    }
    answer = browser.post(url(cast.alliance, "prepare_review"), sent)
    assert (answer.status_code, answer.url) == (303, url(cast.alliance, "review", 1))
    answer = browser.post(url(cast.alliance, "draft", 1), {"facts": "Twelve came.", "seen": "{}"})
    assert answer.status_code == 303
    assert b"Twelve came." in browser.get(answer.url).content
    taker = f"person:{cast.lee.pk}"
    seen = json.dumps(Review.objects.get().draft)
    sent = sheet(people=[cast.lena.pk, cast.lee.pk], seen=seen, action_0_what="Ask", action_0_who=taker)
    answer = browser.post(url(cast.alliance, "hold_review", 1), sent)
    assert answer.status_code == 303
    review = Review.objects.get()
    assert review.is_held
    assert review.actions.get().person == cast.lee
    assert [one.name for one in review.attendances.filter(present=True)] == ["Lena Learning", "Lee Lived"]
    page = browser.get(answer.url).content.decode()
    assert make.ANSWERS["facts"] in page
    assert "Beacon Recovery" in page  # of which nobody was in the room


def test_the_sheet_offers_whom_it_saw_lately_first_and_folds_the_rest_by_organisation(
    cast, client_of, monkeypatch
):
    monkeypatch.setattr("learning.forms.reviews.A_FEW", 3)
    long_ago = timezone.localdate() - timedelta(days=400)
    make.held_review(cast.alliance, cast.lena, present=[cast.bea], held_on=long_ago)
    for _ in range(3):
        make.held_review(cast.alliance, cast.lena, present=[cast.lena, cast.pat])
    make.prepare(cast.alliance, cast.lena)
    browser, address = client_of(cast.lena), url(cast.alliance, "review", 5)
    room = browser.get(address).context["form"].room
    assert [(one["name"], one["is_open"]) for one in room] == [
        ("Who usually come", True),
        ("Harbour City Council", False),
        ("Haven Homes", False),
        ("Beacon Recovery", False),
        ("For the alliance as a whole", False),
    ]
    names = [[option["label"] for option in one["options"]] for one in room]
    assert names[0] == ["Pat Provider", "Lena Learning"]
    assert names[2] == ["Bea Board", "Dev Deputy", "Finn Finance"]
    known = [one for one in vars(cast).values() if isinstance(one, User) and one != cast.stranger]
    assert sorted(chain(*names)) == sorted(one.name for one in known)
    browser.post(url(cast.alliance, "draft", 5), {"people": [cast.rosa.pk], "seen": "{}"})
    room = browser.get(address).context["form"].room
    assert [one["name"] for one in room if one["is_open"]] == ["Who usually come", "Beacon Recovery"]
    refused = browser.post(url(cast.alliance, "hold_review", 5), sheet())
    assert all(one["is_open"] for one in refused.context["form"].room)


@pytest.mark.parametrize(("planned_in", "offered"), [(-1, True), (0, True), (1, False)])
def test_the_day_of_the_meeting_is_today_unless_it_is_still_to_come(cast, client_of, planned_in, offered):
    today = timezone.localdate()
    review = make.prepare(cast.alliance, cast.lena, planned_for=today + timedelta(days=planned_in))
    browser, address = client_of(cast.lena), url(cast.alliance, "review", review.number)

    def day() -> list:
        return browser.get(address).context["form"]["held_on"].value()

    assert day() == ([str(today.day), str(today.month), str(today.year)] if offered else [None, None, None])
    said = {"held_on_day": "3", "held_on_month": "", "held_on_year": ""}
    browser.post(url(cast.alliance, "draft", review.number), said | {"people": [], "seen": "{}"})
    assert day() == ["3", None, None]


def test_what_is_missing_is_said_and_what_was_typed_is_kept(cast, client_of):
    make.prepare(cast.alliance, cast.lena)
    sent = sheet(why="", action_0_what="Ask the landlords", held_on_month="13")
    answer = client_of(cast.lena).post(url(cast.alliance, "hold_review", 1), sent)
    assert answer.status_code == 422
    page = answer.content.decode()
    for said in (
        "Tick who was in the room",
        "Answer the question “Why did it happen as it did?”",
        "Say who takes “Ask the landlords”",
        "When was it? must have a month from 1 to 12",
        make.ANSWERS["keep_or_change"],
    ):
        assert said in page
    review = Review.objects.get()
    assert review.status == Review.State.PREPARING
    assert review.draft["keep_or_change"] == make.ANSWERS["keep_or_change"]
    assert review.draft["held_on_month"] == "13"


def test_half_written_dates_are_shown_again_as_they_were(cast, client_of):
    make.prepare(cast.alliance, cast.lena)
    browser = client_of(cast.lena)
    browser.post(url(cast.alliance, "draft", 1), {"held_on_day": "4", "held_on_month": "Novem", "seen": "{}"})
    page = browser.get(url(cast.alliance, "review", 1)).content.decode()
    assert 'value="Novem"' in page
    assert "There is a problem" not in page


def test_nothing_unexpected_is_asked_once(cast, client_of):
    make.prepare(cast.alliance, cast.lena)
    browser, at = client_of(cast.lena), url(cast.alliance, "hold_review", 1)
    sent = sheet(people=[cast.lena.pk], unexpected="")
    answer = browser.post(at, sent)
    assert answer.status_code == 422
    assert "Was nothing unexpected?" in answer.content.decode()
    again = sent | {"asked": "on", "seen": json.dumps(Review.objects.get().draft)}
    assert browser.post(at, again).status_code == 303
    page = browser.get(url(cast.alliance, "review", 1)).content.decode()
    assert "Asked once, the room noted nothing unexpected." in page


def test_two_who_write_the_same_answer_see_each_other(cast, client_of):
    make.prepare(cast.alliance, cast.lena)
    at = url(cast.alliance, "draft", 1)
    client_of(cast.lena).post(at, {"facts": "Twelve came.", "seen": "{}"})
    answer = client_of(cast.lee).post(at, {"facts": "Eleven came.", "seen": "{}"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Lena Learning changed this while you were writing, to: “Twelve came.”" in page
    assert "Eleven came." in page
    again = {"facts": "Twelve, one of them late.", "seen": json.dumps(Review.objects.get().draft)}
    assert client_of(cast.lee).post(at, again).status_code == 303
    assert Review.objects.get().draft["facts"] == "Twelve, one of them late."


def test_htmx_saves_while_somebody_writes_and_gets_the_line_that_says_so(cast, client_of):
    make.prepare(cast.alliance, cast.lena)
    answer = client_of(cast.lena).post(
        url(cast.alliance, "draft", 1),
        {"facts": "Twelve came.", "seen": "{}"},
        headers={"HX-Request": "true", "HX-Target": "saved"},
    )
    page = answer.content.decode().strip()
    assert page.startswith('<div id="saved"')
    assert "Draft saved" in page
    assert "<html" not in page


def test_holding_twice_is_holding_once(cast, client_of):
    review = make.held_review(cast.alliance, cast.lena)
    answer = client_of(cast.lena).post(
        url(cast.alliance, "hold_review", review.number), sheet(people=[cast.lena.pk])
    )
    assert (answer.status_code, answer.url) == (303, review.get_absolute_url())


def test_whoever_may_not_close_a_review_sees_why(cast, client_of):
    make.prepare(cast.alliance, cast.lena)
    page = client_of(cast.lee).get(url(cast.alliance, "review", 1)).content.decode()
    assert (
        "Only a learning lead, a system steward or somebody who speaks for a participant can do this." in page
    )
    assert url(cast.alliance, "hold_review", 1) not in page


def test_an_action_is_closed_from_its_page(cast, client_of):
    make.open_action(cast.alliance, cast.lena, cast.lee)
    at = url(cast.alliance, "action", 1)
    assert client_of(cast.lee).post(at, {"outcome": "done", "words": ""}).status_code == 422
    assert client_of(cast.lee).post(at, {"outcome": "done", "words": "They came."}).status_code == 303
    assert Action.objects.get().status == "done"
    page = client_of(cast.bea).get(at).content.decode()
    assert "They came." in page


@pytest.mark.parametrize(
    "odd",
    [{"facts": "a\x00b"}, {"people": ["\x00"]}, {"facts": "x", "seen": "[" * 100_000}, {"seen": "9" * 5000}],
)
@pytest.mark.parametrize("door", ["draft", "hold_review"])
def test_a_sheet_that_no_browser_sends_breaks_nothing(cast, client_of, door, odd):
    review = make.prepare(cast.alliance, cast.lena)
    answer = client_of(cast.lena).post(url(cast.alliance, door, review.number), sheet(**odd))
    assert answer.status_code in (303, 422)
