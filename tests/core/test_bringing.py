"""What a question brings along is what Django's prefetch_related brings (alliance/core/bringing.py)."""

import pytest
from django.db import connection
from django.db.models import Model, Prefetch
from django.test.utils import CaptureQueriesContext

from alliance.core.questions import Question
from decisions.models import Position, Proposal, RollEntry
from participants.models import Participant, RoleAppointment
from tests.factories.decisions import answer, make_proposal

PUT = {
    "to many": lambda of: Proposal.objects.filter(alliance_id__in=of).prefetch_related("roll"),
    "to many under another name, some of them": lambda of: Proposal.objects.filter(
        alliance_id__in=of
    ).prefetch_related(
        Prefetch("roll", RollEntry.objects.filter(place__gt=1).order_by("-place"), to_attr="asked"),
        "asked__participant",
    ),
    "what they belong to": lambda of: RoleAppointment.objects.filter(alliance_id__in=of).prefetch_related(
        "participant", "person"
    ),
    "step by step": lambda of: (
        Proposal.objects.filter(alliance_id__in=of)
        .select_related("alliance")
        .prefetch_related(
            "alliance",
            "roll__departure",
            "decision__ratifications",
            Prefetch("positions", Position.objects.current().select_related("participant")),
            Prefetch("roll__participant", Participant.objects.prefetch_related("people__person")),
        )
    ),
}


def all_of(row, seen: set) -> object:
    """The row with everything that is known about it without asking."""
    if not isinstance(row, Model) or (type(row), row.pk) in seen:
        return repr(row)
    seen = seen | {(type(row), row.pk)}
    known = {name: value for name, value in vars(row).items() if name[0] != "_"}
    lists = {name: value for name, value in known.items() if isinstance(value, list)}
    lists |= {name: list(found) for name, found in vars(row).get("_prefetched_objects_cache", {}).items()}
    known |= {name: [all_of(one, seen) for one in found] for name, found in lists.items()}
    return known | {
        name: one and all_of(one, seen) for name, one in vars(row._state).get("fields_cache", {}).items()
    }


@pytest.fixture
def put_and_answered(cast):
    for one in (make_proposal(cast.haven, cast.pat), make_proposal(cast.council, cast.carol)):
        answer(one, cast.haven, cast.pat)
        answer(one, cast.council, cast.carol)


@pytest.mark.parametrize("put", PUT.values(), ids=PUT)
@pytest.mark.usefixtures("put_and_answered")
def test_what_comes_along_is_what_django_brings(cast, put):
    of = [cast.alliance.pk, cast.elsewhere.pk]
    question = Question(put)
    question(of=of)
    with CaptureQueriesContext(connection) as ours:
        found = question(of=of)
        told = [all_of(row, set()) for row in found]
    with CaptureQueriesContext(connection) as djangos:
        assert told == [all_of(row, set()) for row in put(of)]
    assert len(ours) == len(djangos)


@pytest.mark.usefixtures("put_and_answered")
def test_whoever_asks_on_is_told_of_the_row_alone(cast):
    first, second = Question(
        lambda of: Proposal.objects.filter(alliance=of).prefetch_related("roll").order_by("number")
    )(of=cast.alliance.pk)
    with CaptureQueriesContext(connection) as asked:
        assert [one.proposal for one in first.roll.all()] == [first] * 3
    assert len(asked) == 0
    assert first.roll.filter(participant=cast.haven).get().proposal is first
    assert first.roll.count() == 3
    assert set(first.roll.exclude(participant=cast.haven)) | set(second.roll.order_by("-place")) == {
        *RollEntry.objects.filter(proposal=first).exclude(participant=cast.haven),
        *RollEntry.objects.filter(proposal=second),
    }
