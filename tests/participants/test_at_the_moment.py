"""Whose word counts is asked at the moment of the act: it comes before the end of its appointment, or is refused."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from alliance.core.models import Event
from alliance.core.refusals import NotAllowed
from alliance.core.tenancy import within_alliance
from decisions.services import take_position
from ledger.services import accept_cost_return, state_nothing_spent
from participants import services
from participants.models import RoleAppointment, User
from participants.standing import enter, stand_at_the_door
from tests.factories.decisions import again, answer, make_proposal
from tests.factories.effects import propose_effect, voices
from tests.factories.ledger import OCTOBER, cost, make_book, send_return

pytestmark = pytest.mark.django_db(transaction=True)


def arrived(cast, person: User, act):
    """A request that came in while all was in force: what its door found is kept with the person."""
    by = User.objects.get(pk=person.pk)
    enter(by, cast.alliance.slug)

    def run():
        def inside():
            stand_at_the_door(by)
            return act(by)

        try:
            return within_alliance(cast.alliance.pk, inside)
        except NotAllowed as refusal:
            return refusal
        finally:
            connections.close_all()

    return run


@contextmanager
def meanwhile(act):
    """`act` runs in another connection and waits for what is done within; then both go on. Yields where it answers."""
    with ThreadPoolExecutor(1) as pool:
        answered = []
        with transaction.atomic():
            yield answered
            waiting = pool.submit(act)
            until = time.monotonic() + 20
            while not _somebody_waits():
                assert not waiting.done(), f"It did not wait: {waiting.result()!r}"
                assert time.monotonic() < until
                time.sleep(0.01)
        answered.append(waiting.result(20))


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("select from pg_locks where not granted")
        return cursor.fetchone() is not None


def held(cast, person: User) -> RoleAppointment:
    return RoleAppointment.objects.get(alliance=cast.alliance, person=person)


def stepping_down(cast, person: User):
    return lambda: services.end_appointment(appointment=held(cast, person), by=person)


def speaking(cast, last: bool = False):
    """Pat takes a position; the `last` one seals."""
    proposal = make_proposal(cast.council, cast.carol)
    if last:
        answer(proposal, cast.council, cast.carol)
        answer(proposal, cast.beacon, cast.rosa)
    facts = {"proposal": proposal, "participant": cast.haven, "shown": again(proposal).current_wording.hash}
    return (
        cast.pat,
        lambda by: take_position(stance="agree", by=by, **facts),
        "decisions.sealed" if last else "decisions.position_taken",
        stepping_down(cast, cast.pat),
    )


def confirming(cast):
    make_book(cast)
    sent = send_return(cast, [cost()], by=cast.finn)
    return (
        cast.finn,
        lambda by: accept_cost_return(cost_return=sent, by=by),
        "ledger.return_accepted",
        lambda: services.end_appointment(appointment=held(cast, cast.finn), by=cast.pat),
    )


def ending_a_role(cast):
    of_dev = held(cast, cast.dev)
    return (
        cast.pat,
        lambda by: services.end_appointment(appointment=of_dev, by=by),
        "participants.appointment_ended",
        stepping_down(cast, cast.pat),
    )


def of_an_organisation_that_leaves(cast):
    make_book(cast)
    proposal = propose_effect(
        cast.alliance,
        "exit",
        participant=cast.beacon,
        left_on=timezone.localdate(),
        hand_over="All to Haven.",
    )
    spoken = voices(cast.alliance)
    *others, last = [entry.participant for entry in again(proposal).roll.select_related("participant")]
    for one in others:
        answer(proposal, one, spoken[one])
    return (
        cast.rosa,
        lambda by: state_nothing_spent(participant=cast.beacon, month=OCTOBER, by=by),
        "ledger.nothing_spent",
        lambda: answer(proposal, last, spoken[last]),
    )


ACTS = {
    "a position": speaking,
    "the last assent": lambda cast: speaking(cast, last=True),
    "the acceptance of a return": confirming,
    "ending another's role": ending_a_role,
    "speaking for one that leaves": of_an_organisation_that_leaves,
}


@pytest.mark.parametrize("prepare", ACTS.values(), ids=ACTS)
def test_the_end_that_comes_first_refuses_an_act_already_on_its_way(cast, prepare):
    person, act, kind, end = prepare(cast)
    before = Event.objects.filter(kind=kind).count()
    arriving = arrived(cast, person, act)
    with meanwhile(arriving) as answered:
        end()
        before += kind == "participants.appointment_ended"
    assert isinstance(answered[0], NotAllowed), answered
    assert Event.objects.filter(kind=kind).count() == before


@pytest.mark.parametrize("prepare", ACTS.values(), ids=ACTS)
def test_an_act_that_comes_first_is_before_the_end_in_the_record(cast, prepare):
    person, act, kind, end = prepare(cast)
    last = Event.objects.filter(alliance=cast.alliance).latest("seq").seq

    def ending():
        try:
            end()
        finally:
            connections.close_all()

    with meanwhile(ending):
        act(User.objects.get(pk=person.pk))
    told = Event.objects.filter(alliance=cast.alliance, seq__gt=last).order_by("seq")
    ends = ("participants.appointment_ended", "participants.participant_leaves")
    assert [one for one in told.values_list("kind", flat=True) if one in (kind, *ends)] in [
        [kind, one] for one in ends
    ]
