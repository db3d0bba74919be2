"""The case: drafts in steps, files in versions, wordings compared, decisions superseded and looked back at."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from alliance.core.models import Event
from alliance.core.refusals import NotAllowed, NotPossible
from alliance.core.uploads import MOST, trouble_with
from decisions import effects, guidance, services, waiting_reviews
from decisions.case import Case, File
from decisions.models import Attachment, Decision, DecisionReview, Proposal, ReviewPlan
from participants.standing import standing
from tests.factories.decisions import (
    again,
    answer,
    attach,
    make_case,
    make_decision,
    make_draft,
    make_proposal,
    reword,
)

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 a plan of the hall"


def words(response) -> str:
    return " ".join(response.content.decode().split())


def step(draft: Proposal, key: str) -> str:
    return reverse("decisions:draft_step", args=[draft.alliance.slug, draft.number, key])


def url(name: str, thing, *more) -> str:
    return reverse(f"decisions:{name}", args=[thing.alliance.slug, thing.number, *more])


def voices(cast) -> dict:
    return {cast.council: cast.carol, cast.haven: cast.pat, cast.beacon: cast.rosa}


@pytest.fixture
def draft(cast) -> Proposal:
    return make_draft(cast.council, cast.carol)


@pytest.fixture
def decision(cast) -> Decision:
    return make_decision(cast.council, voices(cast))


def refused(sql: str, *values) -> str:
    with pytest.raises(DatabaseError) as trouble, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
    return str(trouble.value)


def upload(name="plan.pdf", content=PDF, kind="text/html") -> SimpleUploadedFile:
    """A browser may claim any kind; ours follows from the name and the bytes."""
    return SimpleUploadedFile(name, content, content_type=kind)


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


class TestFiles:
    def test_the_same_title_makes_the_next_version_and_the_case_names_it(self, cast, draft):
        first = attach(draft, cast.carol, content=PDF)
        second = attach(draft, cast.carol, content=PDF + b" mended")
        other = attach(draft, cast.carol, title="Costs")
        assert [first.version, second.version, other.version] == [1, 2, 1]
        assert again(draft).case.files == (
            File("Costs", 1, other.document.sha256),
            File("Floor plan", 2, second.document.sha256),
        )

    def test_the_same_bytes_again_are_the_same_version(self, cast, draft):
        assert attach(draft, cast.carol) == attach(draft, cast.carol)
        assert Attachment.objects.count() == 1

    def test_a_wording_names_title_version_and_hash_and_its_bytes_do_too(self, cast, draft):
        kept = attach(draft, cast.carol)
        opened = services.open_proposal(proposal=draft, by=cast.carol)
        wording = opened.current_wording
        assert wording.files == [{"title": "Floor plan", "version": 1, "sha256": kept.document.sha256}]
        assert kept.document.sha256.encode() in bytes(wording.body)

    def test_a_changed_file_is_a_changed_wording_and_every_answer_lapses(self, cast, draft):
        attach(draft, cast.carol)
        proposal = services.open_proposal(proposal=draft, by=cast.carol)
        answer(proposal, cast.haven, cast.pat)
        newer = attach(proposal, cast.carol, content=PDF + b" mended")
        assert again(proposal).current_wording.version == 1  # kept, and not part of it yet
        reword(
            proposal,
            cast.carol,
            text=proposal.current_wording.text,
            files=(File("Floor plan", 2, newer.document.sha256),),
        )
        whole = Proposal.objects.with_positions().get(pk=proposal.pk)
        assert (whole.current_wording.version, whole.tally.answered) == (2, [])

    @pytest.mark.parametrize(
        ("name", "content", "sentence"),
        [
            ("plan.pdf", b"", "is empty"),
            ("plan.pdf", b"%PDF-" + b"x" * MOST, "larger than 10 MB"),
            ("page.html", b"<script>", "of a kind that we do not keep"),
            ("drawing.svg", b"<svg>", "of a kind that we do not keep"),
            ("noending", b"x", "of a kind that we do not keep"),
            ("plan.pdf", b"<html>", "does not begin like a pdf file"),
            ("sums.xlsx", b"a,b", "does not begin like a xlsx file"),
            ("notes.txt", b"MZ\x00\x01", "does not begin like a txt file"),
        ],
    )
    def test_what_is_not_kept_is_said_kindly(self, cast, draft, name, content, sentence):
        assert sentence in trouble_with(name, content)
        with pytest.raises(NotPossible, match=sentence):
            services.add_file(proposal=draft, title="A file", name=name, content=content, by=cast.carol)

    def test_a_file_comes_by_the_page_and_the_browser_is_not_believed(self, cast, client_of, draft):
        carol = client_of(cast.carol)
        response = carol.post(step(draft, "files"), {"file": upload(), "file_title": ""})
        assert response["Location"] == step(draft, "files")
        kept = Attachment.objects.select_related("document").get()
        assert (kept.title, kept.document.media_type) == ("plan", "application/pdf")
        got = carol.get(url("attachment", draft, kept.pk))
        assert (got.content, got["Content-Type"]) == (PDF, "application/pdf")
        assert got["Content-Disposition"].startswith("attachment")
        assert got["X-Content-Type-Options"] == "nosniff"

    def test_a_wrong_file_keeps_its_title_in_the_form(self, cast, client_of, draft):
        sent = {"file": upload("plan.html"), "file_title": "The plan of the hall"}
        response = client_of(cast.carol).post(step(draft, "files"), sent)
        assert response.status_code == 422
        assert "of a kind that we do not keep" in words(response)
        assert "The plan of the hall" in words(response)

    def test_taken_out_it_is_no_longer_named_and_others_never_see_it(self, cast, client_of, draft):
        kept = attach(draft, cast.carol)
        carol = client_of(cast.carol)
        assert carol.post(url("take_out_file", draft, kept.pk))["Location"] == step(draft, "files")
        assert carol.post(url("take_out_file", draft, kept.pk)).status_code == 303  # twice is once
        assert again(draft).case.files == ()
        services.open_proposal(proposal=draft, by=cast.carol)
        assert client_of(cast.pat).get(url("attachment", draft, kept.pk)).status_code == 404
        assert carol.get(url("attachment", draft, kept.pk)).status_code == 200

    def test_the_whole_alliance_downloads_what_a_wording_names_and_nobody_else(self, cast, client_of, draft):
        kept = attach(draft, cast.carol)
        services.open_proposal(proposal=draft, by=cast.carol)
        for person in (cast.pat, cast.lee, cast.ari):
            assert client_of(person).get(url("attachment", draft, kept.pk)).content == bytes(
                kept.document.content
            )
        assert client_of(cast.stranger).get(url("attachment", draft, kept.pk)).status_code == 404
        other = make_proposal(cast.haven, cast.pat)
        assert client_of(cast.pat).get(url("attachment", other, kept.pk)).status_code == 404

    def test_only_those_who_speak_for_the_proposer_add_one(self, cast, draft):
        with pytest.raises(NotAllowed):
            attach(draft, cast.pat)

    def test_a_sealed_proposal_takes_no_more_files(self, cast, decision):
        with pytest.raises(NotPossible):
            attach(decision.proposal, cast.carol)

    def test_a_case_cannot_name_a_file_that_is_not_kept(self, cast, draft):
        attach(draft, cast.carol)
        for false in (File("Floor plan", 2, "0" * 64), File("Floor plan", 1, "0" * 64)):
            case = replace(draft.case, files=(false,))
            services.save_draft(proposal=draft, case=case, by=cast.carol)
            with pytest.raises(NotPossible, match="not kept with this proposal"):
                services.open_proposal(proposal=draft, by=cast.carol)

    def test_the_database_keeps_files_as_they_came(self, cast, draft):
        kept = attach(draft, cast.carol)
        refused("update decisions_attachment set title = 'Other'")
        refused("delete from decisions_attachment")
        columns = "alliance_id, proposal_id, title, version, document_id, added_at, added_by_id"
        insert = f"insert into decisions_attachment ({columns}) values (%s, %s, %s, %s, %s, now(), %s)"
        right = [cast.alliance.pk, draft.pk, "Floor plan", 2, kept.document_id, cast.carol.pk]

        def wrong(place, value):
            return refused(insert, *right[:place], value, *right[place + 1 :])

        assert "versions of a file follow" in wrong(3, 5)
        assert "names nothing of another" in wrong(0, cast.elsewhere.pk)
        services.open_proposal(proposal=draft, by=cast.carol)
        services.withdraw_proposal(proposal=draft, reason="No.", by=cast.carol)
        assert "can still change" in refused(insert, *right)

    def test_the_database_refuses_a_file_from_somebody_else(self, cast, draft):
        from alliance.core.models import Document

        document = Document.keep(
            alliance_id=cast.alliance.pk, name="a.pdf", content=PDF, media_type="application/pdf", by=cast.pat
        )
        said = refused(
            "insert into decisions_attachment "
            "(alliance_id, proposal_id, title, version, document_id, added_at, added_by_id) "
            "values (%s, %s, 'A', 1, %s, now(), %s)",
            cast.alliance.pk,
            draft.pk,
            document.pk,
            cast.pat.pk,
        )
        assert "Only those who speak for the proposer add a file" in said


class TestChangingTheWording:
    @pytest.fixture
    def proposal(self, cast, draft) -> Proposal:
        attach(draft, cast.carol)
        return services.open_proposal(proposal=draft, by=cast.carol)

    def sent(self, proposal, **changes) -> dict:
        case = again(proposal).case
        fields = {
            name: getattr(case, name)
            for name in ("title", "text", "why", "alternatives", "affected", "heard")
        }
        for pk, test in case.tests.items():
            fields |= {f"effect_{pk}": test.effect, f"words_{pk}": test.words}
        files = [one.pk for one in proposal.attachments.all()]
        return (
            fields
            | {"shown": again(proposal).current_wording.hash, "note": "Because.", "files": files}
            | changes
        )

    def test_shows_what_would_change_before_anybody_is_asked(self, cast, client_of, proposal):
        answer(proposal, cast.haven, cast.pat)
        sent = self.sent(proposal, text="Fourteen beds.", note="", then="look")
        response = client_of(cast.carol).post(url("change_wording", proposal), sent)
        assert response.status_code == 200
        assert "What would change" in words(response)
        assert "<ins>" in words(response)
        assert "Fourteen beds." in words(response)
        whole = Proposal.objects.with_positions().get(pk=proposal.pk)
        assert (whole.current_wording.version, len(whole.tally.answered)) == (1, 1)

    def test_a_new_file_is_kept_when_the_rest_needs_mending(self, cast, client_of, proposal):
        carol = client_of(cast.carol)
        sent = self.sent(proposal, why="", file=upload("costs.pdf"), file_title="Costs")
        response = carol.post(url("change_wording", proposal), sent)
        assert response.status_code == 422
        assert "Enter the reasons for the proposal" in words(response)
        added = Attachment.objects.get(title="Costs")
        boxes = {one["value"]: one["checked"] for one in response.context["form"]["files"].options}
        assert boxes[str(added.pk)]
        sent = self.sent(proposal, files=[one.pk for one in Attachment.objects.all()])
        assert carol.post(url("change_wording", proposal), sent).status_code == 303
        assert [one["title"] for one in again(proposal).current_wording.files] == ["Costs", "Floor plan"]

    def test_a_newer_version_takes_the_place_of_the_older_one(self, cast, client_of, proposal):
        sent = self.sent(proposal, file=upload(content=PDF + b" mended"), file_title="Floor plan")
        assert client_of(cast.carol).post(url("change_wording", proposal), sent).status_code == 303
        assert [(one["title"], one["version"]) for one in again(proposal).current_wording.files] == [
            ("Floor plan", 2)
        ]

    def test_a_file_is_taken_out(self, cast, client_of, proposal):
        sent = self.sent(proposal, files=[])
        assert client_of(cast.carol).post(url("change_wording", proposal), sent).status_code == 303
        assert again(proposal).current_wording.files == []

    def test_any_two_versions_stand_beside_each_other(self, cast, client_of, proposal):
        reword(proposal, cast.carol, text="Thirteen beds.", amount=None)
        reword(proposal, cast.carol, text="Fourteen beds.", files=())
        lee = client_of(cast.lee)
        shown = {
            against: [one["heading"] for one in lee.get(where).context["differences"]]
            for against in ("", "?against=1", "?against=2", "?against=nonsense", "?against=99")
            for where in [url("wording", proposal, 3) + against]
        }
        assert shown == {
            "": ["The wording", "Files"],
            "?against=1": ["The wording", "Files"],
            "?against=2": ["The wording", "Files"],
            "?against=nonsense": ["The wording", "Files"],
            "?against=99": ["The wording", "Files"],
        }
        first = lee.get(url("wording", proposal, 1) + "?against=3")
        assert "What changed until version 3" in words(first)
        assert first.context["differences"][0]["new"] == "Fourteen beds."


class TestSuperseding:
    def successor(self, decision, cast) -> Proposal:
        draft = services.draft_successor(decision=decision, participant=cast.haven, by=cast.pat)
        services.save_draft(
            proposal=draft,
            case=replace(draft.case, title="And now in March?", text="From March."),
            by=cast.pat,
        )
        return services.open_proposal(proposal=draft, by=cast.pat)

    def test_the_draft_begins_with_the_words_and_files_of_the_decision(self, cast):
        draft = make_draft(cast.council, cast.carol)
        attach(draft, cast.carol)
        attach(draft, cast.carol, content=PDF + b" mended")
        services.open_proposal(proposal=draft, by=cast.carol)
        for one, by in voices(cast).items():
            answer(draft, one, by)
        decision = Decision.objects.get()
        new = services.draft_successor(decision=decision, participant=cast.haven, by=cast.pat)
        assert (new.supersedes, new.case.text, new.case.tests) == (
            decision,
            decision.wording.text,
            decision.wording.case.tests,
        )
        assert [(one.title, one.version) for one in new.case.files] == [("Floor plan", 1)]
        assert services.open_proposal(proposal=new, by=cast.pat).state == "open"

    def test_both_pages_link_to_each_other_after_the_seal(self, cast, client_of, decision):
        new = self.successor(decision, cast)
        lee = client_of(cast.lee)
        assert "would supersede it, and is open" in words(lee.get(decision.get_absolute_url()))
        assert "It would supersede" in words(lee.get(new.get_absolute_url()))
        for one, by in voices(cast).items():
            answer(new, one, by)
        successor = Decision.objects.get(proposal=new)
        old, now = words(lee.get(decision.get_absolute_url())), words(lee.get(successor.get_absolute_url()))
        assert f'Superseded by <a class="govuk-link" href="{successor.get_absolute_url()}">' in old
        assert f'It supersedes <a class="govuk-link" href="{decision.get_absolute_url()}">' in now
        assert decision.superseded_by == successor

    def test_what_is_superseded_cannot_be_superseded_again(self, cast, client_of, decision):
        waiting = self.successor(decision, cast)
        early = services.draft_successor(decision=decision, participant=cast.beacon, by=cast.rosa)
        new = self.successor(decision, cast)
        for one, by in voices(cast).items():
            answer(new, one, by)
        with pytest.raises(NotPossible, match="has been superseded by decision 2"):
            services.draft_successor(decision=decision, participant=cast.haven, by=cast.pat)
        with pytest.raises(NotPossible, match="has been superseded by decision 2"):
            services.open_proposal(proposal=early, by=cast.rosa)
        answer(waiting, cast.council, cast.carol)
        answer(waiting, cast.haven, cast.pat)
        with pytest.raises(NotPossible, match="has been superseded by decision 2"):
            answer(waiting, cast.beacon, cast.rosa)
        assert Decision.objects.count() == 2
        assert client_of(cast.pat).get(url("supersede", decision)).status_code == 409
        page = words(client_of(cast.pat).get(decision.get_absolute_url()))
        assert "Decision 2 has taken its place." in page

    def test_the_database_refuses_a_second_successor(self, cast, decision, monkeypatch):
        waiting = self.successor(decision, cast)
        new = self.successor(decision, cast)
        for one, by in voices(cast).items():
            answer(new, one, by)
        monkeypatch.setattr("decisions.services.sealing.may_supersede", lambda proposal: None)
        answer(waiting, cast.council, cast.carol)
        answer(waiting, cast.haven, cast.pat)
        with pytest.raises(DatabaseError, match="superseded once"), transaction.atomic():
            answer(waiting, cast.beacon, cast.rosa)

    def test_begins_in_the_browser_in_the_name_of_whoever_begins_it(self, cast, client_of, decision):
        pat = client_of(cast.pat)
        assert "Nobody changes what was sealed" in words(pat.get(url("supersede", decision)))
        response = pat.post(url("supersede", decision), {"participant": cast.haven.pk}, follow=True)
        assert "It would supersede" in words(response)
        assert Proposal.objects.get(state="draft").participant == cast.haven
        assert (
            client_of(cast.rosa).post(url("supersede", decision), {"participant": cast.haven.pk}).status_code
            == 422
        )


LEARNED = {
    "intended": "Partly: nine of twelve beds were used.",
    "what_next": "Ask those who stayed away.",
    "who_are_we": "The leadership team, with Lee.",
    "conclusion": "stands",
}


class TestLookingBack:
    def test_what_was_learned_is_kept_and_shown_and_told(self, cast, client_of, decision):
        later = timezone.localdate() + timedelta(days=90)
        review = services.review_decision(decision=decision, by=cast.pat, review_again_on=later, **LEARNED)
        assert review.reviewed_by_name == "Pat Provider, Haven"
        page = words(client_of(cast.lee).get(decision.get_absolute_url()))
        assert LEARNED["intended"] in page
        assert "It stands as it is." in page
        assert "The next look is" in page
        event = Event.objects.get(kind="decisions.decision_reviewed")
        assert LEARNED["intended"] not in bytes(event.body).decode()
        assert event.facts["intended"]["commitment"]

    def test_twice_is_once_and_another_review_follows(self, cast, decision):
        first = services.review_decision(decision=decision, by=cast.pat, **LEARNED)
        assert services.review_decision(decision=decision, by=cast.pat, **LEARNED) == first
        services.review_decision(decision=decision, by=cast.lena, **LEARNED | {"what_next": "Nothing."})
        assert DecisionReview.objects.count() == 2

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"intended": " "}, "Say whether this is what you intended"),
            ({"what_next": ""}, "Say what is next"),
            ({"who_are_we": ""}, "Say who “we” are"),
            ({"conclusion": "perhaps"}, "Say what follows"),
            ({"held_on": timezone.localdate() + timedelta(days=2)}, "between the decision and today"),
            ({"review_again_on": timezone.localdate()}, "on a later day"),
        ],
    )
    def test_says_what_is_wrong(self, cast, decision, changes, sentence):
        with pytest.raises(NotPossible, match=sentence):
            services.review_decision(decision=decision, by=cast.pat, **LEARNED | changes)

    @pytest.mark.parametrize("name", ["finn", "hana", "lee", "bea", "ari"])
    def test_is_not_for_everybody(self, cast, decision, name):
        with pytest.raises(NotAllowed):
            services.review_decision(decision=decision, by=getattr(cast, name), **LEARNED)
        with pytest.raises(NotAllowed):
            services.plan_review(
                decision=decision, review_on=timezone.localdate() + timedelta(days=9), by=getattr(cast, name)
            )

    def test_the_day_to_look_back_is_the_one_that_was_said_last(self, cast, monkeypatch):
        today = timezone.localdate()
        decision = make_decision(cast.council, voices(cast), review_on=today + timedelta(days=10))
        assert decision.review_due_on == today + timedelta(days=10)
        services.plan_review(decision=decision, review_on=today + timedelta(days=20), by=cast.pat)
        services.plan_review(decision=decision, review_on=today + timedelta(days=20), by=cast.pat)
        assert ReviewPlan.objects.count() == 1
        assert decision.review_due_on == today + timedelta(days=20)
        assert [decision.needs_review(today + timedelta(days=days)) for days in (0, 10, 19, 20, 90)] == [
            False, False, False, True, True,
        ]  # fmt: skip
        services.review_decision(
            decision=decision, by=cast.pat, review_again_on=today + timedelta(days=30), **LEARNED
        )
        assert decision.review_due_on == today + timedelta(days=30)
        services.review_decision(decision=decision, by=cast.rosa, **LEARNED)
        assert decision.review_due_on is None
        assert not decision.needs_review(today + timedelta(days=900))

    def test_without_a_day_in_the_wording_the_page_asks_for_one(self, cast, client_of, decision):
        carol = client_of(cast.carol)
        page = words(carol.get(decision.get_absolute_url()))
        assert "No day is chosen for looking back" in page
        assert "Choose a day to look back" in page
        day = timezone.localdate() + timedelta(days=60)
        sent = {"review_on_day": day.day, "review_on_month": day.month, "review_on_year": day.year}
        response = carol.post(url("plan_review", decision), sent, follow=True)
        assert f"{day.day} {day:%B %Y}" in words(response)
        past = sent | {"review_on_year": 2020}
        assert carol.post(url("plan_review", decision), past).status_code == 422

    def test_is_written_in_the_browser_and_nothing_typed_is_lost(self, cast, client_of, decision):
        pat, today = client_of(cast.pat), timezone.localdate()
        sent = LEARNED | {"held_on_day": today.day, "held_on_month": today.month, "held_on_year": today.year}
        response = pat.post(url("review_decision", decision), sent | {"what_next": ""})
        assert response.status_code == 422
        assert LEARNED["intended"] in words(response)
        response = pat.post(url("review_decision", decision), sent, follow=True)
        assert LEARNED["who_are_we"] in words(response)

    def test_waits_on_whoever_put_it_when_the_day_has_come(self, cast):
        day = timezone.localdate() + timedelta(days=10)
        make_decision(cast.council, voices(cast), review_on=day)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(timezone, "localdate", lambda *_: day)
            said = {
                name: [(one.who, one.due) for one in waiting_reviews.waiting(standing(person, cast.alliance))]
                for name, person in {
                    "carol": cast.carol,
                    "hana": cast.hana,
                    "rosa": cast.rosa,
                    "lena": cast.lena,
                }.items()
            }
        assert said == {
            "carol": [("me", day)],
            "hana": [("organisation", day)],
            "rosa": [("others", day)],
            "lena": [("me", day)],
        }
        assert list(waiting_reviews.waiting(standing(cast.carol, cast.alliance))) == []

    def test_a_superseded_decision_is_not_looked_back_at(self, cast):
        day = timezone.localdate() + timedelta(days=10)
        old = make_decision(cast.council, voices(cast), review_on=day)
        draft = services.draft_successor(decision=old, participant=cast.haven, by=cast.pat)
        assert old.needs_review(day)
        services.open_proposal(proposal=draft, by=cast.pat)
        for one, by in voices(cast).items():
            answer(draft, one, by)
        assert not old.needs_review(day)

    def test_the_database_keeps_reviews_honest(self, cast, decision):
        services.review_decision(decision=decision, by=cast.pat, **LEARNED)
        services.plan_review(
            decision=decision, review_on=timezone.localdate() + timedelta(days=9), by=cast.pat
        )
        for table in ("decisions_decisionreview", "decisions_reviewplan"):
            refused(f"update {table} set alliance_id = alliance_id")
            refused(f"delete from {table}")
        columns = (
            "alliance_id, decision_id, held_on, intended_id, next_id, who_are_we_id, conclusion, reviewed_at, "
            "reviewed_by_id, reviewed_by_name, review_again_on"
        )
        again_ = f"insert into decisions_decisionreview ({columns}) select {{}} from decisions_decisionreview limit 1"

        def wrong(column: str, value: str) -> str:
            return refused(again_.format(columns.replace(column, value)))

        assert "after it was made" in wrong("held_on", "held_on - 30")
        assert "after it was made" in wrong("held_on", "held_on + 30")
        assert "after it was made" in wrong("review_again_on", "held_on")
        assert "learning leads" in wrong("reviewed_by_id", str(cast.finn.pk))
        wrong("alliance_id", str(cast.elsewhere.pk))
        plan = (
            "insert into decisions_reviewplan (alliance_id, decision_id, review_on, planned_at, planned_by_id, "
            "planned_by_name) values (%s, %s, %s, now(), %s, 'X')"
        )
        tomorrow = timezone.localdate() + timedelta(days=1)
        assert "later day" in refused(plan, cast.alliance.pk, decision.pk, timezone.localdate(), cast.pat.pk)
        assert "choose the day" in refused(plan, cast.alliance.pk, decision.pk, tomorrow, cast.finn.pk)


def test_a_case_with_everything_survives_a_draft(cast):
    case = make_case(
        cast.alliance, files=(File("A", 1, "0" * 64),), risks=(1, 2), effect={"kind": "exit", "x": 1}
    )
    assert Case.from_json(case.tidy().to_json()) == case.tidy()


def test_a_decisions_page_asks_the_same_number_of_questions_with_more_learned(cast, client_of, decision):
    pat, counts = client_of(cast.pat), []
    pat.get(decision.get_absolute_url())  # the server's own first question
    for number in range(3):
        services.review_decision(decision=decision, by=cast.pat, **LEARNED | {"what_next": f"Step {number}"})
        with CaptureQueriesContext(connection) as asked:
            pat.get(decision.get_absolute_url())
        counts.append(len(asked))
    assert len(set(counts)) == 1, counts
