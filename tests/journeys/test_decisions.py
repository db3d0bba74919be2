"""Put, reword, object, resolve, agree, seal: in a real browser, with JavaScript and without, on a desk and a phone."""

import re

import pytest
from playwright.sync_api import Page, expect

from decisions.models import Decision, Proposal
from tests.factories.decisions import make_draft, make_proposal, reword
from tests.journeys.conftest import PHONE

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def test_an_alliance_decides_together(cast, either_page_as, check_axe):
    carol = either_page_as(cast.carol)
    carol.goto(f"/alliances/{cast.alliance.slug}/decisions/")
    check_axe(carol)
    carol.get_by_role("link", name="Put the first proposal").click()
    check_axe(carol)
    put_a_proposal(carol)
    check_axe(carol)
    expect(carol.get_by_text("Before it can open")).to_be_visible()
    carol.get_by_role("link", name="Say what the proposal does to principle (b), Best for people").click()
    answer_the_principles(carol)
    carol.get_by_role("button", name="Save and continue").click()
    carol.get_by_label("Money").fill("£84,500")
    carol.get_by_role("button", name="Save and finish later").click()
    expect(carol.get_by_text("Ready to open")).to_be_visible()
    check_axe(carol)
    carol.get_by_role("button", name="Open it: ask everybody").click()
    expect(carol.get_by_text("None of 3 has answered yet.")).to_be_visible()
    check_axe(carol)
    where = carol.url

    dev = either_page_as(cast.dev, viewport=PHONE)  # Haven's deputy, on a phone
    say(dev, where, "Agree")
    expect(dev.get_by_text("1 of 3 has answered. Council and Beacon have not yet.")).to_be_visible()
    check_axe(dev)

    rosa = either_page_as(cast.rosa)
    rosa.goto(where)
    rosa.get_by_label("Object", exact=True).check()
    rosa.get_by_role("button", name="Record our answer").click()
    expect(rosa.get_by_role("link", name="Say what your concern is")).to_be_visible()
    rosa.get_by_label("What is your concern?").fill("Nobody asked the women.")
    rosa.get_by_label("(b) Best for people").check()
    rosa.get_by_label("What would make it acceptable to you?").fill("A room of their own.")
    rosa.get_by_role("button", name="Record our answer").click()
    expect(rosa.get_by_text("Beacon’s objection 1 stands unresolved.").first).to_be_visible()
    check_axe(rosa)

    carol.goto(where)
    carol.get_by_role("button", name="Change the wording").click()
    check_axe(carol)
    wording = carol.get_by_label("The wording", exact=True)
    wording.fill(wording.input_value() + " Women have a room of their own.")
    carol.get_by_label("What changes, and why?").fill("Rosa is right.")
    carol.get_by_role("button", name="Ask everybody again").click()
    expect(carol.get_by_text("Version 2 is open: everybody is asked again.")).to_be_visible()
    expect(carol.get_by_text("Agreed on version 1; asked again since")).to_be_visible()
    carol.get_by_role("link", name="What changed since version 1").click()
    expect(carol.locator("ins").first).to_contain_text("Women have a room of their own.")
    check_axe(carol)
    say(carol, where, "Agree")
    say(dev, where, "Agree")

    rosa.goto(where)
    rosa.get_by_role("link", name="Resolve objection 1").click()
    expect(rosa.get_by_text("What changed since you objected")).to_be_visible()
    check_axe(rosa)
    rosa.get_by_label("What resolved it?").fill("The women have their room.")
    rosa.get_by_label("We agree to it").check()
    rosa.get_by_role("button", name="Resolve the objection").click()
    expect(rosa.get_by_text(re.compile("Agreed by all 3 participants"))).to_be_visible()
    check_axe(rosa)

    decision = Decision.objects.get()
    assert rosa.url.endswith(decision.get_absolute_url())
    assert decision.wording.version == 2
    expect(rosa.get_by_text(decision.wording_hash).first).to_be_visible()
    rosa.goto(where)  # the old address leads to the new one
    assert rosa.url.endswith(decision.get_absolute_url())


def put_a_proposal(page: Page) -> None:
    """Step by step, until enough is said for one sitting."""
    page.get_by_label("A question of any kind").check()
    page.get_by_role("button", name="Begin the draft").click()
    for questions in (
        {
            "What is the question, in one line?": "Shall we open a night shelter?",
            "The wording": "Haven opens twelve beds on 4 January.",
        },
        {
            "Why?": "Thirty people sleep outside.",
            "What else was considered, and why not?": "None considered, because winter is here.",
        },
        {
            "Who is affected?": "People who sleep outside.",
            "How were people using services heard?": "Twenty were asked at breakfast.",
        },
    ):
        for question, words in questions.items():
            page.get_by_label(question, exact=True).fill(words)
        page.get_by_role("button", name="Save and continue").click()
    expect(page.get_by_role("heading", name="How does it stand to our principles?")).to_be_visible()
    page.get_by_role("link", name="Look it over and open it").click()


def answer_the_principles(page: Page) -> None:
    for number in range(7):
        box = page.locator(".bearing").nth(number)
        box.get_by_label("Supports it").check()
        box.get_by_role("textbox").fill("It helps.")


def say(page: Page, where: str, stance: str) -> None:
    """Two clicks."""
    page.goto(where)
    page.get_by_label(stance, exact=True).check()
    page.get_by_role("button", name="Record our answer").click()
    expect(page.get_by_text("Recorded:")).to_be_visible()


def test_a_wording_that_changes_under_an_answer_is_shown_before_anything_is_recorded(
    cast, either_page_as, check_axe
):
    proposal = make_proposal(cast.council, cast.carol)
    pat = either_page_as(cast.pat)
    pat.goto(proposal.get_absolute_url())
    pat.get_by_label("Agree", exact=True).check()
    reword(proposal, cast.carol)
    pat.get_by_role("button", name="Record our answer").click()
    expect(pat.get_by_text("The wording changed while you were answering").first).to_be_visible()
    expect(pat.locator("ins").first).to_contain_text("Women have a room of their own.")
    expect(pat.get_by_label("Agree", exact=True)).to_be_checked()
    pat.get_by_role("button", name="Record our answer").click()
    expect(pat.get_by_text("Recorded: Haven agrees.")).to_be_visible()


def test_the_keyboard_alone_answers(cast, page_as):
    proposal = make_proposal(cast.council, cast.carol)
    pat = page_as(cast.pat)
    pat.goto(proposal.get_absolute_url())
    pat.get_by_label("Agree", exact=True).focus()
    pat.keyboard.press("Space")
    pat.get_by_label("Anything to add?").focus()
    pat.keyboard.type("Gladly.")
    pat.keyboard.press("Tab")
    pat.keyboard.press("Enter")
    expect(pat.get_by_text("Recorded: Haven agrees.")).to_be_visible()


def test_the_register_filters_and_the_smaller_pages_are_sound(cast, either_page_as, check_axe):
    proposal = make_proposal(cast.council, cast.carol)
    make_proposal(cast.haven, cast.pat, title="A van for the outreach team?")
    make_draft(cast.council, cast.carol, title="A draft of ours")
    carol = either_page_as(cast.carol, viewport=PHONE)
    carol.goto(f"/alliances/{cast.alliance.slug}/decisions/")
    check_axe(carol)
    carol.get_by_label("Words or a number").fill("van")
    carol.get_by_role("button", name="Apply filters").click()
    expect(carol.get_by_role("link", name="A van for the outreach team?")).to_be_visible()
    expect(carol.get_by_role("link", name=proposal.title)).to_have_count(0)
    for page in ("deadline", "withdrawal", "wording"):
        carol.goto(f"{proposal.get_absolute_url()}{page}/")
        check_axe(carol)
    carol.goto(f"{proposal.get_absolute_url()}withdrawal/")
    carol.get_by_label("Why is it withdrawn?").fill("Another house was found.")
    carol.get_by_role("button", name="Withdraw it").click()
    expect(carol.get_by_text("“Another house was found.”")).to_be_visible()
    check_axe(carol)
    assert Proposal.objects.get(pk=proposal.pk).state == "withdrawn"
