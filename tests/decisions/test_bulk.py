"""Decisions in bulk pass every guard and leave the record that single ones leave."""

from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.utils import timezone

from alliance.core.record import breaks_in_chain
from decisions import bulk
from decisions.invariants import _sealed, breaks_in_the_telling
from decisions.models import Decision, Proposal
from participants.models import RoleAppointment
from tests.factories.decisions import make_case, make_decision

pytestmark = pytest.mark.django_db


def puts(cast, number, *, silent=0):
    voices = [
        RoleAppointment.objects.select_related("person", "participant").get(
            person=person, role="representative"
        )
        for person in (cast.carol, cast.pat, cast.rosa)
    ]
    for place in range(number):
        yield bulk.Put(
            case=make_case(cast.alliance, title=f"The {place}th thing?"),
            by=voices[place % 3],
            at=timezone.now() - timedelta(days=1),
            agreeing=tuple(voices[: 3 - (place < silent)]),
        )


@pytest.fixture
def roll(cast):
    return [cast.council, cast.haven, cast.beacon]


def test_what_is_loaded_holds_every_promise(cast, roll):
    make_decision(cast.haven, {cast.haven: cast.pat, cast.council: cast.carol, cast.beacon: cast.rosa})
    assert bulk.load_decisions(cast.alliance, puts(cast, 7, silent=2), roll) == 5
    assert sorted(Decision.objects.values_list("number", flat=True)) == [1, 2, 3, 4, 5, 6]
    assert Proposal.objects.count() == 8
    assert list(_sealed(cast.alliance.pk)) == []
    assert list(breaks_in_the_telling(cast.alliance.pk)) == []
    assert list(breaks_in_chain(cast.alliance.pk)) == []


def test_the_guards_refuse_what_they_refuse_one_by_one(cast, roll):
    (put,) = puts(cast, 1)
    stranger = RoleAppointment.objects.select_related("person", "participant").get(person=cast.stranger)
    wrong = bulk.Put(put.case, put.by, put.at, (*put.agreeing[:2], stranger))
    with pytest.raises(DatabaseError):
        bulk.load_decisions(cast.alliance, [wrong], roll)
    assert not Proposal.objects.exists()


def test_batches_follow_one_another(cast, roll, monkeypatch):
    monkeypatch.setattr(bulk, "BATCH", 2)
    assert bulk.load_decisions(cast.alliance, puts(cast, 5), roll) == 5
    assert sorted(Decision.objects.values_list("number", flat=True)) == [1, 2, 3, 4, 5]
