"""A conversation in the browser, and what waits in it."""

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from alliance.core.models import Words
from decisions import services
from decisions.models import Amendment
from decisions.waiting.deliberation import waiting
from participants.models import Alliance
from participants.standing import standing
from tests.factories.cases import url, words
from tests.factories.decisions import again, make_proposal, object_to, offer, reword, say

pytestmark = pytest.mark.django_db


def whys(person, alliance) -> list[str]:
    return [one.why for one in waiting(standing(person, alliance))]


class TestThePages:
    def test_a_remark_and_its_answer_without_javascript(self, cast, client_of, proposal):
        lee, pat = client_of(cast.lee), client_of(cast.pat)
        page = words(lee.get(proposal.get_absolute_url()))
        assert "Say something, or ask a question" in page
        where = url("conversation", proposal)
        sent = {"words": "Who runs it? @Pat Provider", "is_question": "on"}
        answered = lee.post(where, sent)
        assert answered["Location"] == f"{proposal.get_absolute_url()}#remark-1"
        page = words(pat.get(proposal.get_absolute_url()))
        assert "1 question waits for an answer." in page
        assert ">@Pat Provider</a>" in page
        assert "Your reply" in words(pat.get(f"{where}?reply=1"))
        pat.post(f"{where}?reply=1", {"words": "Haven does."})
        page = words(lee.get(proposal.get_absolute_url()))
        assert "Haven does." in page
        assert "waits for an answer" not in page

    def test_a_question_is_not_answered_by_whoever_asked_it(self, cast, client_of, proposal):
        question = say(proposal, cast.lee, is_question=True)
        say(proposal, cast.lee, "I mean at night.", parent=question)
        assert "1 question waits" in words(client_of(cast.pat).get(proposal.get_absolute_url()))

    def test_nothing_typed_is_lost(self, cast, client_of, proposal):
        lee = client_of(cast.lee)
        response = lee.post(url("conversation", proposal), {"words": "x" * 4001})
        assert response.status_code == 422
        assert "x" * 4001 in response.content.decode()
        response = lee.post(url("conversation", proposal), {"words": "", "told": "none"})
        assert "Enter what you want to say" in words(response)

    def test_htmx_receives_the_conversation_alone(self, cast, client_of, proposal):
        lee = client_of(cast.lee)
        hx = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "talk"}
        form = words(lee.get(f"{url('conversation', proposal)}?say=1", **hx))
        assert form.startswith('<div id="talk"')
        assert 'name="words"' in form
        response = lee.post(f"{url('conversation', proposal)}?say=1", {"words": "Hello."}, follow=True, **hx)
        page = words(response)
        assert page.startswith('<div id="talk"')
        assert 'id="remark-1" tabindex="-1" autofocus' in page

    def test_a_conversation_that_is_not_there_is_a_404(self, cast, client_of, proposal):
        lee = client_of(cast.lee)
        for asked in ("objection=1", "amendment=9", "reply=3", "objection=x"):
            assert lee.get(f"{url('conversation', proposal)}?{asked}").status_code == 404, asked

    def test_redacted_words_show_their_mark(self, cast, client_of, proposal):
        said = say(proposal, cast.lee, "My neighbour’s name @Pat Provider")
        Words.objects.filter(pk=said.words_id).update(
            text="",
            salt=b"",
            redacted_at=timezone.now(),
            redacted_by=cast.lee,
            redaction_reason="a name",
        )
        page = words(client_of(cast.pat).get(proposal.get_absolute_url()))
        assert "Removed by whoever wrote it" in page
        assert "My neighbour" not in page

    def test_an_objection_has_its_steward_its_talk_and_its_history(self, cast, client_of, proposal):
        objection = object_to(proposal, cast.beacon, cast.rosa)
        rosa = client_of(cast.rosa)
        assert "Name a steward" in words(rosa.get(proposal.get_absolute_url()))
        steward = url("name_steward", proposal, objection.number)
        assert rosa.post(steward, {"person": ""}).status_code == 422
        assert rosa.post(steward, {"person": cast.lee.pk}).status_code == 303
        talk = f"{url('conversation', proposal)}?objection=1"
        client_of(cast.pat).post(talk, {"words": "Haven has a room."})
        page = words(client_of(cast.carol).get(proposal.get_absolute_url()))
        assert "Lee Lived, named by Rosa Recovery" in page
        assert "Haven has a room." in page
        assert "Name somebody else" in page
        assert "Name a steward" not in words(client_of(cast.pat).get(proposal.get_absolute_url()))

    def test_an_amendment_from_offer_to_version_two(self, cast, client_of, proposal):
        pat, carol = client_of(cast.pat), client_of(cast.carol)
        new = url("offer_amendment", proposal)
        sent = {"participant": cast.haven.pk, "shown": proposal.current_wording.hash}
        response = pat.post(new, sent | {"text": proposal.current_wording.text, "why": "More."})
        assert response.status_code == 422
        assert "proposed already" in words(response)
        pat.post(new, sent | {"text": "Sixteen beds.", "why": "Twelve are too few."})
        page = words(carol.get(proposal.get_absolute_url()))
        assert "Amendment 1, Haven Homes" in page
        amendment = Amendment.objects.get()
        page = words(carol.get(amendment.get_absolute_url()))
        assert "We take it over" in page
        settle = url("settle_amendment", proposal, 1)
        response = carol.post(settle, {"then": "decline", "shown": sent["shown"]})
        assert response.status_code == 422
        assert "Say why you keep the wording as it is" in words(response)
        response = carol.post(settle, {"then": "take_over", "shown": sent["shown"]}, follow=True)
        assert "Version 2 is open: everybody is asked again." in words(response)
        assert "Sixteen beds." in words(response)
        assert "version 2" in words(pat.get(amendment.get_absolute_url()))

    def test_words_that_were_being_offered_survive_a_change_of_the_wording(self, cast, client_of, proposal):
        pat, shown = client_of(cast.pat), proposal.current_wording.hash
        reword(proposal, cast.carol)
        sent = {"participant": cast.haven.pk, "shown": shown, "text": "Sixteen beds.", "why": "More."}
        response = pat.post(url("offer_amendment", proposal), sent)
        assert response.status_code == 422
        assert "What changed while you were writing" in words(response)
        assert "Sixteen beds." in words(response)
        current = again(proposal).current_wording.hash
        assert pat.post(url("offer_amendment", proposal), sent | {"shown": current}).status_code == 303

    def test_an_amendment_of_an_older_version_shows_what_it_would_undo(self, cast, client_of, proposal):
        amendment = offer(proposal, cast.haven, cast.pat)
        reword(proposal, cast.carol)
        page = words(client_of(cast.carol).get(amendment.get_absolute_url()))
        assert "What it would change today, in version 2" in page
        settle = url("settle_amendment", proposal, 1)
        old = proposal.current_wording.hash
        response = client_of(cast.carol).post(settle, {"then": "take_over", "shown": old})
        assert response.status_code == 422
        assert again(proposal).wordings.count() == 2

    def test_while_answers_are_veiled_so_is_what_is_said_about_an_objection(self, cast, client_of):
        Alliance.objects.filter(pk=cast.alliance.pk).update(independent=True)
        proposal = make_proposal(cast.council, cast.carol)
        objection = object_to(proposal, cast.haven, cast.pat)
        top = say(proposal, cast.pat, "Where do couples sleep?", objection=objection, is_question=True)
        say(proposal, cast.dev, "Nowhere, it seems.", parent=top, objection=objection)
        say(proposal, cast.lee, "A word about the proposal itself.")
        rosa = client_of(cast.rosa)
        for address in (proposal.get_absolute_url(), url("conversation", proposal)):
            page = words(rosa.get(address))
            assert "A word about the proposal itself." in page
            assert "couples" not in page
            assert "Nowhere" not in page
        assert rosa.get(f"{url('conversation', proposal)}?objection=1").status_code == 404
        assert client_of(cast.carol).get(url("name_steward", proposal, 1)).status_code == 404
        assert whys(cast.carol, cast.alliance) == []
        assert "couples" in words(client_of(cast.pat).get(proposal.get_absolute_url()))

    def test_those_who_only_read_see_no_form(self, cast, client_of, proposal):
        page = words(client_of(cast.bea).get(proposal.get_absolute_url()))
        assert "Say something" not in page
        assert "Offer other words" not in page


class TestALongConversation:
    def talk(self, cast, proposal, count: int) -> None:
        """`count` threads with a reply each, on the proposal and on its objection, and as many amendments."""
        objection = object_to(proposal, cast.beacon, cast.rosa)
        for number in range(count):
            for about in (None, objection):
                top = say(proposal, cast.lee, f"Remark {number} @Pat Provider", objection=about)
                say(proposal, cast.pat, f"Reply {number}", parent=top)
            offer(proposal, cast.haven, cast.pat, text=f"Other words {number}")

    @pytest.mark.parametrize("name", ["proposal", "conversation"])
    def test_is_read_with_as_many_questions_to_the_database_as_a_short_one(
        self, cast, client_of, name, django_assert_num_queries
    ):
        from django.test.utils import CaptureQueriesContext

        pat, counts = client_of(cast.pat), []
        for count in (1, 3, 12):
            proposal = make_proposal(cast.council, cast.carol)
            self.talk(cast, proposal, count)
            pat.get(url(name, proposal))
            with CaptureQueriesContext(connection) as asked:
                assert pat.get(url(name, proposal)).status_code == 200
            counts.append(len(asked))
        # What happened is told event by event in templates, without asking the database.
        assert len(set(counts)) == 1, counts

    def test_old_remarks_are_folded_and_open_questions_stay_in_sight(self, cast, client_of, proposal):
        say(proposal, cast.lee, "The first question?", is_question=True)
        old = say(proposal, cast.rosa, "The first remark.")
        for number in range(24):
            say(proposal, cast.lee if number % 2 else cast.pat, f"Remark {number}.")
        page = words(client_of(cast.carol).get(proposal.get_absolute_url()))
        assert "The first question?" in page
        assert "The first remark." not in page
        assert "All 26 remarks" in page
        second = words(client_of(cast.carol).get(f"{url('conversation', proposal)}?page=2"))
        assert "The first remark." in second
        say(proposal, cast.pat, "An answer after all.", parent=old)
        page = words(client_of(cast.carol).get(proposal.get_absolute_url()))
        assert "The first remark." in page
        assert "An answer after all." in page


def test_the_address_of_a_conversation_is_the_alliances_own(cast, client_of, proposal):
    address = reverse("decisions:conversation", args=["elsewhere-alliance", proposal.number])
    assert client_of(cast.stranger).get(address).status_code == 404


class TestWhatWaits:
    def test_a_question_waits_on_the_proposer_and_on_whoever_is_named(self, cast, proposal):
        question = say(proposal, cast.lee, "Who runs it? @Finn Finance", is_question=True)
        asked = ["Lee Lived asks a question that nobody has answered."]
        assert whys(cast.carol, cast.alliance) == asked
        assert whys(cast.finn, cast.alliance) == asked
        assert whys(cast.lee, cast.alliance) == whys(cast.rosa, cast.alliance) == []
        say(proposal, cast.rosa, "Haven does.", parent=question)
        assert whys(cast.carol, cast.alliance) == whys(cast.finn, cast.alliance) == []

    def test_an_amendment_waits_on_the_proposer_and_an_objection_on_its_steward(self, cast, proposal):
        amendment = offer(proposal, cast.haven, cast.pat)
        objection = object_to(proposal, cast.beacon, cast.rosa)
        services.name_steward(objection=objection, person=cast.stan, by=cast.rosa)
        services.name_steward(objection=objection, person=cast.lee, by=cast.rosa)
        assert whys(cast.carol, cast.alliance) == [
            "Haven offers other words. Take them over, or say why not."
        ]
        assert whys(cast.lee, cast.alliance) == ["You look after Beacon’s objection 1, which stands."]
        assert whys(cast.stan, cast.alliance) == []
        services.decline_amendment(amendment=amendment, answer="No.", by=cast.carol)
        services.resolve_objection(objection=objection, resolution="Found.", by=cast.rosa)
        assert whys(cast.carol, cast.alliance) == whys(cast.lee, cast.alliance) == []

    def test_costs_the_same_with_one_and_with_many(self, cast, django_assert_num_queries):
        for _ in range(3):
            proposal = make_proposal(cast.council, cast.carol)
            say(proposal, cast.lee, "Who?", is_question=True)
            offer(proposal, cast.haven, cast.pat)
            objection = object_to(proposal, cast.beacon, cast.rosa)
            services.name_steward(objection=objection, person=cast.carol, by=cast.carol)
            here = standing(cast.carol, cast.alliance)
            with django_assert_num_queries(4):
                list(waiting(here))
