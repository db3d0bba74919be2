"""A decision is looked back at on its day, and what was learned is kept."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from alliance.core.models import Event
from alliance.core.refusals import NotAllowed, NotPossible
from decisions import services
from decisions.models import Decision, DecisionReview, ReviewPlan
from decisions.waiting import reviews
from participants.standing import standing
from tests.factories import cases
from tests.factories.cases import refused, url, voices, words
from tests.factories.decisions import answer, make_decision

pytestmark = pytest.mark.django_db
decision = cases.decision


LEARNED = {
    "intended": "Partly: nine of twelve beds were used.",
    "what_next": "Ask those who stayed away.",
    "who_are_we": "The leadership team, with Lee.",
    "conclusion": "stands",
}


def is_due(decision: Decision, on=None) -> bool:
    return Decision.objects.to_review(on).filter(pk=decision.pk).exists()


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
        assert [is_due(decision, today + timedelta(days=days)) for days in (0, 10, 19, 20, 90)] == [
            False, False, False, True, True,
        ]  # fmt: skip
        services.review_decision(
            decision=decision, by=cast.pat, review_again_on=today + timedelta(days=30), **LEARNED
        )
        assert decision.review_due_on == today + timedelta(days=30)
        services.review_decision(decision=decision, by=cast.rosa, **LEARNED)
        assert decision.review_due_on is None
        assert not is_due(decision, today + timedelta(days=900))

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
                name: [(one.who, one.due) for one in reviews.waiting(standing(person, cast.alliance))]
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
        assert list(reviews.waiting(standing(cast.carol, cast.alliance))) == []

    def test_a_superseded_decision_is_not_looked_back_at(self, cast):
        day = timezone.localdate() + timedelta(days=10)
        old = make_decision(cast.council, voices(cast), review_on=day)
        draft = services.draft_successor(decision=old, participant=cast.haven, by=cast.pat)
        assert is_due(old, day)
        services.open_proposal(proposal=draft, by=cast.pat)
        for one, by in voices(cast).items():
            answer(draft, one, by)
        assert not is_due(old, day)

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


def test_a_decisions_page_asks_the_same_number_of_questions_with_more_learned(cast, client_of, decision):
    pat, counts = client_of(cast.pat), []
    pat.get(decision.get_absolute_url())  # the server's own first question
    for number in range(3):
        services.review_decision(decision=decision, by=cast.pat, **LEARNED | {"what_next": f"Step {number}"})
        with CaptureQueriesContext(connection) as asked:
            pat.get(decision.get_absolute_url())
        counts.append(len(asked))
    assert len(set(counts)) == 1, counts
