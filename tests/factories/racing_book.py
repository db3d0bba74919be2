"""A book at which everybody is at work, for the races: what there is to do, each as an act that takes no arguments."""

import os
from datetime import date
from decimal import Decimal
from itertools import count

from alliance.core.invariants import REGISTER
from alliance.core.periods import FinancialYear, Month
from alliance.core.refusals import Refusal
from ledger import services
from ledger.models import Budget, Category, CostReturn, Period
from tests.factories.decided import line_of
from tests.factories.decisions import answer
from tests.factories.effects import propose_effect
from tests.factories.ledger import NOVEMBER, cost, make_book, post_return, send_return
from tests.factories.racing import Meetings

ROUNDS = max(1, int(os.environ.get("RACES", "0")) // 50)
D = Decimal


class Book:
    """Some years of Harbour Alliance's book, and everybody at work on it."""

    def __init__(self, cast, years: int = 1):
        self.cast, self.alliance, self.numbers = cast, cast.alliance, count(1)
        self.meetings = Meetings(cast.alliance)
        last = FinancialYear(2026)
        self.budgets = [make_book(cast, FinancialYear(last.year - back)) for back in reversed(range(years))]
        months = list(Period.objects.of(self.alliance).order_by("month"))
        self.periods = iter([one for one in months if one.month < NOVEMBER.start])

    @property
    def now(self) -> Budget:
        return self.budgets[-1]

    @property
    def november(self) -> Period:
        return Period.objects.get(alliance=self.alliance, month=NOVEMBER.start)

    def budget(self, period: Period) -> Budget:
        return next(one for one in self.budgets if one.year.start <= period.month <= one.year.end)

    def line(self, period: Period):
        return line_of(self.budget(period), "Housing first")

    def rows(self, month: date) -> list[str]:
        n = next(self.numbers)
        return [cost(f"{n}.00", f"{month:03/%m/%Y}", reference=f"I-{n}")]

    def months_of(self, budget: Budget) -> list[Period]:
        of_year = Period.objects.of(self.alliance).filter(month__range=(budget.year.start, budget.year.end))
        return list(of_year.order_by("month"))

    def ready(self, month: date, **facts) -> CostReturn:
        facts.setdefault("reference", f"part {next(self.numbers)}")
        return send_return(self.cast, self.rows(month), Month.containing(month), **facts)

    def posted(self, month: date, **facts) -> CostReturn:
        facts.setdefault("reference", f"part {next(self.numbers)}")
        return post_return(self.cast, self.rows(month), Month.containing(month), **facts)

    # Acts

    def sends(self, **facts):
        given = {"participant": self.cast.haven, "month": NOVEMBER, "name": "costs.csv", "by": self.cast.finn}
        return lambda: services.submit_cost_return(**given | facts)

    def receives(self, amount: str, reference: str):
        contribution = self.now.contributions.get(participant=self.cast.haven)
        facts = {"amount": D(amount), "on": NOVEMBER.start, "reference": reference, "by": self.cast.hana}
        return lambda: services.receive_contribution(contribution=contribution, **facts)

    def reverses(self, posted: CostReturn):
        facts = {"reason": "Twice.", "by": self.cast.finn}
        return lambda: services.reverse_journal(journal=posted.journal, **facts)

    def corrects(self, entry, amount: str):
        facts = {"category": Category.OVERHEAD, "budget_line": entry.budget_line, "reason": "No."}
        return lambda: services.correct_line(entry=entry, amount=D(amount), by=self.cast.hana, **facts)

    def last_answer(self, kind: str, **terms):
        """A proposal to which only Beacon has yet to agree: its answer seals."""
        return self.to_seal(propose_effect(self.alliance, kind, **terms))

    def to_seal(self, proposal):
        answer(proposal, self.cast.council, self.cast.carol)
        answer(proposal, self.cast.haven, self.cast.pat)
        return lambda: answer(proposal, self.cast.beacon, self.cast.rosa)

    def meet(self, name: str, one, other, turn: int) -> list:
        """What the two came to, in the order in which they were given; every second time the other one stops."""
        if turn % 2 == 0:
            return self.meetings.of(name, one, other)
        return list(reversed(self.meetings.of(f"{name}, the other", other, one)))

    def adds_up(self) -> None:
        assert [said for promise in REGISTER for said in promise.breaks(self.alliance.pk)] == []


def came_to(result, refusal: str) -> bool:
    """Was it done? If not, it was refused with these words; "" is never."""
    if isinstance(result, Refusal):
        assert refusal, result
        assert refusal in str(result)
    return not isinstance(result, Refusal)


def timed(book, period, **more):
    return {
        "participant": book.cast.haven,
        "month": period.value,
        "category": Category.DIRECT_OTHER,
        "budget_line": book.line(period),
        "amount": D("12.00"),
        "reason": f"The paper {next(book.numbers)} has not come.",
        "by": book.cast.finn,
    } | more
