"""A conflict of interest, and a board that ratifies: in a real browser, on a desk and on a phone."""

import pytest
from playwright.sync_api import expect

from decisions.models import Decision
from tests.factories.conflicts import MINUTE, limit
from tests.factories.decisions import answer, make_decision, make_proposal
from tests.journeys.conftest import PHONE

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def test_a_participant_with_a_conflict_leaves_the_roll_and_the_others_decide(cast, either_page_as, check_axe):
    proposal = make_proposal(cast.council, cast.carol)
    answer(proposal, cast.council, cast.carol)
    answer(proposal, cast.beacon, cast.rosa)
    pat = either_page_as(cast.pat, viewport=PHONE)
    pat.goto(proposal.get_absolute_url())
    pat.get_by_role("link", name="Declare a conflict of interest").click()
    pat.get_by_role("button", name="Declare it").click()
    expect(pat.get_by_role("link", name="Enter what the conflict is")).to_be_visible()
    check_axe(pat)
    pat.get_by_label("What is the conflict?").fill("My sister would let the rooms.")
    pat.get_by_role("button", name="Declare it").click()
    expect(pat.get_by_text("Council and Beacon have not said yet whether it takes part.")).to_be_visible()
    check_axe(pat)

    carol = either_page_as(cast.carol)
    carol.goto(proposal.get_absolute_url())
    carol.get_by_role("button", name="Say whether Haven takes part").click()
    check_axe(carol)
    carol.get_by_label("No, Haven should leave the roll for this decision").check()
    carol.get_by_role("button", name="Record it").click()
    expect(carol.get_by_text("Left the roll", exact=True)).to_be_visible()
    check_axe(carol)
    decision = Decision.objects.get()
    assert carol.url.endswith(decision.get_absolute_url())
    assert [one.participant.short_name for one in decision.wording.positions.order_by("pk")] == [
        "Council",
        "Beacon",
    ]


def test_a_board_ratifies_with_its_minute(cast, either_page_as, check_axe, tmp_path):
    limit(cast.pat, 50_000, cast.bea)
    voices = {cast.council: cast.carol, cast.haven: cast.pat, cast.beacon: cast.rosa}
    decision = make_decision(cast.council, voices, amount=60_000)
    minute = tmp_path / "minute.pdf"
    minute.write_bytes(MINUTE.content)
    bea = either_page_as(cast.bea, viewport=PHONE)
    bea.goto(decision.get_absolute_url())
    expect(bea.get_by_role("heading", name="Agreed, awaiting ratification by Haven")).to_be_visible()
    check_axe(bea)
    bea.get_by_role("button", name="Say what Haven’s board decided").click()
    check_axe(bea)
    bea.get_by_label("It ratified the decision").check()
    for part in ("Day", "Month", "Year"):
        day = decision.decided_on
        value = {"Day": day.day, "Month": day.month, "Year": day.year}[part]
        bea.get_by_label(part, exact=True).fill(str(value))
    bea.get_by_label("Its minute").set_input_files(minute)
    bea.get_by_role("button", name="Record what the board decided").click()
    expect(bea.get_by_role("heading", name="Ratified, and in effect")).to_be_visible()
    assert decision.is_in_effect()


def test_an_interest_is_entered_in_the_register(cast, page_as, check_axe):
    pat = page_as(cast.pat)
    pat.goto(f"/alliances/{cast.alliance.slug}/decisions/interests/")
    check_axe(pat)
    pat.get_by_role("button", name="Declare an interest").click()
    pat.get_by_label("Pat Provider, Haven").check()
    pat.get_by_label("Indirect, through somebody close").check()
    pat.get_by_label("What is it?").fill("My sister lets rooms to the council.")
    check_axe(pat)
    pat.get_by_role("button", name="Enter it in the register").click()
    expect(pat.get_by_text("My sister lets rooms to the council.")).to_be_visible()
    check_axe(pat)
    pat.goto(f"/alliances/{cast.alliance.slug}/people/haven/")
    check_axe(pat)
