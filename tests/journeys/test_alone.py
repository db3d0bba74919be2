"""A commissioner logs a reserved decision that moves money; a seal lets a new organisation in."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from decisions.models import Proposal
from participants.models import Participant
from tests.factories.decisions import answer
from tests.factories.effects import act_urgently, delegate, found_matter, propose_effect
from tests.journeys.conftest import PHONE

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def test_a_commissioner_logs_a_reserved_decision_and_its_money_is_put_to_all(cast, either_page_as, check_axe):
    found_matter(cast.council)
    carol = either_page_as(cast.carol, viewport=PHONE)
    carol.goto(f"/alliances/{cast.alliance.slug}/decisions/kinds/")
    check_axe(carol)
    carol.get_by_role("button", name="Log a decision of one person").click()
    carol.get_by_role("button", name="Save and look it over").click()
    expect(carol.get_by_text("Before it can be decided")).to_be_visible()
    check_axe(carol)
    carol.get_by_role("button", name="Go on writing").click()
    carol.get_by_label("The decision in one line").fill("Nobody new moves into Mill Lane")
    carol.get_by_label("What is decided").fill("Nobody new moves in until the enquiry ends.")
    carol.get_by_label("Why?", exact=True).fill("Two people were hurt.")
    carol.get_by_label("What else was considered, and why not?").fill("None considered: the duty is clear.")
    carol.get_by_label("Supports it").check()
    carol.get_by_label("Best for people: how, or why not?").fill("People are safe.")
    carol.get_by_label("Whom did you consult, and what did they say?").fill("Haven, by telephone.")
    carol.get_by_role("textbox", name="Money").fill("£1,200.50")
    check_axe(carol)
    carol.get_by_role("button", name="Save and look it over").click()
    expect(carol.get_by_text("Ready to decide")).to_be_visible()
    check_axe(carol)
    carol.get_by_role("button", name="Decide it").click()
    expect(carol.get_by_text("Decided by Carol Commissioner, Council").first).to_be_visible()
    check_axe(carol)
    carol.get_by_role("link", name="The draft is made; look it over and open it").click()
    assert Proposal.objects.get(follows__isnull=False).get_absolute_url() in carol.url


def test_a_seal_lets_somebody_in_and_everybody_sees_it(cast, either_page_as, check_axe):
    proposal = propose_effect(
        cast.alliance,
        "accession",
        name="Quay Trust",
        short_name="Quay",
        role="provider",
        form="charity",
        joined_on=timezone.localdate(),
        signed_by="Quentin Quill, chief executive",
    )
    answer(proposal, cast.council, cast.carol)
    answer(proposal, cast.haven, cast.pat)
    rosa = either_page_as(cast.rosa, viewport=PHONE)
    rosa.goto(proposal.get_absolute_url())
    expect(rosa.get_by_text("Quay Trust joins the alliance as a provider")).to_be_visible()
    check_axe(rosa)
    rosa.get_by_label("Agree", exact=True).check()
    rosa.get_by_role("button", name="Record our answer").click()
    expect(rosa.get_by_text("What the seal carried out")).to_be_visible()
    check_axe(rosa)
    assert Participant.objects.get(name="Quay Trust").is_active()
    rosa.goto(f"/alliances/{cast.alliance.slug}/people/quay/")
    expect(rosa.get_by_role("heading", name="Quay Trust")).to_be_visible()


def test_the_smaller_pages_are_sound(cast, page_as, check_axe):
    found_matter(cast.council)
    delegate(cast.haven, cast.pat)
    urgent = act_urgently(cast.haven, cast.pat)
    proposal = propose_effect(
        cast.alliance,
        "exclusion",
        participant=cast.beacon,
        left_on=timezone.localdate(),
        reasons="Default, twice.",
    )
    here = f"/alliances/{cast.alliance.slug}/decisions"
    pat, rosa = page_as(cast.pat), page_as(cast.rosa)
    for where in (
        "kinds/",
        "urgent/",
        "urgent/new/",
        f"urgent/{urgent.number}/",
        f"urgent/{urgent.number}/report/",
    ):
        pat.goto(f"{here}/{where}")
        check_axe(pat)
    rosa.goto(f"{here}/proposals/{proposal.number}/statement/")
    check_axe(rosa)
    rosa.get_by_label("Your statement").fill("We paid it back.")
    rosa.get_by_role("button", name="Record our statement").click()
    expect(rosa.get_by_text("We paid it back.").first).to_be_visible()
    check_axe(rosa)
