"""Deciding together through the pages, as a browser without JavaScript sends it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from decisions.case import TEXTS, hash_of
from decisions.models import Decision, Objection, Position, Proposal
from tests.factories.cases import url, words
from tests.factories.decisions import (
    again,
    answer,
    make_decision,
    make_draft,
    make_proposal,
    object_to,
    reword,
)

pytestmark = pytest.mark.django_db


def case_fields(case, **changes) -> dict:
    fields = {name: getattr(case, name) for name in TEXTS}
    for pk, test in case.tests.items():
        fields |= {f"effect_{pk}": test.effect, f"words_{pk}": test.words}
    return fields | changes


def position_fields(proposal, participant, stance, **more) -> dict:
    return {
        "participant": participant.pk,
        "shown": again(proposal).current_wording.hash,
        "stance": stance,
        **more,
    }


class TestPutting:
    def test_a_draft_may_be_saved_half_written_and_says_what_is_missing(self, cast, client_of):
        carol = client_of(cast.carol)
        new = reverse("decisions:propose", args=[cast.alliance.slug])
        begun = carol.post(new, {"participant": cast.council.pk, "template": "question"}, follow=True)
        assert begun.redirect_chain == [(url("draft_step", Proposal.objects.get(), "question"), 303)]
        here = begun.redirect_chain[0][0]
        response = carol.post(here, {"title": "A night shelter?", "then": "later"}, follow=True)
        assert response.redirect_chain[-1] == (Proposal.objects.get().get_absolute_url(), 303)
        assert "Before it can open" in words(response)
        assert "Enter the reasons for the proposal" in words(response)
        assert "Say what the proposal does to principle (b), Best for people" in words(response)

    def test_a_complete_draft_opens_in_one_click(self, cast, client_of):
        carol = client_of(cast.carol)
        draft = make_draft(cast.council, cast.carol)
        page = carol.get(draft.get_absolute_url())
        assert "It asks Council, Haven and Beacon" in words(page)
        response = carol.post(url("open_proposal", draft), follow=True)
        assert "None of 3 has answered yet." in words(response)

    @pytest.mark.parametrize(
        ("step", "sent", "sentence", "kept"),
        [
            ("money", {"amount": "1,2O0"}, "1,2O0", "1,2O0"),
            (
                "time",
                {"answer_by_day": "31", "answer_by_month": "2", "answer_by_year": "2027"},
                "must be a real date",
                'value="2027"',
            ),
            ("question", {"title": "x" * 201, "text": "Kept words"}, "must be 200 characters", "Kept words"),
        ],
    )
    def test_what_cannot_be_read_has_its_sentence_and_loses_nothing(
        self, cast, client_of, step, sent, sentence, kept
    ):
        draft = make_draft(cast.council, cast.carol)
        before = draft.draft
        response = client_of(cast.carol).post(url("draft_step", draft, step), sent)
        assert response.status_code == 422
        assert "<title>Error: " in words(response)
        assert sentence in words(response)
        assert kept in words(response)
        assert again(draft).draft == before

    @pytest.mark.parametrize("name", ["finn", "hana", "lena", "lee", "bea", "ari"])
    def test_those_who_speak_for_nobody_are_told_why_not(self, cast, client_of, name):
        client = client_of(getattr(cast, name))
        assert client.get(reverse("decisions:propose", args=[cast.alliance.slug])).status_code == 403
        register = client.get(reverse("decisions:register", args=[cast.alliance.slug]))
        assert "Representatives and deputies put proposals" in words(register)
        assert "Put a proposal" not in words(register)

    def test_a_draft_is_not_there_for_others(self, cast, client_of):
        draft = make_draft(cast.council, cast.carol)
        assert client_of(cast.pat).get(draft.get_absolute_url()).status_code == 404
        assert client_of(cast.pat).post(url("open_proposal", draft)).status_code == 404

    def test_a_draft_is_edited_and_put_away(self, cast, client_of):
        carol = client_of(cast.carol)
        draft = make_draft(cast.council, cast.carol)
        assert carol.post(url("draft_step", draft, "question"), {"title": "Better"}).status_code == 303
        assert again(draft).title == "Better"
        carol.post(url("discard_draft", draft))
        assert "Better" not in words(carol.get(reverse("decisions:register", args=[cast.alliance.slug])))


class TestAnswering:
    def test_a_deputy_answers_in_two_clicks(self, cast, client_of, proposal):
        dev = client_of(cast.dev)
        sent = position_fields(proposal, cast.haven, "agree")
        response = dev.post(url("take_position", proposal), sent, follow=True)
        assert "Recorded: Haven agrees." in words(response)
        assert "1 of 3 has answered. Council and Beacon have not yet." in words(response)
        assert "Dev Deputy for Pat Provider" in words(response)

    def test_the_last_answer_leads_to_the_decision(self, cast, client_of, proposal):
        answer(proposal, cast.council, cast.carol)
        answer(proposal, cast.haven, cast.pat)
        response = client_of(cast.rosa).post(
            url("take_position", proposal), position_fields(proposal, cast.beacon, "agree"), follow=True
        )
        decision = Decision.objects.get()
        assert response.request["PATH_INFO"] == decision.get_absolute_url()
        assert "Agreed by all 3 participants" in words(response)
        assert decision.wording_hash in words(response)

    def test_abstaining_asks_for_the_reason_and_keeps_the_choice(self, cast, client_of, proposal):
        response = client_of(cast.pat).post(
            url("take_position", proposal), position_fields(proposal, cast.haven, "abstain")
        )
        assert response.status_code == 422
        assert "Say why you abstain: only agreeing needs no reason" in words(response)
        assert not Position.objects.exists()

    def test_an_objection_asks_for_all_its_parts_at_once(self, cast, client_of, proposal):
        response = client_of(cast.pat).post(
            url("take_position", proposal),
            position_fields(proposal, cast.haven, "object", concern="Too dear."),
        )
        assert response.status_code == 422
        assert "Name at least one principle, or a legal limit below" in words(response)
        assert "Say what would make the proposal acceptable to you" in words(response)
        assert "Too dear." in words(response)

    def test_an_objection_is_raised(self, cast, client_of, proposal):
        best = next(iter(again(proposal).case.tests))
        sent = position_fields(
            proposal, cast.haven, "object", concern="Nobody asked.", principles=[best], remedy="Ask them."
        )
        response = client_of(cast.pat).post(url("take_position", proposal), sent, follow=True)
        assert "Objection 1, Haven Homes" in words(response)
        assert "Haven’s objection 1 stands unresolved." in words(response)

    def test_a_wording_that_changed_meanwhile_shows_the_difference_and_keeps_the_words(
        self, cast, client_of, proposal
    ):
        sent = position_fields(proposal, cast.haven, "abstain", abstain_reason="We wait for the board.")
        reword(proposal, cast.carol, text="Fourteen beds, not twelve.")
        response = client_of(cast.pat).post(url("take_position", proposal), sent)
        assert response.status_code == 422
        assert "The wording changed while you were answering" in words(response)
        assert "Fourteen" in words(response)
        assert "<del>" in words(response)
        assert "We wait for the board." in words(response)
        assert f'value="{again(proposal).current_wording.hash}"' in words(response)
        assert not Position.objects.exists()

    def test_nobody_answers_for_another_organisation(self, cast, client_of, proposal):
        response = client_of(cast.pat).post(
            url("take_position", proposal), position_fields(proposal, cast.beacon, "agree")
        )
        assert response.status_code == 422
        assert not Position.objects.exists()

    @pytest.mark.parametrize("name", ["finn", "bea", "ari", "lee"])
    def test_those_who_speak_for_nobody_see_all_and_answer_nothing(self, cast, client_of, proposal, name):
        client = client_of(getattr(cast, name))
        page = client.get(proposal.get_absolute_url())
        assert "Where everybody stands" in words(page)
        assert "Your answer" not in words(page)
        sent = position_fields(proposal, cast.haven, "agree")
        assert client.post(url("take_position", proposal), sent).status_code == 403
        assert not Position.objects.exists()

    def test_the_stranger_finds_nothing(self, cast, client_of, proposal):
        sam = client_of(cast.stranger)
        for name in ("proposal", "take_position", "change_wording", "withdraw_proposal", "give_more_time"):
            assert sam.get(url(name, proposal)).status_code in (404, 405)
            assert sam.post(url(name, proposal)).status_code in (404, 405)
        elsewhere = url("proposal", proposal).replace(cast.alliance.slug, cast.elsewhere.slug)
        assert sam.get(elsewhere).status_code == 404


class TestResolving:
    def test_resolves_and_agrees_in_one_act(self, cast, client_of, proposal):
        objection = object_to(proposal, cast.beacon, cast.rosa)
        answer(proposal, cast.council, cast.carol)
        answer(proposal, cast.haven, cast.pat)
        rosa = client_of(cast.rosa)
        where = url("resolve_objection", proposal, objection.number)
        assert "The wording has not changed since you objected" in words(rosa.get(where))
        response = rosa.post(
            where,
            {"resolution": "A room was found.", "then": "agree", "shown": proposal.current_wording.hash},
            follow=True,
        )
        assert "Agreed by all 3 participants" in words(response)
        assert "A room was found." in words(response)

    def test_undoes_both_when_the_wording_changed_meanwhile(self, cast, client_of, proposal):
        objection = object_to(proposal, cast.beacon, cast.rosa)
        shown = proposal.current_wording.hash
        reword(proposal, cast.carol)
        response = client_of(cast.rosa).post(
            url("resolve_objection", proposal, objection.number),
            {"resolution": "A room was found.", "then": "agree", "shown": shown},
        )
        assert response.status_code == 422
        assert "The wording changed while you were answering" in words(response)
        assert Objection.objects.get().resolved_at is None

    def test_is_not_for_others(self, cast, client_of, proposal):
        objection = object_to(proposal, cast.beacon, cast.rosa)
        where = url("resolve_objection", proposal, objection.number)
        for name in ("carol", "pat", "ari"):
            assert client_of(getattr(cast, name)).get(where).status_code == 403
            sent = {"resolution": "No.", "then": "later", "shown": proposal.current_wording.hash}
            assert client_of(getattr(cast, name)).post(where, sent).status_code == 403
        page = client_of(cast.carol).get(proposal.get_absolute_url())
        assert "Only Beacon’s representative or deputy resolves this objection" in words(page)


class TestTheProposersActs:
    def test_a_new_wording_asks_everybody_again_and_shows_the_difference(self, cast, client_of, proposal):
        answer(proposal, cast.haven, cast.pat)
        carol = client_of(cast.carol)
        form = carol.get(url("change_wording", proposal))
        assert "A change makes every answer lapse" in words(form)
        case = proposal.case
        sent = case_fields(case, text="Fourteen beds.", note="Two more.", shown=proposal.current_wording.hash)
        response = carol.post(url("change_wording", proposal), sent, follow=True)
        assert "Version 2 is open: everybody is asked again." in words(response)
        assert "Agreed on version 1; asked again since" in words(response)
        page = carol.get(url("wording", proposal, 2))
        assert "<del>" in words(page)
        assert "Two more." in words(page)

    def test_a_new_wording_must_be_complete(self, cast, client_of, proposal):
        sent = case_fields(proposal.case, why="", note="Shorter.", shown=proposal.current_wording.hash)
        response = client_of(cast.carol).post(url("change_wording", proposal), sent)
        assert response.status_code == 422
        assert "Enter the reasons for the proposal" in words(response)

    def test_two_editors_see_each_others_change(self, cast, client_of, proposal):
        shown = proposal.current_wording.hash
        reword(proposal, cast.carol, text="Thirteen beds.")
        sent = case_fields(proposal.case, text="Fourteen beds.", note="Mine.", shown=shown)
        response = client_of(cast.carol).post(url("change_wording", proposal), sent)
        assert response.status_code == 422
        assert "What changed while you were writing" in words(response)
        assert "Fourteen beds." in words(response)

    def test_withdraws_with_a_reason(self, cast, client_of, proposal):
        carol = client_of(cast.carol)
        assert carol.post(url("withdraw_proposal", proposal), {"reason": ""}).status_code == 422
        response = carol.post(
            url("withdraw_proposal", proposal), {"reason": "Another house was found."}, follow=True
        )
        assert "Another house was found." in words(response)

    def test_gives_more_time(self, cast, client_of, proposal):
        day = proposal.answer_by + timedelta(days=7)
        sent = {
            "answer_by_day": day.day,
            "answer_by_month": day.month,
            "answer_by_year": day.year,
            "reason": "Half-term.",
        }
        response = client_of(cast.carol).post(url("give_more_time", proposal), sent, follow=True)
        assert "The new deadline is recorded." in words(response)
        assert again(proposal).answer_by == day

    def test_are_not_for_others(self, cast, client_of, proposal):
        for name in ("change_wording", "withdraw_proposal", "give_more_time"):
            assert client_of(cast.pat).get(url(name, proposal)).status_code == 403
            assert client_of(cast.pat).post(url(name, proposal), {"reason": "x"}).status_code == 403

    def test_are_closed_with_a_reason_once_it_is_sealed(self, cast, client_of):
        decision = make_decision(
            cast.council, {cast.council: cast.carol, cast.haven: cast.pat, cast.beacon: cast.rosa}
        )
        for name in ("change_wording", "withdraw_proposal", "give_more_time"):
            response = client_of(cast.carol).get(url(name, decision.proposal))
            assert response.status_code == 409
            assert "This proposal is agreed" in words(response)


class TestTheRegister:
    def test_finds_by_words_state_and_number(self, cast, client_of, proposal):
        make_proposal(cast.haven, cast.pat, title="A van for the outreach team?")
        make_draft(cast.haven, cast.pat, title="A secret draft?")
        pat = client_of(cast.pat)
        register = reverse("decisions:register", args=[cast.alliance.slug])

        def titles(query):
            return {one.title for one in pat.get(f"{register}{query}").context["page"]}

        shelter, van = proposal.title, "A van for the outreach team?"
        assert titles("") == {shelter, van, "A secret draft?"}
        assert titles("?q=outreach+van") == {van}
        assert titles("?state=open") == {shelter, van}
        assert titles("?state=draft") == {"A secret draft?"}
        assert titles("?state=agreed") == set()
        assert titles("?q=2") == {van}
        assert titles("?state=nonsense&page=nonsense") == {shelter, van, "A secret draft?"}
        assert "Nothing matches" in words(pat.get(f"{register}?q=zeppelin"))

    def test_says_who_has_not_answered(self, cast, client_of, proposal):
        answer(proposal, cast.council, cast.carol)
        page = client_of(cast.lee).get(reverse("decisions:register", args=[cast.alliance.slug]))
        assert "1 of 3 has answered. Haven and Beacon have not yet." in words(page)

    def test_says_what_the_clock_says(self, cast, client_of, proposal, monkeypatch):
        answer(proposal, cast.council, cast.carol)
        day = proposal.answer_by + timedelta(days=1)
        monkeypatch.setattr(timezone, "localdate", lambda *_: day)
        page = client_of(cast.lee).get(reverse("decisions:register", args=[cast.alliance.slug]))
        assert "Not agreed" in words(page)
        assert "No response from Haven and Beacon" in words(page)

    def test_empty_says_what_to_do(self, cast, client_of):
        page = client_of(cast.carol).get(reverse("decisions:register", args=[cast.alliance.slug]))
        assert "Nothing has been put yet" in words(page)

    def test_for_htmx_is_the_list_alone(self, cast, client_of, proposal):
        page = client_of(cast.lee).get(
            reverse("decisions:register", args=[cast.alliance.slug]), headers={"HX-Request": "true"}
        )
        assert page.content.decode().strip().startswith('<div id="decisions">')

    @pytest.mark.parametrize("rows", [1, 3])
    def test_asks_the_same_number_of_questions_for_one_row_and_three(
        self, cast, client_of, django_assert_num_queries, rows
    ):
        for _ in range(rows):
            one = make_proposal(cast.council, cast.carol)
            answer(one, cast.council, cast.carol)
            object_to(one, cast.beacon, cast.rosa)
        lee = client_of(cast.lee)
        with django_assert_num_queries(REGISTER_QUERIES):
            lee.get(reverse("decisions:register", args=[cast.alliance.slug]))


REGISTER_QUERIES = 14
PROPOSAL_QUERIES = 19


@pytest.mark.parametrize("rows", [1, 3])
def test_a_proposals_page_asks_the_same_number_of_questions_with_more_said(
    cast, client_of, proposal, django_assert_num_queries, rows
):
    people = [(cast.council, cast.carol), (cast.haven, cast.pat), (cast.beacon, cast.rosa)]
    for participant, by in people[:rows]:
        answer(proposal, participant, by, "abstain")
        object_to(proposal, participant, by)
        reword(proposal, cast.carol, text=f"Text {by}")
    for participant, by in people[:rows]:
        object_to(proposal, participant, by)
    lee = client_of(cast.lee)  # whose page offers no answer, whoever has answered
    with django_assert_num_queries(PROPOSAL_QUERIES):
        lee.get(proposal.get_absolute_url())


class TestTheDecision:
    @pytest.fixture
    def decision(self, cast):
        return make_decision(
            cast.council, {cast.council: cast.carol, cast.haven: cast.dev, cast.beacon: cast.rosa}
        )

    def test_has_a_permanent_address_to_which_its_proposal_leads(self, cast, client_of, decision):
        response = client_of(cast.bea).get(decision.proposal.get_absolute_url())
        assert (response.status_code, response["Location"]) == (303, decision.get_absolute_url())
        assert client_of(cast.stranger).get(decision.get_absolute_url()).status_code == 404

    def test_shows_who_stood_where_for_whom(self, cast, client_of, decision):
        page = words(client_of(cast.bea).get(decision.get_absolute_url()))
        assert "Dev Deputy for Pat Provider" in page
        assert "Sealed" in page
        assert "Nobody can change it." in page

    def test_gives_the_bytes_that_prove_its_hash(self, cast, client_of, decision):
        response = client_of(cast.bea).get(url("wording_bytes", decision.proposal, 1))
        assert hash_of(response.content) == decision.wording_hash
        assert response["Content-Disposition"].startswith("attachment")

    def test_tells_its_story_from_the_record(self, cast, client_of, decision):
        events = client_of(cast.bea).get(decision.get_absolute_url()).context["events"]
        assert [one["event"].kind for one in events] == [
            "decisions.sealed",
            "decisions.position_taken",
            "decisions.position_taken",
            "decisions.position_taken",
            "decisions.proposal_opened",
        ]


def test_words_in_a_proposal_are_shown_as_words(cast, client_of):
    nasty = "<script>alert(1)</script>"
    proposal = make_proposal(cast.council, cast.carol, title=nasty, text=nasty, why=nasty)
    object_to(proposal, cast.haven, cast.pat, concern=nasty, remedy=nasty)
    reword(proposal, cast.carol, text=nasty + "!")
    for path in (proposal.get_absolute_url(), url("wording", proposal, 2)):
        page = client_of(cast.lee).get(path).content.decode()
        assert nasty not in page
        assert "&lt;script&gt;alert(1)" in page
