"""A learning review answers the three governance questions and what comes with them (rule 45)."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from alliance.core.models import Event
from alliance.core.refusals import NotAllowed, NotPossible
from learning import services
from learning.models import Action, Answer, Review
from learning.services import AskOnce, NewAction
from tests.factories import learning as make

pytestmark = pytest.mark.django_db


def kinds(alliance):
    told = Event.objects.filter(alliance=alliance, kind__startswith="learning.").order_by("seq")
    return list(told.values_list("kind", flat=True))


def test_a_held_review_keeps_its_answers_in_the_order_of_the_questions(harbour_alliance, lena, pat):
    review = make.held_review(harbour_alliance, lena, present=[lena, pat])
    review.refresh_from_db()
    assert review.status == Review.State.HELD
    assert review.draft == {}
    said = {one.question: str(one.words) for one in review.answers.select_related("words")}
    assert said == make.ANSWERS
    assert kinds(harbour_alliance) == ["learning.review_prepared", "learning.review_held"]


@pytest.mark.parametrize("question", [q for q in Answer.Question if q not in Answer.OPTIONAL])
def test_a_review_is_not_held_while_a_question_is_open(harbour_alliance, lena, question):
    review = make.prepare(harbour_alliance, lena)
    with pytest.raises(NotPossible, match="Not answered yet"):
        make.hold(review, lena, answers=make.answers(**{question.value: "  "}))
    review.refresh_from_db()
    assert review.status == Review.State.PREPARING


def test_facts_can_be_told_without_views(harbour_alliance, lena):
    review = make.held_review(harbour_alliance, lena, answers=make.answers(views=None))
    assert not review.answers.filter(question="views").exists()


def test_a_review_that_notes_nothing_unexpected_is_asked_once(harbour_alliance, lena):
    review = make.prepare(harbour_alliance, lena)
    said = make.answers(unexpected=None)
    with pytest.raises(AskOnce):
        make.hold(review, lena, answers=said)
    make.hold(review, lena, answers=said, asked=True)
    told = Event.objects.get(kind="learning.review_held")
    assert told.facts["nothing_unexpected"] is True


def test_it_says_who_was_in_the_room_and_which_participants_were_not(harbour_alliance, lena, pat, carol):
    review = make.held_review(harbour_alliance, lena, present=[lena, pat], guests=["Mo, a neighbour", " "])
    room = [(str(one), one.present) for one in review.attendances.all()]
    assert room == [
        ("Lena Learning, Learning lead", True),
        ("Pat Provider, Representative, Haven", True),
        ("Mo, a neighbour", True),
        ("Harbour City Council", False),
        ("Beacon Recovery", False),
    ]


def test_somebody_has_to_be_in_the_room(harbour_alliance, lena):
    review = make.prepare(harbour_alliance, lena)
    with pytest.raises(NotPossible, match="who was in the room"):
        services.hold_review(
            review=review, held_on=timezone.localdate(), answers=make.answers(), present=[], by=lena
        )


def test_new_actions_are_taken_by_a_person_or_a_participant(harbour_alliance, lena, lee, haven):
    due = timezone.localdate() + timedelta(days=14)
    review = make.held_review(
        harbour_alliance,
        lena,
        actions=[NewAction("Ask the landlords", lee, due), NewAction("Share the rota", haven)],
    )
    taken = [(one.number, one.what, one.taken_by, one.due_on) for one in review.actions.with_takers()]
    assert taken == [(1, "Ask the landlords", lee, due), (2, "Share the rota", haven, None)]


def test_open_actions_of_the_last_review_come_first(harbour_alliance, lena, lee):
    make.open_action(harbour_alliance, lena, lee)
    later = make.prepare(harbour_alliance, lena, title="November")
    with pytest.raises(NotPossible, match="Open actions come first"):
        make.hold(later, lena, looks={})


@pytest.mark.parametrize(
    ("outcome", "status"), [("done", "done"), ("still_matters", "open"), ("let_go", "let_go")]
)
def test_each_open_action_is_done_still_matters_or_is_let_go(harbour_alliance, lena, lee, outcome, status):
    action = make.open_action(harbour_alliance, lena, lee)
    later = make.prepare(harbour_alliance, lena, title="November")
    make.hold(later, lena, looks={action: (outcome, "They came, and it helped.")})
    action.refresh_from_db()
    assert action.status == status
    look = action.looks.get()
    assert (look.review, look.outcome, str(look.words)) == (later, outcome, "They came, and it helped.")
    assert list(later.open_actions()) == ([action] if status == "open" else [])


def test_a_look_without_words_is_refused_and_nothing_is_held(harbour_alliance, lena, lee):
    action = make.open_action(harbour_alliance, lena, lee)
    later = make.prepare(harbour_alliance, lena, title="November")
    with pytest.raises(NotPossible, match="few words"):
        make.hold(later, lena, looks={action: ("done", " ")})
    assert Review.objects.get(pk=later.pk).answers.count() == 0


def test_whoever_took_an_action_closes_it_between_two_reviews(harbour_alliance, lena, lee):
    action = make.open_action(harbour_alliance, lena, lee)
    services.look_at_action(action=action, outcome="done", words="They are coming.", by=lee)
    assert Action.objects.get().status == Action.State.DONE
    assert kinds(harbour_alliance)[-1] == "learning.action_looked_at"


def test_somebody_elses_action_is_not_closed_by_a_bystander(harbour_alliance, lena, lee, finn, pat, haven):
    action = make.open_action(harbour_alliance, lena, haven)
    with pytest.raises(NotAllowed, match="Only Haven Homes"):
        services.look_at_action(action=action, outcome="done", words="Done.", by=finn)
    services.look_at_action(action=action, outcome="done", words="Done.", by=pat)


def test_an_action_closes_once(harbour_alliance, lena, lee):
    action = make.open_action(harbour_alliance, lena, lee)
    services.look_at_action(action=action, outcome="let_go", words="It went by itself.", by=lee)
    with pytest.raises(NotPossible, match="let go"):
        services.look_at_action(action=action, outcome="done", words="Done.", by=lee)


def test_a_review_is_held_once(harbour_alliance, lena):
    review = make.held_review(harbour_alliance, lena)
    with pytest.raises(NotPossible, match="held"):
        make.hold(review, lena)
    assert kinds(harbour_alliance).count("learning.review_held") == 1


def test_a_review_that_is_called_off_says_why(harbour_alliance, lena):
    review = make.prepare(harbour_alliance, lena)
    with pytest.raises(NotPossible, match="why"):
        services.call_off_review(review=review, because=" ", by=lena)
    services.save_draft(review=review, typed={"facts": "Words of somebody."}, seen={}, by=lena)
    services.call_off_review(review=review, because="Half the team is ill.", by=lena)
    review.refresh_from_db()
    assert review.draft == {}
    assert (review.status, str(review.called_off_because)) == ("called_off", "Half the team is ill.")


class TestTheDraft:
    """Nothing is lost while several people write at once."""

    def test_what_two_people_write_in_different_places_is_kept(self, harbour_alliance, lena, lee):
        review = make.prepare(harbour_alliance, lena)
        services.save_draft(review=review, typed={"facts": "Twelve came.", "why": ""}, seen={}, by=lena)
        contested = services.save_draft(
            review=review, typed={"facts": "", "why": "The bus was late."}, seen={}, by=lee
        )
        review.refresh_from_db()
        assert contested == {}
        assert review.draft["facts"] == "Twelve came."
        assert review.draft["why"] == "The bus was late."
        assert review.drafted_by == lee

    def test_what_both_changed_stays_and_is_told(self, harbour_alliance, lena, lee):
        review = make.prepare(harbour_alliance, lena)
        services.save_draft(review=review, typed={"facts": "Twelve came."}, seen={}, by=lena)
        contested = services.save_draft(review=review, typed={"facts": "Eleven came."}, seen={}, by=lee)
        assert contested == {"facts": "Twelve came."}
        review.refresh_from_db()
        assert review.draft["facts"] == "Twelve came."

    def test_whoever_saw_the_other_words_may_change_them(self, harbour_alliance, lena, lee):
        review = make.prepare(harbour_alliance, lena)
        services.save_draft(review=review, typed={"facts": "Twelve came."}, seen={}, by=lena)
        seen = {"facts": "Twelve came."}
        assert services.save_draft(review=review, typed={"facts": ""}, seen=seen, by=lee) == {}
        review.refresh_from_db()
        assert review.draft["facts"] == ""

    def test_a_held_review_takes_no_more_draft(self, harbour_alliance, lena):
        review = make.held_review(harbour_alliance, lena)
        with pytest.raises(NotPossible):
            services.save_draft(review=review, typed={"facts": "More."}, seen={}, by=lena)


@pytest.mark.parametrize("who", ["bea", "ari", "stranger"])
def test_readers_and_strangers_neither_prepare_nor_write_nor_hold(request, cast, harbour_alliance, lena, who):
    reader = request.getfixturevalue(who)
    review = make.prepare(harbour_alliance, lena)
    for act in (
        lambda: make.prepare(harbour_alliance, reader),
        lambda: services.save_draft(review=review, typed={"facts": "x"}, seen={}, by=reader),
        lambda: make.hold(review, reader),
        lambda: services.call_off_review(review=review, because="No.", by=reader),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert kinds(harbour_alliance) == ["learning.review_prepared"]


@pytest.mark.parametrize("who", ["finn", "hana", "lee"])
def test_others_write_into_a_review_but_do_not_close_it(request, cast, harbour_alliance, lena, who):
    member = request.getfixturevalue(who)
    review = make.prepare(harbour_alliance, lena)
    services.save_draft(review=review, typed={"facts": "x"}, seen={}, by=member)
    with pytest.raises(NotAllowed):
        make.hold(review, member)


@pytest.mark.parametrize("who", ["carol", "pat", "dev", "rosa", "lena", "stan"])
def test_representatives_learning_lead_and_system_steward_hold_reviews(request, cast, harbour_alliance, who):
    person = request.getfixturevalue(who)
    assert make.held_review(harbour_alliance, person).held_by == person


def test_a_review_may_be_recorded_after_its_day(harbour_alliance, lena):
    review = make.held_review(harbour_alliance, lena, held_on=date(2026, 10, 5))
    assert review.held_on == date(2026, 10, 5)
    assert list(Review.objects.held_between(date(2026, 10, 1), date(2026, 10, 5))) == [review]
    assert list(Review.objects.held_between(date(2026, 10, 6), date(2026, 12, 31))) == []
