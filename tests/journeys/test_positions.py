"""A yes with a reservation, undone; an answer on another's behalf, contested: in a real browser, with JavaScript and
without, on a desk and a phone.
"""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from decisions.models import Decision, Position
from tests.factories.decisions import make_proposal
from tests.journeys.test_decisions import say

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
NOTE = {"name": "call.txt", "mimeType": "text/plain", "buffer": b"Half past ten. Carol: yes."}


def test_an_answer_is_undone_and_one_on_behalf_is_contested(cast, either_page_as, check_axe):
    proposal = make_proposal(cast.council, cast.carol)
    where = proposal.get_absolute_url()

    rosa = either_page_as(cast.rosa)
    rosa.goto(where)
    rosa.get_by_label("Agree with a reservation").check()
    rosa.get_by_role("button", name="Record our answer").click()
    expect(rosa.get_by_role("link", name="Say what your reservation is")).to_be_visible()
    check_axe(rosa)
    rosa.get_by_label("What is your reservation?").fill("Only if a nurse is there at night.")
    rosa.get_by_role("button", name="Record our answer").click()
    expect(rosa.get_by_text("Recorded: Beacon agrees with a reservation.")).to_be_visible()
    expect(rosa.locator("blockquote.said")).to_have_text("Only if a nurse is there at night.")
    check_axe(rosa)
    rosa.get_by_role("link", name="Take our answer back").click()
    check_axe(rosa)
    rosa.get_by_label("Why?").fill("We have not asked the nurses.")
    rosa.get_by_role("button", name="Take it back").click()
    expect(rosa.get_by_text("Beacon has not answered any more.")).to_be_visible()
    expect(rosa.get_by_text("None of 3 has answered yet.")).to_be_visible()

    pat = either_page_as(cast.pat)
    say(pat, where, "Agree")
    pat.get_by_role("link", name="Record an answer for another organisation").click()
    pat.get_by_label("Carol Commissioner").check()
    pat.get_by_label("By telephone").check()
    pat.get_by_label("Agrees", exact=True).check()
    pat.get_by_role("button", name="Record their answer").click()
    expect(pat.get_by_role("link", name="Enter what shows that the answer was given")).to_be_visible()
    check_axe(pat)
    pat.get_by_label("What shows it?").fill("Carol rang at half past ten.")
    pat.get_by_label("A file that shows it").set_input_files(NOTE)
    pat.get_by_role("button", name="Record their answer").click()
    expect(pat.get_by_text("Recorded on behalf of Council, who can contest it until")).to_be_visible()
    expect(pat.get_by_text("What shows it: Carol rang at half past ten.")).to_be_visible()
    check_axe(pat)
    with pat.expect_download() as arriving:
        pat.get_by_role("link", name="The file", exact=True).click()
    assert Path(arriving.value.path()).read_bytes() == NOTE["buffer"]

    carol = either_page_as(cast.carol)
    carol.goto(f"/alliances/{cast.alliance.slug}/")
    expect(carol.get_by_text("Pat Provider recorded an answer for Council.")).to_be_visible()
    carol.goto(where)
    expect(carol.get_by_text("Pat Provider recorded that Council agrees")).to_be_visible()
    check_axe(carol)
    carol.get_by_role("button", name="Contest it").click()
    check_axe(carol)
    carol.get_by_label("Why?").fill("I said that I would think about it.")
    carol.get_by_role("button", name="Contest it").click()
    expect(carol.get_by_text("Council has not answered any more.")).to_be_visible()

    pat.goto(f"{where}position/on-behalf/")
    pat.get_by_label("Carol Commissioner").check()
    pat.get_by_label("By telephone").check()
    pat.get_by_label("What shows it?").fill("She rang again.")
    pat.get_by_label("Agrees", exact=True).check()
    pat.get_by_role("button", name="Record their answer").click()
    expect(pat.get_by_text("Council has spoken for itself on this wording.").first).to_be_visible()
    check_axe(pat)

    rosa.get_by_label("Agree with a reservation").check()
    rosa.get_by_label("What is your reservation?").fill("If a nurse is there until midnight.")
    rosa.get_by_role("button", name="Record our answer").click()
    expect(rosa.get_by_text("Recorded: Beacon agrees with a reservation.")).to_be_visible()
    assert not Decision.objects.exists()
    carol.get_by_label("Agree", exact=True).check()
    carol.get_by_role("button", name="Record our answer").click()
    expect(carol.get_by_text("Agreed by all 3 participants on")).to_be_visible()
    expect(carol.locator("blockquote.said")).to_have_text("If a nurse is there until midnight.")
    check_axe(carol)

    stances = [
        (one.participant.short_name, one.stance, one.is_on_behalf)
        for one in Position.objects.select_related("participant").order_by("pk")
    ]
    assert stances == [
        ("Beacon", "reservation", False),
        ("Beacon", "taken_back", False),
        ("Haven", "agree", False),
        ("Council", "agree", True),
        ("Council", "taken_back", False),
        ("Beacon", "reservation", False),
        ("Council", "agree", False),
    ]
    assert carol.url.endswith(Decision.objects.get().get_absolute_url())
