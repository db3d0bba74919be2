"""Many at once, with real threads and real connections: no line after the close, nothing twice, no penny too much.

`RACES=1000 pytest tests/ledger/test_races.py` closes a thousand months against postings; `make soak` does too.
"""

import os
import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, OperationalError, connection, connections, transaction

from alliance.core.invariants import REGISTER
from alliance.core.periods import Month
from alliance.core.refusals import NotPossible
from ledger import chart, posting
from ledger.models import Balance, Entry, Journal, Period
from ledger.services import (
    accept_cost_return,
    close_period,
    pay_participant,
    post_cost_return,
    reverse_journal,
)
from tests.factories.ledger import NOVEMBER, OCTOBER, cost, make_book, post_return, send_return

D = Decimal
pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = int(os.environ.get("RACES", "40"))


def race(*acts) -> list:
    """Run the acts at the same moment, each on its own connection; what each returned or raised."""
    start = threading.Barrier(len(acts))

    def run(act):
        try:
            start.wait(10)
            return act()
        except Exception as problem:
            return problem
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def breaks(cast) -> list[str]:
    return [said for one in REGISTER for said in one.breaks(cast.alliance.pk)]


def by_hand(
    cast, month: date, number: int, *lines: tuple[str, str], kind: str = "contribution_received"
) -> None:
    """A journal written without any service, up to its commit: nothing but the database watches."""
    accounts = chart.accounts(cast.alliance.pk)
    journal = Journal.objects.create(
        alliance=cast.alliance,
        number=number,
        month=month,
        date=month,
        kind=kind,
        description="By hand",
        source="by hand",
        key=str(number),
        input_hash="",
        line_count=len(lines),
        debit=sum(D(amount) for _, amount in lines if D(amount) > 0),
    )
    Entry.objects.bulk_create(
        Entry(
            alliance=cast.alliance,
            journal=journal,
            line=line,
            month=month,
            account=accounts[code],
            participant=cast.haven,
            amount=D(amount),
            date=month,
        )
        for line, (code, amount) in enumerate(lines, 1)
    )


class Rounds:
    """The same few threads, with their connections, meeting again and again; each act gets the round."""

    def __init__(self, *acts):
        self.acts, self.meet = acts, threading.Barrier(len(acts))

    def run(self, rounds: int) -> list[list]:
        """For each act what came of each round: its result, or what it raised."""

        def runner(place: int) -> list:
            chance, outcomes = random.Random(place), []
            try:
                for round_ in range(rounds):
                    self.meet.wait(60)
                    time.sleep(chance.choice((0, 0.0005, 0.001, 0.002)))
                    try:
                        outcomes.append(self.acts[place](round_))
                    except (NotPossible, IntegrityError, OperationalError) as problem:
                        outcomes.append(problem)
                return outcomes
            finally:
                connections.close_all()

        with ThreadPoolExecutor(len(self.acts)) as pool:
            return list(pool.map(runner, range(len(self.acts))))


def test_no_line_lands_after_the_close_however_they_race(cast):
    """Rule 33: each month is closed against a posting by the service and one by hand."""
    make_book(cast)
    first = Month(2026, 3).shifted(-ROUNDS + 1)
    months = [first.shifted(by) for by in range(ROUNDS)]
    Period.objects.bulk_create([Period(alliance=cast.alliance, month=one.start) for one in months])
    periods = list(Period.objects.of(cast.alliance).order_by("month")[:ROUNDS])
    accounts = chart.accounts(cast.alliance.pk)

    def post(round_):
        with transaction.atomic():
            return posting.post(
                alliance_id=cast.alliance.pk,
                month=months[round_],
                day=months[round_].start,
                kind=Journal.Kind.CONTRIBUTION_RECEIVED,
                description="Raced",
                source="race",
                key=months[round_].slug,
                lines=[
                    posting.Line(accounts[chart.BANK], cast.haven, D("5.00")),
                    posting.Line(accounts[chart.DUE], cast.haven, D("-5.00")),
                ],
                by=None,
            )

    def write(round_):
        with transaction.atomic():
            by_hand(cast, months[round_].start, 100_000 + round_, (chart.BANK, "7.00"), (chart.DUE, "-7.00"))

    def close(round_):
        return close_period(period=periods[round_], by=cast.hana)

    posted, written, closed = Rounds(post, write, close).run(ROUNDS)
    assert all(isinstance(one, Period) for one in closed), Counter(map(str, closed))
    expected = D("0.00")
    for outcomes, amount, refusal in ((posted, D("5.00"), NotPossible), (written, D("7.00"), IntegrityError)):
        late = [one for one in outcomes if isinstance(one, Exception)]
        assert all(isinstance(one, refusal) and "is closed" in str(one) for one in late), Counter(
            map(str, late)
        )
        expected += amount * (ROUNDS - len(late))
        print(f"{len(late)} of {ROUNDS} came after the close")
    assert Balance.objects.filter(account__kind="bank").net() == expected
    # The close's event tells what each account had in that month; nothing has come to it since.
    by_hand_alone = "numbers were handed out", "the record does not tell of it"
    assert [one for one in breaks(cast) if not any(said in one for said in by_hand_alone)] == []


def test_two_who_confirm_and_two_workers_post_once(cast):
    make_book(cast)
    for n in range(5):
        ready = send_return(cast, [cost(f"{n + 1}.00")], reference=f"part {n}")
        race(*[lambda ready=ready: accept_cost_return(cost_return=ready, by=cast.finn)] * 2)
        race(*[lambda ready=ready: post_cost_return(cost_return=ready)] * 3)
    assert Journal.objects.filter(kind="cost_return").count() == 5
    assert Balance.objects.costs().net() == D("15.00")
    assert breaks(cast) == []


def test_two_who_reverse_at_once_reverse_once(cast):
    make_book(cast)
    for n in range(5):
        posted = post_return(cast, [cost(f"{n + 1}.00")], reference=f"part {n}")

        def act(posted=posted):
            return reverse_journal(journal=posted.journal, reason="Twice.", by=cast.finn)

        outcomes = race(act, act, act)
        assert sum(isinstance(one, Journal) for one in outcomes) == 1
        assert sum(isinstance(one, NotPossible) for one in outcomes) == 2
    assert Balance.objects.costs().net() == D("0.00")
    assert breaks(cast) == []


def test_two_who_pay_at_once_pay_no_more_than_is_owed(cast):
    """Rule 32, through the service."""
    make_book(cast)
    post_return(cast, [cost("100.00")])

    def pay(reference):
        return lambda: pay_participant(
            participant=cast.haven,
            amount=D("60.00"),
            on=date(2026, 11, 20),
            reference=reference,
            by=cast.hana,
        )

    outcomes = race(pay("A"), pay("B"), pay("B"))
    paid = {one.pk for one in outcomes if isinstance(one, Journal)}
    assert len(paid) == 1
    assert all("£40.00 is owed to" in str(one) for one in outcomes if not isinstance(one, Journal))
    assert Balance.objects.filter(account__kind="owed").net() == D("-40.00")
    assert breaks(cast) == []


def test_two_who_pay_by_hand_take_turns_in_the_database(cast):
    """Each has had its journal checked before the other commits: only the fund's row keeps them apart."""
    make_book(cast)
    post_return(cast, [cost("100.00")])
    checked = threading.Event()

    def pay(number, month, before=None, after=None):
        def act():
            if before:
                assert before.wait(10)
            with transaction.atomic():
                by_hand(
                    cast, month.start, number, (chart.OWED, "60.00"), (chart.BANK, "-60.00"), kind="payment"
                )
                with connection.cursor() as cursor:
                    cursor.execute("set constraints all immediate")
                if after:
                    after.set()
                    time.sleep(0.3)

        return act

    first, second = race(pay(98, OCTOBER, after=checked), pay(99, NOVEMBER, before=checked))
    assert first is None
    assert isinstance(second, IntegrityError)
    assert "20.00 more than is owed" in str(second)
