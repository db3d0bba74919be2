"""Amend, object, look after the objection, resolve, agree; and a deadlock up its ladder to the status quo."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from playwright.sync_api import Page, expect

from alliance.core.workdays import ONE_DAY
from decisions import services
from decisions.models import Decision, Proposal
from tests.factories.decisions import again, declare, make_proposal, object_to
from tests.factories.participants import make_person
from tests.journeys.conftest import PHONE
from tests.journeys.test_decisions import say

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def test_other_words_are_talked_over_taken_over_and_sealed(cast, either_page_as, check_axe):
    proposal = make_proposal(cast.council, cast.carol)
    where = proposal.get_absolute_url()

    lee = either_page_as(cast.lee, viewport=PHONE)  # a person with lived experience, on a phone
    lee.goto(where)
    lee.get_by_role("link", name="Say something, or ask a question").click()
    lee.get_by_label("What do you want to say?").fill("Where do couples sleep? @Pat Provider")
    lee.get_by_label("It is a question").check()
    lee.get_by_role("button", name="Say it").click()
    expect(lee.get_by_text("Where do couples sleep?")).to_be_visible()
    expect(lee.get_by_text("Question, open")).to_be_visible()
    check_axe(lee)

    pat = either_page_as(cast.pat)
    pat.goto(where)
    pat.get_by_role("link", name="Answer to Lee Lived").click()
    pat.get_by_role("button", name="Reply").click()
    expect(pat.get_by_text("Enter your reply").first).to_be_visible()
    pat.get_by_label("Your reply").fill("In a room of their own. I offer words for it.")
    pat.get_by_role("button", name="Reply").click()
    expect(pat.get_by_text("In a room of their own. I offer words for it.")).to_be_visible()
    expect(pat.get_by_text("Question, open")).to_have_count(0)
    pat.goto(where)
    pat.get_by_role("link", name="Offer other words").click()
    check_axe(pat)
    wording = pat.get_by_label("The wording as you would have it")
    wording.fill(wording.input_value() + " Couples have a room of their own.")
    pat.get_by_label("Why?").fill("Nobody should choose between a bed and each other.")
    pat.get_by_role("button", name="Offer these words").click()
    expect(pat.locator("ins").first).to_contain_text("Couples have a room of their own.")
    check_axe(pat)

    carol = either_page_as(cast.carol)
    carol.goto(where)
    carol.get_by_role("link", name="Amendment 1, Haven Homes").click()
    check_axe(carol)
    carol.get_by_label("We take it over").check()
    carol.get_by_role("button", name="Record our answer").click()
    expect(carol.get_by_text("Version 2 is open: everybody is asked again.")).to_be_visible()

    rosa = either_page_as(cast.rosa)
    rosa.goto(where)
    rosa.get_by_label("Object", exact=True).check()
    rosa.get_by_label("What is your concern?").fill("Nobody asked the women.")
    rosa.get_by_label("(b) Best for people").check()
    rosa.get_by_label("What would make it acceptable to you?").fill("That they say where the room is.")
    rosa.get_by_role("button", name="Record our answer").click()
    rosa.get_by_role("link", name="Name a steward of objection 1").click()
    rosa.get_by_label("Who looks after this objection?").select_option(label="Lee Lived")
    rosa.get_by_role("button", name="Name the steward").click()
    expect(rosa.get_by_text("Lee Lived looks after objection 1.")).to_be_visible()

    lee.goto(where)
    lee.get_by_role("link", name="Talk about objection 1").click()
    lee.get_by_label("What do you want to say?").fill("I asked them: on the first floor.")
    lee.get_by_role("button", name="Say it").click()
    expect(lee.locator("#objection-1").get_by_text("I asked them: on the first floor.")).to_be_visible()
    check_axe(lee)

    say(carol, where, "Agree")
    say(pat, where, "Agree")
    rosa.goto(where)
    rosa.get_by_role("link", name="Resolve objection 1").first.click()
    rosa.get_by_label("What resolved it?").fill("The women chose the first floor.")
    rosa.get_by_label("We agree to it").check()
    rosa.get_by_role("button", name="Resolve the objection").click()
    expect(rosa.get_by_text("I asked them: on the first floor.")).to_be_visible()
    check_axe(rosa)
    decision = Decision.objects.get()
    assert decision.wording.text.endswith("Couples have a room of their own.")
    assert decision.wording.amended_by.number == 1


def test_a_deadlock_climbs_its_ladder_to_the_status_quo(cast, either_page_as, check_axe):
    sena = make_person(cast.alliance, "Sena Senior", "senior", cast.beacon)
    proposal = make_proposal(cast.council, cast.carol)
    where = proposal.get_absolute_url()
    object_to(proposal, cast.beacon, cast.rosa)

    pat = either_page_as(cast.pat)
    pat.goto(where)
    pat.get_by_role("link", name="Declare a deadlock").click()
    check_axe(pat)
    pat.get_by_role("button", name="Declare the deadlock").click()
    expect(pat.get_by_role("link", name="Enter why we go no further")).to_be_visible()
    pat.get_by_label("Why do we go no further?").fill("We have talked for a month, and nobody moves.")
    pat.get_by_role("button", name="Declare the deadlock").click()
    rung(pat, "Alliance Leadership Team")
    check_axe(pat)
    pat.get_by_role("button", name="Name the independent person").click()
    check_axe(pat)
    pat.get_by_label("Mediator").check()
    pat.get_by_label("Their name, and where they are from").fill("Ada Calm, Mediation Trust")
    pat.get_by_role("button", name="Name them").click()
    expect(pat.get_by_text("Ada Calm, Mediation Trust, named by Pat Provider")).to_be_visible()
    stages = again(proposal).deadlock

    with later(stages.rung("senior").starts):
        phone = either_page_as(sena, viewport=PHONE)
        phone.goto(where)
        rung(phone, "Senior representatives")
        phone.get_by_role("button", name="Make our statement").click()
        phone.get_by_label("Your organisation’s statement").fill("We could live with ten beds.")
        check_axe(phone)
        phone.get_by_role("button", name="Make the statement").click()
        expect(phone.get_by_text("We could live with ten beds.")).to_be_visible()
        check_axe(phone)
    with later(stages.rung("independent").starts):
        pat = either_page_as(cast.pat)
        pat.goto(where)
        rung(pat, "Independent chair, mediator or expert")
        pat.get_by_role("button", name="Write down what they said").click()
        pat.get_by_label("What they said").fill("You are closer than you think.")
        pat.get_by_role("button", name="Write it down").click()
        expect(pat.get_by_text("You are closer than you think.")).to_be_visible()
    with later(stages.ends_on + ONE_DAY):
        carol = either_page_as(cast.carol)
        carol.goto(where)
        rung(carol, "The status quo stands")
        expect(carol.get_by_text("The ladder has run out")).to_be_visible()
        expect(carol.get_by_role("button", name="Record our answer")).to_have_count(0)
        check_axe(carol)
        assert Proposal.objects.get(pk=proposal.pk).state_now == "status_quo"


def test_a_ladder_that_was_left_by_agreeing_says_what_was_not_needed(cast, page_as, check_axe):
    proposal = make_proposal(cast.council, cast.carol)
    objection = object_to(proposal, cast.beacon, cast.rosa)
    declare(proposal, cast.haven, cast.pat)
    services.resolve_objection(objection=objection, resolution="A room was found.", by=cast.rosa)
    for participant, by in ((cast.council, cast.carol), (cast.haven, cast.pat), (cast.beacon, cast.rosa)):
        services.take_position(
            proposal=proposal,
            participant=participant,
            stance="agree",
            shown=proposal.current_wording.hash,
            by=by,
        )
    ari = page_as(cast.ari)
    ari.goto(Decision.objects.get().get_absolute_url())
    expect(ari.get_by_text("There was a deadlock")).to_be_visible()
    expect(ari.get_by_text("It ended on the way: all agreed.")).to_be_visible()
    expect(ari.locator(".ladder__rung")).to_have_count(1)
    check_axe(ari)


def later(day) -> time_machine.travel:
    """Midday of that day, for the browser's server too: it runs in this process."""
    return time_machine.travel(
        datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo("Europe/London")), tick=True
    )


def rung(page: Page, name: str) -> None:
    """Where the ladder says that we are."""
    expect(page.locator("[aria-current=step]").filter(has_text="We are here")).to_contain_text(name)
