"""Queries on a line: asked and answered in the open, by name of organisation, with their state and age."""

from datetime import timedelta
from functools import partial

import pytest

from alliance.core.models import Event
from alliance.core.refusals import NotAllowed, NotPossible
from ledger.models import Entry, Query, QueryReply
from ledger.querying import unresolved
from ledger.services import (
    answer_query,
    ask_about_line,
    ask_again,
    close_query,
    reverse_journal,
    settle_query,
    withdraw_query,
)
from ledger.waiting import waiting_on
from participants.standing import standing
from tests.factories.ledger import NOVEMBER, OCTOBER, YEAR, ask
from tests.factories.participants import give_role, make_user
from tests.ledger.conftest import TODAY
from tests.ledger.test_races import race

pytestmark = pytest.mark.django_db


def told() -> list[str]:
    return list(
        Event.objects.filter(kind__startswith="ledger.query").order_by("seq").values_list("kind", flat=True)
    )


def state_of(query: Query) -> str:
    return Query.objects.values_list("state", flat=True).get(pk=query.pk)


# ── What people do ───────────────────────────────────────────────────────────


def test_a_query_goes_from_the_question_through_the_answer_to_its_settlement(cast, asked):
    assert (asked.number, asked.answering, asked.budget_line.name) == (1, cast.haven, "Housing first")
    assert (asked.asked_by_name, asked.get_capacity_display()) == ("Rosa Recovery", "Representative")
    answer_query(query=asked, words="The hostel’s stairs.", by=cast.finn)
    assert state_of(asked) == "answered"
    ask_again(query=asked, words="All four weeks?", by=cast.rosa)
    assert state_of(asked) == "asked"
    answer_query(query=asked, words="All four.", by=cast.pat)
    settle_query(query=asked, by=cast.rosa)
    asked.refresh_from_db()
    assert (asked.state, asked.ended_by) == ("settled", cast.rosa)
    assert [
        (one.number, one.verb, str(one.words or ""), one.participant, one.said_by_name, one.capacity)
        for one in asked.replies.all()
    ] == [
        (1, "answer", "The hostel’s stairs.", cast.haven, "Finn Finance", "finance_lead"),
        (2, "ask_again", "All four weeks?", cast.beacon, "Rosa Recovery", "representative"),
        (3, "answer", "All four.", cast.haven, "Pat Provider", "representative"),
        (4, "settle", "", cast.beacon, "Rosa Recovery", "representative"),
    ]
    assert told() == [
        "ledger.query_asked",
        "ledger.query_answered",
        "ledger.query_asked_again",
        "ledger.query_answered",
        "ledger.query_settled",
    ]


def test_doing_it_twice_is_doing_it_once(cast, posted, asked):
    assert ask(posted, cast.beacon, cast.rosa) == asked
    for act, words, by in (
        (answer_query, "Stairs.", cast.finn),
        (ask_again, "All?", cast.rosa),
        (answer_query, "All.", cast.finn),
        (settle_query, "", cast.rosa),
    ):
        assert act(query=asked, words=words, by=by) == act(query=asked, words=words, by=by)
    assert asked.replies.count() == 4
    assert len(told()) == 5


def test_an_answer_can_be_added_to(cast, asked):
    answer_query(query=asked, words="The stairs.", by=cast.finn)
    answer_query(query=asked, words="And the hall.", by=cast.finn)
    assert (state_of(asked), asked.replies.count()) == ("answered", 2)


def test_a_query_is_withdrawn_by_whoever_asked_and_what_was_said_stays(cast, asked):
    with pytest.raises(NotAllowed, match="Only Beacon Recovery asks again, settles or withdraws"):
        withdraw_query(query=asked, by=cast.finn)
    withdraw_query(query=asked, words="I found it.", by=cast.rosa)
    assert state_of(asked) == "withdrawn"
    assert str(asked.words) == "What was cleaned?"
    for act in (answer_query, ask_again, settle_query):
        by = cast.finn if act == answer_query else cast.rosa
        with pytest.raises(NotPossible, match="withdrawn"):
            act(query=asked, words="More.", by=by)


def test_what_somebody_asked_who_has_left_is_closed_by_the_pool_manager_with_a_reason(
    cast, asked, on_day, client_of, says, url
):
    with pytest.raises(NotAllowed, match="Beacon Recovery asked, and settles or withdraws it"):
        close_query(query=asked, words="Nobody answers.", by=cast.hana)
    cast.beacon.left_on = TODAY.date() + timedelta(days=3)
    cast.beacon.save(update_fields=["left_on"])
    on_day(3)
    hers = {one.title: one.who for one in waiting_on(standing(cast.hana, cast.alliance))}
    assert hers["Close query 1: Beacon has left the alliance"] == "me"
    assert "the pool manager closes what it left open" in says(cast.pat, url("query", 1))
    hana = client_of(cast.hana)
    assert hana.post(url("reply", 1), {"then": "close", "words": ""}).status_code == 422
    assert client_of(cast.pat).post(url("reply", 1), {"then": "close", "words": "No."}).status_code == 422
    assert hana.post(url("reply", 1), {"then": "close", "words": "Beacon has gone."}).status_code == 303
    asked.refresh_from_db()
    assert (asked.state, asked.ended_by, asked.days) == ("closed", cast.hana, 3)
    assert told()[-1] == "ledger.query_closed"
    assert "Beacon has gone." in says(cast.pat, url("query", 1))


def test_a_query_without_an_answer_is_not_settled(cast, asked):
    with pytest.raises(NotPossible):
        settle_query(query=asked, by=cast.rosa)
    with pytest.raises(NotPossible):
        ask_again(query=asked, words="Well?", by=cast.rosa)


def test_only_whoever_acts_for_an_organisation_asks_and_never_about_its_own_line(cast, posted):
    for person in (cast.lena, cast.stan, cast.lee, cast.ari, cast.bea, cast.stranger):
        with pytest.raises(NotAllowed, match="in the name of an organisation"):
            ask(posted, cast.beacon, person)
    for person in (cast.pat, cast.dev, cast.finn):
        with pytest.raises(NotAllowed, match="It is Haven Homes’s own line"):
            ask(posted, cast.haven, person)
    with pytest.raises(NotAllowed, match="Only somebody who acts for Beacon Recovery"):
        ask(posted, cast.beacon, cast.carol)
    worker = make_user("Wes Worker")
    give_role(cast.alliance, worker, "worker", cast.beacon)
    query = ask(posted, cast.beacon, worker)
    assert query.get_capacity_display() == "Front-line worker"
    settled_by_a_colleague = answer_query(query=query, words="The stairs.", by=cast.dev)
    assert settled_by_a_colleague.capacity == "deputy"
    settle_query(query=query, by=cast.rosa)


def test_only_the_organisation_whose_line_it_is_answers(cast, asked):
    for person in (cast.rosa, cast.carol, cast.hana, cast.bea, cast.lee, cast.ari):
        with pytest.raises(NotAllowed, match="Only the finance lead or a representative of Haven Homes"):
            answer_query(query=asked, words="It is clean.", by=person)


def test_questions_and_answers_need_words(cast, posted, asked):
    with pytest.raises(NotPossible, match="Write what you want to know"):
        ask(posted, cast.beacon, cast.rosa, words="  ")
    with pytest.raises(NotPossible, match="Write your answer"):
        answer_query(query=asked, words="", by=cast.finn)


def test_only_a_line_of_cost_is_asked_about(cast, posted):
    owed = (
        Entry.objects.filter(journal=posted.journal, budget_line=None).select_related("participant").first()
    )
    with pytest.raises(NotPossible, match="a line of cost"):
        ask_about_line(entry=owed, asking=cast.beacon, words="What?", by=cast.rosa)


def test_a_query_outlives_the_reversal_of_its_line(cast, posted, asked):
    reverse_journal(journal=posted.journal, reason="Wrong month.", by=cast.finn)
    answer_query(query=asked, words="It is reversed: it was October’s.", by=cast.finn)
    assert state_of(asked) == "answered"


# ── Unresolved, for the book and for reports ─────────────────────────────────


def test_unresolved_queries_are_counted_by_line_with_their_age(cast, posted, asked, on_day):
    on_day(5)
    answered = ask(posted, cast.council, cast.carol, row=3)
    answer_query(query=answered, words="Lunch.", by=cast.finn)
    gone = ask(posted, cast.council, cast.carol, words="And this?", row=3)
    withdraw_query(query=gone, by=cast.hana)
    gone.refresh_from_db()
    on_day(12)
    assert gone.age == "the same day"
    found = unresolved(cast.alliance, YEAR)
    assert [(one.number, one.days, one.age) for one in found.queries] == [
        (1, 12, "12 days"),
        (2, 7, "7 days"),
    ]
    assert (found.count, found.unanswered, found.oldest_days) == (2, 1, 12)
    assert found.by_line == {"housing-first": 1, "peer-support": 1}
    assert found.sentence == (
        "2 queries on lines are unresolved, 1 of them without an answer; the oldest was asked 12 days ago."
    )
    assert unresolved(cast.alliance, NOVEMBER).count == 2
    assert unresolved(cast.alliance, OCTOBER).sentence == "No query on a line is unresolved."
    assert unresolved(cast.alliance, YEAR, participant=cast.beacon).count == 0
    assert unresolved(cast.elsewhere, YEAR).count == 0
    settle_query(query=answered, by=cast.carol)
    on_day(40)
    assert [one.days for one in unresolved(cast.alliance, YEAR).queries] == [40]
    assert Query.objects.get(number=2).days == 7


def test_what_waits_is_told_to_whoever_answers_and_then_to_whoever_asked(cast, posted, asked, on_day):
    def waits(person) -> list[tuple[str, str, str]]:
        found = waiting_on(standing(person, cast.alliance))
        return [(one.title, one.why, one.who) for one in found if "quer" in one.why or "Asked" in one.why]

    on_day(3)
    line = "Beacon asks about Quayside Cleaning · Cleaning"
    why = "It is Haven’s line, of £1,200.00. Asked 3 days ago."
    assert waits(cast.finn) == waits(cast.pat) == [(line, why, "me")]
    assert waits(cast.bea) == [(line, why, "organisation")]
    assert waits(cast.rosa) == waits(cast.carol) == waits(cast.ari) == []
    answer_query(query=asked, words="Stairs.", by=cast.finn)
    assert waits(cast.finn) == []
    assert waits(cast.rosa) == [
        (
            "Haven answered about Quayside Cleaning · Cleaning",
            "Settle the query of Beacon, or ask again. Asked 3 days ago.",
            "me",
        )
    ]
    settle_query(query=asked, by=cast.rosa)
    assert waits(cast.rosa) == []


def test_letters_go_to_whoever_answers_and_then_to_whoever_asked(cast, asked, run_errands, mailoutbox):
    run_errands()
    assert sorted(one.to[0].split("@")[0] for one in mailoutbox) == sorted(
        person.email.split("@")[0] for person in (cast.finn, cast.pat, cast.dev)
    )
    assert mailoutbox[0].subject == "Beacon asks about a line of November 2026"
    assert "£1,200.00 for Quayside Cleaning · Cleaning: What was cleaned?" in mailoutbox[0].body.replace(
        "\n", " "
    )
    mailoutbox.clear()
    answer_query(query=asked, words="The stairs.", by=cast.finn)
    run_errands()
    assert [(one.to, one.subject) for one in mailoutbox] == [([cast.rosa.email], "Haven answered query 1")]
    mailoutbox.clear()
    ask_again(query=asked, words="All of them?", by=cast.rosa)
    withdraw_query(query=asked, by=cast.rosa)  # before the letters went out: nobody is asked any more
    run_errands()
    assert mailoutbox == []


# ── Races, with real threads ─────────────────────────────────────────────────


@pytest.mark.django_db(transaction=True)
def test_who_asks_at_once_gets_a_number_each_and_who_settles_and_withdraws_at_once_does_one_of_them(
    cast, posted
):
    made = race(*[partial(ask, posted, cast.beacon, cast.rosa, f"Question {n}") for n in range(4)])
    assert sorted(one.number for one in made) == [1, 2, 3, 4]
    for one in made:
        answer_query(query=one, words="The stairs.", by=cast.finn)
        outcomes = race(
            partial(settle_query, query=one, by=cast.rosa), partial(withdraw_query, query=one, by=cast.rosa)
        )
        assert sorted(type(said).__name__ for said in outcomes) == ["NotPossible", "QueryReply"]
        (done,) = [said for said in outcomes if isinstance(said, QueryReply)]
        assert state_of(one) == {"settle": "settled", "withdraw": "withdrawn"}[done.verb]
