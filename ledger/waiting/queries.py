"""Queries that wait for an answer, for whoever asked, or for an end that nobody else can make."""

from django.utils import timezone

from alliance.core.money import format_pounds
from alliance.core.waiting import Source, Sources, Waiting
from ledger import querying
from ledger.models import Query
from participants.standing import Role, Standing


def _to_answer(standing: Standing):
    ours = standing.participant_ids
    queries = Query.objects.of(standing.alliance).unresolved().filter(answering__in=ours, state="asked")
    return queries.told().order_by("number") if ours else None


def _to_settle(standing: Standing):
    ours = standing.participant_ids
    queries = Query.objects.of(standing.alliance).unresolved().filter(asking__in=ours, state="answered")
    return queries.told().order_by("number") if ours else None


def _queries_to_answer(queries: list[Query], standing: Standing) -> list[Waiting]:
    acts = querying.answers_for(standing)
    return [
        Waiting(
            title=f"{one.asking.short_name} asks about {one.entry.what or one.budget_line.name}",
            url=one.get_absolute_url(),
            why=f"It is {one.answering.short_name}’s line, of {format_pounds(one.entry.amount)}. {_asked(one)}",
            who="me" if one.answering_id in acts else "organisation",
        )
        for one in querying.with_entries(queries)
    ]


def _queries_to_settle(queries: list[Query], standing: Standing) -> list[Waiting]:
    return [
        Waiting(
            title=f"{one.answering.short_name} answered about {one.entry.what or one.budget_line.name}",
            url=one.get_absolute_url(),
            why=f"Settle the query of {one.asking.short_name}, or ask again. {_asked(one)}",
            who="me" if one.asked_by_id == standing.person.pk else "organisation",
        )
        for one in querying.with_entries(queries)
    ]


def _left_open(standing: Standing):
    """What organisations asked that have left: nobody else can end it."""
    if not standing.has(Role.POOL_MANAGER):
        return None
    left = Query.objects.of(standing.alliance).unresolved().filter(asking__left_on__lte=timezone.localdate())
    return left.told().order_by("number")


def _queries_to_close(queries: list[Query], standing: Standing) -> list[Waiting]:
    return [
        Waiting(
            title=f"Close query {one.number}: {one.asking.short_name} has left the alliance",
            url=one.get_absolute_url(),
            why=f"It asked about a line of {one.answering.short_name}, and nobody else can settle it.",
            who="me",
        )
        for one in queries
    ]


def _asked(query: Query) -> str:
    return f"Asked {query.age} ago." if query.days else "Asked today."


waiting = Sources([Source(_to_answer, _queries_to_answer), Source(_to_settle, _queries_to_settle)])
left_open = Sources([Source(_left_open, _queries_to_close)])
