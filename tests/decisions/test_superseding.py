"""Another wording beside the last one, and another decision in the place of the first."""

from dataclasses import replace

import pytest
from django.db import DatabaseError, transaction

from alliance.core.refusals import NotPossible
from decisions import services
from decisions.models import Attachment, Decision, Proposal
from tests.factories import cases
from tests.factories.cases import PDF, upload, url, voices, words
from tests.factories.decisions import again, answer, attach, make_draft, reword

pytestmark = pytest.mark.django_db
decision = cases.decision
draft = cases.draft


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
