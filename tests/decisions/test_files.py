"""A case's files: versions, what a wording names, who may have them."""

from dataclasses import replace

import pytest

from alliance.core.refusals import NotAllowed, NotPossible
from alliance.core.uploads import MOST, trouble_with
from decisions import services
from decisions.case import File
from decisions.models import Attachment, Proposal
from tests.factories import cases
from tests.factories.cases import PDF, refused, step, upload, url, words
from tests.factories.decisions import again, answer, attach, make_proposal, reword

pytestmark = pytest.mark.django_db
draft = cases.draft
decision = cases.decision


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
