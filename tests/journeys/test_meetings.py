"""A meeting from its call to its official minutes: in a real browser, with JavaScript and without, on a phone too."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from decisions.models import Meeting, Position
from tests.factories.decisions import make_proposal
from tests.journeys.conftest import PHONE

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def test_a_meeting_with_its_minutes(cast, either_page_as, check_axe):
    proposal = make_proposal(cast.council, cast.carol, answer_by=timezone.localdate() + timedelta(days=30))
    carol = either_page_as(cast.carol)
    carol.goto(f"/alliances/{cast.alliance.slug}/decisions/meetings/")
    check_axe(carol)
    carol.get_by_role("link", name="Call the first meeting").click()
    carol.get_by_label("Alliance Leadership Team").check()
    today = timezone.localdate()
    for part, value in (("Day", today.day), ("Month", today.month), ("Year", today.year)):
        carol.get_by_label(part, exact=True).fill(str(value))
    carol.get_by_label("At what time?").fill("half past two")
    carol.get_by_label("Where?").fill("Guildhall, room 2")
    carol.get_by_label(re.compile(re.escape(proposal.title))).check()
    carol.get_by_label("What else?").fill("The winter")
    carol.get_by_role("button", name="Call the meeting").click()
    expect(carol.get_by_role("link", name=re.compile("Enter a time, like 14:30"))).to_be_visible()
    check_axe(carol)
    carol.get_by_label("At what time?").fill("12.15am")
    carol.get_by_role("button", name="Call the meeting").click()
    expect(carol.get_by_text("2 items on the agenda.")).to_be_visible()
    where = carol.url

    carol.get_by_role("link", name="Set the agenda").click()
    check_axe(carol)
    carol.get_by_label(f"Place (“{proposal.title}”)").fill("2")
    carol.get_by_label("Place (“The winter”)").fill("1")
    carol.get_by_role("button", name="Set the agenda").click()
    expect(carol.locator(".agenda__item").first).to_contain_text("The winter")

    carol.get_by_role("button", name="Yes, it is held").click()
    check_axe(carol)
    for name, how in (("Carol Commissioner", "In the room"), ("Rosa Recovery", "By telephone or video")):
        person = carol.get_by_role("group", name=re.compile(f"^{name}"))
        person.get_by_label(how).check()
    carol.get_by_role("button", name="Note who is there").click()
    expect(carol.get_by_text("Not quorate: nobody authorised of Haven is there.")).to_be_visible()
    check_axe(carol)

    dev = either_page_as(cast.dev, viewport=PHONE)  # Haven's deputy, on a phone, in the room
    dev.goto(where)
    dev.get_by_label("I am in the room").check()
    dev.get_by_role("button", name="Say so").click()
    expect(
        dev.get_by_text("Quorate: somebody authorised of each of the 3 participants is there.")
    ).to_be_visible()
    check_axe(dev)
    dev.get_by_role("link", name="Answer for Haven").click()
    expect(dev.get_by_text("You answer in")).to_be_visible()
    dev.get_by_label("Agree", exact=True).check()
    dev.get_by_role("button", name="Record our answer").click()
    expect(dev.get_by_text("Said in this meeting: Haven agrees (Dev Deputy).")).to_be_visible()

    carol.goto(where)
    carol.get_by_role("link", name="Record an answer for another organisation").click()
    carol.get_by_label(re.compile("^Rosa Recovery")).check()
    expect(carol.get_by_label("In a meeting")).to_be_checked()
    carol.get_by_label("Agrees", exact=True).check()
    carol.get_by_role("button", name="Record their answer").click()
    expect(carol.get_by_text("Beacon agrees (Rosa Recovery, recorded by Carol Commissioner)")).to_be_visible()
    assert {one.meeting.number for one in Position.objects.select_related("meeting")} == {1}

    carol.get_by_role("button", name="Write the minutes").click()
    draft = carol.get_by_label("The minutes")
    assert "Beacon agrees (Rosa Recovery, Beacon, recorded by Carol Commissioner)" in draft.input_value()
    draft.fill(draft.input_value() + "\nThe hall is open from December.")
    check_axe(carol)
    carol.get_by_role("button", name="Save the draft").click()
    carol.get_by_role("button", name="Issue them to everybody who was there").click()
    expect(carol.get_by_text("Has not accepted yet").first).to_be_visible()
    carol.get_by_role("button", name="I accept these minutes").click()
    minutes = carol.url
    dev.goto(minutes)
    dev.get_by_role("button", name="I accept these minutes").click()
    rosa = either_page_as(cast.rosa)
    rosa.goto(f"/alliances/{cast.alliance.slug}/")
    rosa.get_by_role("link", name="Alliance Leadership Team, meeting 1").first.click()
    rosa.get_by_role("button", name="I accept these minutes").click()
    expect(rosa.get_by_text("You were the last to accept the minutes: they are official.")).to_be_visible()
    check_axe(rosa)
    assert Meeting.objects.get().minutes.get().state == "official"
    rosa.get_by_role("link", name="Take them as a PDF").click()
    check_axe(rosa)
    rosa.goto(f"/alliances/{cast.alliance.slug}/decisions/meetings/")
    expect(rosa.get_by_text("Its minutes are official.")).to_be_visible()
