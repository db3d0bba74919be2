"""A case in steps, with a file; superseded; looked back at: in a real browser, with and without JavaScript."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from decisions import services
from decisions.models import Decision, Proposal
from tests.factories.decisions import attach, make_decision, make_draft, reword
from tests.journeys.conftest import PHONE

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def test_a_draft_in_steps_with_a_file_and_what_it_carries_out(cast, either_page_as, check_axe, tmp_path):
    plan = Path(tmp_path) / "plan.pdf"
    plan.write_bytes(b"%PDF-1.7 a plan")
    carol = either_page_as(cast.carol, viewport=PHONE)
    carol.goto(f"/alliances/{cast.alliance.slug}/decisions/proposals/new/")
    check_axe(carol)
    carol.get_by_label("Extending the agreement").check()
    carol.get_by_role("button", name="Begin the draft").click()
    expect(carol.get_by_role("heading", name="What does it carry out?")).to_be_visible()
    check_axe(carol)
    carol.get_by_label("Day").fill("31")
    carol.get_by_label("Month").fill("2")
    carol.get_by_label("Year").fill("2031")
    carol.get_by_role("button", name="Save and continue").click()
    expect(carol.get_by_role("link", name="must be a real date")).to_be_visible()
    carol.get_by_label("Month").fill("3")
    carol.get_by_role("button", name="Save and continue").click()
    expect(carol.get_by_role("heading", name="What is the question?")).to_be_visible()
    check_axe(carol)
    carol.get_by_role("link", name="Files").click()
    carol.get_by_label("Choose a file").set_input_files(plan)
    carol.get_by_label("What is it?").fill("Plan of the hall")
    carol.get_by_role("button", name="Save and continue").click()
    expect(carol.get_by_text("Plan of the hall, version 1 is kept.")).to_be_visible()
    check_axe(carol)
    carol.get_by_role("button", name="Save and finish later").click()
    expect(carol.get_by_text("Before it can open")).to_be_visible()
    expect(carol.get_by_role("link", name="Enter the reasons for the proposal")).to_be_visible()
    check_axe(carol)
    case = Proposal.objects.get().case
    assert case.effect == {"kind": "extension", "ends_on": "2031-03-31"}
    assert [(one.title, one.version) for one in case.files] == [("Plan of the hall", 1)]


def test_what_would_change_is_shown_then_superseded_and_looked_back_at(cast, either_page_as, check_axe):
    draft = make_draft(cast.council, cast.carol)
    attach(draft, cast.carol)
    services.discard_draft(proposal=draft, by=cast.carol)
    voices = {cast.council: cast.carol, cast.haven: cast.pat, cast.beacon: cast.rosa}
    decision = make_decision(cast.council, voices)
    pat = either_page_as(cast.pat)
    pat.goto(decision.get_absolute_url())
    pat.get_by_role("button", name="Choose a day to look back").click()
    check_axe(pat)
    pat.get_by_label("Day").fill("1")
    pat.get_by_label("Month").fill("3")
    pat.get_by_label("Year").fill("2031")
    pat.get_by_role("button", name="Choose this day").click()
    expect(pat.get_by_text("We look back on")).to_be_visible()
    pat.get_by_role("button", name="Write down what was learned").click()
    pat.get_by_label("Is this what we intended?").fill("Nine of twelve beds were used.")
    pat.get_by_label("What next?").fill("Ask those who stayed away.")
    pat.get_by_role("button", name="Put it in the record").click()
    expect(
        pat.get_by_role("link", name="Enter what follows for the decision").or_(
            pat.get_by_role("link", name="Select what follows for the decision")
        )
    ).to_be_visible()
    check_axe(pat)
    pat.get_by_label("Who are “we” to say so?").fill("The team, with Lee.")
    pat.get_by_label("We propose something else").check()
    pat.get_by_role("button", name="Put it in the record").click()
    expect(pat.get_by_text("Nine of twelve beds were used.")).to_be_visible()
    check_axe(pat)

    pat.get_by_role("button", name="Propose to supersede it").click()
    check_axe(pat)
    pat.get_by_role("button", name="Begin the draft").click()
    expect(pat.get_by_text("It would supersede")).to_be_visible()
    pat.get_by_role("link", name="Change the question").click()
    pat.get_by_label("What is the question, in one line?").fill("And until March?")
    pat.get_by_role("button", name="Save").click()
    pat.get_by_role("button", name="Open it: ask everybody").click()
    pat.get_by_role("button", name="Change the wording").click()
    pat.get_by_label("The wording", exact=True).fill("Haven keeps twelve beds open until March.")
    pat.get_by_role("button", name="Show what changes").click()
    expect(pat.get_by_role("heading", name="What would change")).to_be_visible()
    pat.get_by_label("What changes, and why?").fill("Until March.")
    pat.get_by_role("button", name="Ask everybody again").click()
    expect(pat.get_by_text("Version 2 is open: everybody is asked again.")).to_be_visible()
    new = Proposal.objects.get(state="open")
    reword(new, cast.pat, text="Haven keeps nine beds open until March.")
    pat.goto(f"{new.get_absolute_url()}wordings/3/")
    pat.get_by_label("Compare with").select_option("Version 1")
    pat.get_by_role("button", name="Compare").click()
    expect(pat.get_by_role("heading", name="What changed since version 1")).to_be_visible()
    check_axe(pat)
    for participant, by in voices.items():
        services.take_position(
            proposal=new,
            participant=participant,
            stance="agree",
            shown=Proposal.objects.get(pk=new.pk).current_wording.hash,
            by=by,
        )
    pat.goto(decision.get_absolute_url())
    expect(pat.get_by_text("It stays as it was sealed.")).to_be_visible()
    check_axe(pat)
    pat.locator(".succession a").click()
    expect(pat.get_by_text("It supersedes")).to_be_visible()
    assert Decision.objects.count() == 2
