"""Interests, conflicts, limits and ratification in the browser: what is typed stays, what is done shows."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from decisions.models import Decision, Declaration, DeclarationVote, Interest, Ratification
from decisions.waiting import waiting_on
from participants.limits import limit_of
from participants.standing import standing
from tests.factories.conflicts import declare, limit, make_interest, vote
from tests.factories.decisions import again, answer, make_decision

pytestmark = pytest.mark.django_db
VAN = Decimal("60000.00")


def url(name: str, *at) -> str:
    return reverse(name, args=["harbour-alliance", *at])


@pytest.fixture
def decision(cast) -> Decision:
    limit(cast.pat, 50_000, cast.bea)
    voices = {cast.council: cast.carol, cast.haven: cast.pat, cast.beacon: cast.rosa}
    return make_decision(cast.council, voices, amount=VAN)


def waits(person, alliance) -> list[tuple[str, str]]:
    return [(one.why, one.who) for one in waiting_on(standing(person, alliance))]


class TestTheRegister:
    def test_declared_read_and_ended(self, cast, client_of):
        pat, carol = client_of(cast.pat), client_of(cast.carol)
        sent = pat.post(
            url("decisions:declare_interest"),
            {"whose": f"{cast.pat.pk}-{cast.haven.pk}", "kind": "indirect", "what": "My sister lets rooms."},
        )
        assert sent.status_code == 303
        interest = Interest.objects.get()
        assert (interest.person, interest.from_on) == (cast.pat, timezone.localdate())
        seen = carol.get(url("decisions:interests")).content.decode()
        assert "My sister lets rooms." in seen
        assert "End this interest" not in seen
        assert "End this interest" in pat.get(url("decisions:interests")).content.decode()
        assert pat.post(url("decisions:end_interest", interest.pk)).status_code == 303
        assert "until" in carol.get(url("decisions:interests")).content.decode()

    def test_what_was_typed_stays(self, cast, client_of):
        pat = client_of(cast.pat)
        answer = pat.post(url("decisions:declare_interest"), {"what": "My sister lets rooms."})
        assert answer.status_code == 422
        page = answer.content.decode()
        assert "My sister lets rooms." in page
        assert "Select whose interest it is" in page

    def test_nobody_declares_for_another_organisation(self, cast, client_of):
        answer = client_of(cast.pat).post(
            url("decisions:declare_interest"),
            {"whose": f"{cast.rosa.pk}-{cast.beacon.pk}", "kind": "personal", "what": "X"},
        )
        assert answer.status_code == 422
        assert not Interest.objects.exists()

    def test_somebody_of_the_whole_alliance_needs_no_choice(self, cast, client_of):
        lee = client_of(cast.lee)
        assert 'type="hidden" name="whose"' in lee.get(url("decisions:declare_interest")).content.decode()
        lee.post(
            url("decisions:declare_interest"), {"whose": f"{cast.lee.pk}-0", "kind": "personal", "what": "X"}
        )
        assert Interest.objects.get().participant is None

    @pytest.mark.parametrize("count", [1, 3])
    def test_as_many_questions_for_one_as_for_many(self, cast, client_of, django_assert_num_queries, count):
        for n in range(count):
            make_interest(cast.pat, cast.alliance, cast.haven, what=f"Interest {n}")
            make_interest(cast.rosa, cast.alliance, cast.beacon, what=f"Interest {n}")
        pat = client_of(cast.pat)
        with django_assert_num_queries(QUERIES_OF_THE_REGISTER):
            assert pat.get(url("decisions:interests")).status_code == 200


QUERIES_OF_THE_REGISTER = 9


class TestAConflict:
    def test_from_the_declaration_to_the_departure(self, cast, client_of, proposal):
        pat, carol = client_of(cast.pat), client_of(cast.carol)
        page = pat.get(proposal.get_absolute_url()).content.decode()
        assert "Declare a conflict of interest</a> before you answer" in page
        sent = pat.post(
            url("decisions:declare_conflict", proposal.number),
            {"participant": cast.haven.pk, "what": "My sister would let the rooms."},
        )
        assert sent.status_code == 303
        page = carol.get(proposal.get_absolute_url()).content.decode()
        assert "My sister would let the rooms." in page
        assert "Say whether Haven takes part" in page
        assert "Council and Beacon have not said yet" in page
        assert (
            "Say whether Haven takes part: it declared a conflict of interest.",
            "me",
        ) in waits(cast.carol, cast.alliance)
        voted = carol.post(
            url("decisions:vote_on_conflict", proposal.number, 1),
            {"participant": cast.council.pk, "stance": "leave"},
        )
        assert voted.status_code == 303
        page = carol.get(proposal.get_absolute_url()).content.decode()
        assert "Left the roll" in page
        assert "Council says that it should leave" in page

    def test_an_interest_of_the_register_can_be_cited(self, cast, client_of, proposal):
        interest = make_interest(cast.pat, cast.alliance, cast.haven)
        dev = client_of(cast.dev)
        page = dev.get(url("decisions:declare_conflict", proposal.number)).content.decode()
        assert "It is not in the register" in page
        dev.post(
            url("decisions:declare_conflict", proposal.number),
            {"participant": cast.haven.pk, "interest": interest.pk, "what": "The rooms."},
        )
        assert Declaration.objects.get().person == cast.pat

    def test_what_was_typed_stays(self, cast, client_of, proposal):
        declaration = declare(proposal, cast.haven, cast.pat)
        rosa = client_of(cast.rosa)
        refused = rosa.post(
            url("decisions:vote_on_conflict", proposal.number, declaration.number),
            {"participant": cast.beacon.pk},
        )
        assert refused.status_code == 422
        assert "Select whether Haven takes part" in refused.content.decode()
        assert not DeclarationVote.objects.exists()
        refused = rosa.post(
            url("decisions:declare_conflict", proposal.number), {"participant": cast.beacon.pk, "what": ""}
        )
        assert refused.status_code == 422
        assert "Enter what the conflict is" in refused.content.decode()

    def test_leaving_of_ones_own_accord(self, cast, client_of, proposal):
        declaration = declare(proposal, cast.haven, cast.pat)
        dev = client_of(cast.dev)
        address = url("decisions:leave_for_conflict", proposal.number, declaration.number)
        assert "Leave this decision to the others?" in dev.get(address).content.decode()
        assert dev.post(address).status_code == 303
        assert again(declaration).state == "left"

    def test_without_anybody_who_can_decide_the_page_says_so(self, cast, client_of, proposal):
        declaration = declare(proposal, cast.council, cast.carol)
        carol = client_of(cast.carol)
        carol.post(url("decisions:leave_for_conflict", proposal.number, declaration.number))
        page = client_of(cast.rosa).get(proposal.get_absolute_url()).content.decode()
        assert "no commissioner is left on the roll" in page

    def test_found_afterwards(self, cast, client_of, decision):
        rosa = client_of(cast.rosa)
        address = url("decisions:report_conflict", decision.number)
        assert "Report a conflict of interest" in rosa.get(decision.get_absolute_url()).content.decode()
        assert rosa.post(address, {"what": "x"}).status_code == 422
        sent = rosa.post(
            address, {"whose": f"{cast.pat.pk}-{cast.haven.pk}", "what": "His sister let the rooms."}
        )
        assert sent.status_code == 303
        page = rosa.get(decision.get_absolute_url()).content.decode()
        assert "Found after the seal" in page
        assert "The decision is to be reviewed." in page

    def test_as_many_questions_for_one_as_for_three(self, cast, client_of, proposal):
        lee, asked = client_of(cast.lee), []
        for participant, by in ((cast.haven, cast.pat), (cast.beacon, cast.rosa), (cast.council, cast.carol)):
            declare(proposal, participant, by)
            with CaptureQueriesContext(connection) as questions:
                assert lee.get(proposal.get_absolute_url()).status_code == 200
            asked.append(len(questions))
        assert len(set(asked)) == 1


class TestRatification:
    def file(self, name="minute.pdf", content=b"%PDF-1.7 ratified"):
        return SimpleUploadedFile(name, content, "application/pdf")

    def post(self, client, decision, **said):
        day = said.pop("day", timezone.localdate())
        parts = {
            "board_met_on_day": day.day,
            "board_met_on_month": day.month,
            "board_met_on_year": day.year,
        }
        return client.post(url("decisions:ratify", decision.number, "haven"), parts | said)

    def test_awaited_then_in_effect(self, cast, client_of, decision):
        carol, bea = client_of(cast.carol), client_of(cast.bea)
        page = carol.get(decision.get_absolute_url()).content.decode()
        assert "Agreed, awaiting ratification by Haven" in page
        assert "Say what Haven’s board decided" not in page
        why = "The ratification of Haven’s board is due. Until then it has no effect."
        assert [(why, "me")] == [one for one in waits(cast.bea, cast.alliance) if one[0] == why]
        assert [(why, "organisation")] == [one for one in waits(cast.finn, cast.alliance) if one[0] == why]
        assert why not in [one[0] for one in waits(cast.rosa, cast.alliance)]
        assert "Agreed, awaiting ratification" in carol.get(url("decisions:register")).content.decode()
        assert self.post(bea, decision, outcome="ratified", minute=self.file()).status_code == 303
        page = carol.get(decision.get_absolute_url()).content.decode()
        assert "Ratified, and in effect" in page
        kept = carol.get(url("decisions:minute", decision.number, "haven"))
        assert kept.content == b"%PDF-1.7 ratified"
        assert kept["Content-Disposition"] == 'attachment; filename="minute.pdf"'
        assert why not in [one[0] for one in waits(cast.bea, cast.alliance)]

    @pytest.mark.parametrize(
        ("said", "sentence"),
        [
            ({}, "Select what the board decided"),
            ({"outcome": "ratified"}, "Choose the file with the board’s minute"),
            ({"outcome": "refused"}, "Enter why the board refused"),
        ],
    )
    def test_what_is_missing_is_said(self, cast, client_of, decision, said, sentence):
        answer = self.post(client_of(cast.pat), decision, **said)
        assert answer.status_code == 422
        assert sentence in answer.content.decode()

    def test_a_file_that_is_not_what_it_says_is_refused(self, cast, client_of, decision):
        pat = client_of(cast.pat)
        answer = self.post(pat, decision, outcome="ratified", minute=self.file("minute.pdf", b"MZ not a PDF"))
        assert answer.status_code == 422
        assert "is not what its name says" in answer.content.decode()
        answer = self.post(
            pat,
            decision,
            outcome="ratified",
            minute=self.file(),
            day=timezone.localdate() + timedelta(days=1),
        )
        assert answer.status_code == 422
        assert Ratification.objects.get().state == "awaited"

    def test_refused_the_question_is_open_again(self, cast, client_of, decision):
        pat, carol = client_of(cast.pat), client_of(cast.carol)
        assert self.post(pat, decision, outcome="refused", words="Too much for us.").status_code == 303
        page = carol.get(decision.get_absolute_url()).content.decode()
        assert "Not ratified by Haven: without effect" in page
        assert "Too much for us." in page
        put = decision.consequences.get()
        assert put.get_absolute_url() in page
        page = carol.get(put.get_absolute_url()).content.decode()
        assert "did not ratify" in page
        assert decision.get_absolute_url() in page

    def test_no_minute_no_file(self, cast, client_of, decision):
        assert client_of(cast.pat).get(url("decisions:minute", decision.number, "haven")).status_code == 404


class TestALimit:
    def test_set_by_the_board_and_shown(self, cast, client_of):
        bea = client_of(cast.bea)
        page = bea.get(url("participants:participant", "haven")).content.decode()
        assert "Speaks without a limit." in page
        pats = cast.pat.appointments.get()
        address = url("participants:set_limit", pats.pk)
        refused = bea.post(address, {"reach": "limit", "amount": "5O,000"})
        assert refused.status_code == 422
        assert "5O,000" in refused.content.decode()
        assert bea.post(address, {"reach": "limit"}).status_code == 422
        assert bea.post(address, {"reach": "limit", "amount": "£50,000"}).status_code == 303
        assert limit_of(pats) == 50_000
        page = client_of(cast.rosa).get(url("participants:participant", "haven")).content.decode()
        assert "Speaks up to £50,000.00" in page
        assert "Change the limit" not in page
        assert bea.post(address, {"reach": "all"}).status_code == 303
        assert limit_of(pats) is None


def test_whoever_declared_is_not_asked_for_an_answer(cast, proposal):
    answer(proposal, cast.council, cast.carol)
    declaration = declare(proposal, cast.haven, cast.pat)
    assert not [why for why, _ in waits(cast.pat, cast.alliance) if why.startswith("Say where")]
    vote(declaration, cast.council, cast.carol, "admit")
    vote(declaration, cast.beacon, cast.rosa, "admit")
    assert [why for why, _ in waits(cast.pat, cast.alliance) if why.startswith("Say where Haven")]
