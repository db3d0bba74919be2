"""Whatever is sent, posted, corrected, paid and closed, in whatever order, with crashes and second tries: the book is
what was done, to the penny.

Hypothesis drives the real services over a real PostgreSQL. Beside them runs a model of rules 27 to 34, 36, 37, 39
and 43 that is a few lists (tests/factories/ledger_model.py). Each act is done in both; they must agree on whether it
can be done, and if not on why, and after every step say the same about every balance by account, participant, budget
line and month, and about everything that was stated.
`make soak` runs it for longer (SOAK=examples).
"""

import os
from collections import Counter
from contextlib import suppress
from copy import deepcopy
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from unittest.mock import patch

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, event, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from alliance.core.invariants import REGISTER
from alliance.core.outbox import Run
from alliance.core.refusals import Refusal
from ledger import services
from ledger.models import Category, CostReturn, Entry, Journal, Period, Transfer
from tests.factories.decisions import answer
from tests.factories.ledger import cost, csv_of
from tests.factories.ledger_model import (
    BEACON,
    COUNCIL,
    HAVEN,
    HOUSING,
    JANUARY,
    RESTATEMENTS,
    STREET,
    UNDERSPENDS,
    VIREMENTS,
)
from tests.factories.ledger_stage import MONTHS, NAMES, TABLES, Stage, do_errands_of_the_book
from tests.factories.year_end import have_paper

EXAMPLES, STEPS = int(os.environ.get("SOAK", "100")), 25
EVERY_STEP = "SOAK" in os.environ  # the suite looks at the promises now and then, at the figures always
PARTS = 4  # each on whichever worker is free
D = Decimal
NOW = datetime(2027, 1, 12, 9, tzinfo=UTC)

whiches = st.integers(0, 11)
months = st.integers(0, JANUARY)
providers = st.sampled_from([HAVEN, BEACON])
lines = st.sampled_from([HOUSING, STREET])
names = st.sampled_from(["a", "b"])
amounts = st.sampled_from([D(one) for one in ("0.01", "0.02", "33.33", "100.00", "1234.56")])
rows = st.lists(
    st.tuples(st.sampled_from([D(one) for one in ("0.01", "19.99", "250.00", "-7.50")]), lines),
    min_size=1,
    max_size=3,
)
crashes = st.integers(0, 9).map(lambda one: one == 9)
losses = st.sampled_from([0, 0, 0, 0, 1, 2, 3])  # of a worker, before its step of this number


# ── The machine ──────────────────────────────────────────────────────────────────────────────────────────────


class Crash(Exception):
    """The process ends after the service and before the commit."""


def few(name: str):
    """What happens once in an example is tried three times: the steps are for acts that change something."""
    return precondition(lambda machine: machine.asked[name] < 3)


class Lost(BaseException):
    """The worker is killed between two of its transactions: nothing in the application catches it."""


def do_errands(lost: int = 0) -> None:
    """What is due is done; of a worker that is lost on its way stays what it has committed, and another takes it up."""
    left, step = count(1), Run.step

    def step_or_die(run, *told):
        if next(left) == lost:
            raise Lost
        return step(run, *told)

    with patch.object(Run, "step", step_or_die), suppress(Lost):
        do_errands_of_the_book()
    if lost:
        do_errands_of_the_book()


def machine_for(stage: Stage) -> type[RuleBasedStateMachine]:
    cast, hana = stage.cast, stage.cast.hana

    class Keeping(RuleBasedStateMachine):
        def __init__(self):
            super().__init__()
            self.model, self.last, self.acted, self.steps = deepcopy(stage.model), None, True, 0
            self.asked = Counter()
            self.whole = transaction.atomic()
            self.whole.__enter__()
            stage.come_in()

        def teardown(self):
            try:
                self.keep_its_promises()
            finally:
                transaction.set_rollback(True)
                self.whole.__exit__(None, None, None)

        def keep_its_promises(self) -> None:
            """What the daily self-check asks."""
            for promise in LEDGER:
                assert list(promise.breaks(cast.alliance.pk)) == []

        # ── How it is done ──

        def told(self) -> tuple:
            with connection.cursor() as cursor:
                cursor.execute(
                    "select (select count(*) from ledger_journal), (select count(*) from ledger_costreturn), "
                    "(select count(*) from core_errand), (select max(seq) from core_event)"
                )
                return cursor.fetchone()

        def do(self, name: str, *facts, act, crash: bool = False) -> None:
            """In the model and with the services; a crash before the commit leaves nothing, and it is tried again."""
            self.last, self.acted = (name, facts, act), True
            self.asked[name] += 1
            why_not = getattr(self.model, name)(*facts)
            event(f"{name}: {why_not or 'done'}")
            if crash:
                before = self.told()
                try:
                    with transaction.atomic():
                        act()
                        raise Crash
                except (Crash, Refusal):
                    assert self.told() == before
            said = self.refused(act)
            assert bool(said) is bool(why_not), (name, facts, said or why_not)
            assert why_not in said

        @staticmethod
        def refused(act) -> str:
            """What the services say to it, or ""."""
            try:
                act()
            except Refusal as refusal:
                return str(refusal)
            return ""

        @rule()
        @precondition(lambda self: self.last)
        def retry(self):
            """The very same once more: a doubled click, a worker that did not hear that it was done."""
            name, facts, act = self.last
            self.do(name, *facts, act=act)

        def journal(self, number: int) -> Journal:
            return Journal.objects.get(alliance=cast.alliance, number=number)

        def period(self, month: int) -> Period:
            return Period.objects.get(alliance=cast.alliance, month=MONTHS[month].start)

        # ── Returns ──

        @rule(whose=providers, month=months, name=names, rows=rows, crash=crashes, lost=losses)
        def send(self, whose, month, name, rows, crash, lost):
            """A return, the same file again, or a changed one under the same reference."""
            day = MONTHS[month].start.strftime("03/%m/%Y")
            file = csv_of(
                [cost(str(a), day, NAMES[line], what=f"Work {n}") for n, (a, line) in enumerate(rows)]
            )

            def act():
                services.submit_cost_return(
                    participant=stage.parties[whose],
                    month=MONTHS[month],
                    name="costs.csv",
                    content=file,
                    reference=name,
                    by=stage.senders[whose],
                )
                do_errands(lost)

            self.do("send", whose, month, name, rows, act=act, crash=crash)

        @rule(which=whiches, crash=crashes)
        @precondition(lambda self: len(self.model.sent) > 1)
        def accept(self, which, crash):
            ready = [one for one in self.model.sent if one.status == "ready"]
            of = ready if ready and which < 9 else self.model.sent[1:]
            this = of[which % len(of)]
            number = next(n for n, one in enumerate(self.model.sent, 1) if one is this)

            def act():
                found = CostReturn.objects.get(alliance=cast.alliance, number=number)
                services.accept_cost_return(cost_return=found, by=stage.senders[this.whose])

            self.do("accept", this, act=act, crash=crash)

        @rule(crash=crashes, lost=losses)
        @precondition(lambda self: any(one.status == "posting" for one in self.model.sent))
        def work(self, crash, lost):
            self.do("work", act=lambda: do_errands(lost), crash=crash)

        # ── Corrections ──

        @rule(which=whiches, crash=crashes)
        def reverse(self, which, crash):
            number = len(self.model.journals) - which % (len(self.model.journals) - 1)

            def act():
                services.reverse_journal(journal=self.journal(number), reason="It is wrong.", by=hana)
                do_errands()

            self.do("reverse", number, act=act, crash=crash)

        @rule(which=whiches, amount=amounts | st.just(D("0.00")), to_line=lines, crash=crashes)
        def correct(self, which, amount, to_line, crash):
            costs = [
                (number, line)
                for number, one in enumerate(self.model.journals, 1)
                for line, (_, _, budget_line, _) in enumerate(one.lines, 1)
                if budget_line is not None
            ]
            number, line = costs[-1 - which % len(costs)]

            def act():
                entries = Entry.objects.select_related("participant", "journal", "account", "budget_line")
                services.correct_line(
                    entry=entries.get(alliance=cast.alliance, journal__number=number, line=line),
                    amount=amount,
                    category=Category.DIRECT_OTHER,
                    budget_line=stage.lines[to_line],
                    reason="It was another.",
                    by=hana,
                )

            self.do("correct", number, line, amount, to_line, act=act, crash=crash)

        @rule(which=st.integers(0, len(RESTATEMENTS) - 1), crash=crashes)
        @few("restate")
        def restate(self, which, crash):
            self.do("restate", which, act=lambda: self.agree(stage.restatements[which]), crash=crash)

        def agree(self, proposal) -> None:
            """Beacon's answer is the last, and seals."""
            answer(proposal, cast.beacon, cast.rosa)

        # ── Time ──

        @rule(whose=providers, month=months, line=lines, amount=amounts, crash=crashes)
        def accrue(self, whose, month, line, amount, crash):
            self.do(
                "accrue",
                *(whose, month, line, amount),
                act=lambda: services.accrue(**self.timed(whose, month, line, amount)),
                crash=crash,
            )

        @rule(
            whose=providers, month=months, over=st.integers(1, 3), line=lines, amount=amounts, crash=crashes
        )
        def prepay(self, whose, month, over, line, amount, crash):
            self.do(
                "prepay",
                *(whose, month, over, line, amount),
                act=lambda: services.prepay(months=over, **self.timed(whose, month, line, amount)),
                crash=crash,
            )

        def timed(self, whose, month, line, amount) -> dict:
            return {
                "participant": stage.parties[whose],
                "month": MONTHS[month],
                "category": Category.DIRECT_OTHER,
                "budget_line": stage.lines[line],
                "amount": amount,
                "reason": "The paper has not come.",
                "by": stage.senders[whose],
            }

        # ── The pool ──

        @rule(
            whose=st.sampled_from([COUNCIL, HAVEN]), month=months, amount=amounts, name=names, crash=crashes
        )
        def receive(self, whose, month, amount, name, crash):
            def act():
                services.receive_contribution(
                    contribution=stage.contributions[stage.parties[whose].pk],
                    amount=amount,
                    on=MONTHS[month].start,
                    reference=name,
                    by=hana,
                )

            self.do("receive", whose, month, amount, name, act=act, crash=crash)

        @rule(whose=providers, month=months, amount=amounts, name=names, crash=crashes)
        def pay(self, whose, month, amount, name, crash):
            def act():
                services.pay_participant(
                    participant=stage.parties[whose],
                    amount=amount,
                    on=MONTHS[month].start,
                    reference=name,
                    by=hana,
                )

            self.do("pay", whose, month, amount, name, act=act, crash=crash)

        @rule(month=months, crash=crashes)
        def pay_transfer(self, month, crash):
            def act():
                found = Transfer.objects.get(alliance=cast.alliance)
                services.pay_transfer(transfer=found, on=MONTHS[month].start, reference="BACS", by=hana)

            self.do("pay_transfer", month, act=act, crash=crash)

        @rule(which=st.integers(0, len(VIREMENTS) - 1), crash=crashes)
        @few("vire")
        def vire(self, which, crash):
            self.do("vire", which, act=lambda: self.agree(stage.virements[which]), crash=crash)

        @rule(month=months, crash=crashes)
        def close(self, month, crash):
            self.do(
                "close",
                month,
                act=lambda: services.close_period(period=self.period(month), by=hana),
                crash=crash,
            )

        @rule(which=st.integers(0, len(UNDERSPENDS) - 1), crash=crashes)
        @few("agree_underspend")
        def agree_underspend(self, which, crash):
            self.do("agree_underspend", which, act=lambda: self.agree(stage.underspends[which]), crash=crash)

        @rule(crash=crashes)
        @few("close_year")
        def close_year(self, crash):
            def act():
                services.close_year(budget=stage.last_year, by=hana)
                have_paper(stage.last_year, hana)

            self.do("close_year", act=act, crash=crash)

        # ── What each says of itself ──

        @rule(whose=providers, recovers=st.sampled_from(["all", "none"]), since=months, crash=crashes)
        def state_vat(self, whose, recovers, since, crash):
            """What waits to be confirmed is read again by it."""
            said = {"recovers": recovers, "since": MONTHS[since].start, "basis": "Section 33."}

            def act():
                services.state_vat(**self.said(whose), **said)
                do_errands()

            self.do("state_vat", whose, recovers, since, act=act, crash=crash)

        @rule(whose=providers, line=lines, amount=amounts, crash=crashes)
        def say_forecast(self, whose, line, amount, crash):
            said = {"budget_line": stage.lines[line], "method": "entered", "amount": amount, "reason": "So."}
            self.do(
                "say_forecast",
                *(whose, line, amount),
                act=lambda: services.say_forecast(**self.said(whose), **said),
                crash=crash,
            )

        @rule(whose=providers, month=months, own=amounts, words=st.sampled_from(["", "Ours."]), crash=crashes)
        def confirm_own_books(self, whose, month, own, words, crash):
            said = {"month": MONTHS[month], "own": own, "words": words}
            self.do(
                "confirm_own_books",
                *(whose, month, own, words),
                act=lambda: services.confirm_own_books(**self.said(whose), **said),
                crash=crash,
            )

        def said(self, whose: int) -> dict:
            return {"participant": stage.parties[whose], "by": stage.senders[whose]}

        # ── After every step ──

        @invariant()
        def the_model_and_the_tables_say_the_same(self):
            if not self.acted:
                return
            self.acted = False
            with connection.cursor() as cursor:
                cursor.execute("set constraints all immediate; set constraints all deferred")
                cursor.execute(TABLES, {"alliance": cast.alliance.pk, "budget": stage.budget.pk})
                found = dict(cursor.fetchall())
            said = stage.say(self.model)
            contingency = set(found) - set(said)
            assert {name: found[name] for name in set(found) - contingency} == said
            assert {found[one] for one in contingency} == {"30000.00"}
            self.steps += 1
            if EVERY_STEP or self.steps % 10 == 0:
                self.keep_its_promises()

    return Keeping


LEDGER = [one for one in REGISTER if one.breaks.__module__.startswith("ledger")]


@pytest.mark.django_db
@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_the_book_is_what_was_done_to_the_penny(cast, monkeypatch, part):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    machine = machine_for(Stage(cast))
    run_state_machine_as_test(
        machine if "SOAK" in os.environ else seed(part)(machine),  # the suite tries the same every time
        settings=settings(
            max_examples=EXAMPLES // PARTS,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            # A failure is told at once, unshrunk, where others wait for the suite; `make soak` finds the shortest.
            phases=set(Phase) if "SOAK" in os.environ else set(Phase) - {Phase.shrink, Phase.explain},
        ),
        _min_steps=STEPS if "SOAK" in os.environ else 0,
    )
