"""What the database refuses of queries and their replies."""

import pytest
from django.db import DatabaseError, connection, transaction

from ledger.lifecycle import QUERY
from ledger.models import Query, QueryReply
from ledger.services import answer_query, settle_query

pytestmark = pytest.mark.django_db


def run(statement: str, *values) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        cursor.execute("set constraints all immediate")


def refused(statement: str, *values) -> str:
    with pytest.raises(DatabaseError) as refusal:
        run(statement, *values)
    return str(refusal.value)


COPY = """insert into ledger_query (alliance_id, number, journal_id, line, asking_id, answering_id, budget_line_id,
    month, words_id, state, asked_at, asked_by_id, asked_by_name, appointment_id, capacity)
    select alliance_id, {number}, journal_id, {line}, asking_id, {answering}, budget_line_id, month, words_id,
        {state}, asked_at, {by}, asked_by_name, appointment_id, capacity from ledger_query where id = %s"""
AS_IT_IS = {
    "number": "2",
    "line": "line",
    "answering": "answering_id",
    "state": "'asked'",
    "by": "asked_by_id",
}


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"number": "3"}, "numbered one after another"),
        ({"state": "'answered'"}, "begin by being asked"),
        ({"line": "2"}, "a line of cost"),  # another budget line
        ({"line": "99"}, "a line of cost"),
        ({"answering": "(select host_id from ledger_fund)"}, "whose line it is"),
        ({"by": "(select id from participants_user where name = 'Carol Commissioner')"}, "has a role there"),
    ],
)
def test_the_database_refuses_a_query_that_nobody_could_ask(asked, given, why):
    assert why in refused(COPY.format(**AS_IT_IS | given), asked.pk)


def test_the_database_takes_the_same_query_when_it_is_right(asked):
    run(COPY.format(**AS_IT_IS), asked.pk)
    assert Query.objects.count() == 2


@pytest.mark.parametrize(
    "change",
    [
        "state = 'answered'",
        "state = 'settled', ended_at = now(), ended_by_id = asked_by_id",
        "line = 2",
        "asked_at = now()",
        "asked_by_name = 'Nobody'",
        "words_id = words_id + 1",
    ],
)
def test_a_query_moves_by_its_replies_alone(asked, change):
    assert refused(f"update ledger_query set {change} where id = %s", asked.pk)


def test_nothing_said_is_changed_or_taken_away(cast, asked):
    answer_query(query=asked, words="Stairs.", by=cast.finn)
    settle_query(query=asked, by=cast.rosa)
    for statement in (
        "update ledger_queryreply set said_by_name = 'Nobody'",
        "delete from ledger_queryreply",
        "delete from ledger_query",
        "truncate ledger_query cascade",
        "update ledger_query set state = 'asked', ended_at = null, ended_by_id = null",
    ):
        assert refused(statement)


REPLY = """insert into ledger_queryreply (alliance_id, query_id, number, verb, words_id, participant_id, said_at,
    said_by_id, said_by_name, appointment_id, capacity)
    select alliance_id, id, {number}, '{verb}', words_id, {party}_id, asked_at, asked_by_id, asked_by_name,
        appointment_id, capacity from ledger_query where id = %s"""


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"verb": "answer"}, "whose line it is answers"),  # Rosa is Beacon's
        ({"verb": "answer", "party": "answering"}, "whose line it is answers"),
        ({"verb": "settle"}, "takes no such reply"),
        ({"verb": "ask_again"}, "takes no such reply"),
        ({"verb": "withdraw", "number": 2}, "numbered one after another"),
        ({"verb": "withdraw", "party": "answering"}, "one that asked settles"),
        ({"verb": "close"}, "closes what an organisation asked that has left"),
        ({"verb": "withdraw"}, "takes its query a step"),  # and leaves the query as it was
    ],
)
def test_the_database_refuses_a_reply_out_of_turn(asked, given, why):
    assert why in refused(REPLY.format(**{"number": 1, "party": "asking"} | given), asked.pk)


def test_the_services_take_only_the_steps_of_the_lifecycle():
    assert {(step.verb, step.target) for step in QUERY.steps} == {
        ("answer", "answered"),
        ("ask_again", "asked"),
        ("settle", "settled"),
        ("withdraw", "withdrawn"),
        ("close", "closed"),
    }
    assert {one for one in Query.State.values if QUERY.is_final(one)} == {"settled", "withdrawn", "closed"}
    assert {step.verb for step in QUERY.steps} == set(QueryReply.Verb.values)
