"""A draft is written in steps, with the guidance of its sort."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from alliance.core.refusals import NotPossible
from decisions import effects, guidance, services
from decisions.case import Case, File
from decisions.models import Proposal
from tests.factories import cases
from tests.factories.cases import step, words
from tests.factories.decisions import again, make_case, make_draft, reword

pytestmark = pytest.mark.django_db
draft = cases.draft


class TestGuidance:
    def test_every_effect_has_a_template_and_every_template_an_effect_that_is_there(self):
        offered = list(guidance.offered())
        assert {one.effect for one in offered if one.effect} == set(effects.KINDS)
        assert {one.effect for one in guidance.TEMPLATES.values()} <= {"", *effects.KINDS}
        assert all(one.words for one in offered)

    def test_every_template_is_under_a_heading(self):
        listed = [key for keys in guidance.GROUPS.values() for key in keys]
        assert sorted(listed) == sorted(guidance.TEMPLATES)
        assert guidance.Template("new", "A kind of a room above", "").group == guidance.OTHER

    def test_guidance_belongs_to_steps(self):
        from decisions.showing.drafting import TITLES

        for one in guidance.TEMPLATES.values():
            assert set(one.steps) <= set(TITLES)
            assert len(one.key) <= Proposal._meta.get_field("template").max_length


class TestSteps:
    def test_each_step_saves_what_it_asks_and_leaves_the_rest(self, cast, client_of):
        carol = client_of(cast.carol)
        new = reverse("decisions:propose", args=[cast.alliance.slug])
        carol.post(new, {"participant": cast.council.pk, "template": "service"})
        draft = Proposal.objects.get()
        assert draft.template == "service"
        assert (
            carol.post(step(draft, "question"), {"title": "A van?", "text": "We buy a van."}).status_code
            == 303
        )
        assert carol.post(step(draft, "reasons"), {"why": "Feet hurt."}).status_code == 303
        case = again(draft).case
        assert (case.title, case.text, case.why, case.alternatives) == (
            "A van?",
            "We buy a van.",
            "Feet hurt.",
            "",
        )

    def test_a_step_leads_to_the_next_one_or_back_to_the_draft(self, cast, client_of, draft):
        carol = client_of(cast.carol)
        said = {"title": "A van?", "text": "We buy a van."}
        assert carol.post(step(draft, "question"), said)["Location"] == step(draft, "reasons")
        later = carol.post(step(draft, "question"), said | {"then": "later"})
        assert later["Location"] == draft.get_absolute_url()
        looked = carol.post(step(draft, "question") + "?then=look", said)
        assert looked["Location"] == draft.get_absolute_url()
        assert carol.post(step(draft, "time"), {"then": "next"})["Location"] == draft.get_absolute_url()

    def test_a_step_that_is_not_there_is_not_found(self, cast, client_of, draft):
        carol = client_of(cast.carol)
        assert carol.get(step(draft, "nothing")).status_code == 404
        assert carol.get(step(draft, "effect")).status_code == 404  # a free question carries nothing out

    def test_the_guidance_of_the_sort_stands_beside_its_questions(self, cast, client_of, draft):
        carol = client_of(cast.carol)
        carol.post(step(draft, "start"), {"template": "service"})
        assert guidance.TEMPLATES["service"].steps["reasons"] in words(carol.get(step(draft, "reasons")))

    def test_the_draft_says_what_is_missing_and_leads_to_its_step(self, cast, client_of):
        draft = make_draft(cast.council, cast.carol, why="", heard="")
        page = words(client_of(cast.carol).get(draft.get_absolute_url()))
        assert (
            f'<a class="govuk-link" href="{step(draft, "reasons")}">Enter the reasons for the proposal</a>'
            in page
        )
        assert f'href="{step(draft, "people")}">Enter how people using services were heard' in page
        assert "Ready to open" not in page

    def test_what_somebody_else_saved_meanwhile_is_shown_and_not_written_over(self, cast, client_of):
        draft = make_draft(cast.haven, cast.pat)
        pat, dev = client_of(cast.pat), client_of(cast.dev)
        shown = pat.get(step(draft, "reasons")).context["form"]["shown"].value()
        dev.post(step(draft, "reasons"), {"why": "Dev’s reasons.", "alternatives": "None, says Dev."})
        mine = {"why": "Pat’s reasons.", "alternatives": "None, says Pat.", "shown": shown}
        response = pat.post(step(draft, "reasons"), mine)
        assert response.status_code == 422
        assert "Somebody else saved this step while you were writing" in words(response)
        assert "Pat’s reasons." in words(response)
        assert "Dev" in words(response)
        assert again(draft).case.why == "Dev’s reasons."
        mine["shown"] = response.context["form"]["shown"].value()
        assert pat.post(step(draft, "reasons"), mine).status_code == 303
        assert again(draft).case.why == "Pat’s reasons."

    def test_another_sort_forgets_what_the_first_would_carry_out(self, cast, client_of, draft):
        services.save_draft(
            proposal=draft,
            case=replace(draft.case, effect={"kind": "exit", "participant": cast.beacon.pk}),
            template="exit",
            by=cast.carol,
        )
        client_of(cast.carol).post(step(draft, "start"), {"template": "question"})
        assert (again(draft).template, again(draft).case.effect) == ("question", {})

    def test_a_sort_that_carries_something_out_does_not_open_without_it(self, cast, client_of, draft):
        carol = client_of(cast.carol)
        carol.post(step(draft, "start"), {"template": "extension"})
        page = words(carol.get(draft.get_absolute_url()))
        assert "Say what the seal carries out: the alliance ends on another day" in page
        with pytest.raises(NotPossible, match="Say what the seal carries out"):
            services.open_proposal(proposal=draft, by=cast.carol)

    def test_the_terms_of_what_it_carries_out_are_a_step(self, cast, client_of, draft):
        carol = client_of(cast.carol)
        carol.post(step(draft, "start"), {"template": "extension"})
        assert carol.post(step(draft, "effect"), {"then": "next"}).status_code == 422
        day = timezone.localdate() + timedelta(days=1500)
        sent = {"ends_on_day": day.day, "ends_on_month": day.month, "ends_on_year": day.year}
        assert carol.post(step(draft, "effect"), sent)["Location"] == step(draft, "question")
        assert again(draft).case.effect == {"kind": "extension", "ends_on": day.isoformat()}
        assert "Ready to open" in words(carol.get(draft.get_absolute_url()))

    def test_the_risks_that_it_touches_are_chosen_from_the_register(self, cast, client_of, draft):
        carol = client_of(cast.carol)
        assert "risks" not in carol.get(step(draft, "money")).context["form"].fields
        risk = services.raise_risk(
            alliance=cast.alliance,
            kind="risk",
            steward=cast.stan,
            by=cast.carol,
            title="The hall has one door",
            causes="It is old.",
            effects="A fire.",
            controls="A warden.",
            gaps="At night.",
        )
        page = words(carol.get(step(draft, "money")))
        assert "Risk 1: The hall has one door" in page
        assert carol.post(step(draft, "money"), {"risks": [risk.number + 1]}).status_code == 422
        carol.post(step(draft, "money"), {"risks": [risk.number]})
        opened = services.open_proposal(proposal=again(draft), by=cast.carol)
        assert opened.current_wording.risks == [risk.number]
        assert "It touches" in words(carol.get(opened.get_absolute_url()))
        with pytest.raises(NotPossible, match="a risk that is not in the register"):
            reword(opened, cast.carol, risks=(99,))

    def test_a_closed_draft_takes_no_step(self, cast, client_of, draft):
        services.discard_draft(proposal=draft, by=cast.carol)
        assert client_of(cast.carol).get(step(draft, "question")).status_code == 409
        assert client_of(cast.carol).get(draft.get_absolute_url()).status_code == 200


def test_a_case_with_everything_survives_a_draft(cast):
    case = make_case(
        cast.alliance, files=(File("A", 1, "0" * 64),), risks=(1, 2), effect={"kind": "exit", "x": 1}
    )
    assert Case.from_json(case.tidy().to_json()) == case.tidy()
