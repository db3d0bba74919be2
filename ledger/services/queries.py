"""Asking about a line, answering, settling: in the open and by name of organisation; nothing said is taken away."""

from django.db import transaction

from alliance.core.models import Words
from alliance.core.record import record
from alliance.core.refusals import NotPossible
from ledger import permissions, querying
from ledger.lifecycle import QUERY, QueryState
from ledger.models import Entry, Query, QueryReply
from ledger.services.shared import signed
from participants.models import Participant, RoleAppointment
from participants.numbering import next_number
from participants.standing import Role, Standing, standing

Verb = QueryReply.Verb


@transaction.atomic
def ask_about_line(*, entry: Entry, asking: Participant, words: str, by) -> Query:
    """Ask the organisation whose line of cost it is, in the name of `asking`.

    The same words about the same line by the same organisation, while they are unresolved, are a doubled click.
    """
    permissions.ask_about.check(by, entry=entry, asking=asking)
    if entry.budget_line_id is None:
        raise NotPossible("A query is about a line of cost.")
    number = next_number(Query, entry.alliance)
    asked = Query.objects.filter(journal_id=entry.journal_id, line=entry.line, asking=asking)
    for one in asked.of(entry.alliance).unresolved().select_related("words"):
        if one.words.text == words.strip():
            return one
    appointment = querying.asks_for(standing(by, entry.alliance_id))[asking.pk]
    query = Query.objects.create(
        alliance_id=entry.alliance_id,
        number=number,
        journal_id=entry.journal_id,
        line=entry.line,
        asking=asking,
        answering_id=entry.participant_id,
        budget_line_id=entry.budget_line_id,
        month=entry.month,
        words=Words.need(entry.alliance_id, words, "Write what you want to know."),
        **signed(by, appointment, "asked"),
    )
    record("ledger.query_asked", query, by=by, **_told(query), amount=entry.amount, words=query.words)
    return query


@transaction.atomic
def answer_query(*, query: Query, words: str, by) -> QueryReply:
    """Answer for the organisation whose line it is; an answer can be added to."""
    query = _locked(query)
    permissions.answer_query.check(by, query=query)
    said, is_new = _say(query, Verb.ANSWER, words, by, ask="Write your answer.")
    if is_new:
        record("ledger.query_answered", query, by=by, **_told(query), reply=said.number, words=said.words)
    return said


@transaction.atomic
def ask_again(*, query: Query, words: str, by) -> QueryReply:
    """Say what the answer leaves open: the query waits for an answer again."""
    query = _locked(query)
    permissions.settle_query.check(by, query=query)
    said, is_new = _say(query, Verb.ASK_AGAIN, words, by, ask="Write what is still open.")
    if is_new:
        record("ledger.query_asked_again", query, by=by, **_told(query), reply=said.number, words=said.words)
    return said


@transaction.atomic
def settle_query(*, query: Query, words: str = "", by) -> QueryReply:
    """The organisation that asked is content with the answer. Words are optional; settled twice is settled once."""
    query = _locked(query)
    permissions.settle_query.check(by, query=query)
    said, is_new = _say(query, Verb.SETTLE, words, by)
    if is_new:
        days = query.days
        record("ledger.query_settled", query, by=by, **_told(query), days=days, words=said.words)
    return said


@transaction.atomic
def withdraw_query(*, query: Query, words: str = "", by) -> QueryReply:
    """The organisation that asked no longer asks; what was said stays."""
    query = _locked(query)
    permissions.settle_query.check(by, query=query)
    said, is_new = _say(query, Verb.WITHDRAW, words, by)
    if is_new:
        record("ledger.query_withdrawn", query, by=by, **_told(query), words=said.words)
    return said


@transaction.atomic
def close_query(*, query: Query, words: str, by) -> QueryReply:
    """The pool manager ends, with a reason, what an organisation asked that has left and can settle nothing."""
    query = _locked(query)
    permissions.close_query.check(by, query=query)
    said, is_new = _say(query, Verb.CLOSE, words, by, ask="Write why the query is closed.")
    if is_new:
        record("ledger.query_closed", query, by=by, **_told(query), host=said.participant, words=said.words)
    return said


def _locked(query: Query) -> Query:
    held = Query.objects.select_for_update(of=("self",), no_key=True)
    return held.select_related("alliance", "asking", "answering", "budget_line", "journal").get(pk=query.pk)


def _say(query: Query, verb: str, words: str, by, ask: str = "") -> tuple[QueryReply, bool]:
    """The reply, with the query's step; and whether it is new: what the last reply said just so is a doubled click."""
    last = query.replies.select_related("words").last()
    before = last and (last.verb, last.said_by_id, last.words.text if last.words else "")
    if before == (verb, by.pk, words.strip()):
        return last, False
    state = QUERY.after(query.state, verb)
    alliance = query.alliance_id
    appointment = _appointment(query, verb, standing(by, alliance))
    said = QueryReply.objects.create(
        alliance_id=alliance,
        query=query,
        number=last.number + 1 if last else 1,
        verb=verb,
        words=Words.need(alliance, words, ask) if ask else Words.write(alliance, words),
        participant_id=appointment.participant_id,
        **signed(by, appointment),
    )
    query.state = state
    if state not in (QueryState.ASKED, QueryState.ANSWERED):
        query.ended_at, query.ended_by = said.said_at, by
    query.save(update_fields=["state", "ended_at", "ended_by"])
    return said, True


def _appointment(query: Query, verb: str, stands: Standing) -> RoleAppointment:
    """In which a person says it: for whoever answers, for whoever asked, or for the host."""
    if verb == Verb.ANSWER:
        return querying.answers_for(stands)[query.answering_id]
    if verb == Verb.CLOSE:
        return next(one for one in stands.appointments if one.role == Role.POOL_MANAGER)
    return querying.asks_for(stands)[query.asking_id]


def _told(query: Query) -> dict:
    return {
        "number": query.number,
        "asking": query.asking,
        "participant": query.answering,
        "journal": query.journal.number,
        "line": query.line,
        "budget_line": query.budget_line.name,
    }
