"""Any two acts upon the book that meet: in whatever order, it is as if one had come after the other, and whoever cannot
any more is told so in words. Nobody waits in a ring: no act is tried a second time here.

`RACES=500 pytest tests/ledger/test_book_races.py` lets each two meet ten times; `make soak` does too.
"""

from decimal import Decimal

import pytest

from alliance.core.periods import FinancialYear
from ledger import services, summaries
from ledger.models import Budget, Period, YearEnd
from tests.factories.decided import agreed_transfer, line_of, virement_terms, year_terms
from tests.factories.ledger import ask, csv_of, entry_of, make_book
from tests.factories.ledger_stage import do_errands_of_the_book
from tests.factories.racing import Meetings
from tests.factories.racing_book import ROUNDS, Book, came_to, timed

pytestmark = pytest.mark.django_db(transaction=True)
D = Decimal


# ── A month is closed ────────────────────────────────────────────────────────


def send(book, period):
    file, reference = csv_of(book.rows(period.month)), f"part {next(book.numbers)}"
    return book.sends(content=file, reference=reference, month=period.value)


def accept(book, period):
    ready = book.ready(period.month)
    return lambda: services.accept_cost_return(cost_return=ready, by=book.cast.finn)


def post(book, period):
    accepted = services.accept_cost_return(cost_return=book.ready(period.month), by=book.cast.finn)
    return lambda: services.post_cost_return(cost_return=accepted)


def accrue(book, period):
    facts = timed(book, period)
    return lambda: services.accrue(**facts)


def prepay(book, period):
    facts = timed(book, period, months=2)
    return lambda: services.prepay(**facts)


def correct(book, period):
    return book.corrects(entry_of(book.posted(period.month)), "1.50")


def reverse(book, period):
    return book.reverses(book.posted(period.month))


def restate(book, period):
    """A month closed before is restated in the one that is being closed, or in the next."""
    book.posted(period.month)
    close(book, period)()
    line = book.line(period)
    original = summaries.cell(book.alliance.pk, period.value, book.cast.haven, "direct_staff", line)
    return book.last_answer(
        "restatement",
        participant=book.cast.haven,
        budget_line=line,
        month=period.month,
        category="direct_staff",
        original=format(original, "f"),
        restated=format(original + 1, "f"),
    )


def vary(book, period):
    changes = virement_terms(book.now, housing_first="50.00")
    facts = {"participants": [book.cast.haven.pk], "participant_names": ["Haven"], "contributions": ["50.00"]}
    return book.last_answer("variation", **changes, **facts)


def receive(book, period):
    contribution = book.budget(period).contributions.get(participant=book.cast.haven)
    facts = {"on": period.month, "reference": f"BACS {next(book.numbers)}", "by": book.cast.hana}
    return lambda: services.receive_contribution(contribution=contribution, amount=D("5.00"), **facts)


def pay(book, period):
    book.posted(period.month)
    facts = {"on": period.month, "reference": f"BACS {next(book.numbers)}", "by": book.cast.hana}
    return lambda: services.pay_participant(participant=book.cast.haven, amount=D("0.50"), **facts)


def transfer(book, period):
    agreed = agreed_transfer(book.cast.beacon, amount="2.00")
    return lambda: services.pay_transfer(
        transfer=agreed, on=period.month, reference="BACS", by=book.cast.hana
    )


def own_books(book, period):
    facts = {"participant": book.cast.haven, "month": period.value, "own": D("1.00"), "words": "Ours."}
    return lambda: services.confirm_own_books(by=book.cast.finn, **facts)


def close(book, period):
    return lambda: services.close_period(period=period, by=book.cast.hana)


CLOSED = "is closed: it takes no posting"
BESIDE_A_CLOSE = [  # an act, what is said to it when the close came first, and to the close when the act did
    (send, CLOSED, ""),
    (accept, CLOSED, "is being posted"),
    (post, "", "is being posted"),
    (accrue, CLOSED, ""),
    (prepay, CLOSED, ""),
    (correct, "", ""),
    (reverse, "", ""),
    (restate, "", ""),
    (vary, "", ""),
    (receive, CLOSED, ""),
    (pay, CLOSED, ""),
    (transfer, CLOSED, ""),
    (own_books, "", ""),
    (close, "", ""),
]


def test_a_month_is_closed_while_something_is_done_in_it(cast):
    """Rules 27, 33: it lands before the close, or in the next month, or it is refused."""
    months = ROUNDS * len(BESIDE_A_CLOSE) + 2 * ROUNDS
    book = Book(cast, years=1 + max(0, months - 7 + 11) // 12)
    for turn in range(ROUNDS):
        for place, (act, too_late, too_early) in enumerate(BESIDE_A_CLOSE, turn):
            period = next(book.periods)
            doing = act(book, period)
            if act is restate:
                period = next(book.periods)
            did, closed = book.meet(act.__name__, doing, close(book, period), place)
            done = came_to(did, too_late), came_to(closed, too_early)
            assert any(done), act
            do_errands_of_the_book()
            assert close(book, period)().closed_at
    book.adds_up()


# ── A year is closed ─────────────────────────────────────────────────────────


def underspend(book, budget):
    terms = {"budget": budget.pk, "budget_name": budget.year.label, "what": "part", "amount": "40.00"}
    return book.last_answer("underspend", **terms)


def vire(book, budget):
    """Of the next year, which is open: it takes the same turns."""
    following = book.after(budget)
    return book.last_answer(
        "virement", **virement_terms(following, housing_first="-5.00", street_outreach="5.00")
    )


def restate_its_last_month(book, budget):
    period = Period.objects.get(alliance=book.alliance, month=budget.year.months[-1].start)
    line = line_of(budget, "Housing first")
    terms = {"participant": book.cast.haven, "budget_line": line, "month": period.month}
    return book.last_answer("restatement", **terms, category="direct_staff", original="0.00", restated="9.00")


def receive_late(book, budget):
    contribution = budget.contributions.get(participant=book.cast.haven)
    facts = {"on": budget.year.months[-1].next.start, "reference": budget.year.slug, "by": book.cast.hana}
    return lambda: services.receive_contribution(contribution=contribution, amount=D("5.00"), **facts)


def settle(book, budget):
    query = ask(book.spent[budget.pk], book.cast.beacon, book.cast.rosa)
    services.answer_query(query=query, words="The stairs.", by=book.cast.finn)
    return lambda: services.settle_query(query=query, by=book.cast.rosa)


def expect(book, budget):
    facts = {"budget_line": line_of(budget, "Housing first"), "method": "entered", "amount": D("7.00")}
    facts |= {"participant": book.cast.haven, "reason": "So.", "by": book.cast.finn}
    return lambda: services.say_forecast(**facts)


def draw(book, budget):
    return lambda: services.ask_for_memorandum_paper(budget=budget, by=book.cast.hana)


def close_year(book, budget):
    return lambda: services.close_year(budget=budget, by=book.cast.hana)


BESIDE_A_YEAR_END = [
    (underspend, "closed"),
    (vire, ""),
    (restate_its_last_month, ""),
    (receive_late, ""),
    (settle, ""),
    (expect, "is closed: what it cost is known"),
    (draw, ""),
    (close_year, ""),
]


class Years(Book):
    def __init__(self, cast, years: int):
        super().__init__(cast, years + 1)
        self.spent = {one.pk: self.posted(one.year.start) for one in self.budgets[:-1]}
        self.left = iter(self.budgets[:-1])

    def after(self, budget: Budget) -> Budget:
        return self.budgets[self.budgets.index(budget) + 1]


def test_a_year_is_closed_while_something_is_done_about_it(cast):
    """Rules 39, 42: what the account says is what the book said at one moment, and nothing changes it afterwards."""
    book = Years(cast, ROUNDS * len(BESIDE_A_YEAR_END))
    for turn in range(ROUNDS):
        for place, (act, too_late) in enumerate(BESIDE_A_YEAR_END, turn):
            budget = next(book.left)
            for period in book.months_of(budget):
                close(book, period)()
            did, ended = book.meet(act.__name__, act(book, budget), close_year(book, budget), place)
            done = came_to(did, too_late)
            assert came_to(ended, "")
            if act is underspend:
                assert ended.carried_forward == (D("40.00") if done else D("0.00"))
            if act is close_year:
                assert did == ended
            assert YearEnd.objects.filter(budget=budget).count() == 1
    book.adds_up()


def test_a_year_that_begins_while_the_one_before_it_is_closed_brings_forward_what_that_one_carries(cast):
    """Rule 42. Two who open the first year of all open one."""
    first, nothing = FinancialYear(2026 - ROUNDS), {"brought_forward": "0.00", "contingency": "0.00"}
    met = Meetings(cast.alliance).of("open", *[lambda: make_book(cast, first)] * 2)
    assert came_to(met[0], f"{first.label} is open already.") + came_to(met[1], "is open already.") == 1
    book = Book(cast, years=0)
    for turn in range(ROUNDS):
        budget = Budget.objects.of(cast.alliance).order_by("-starts_on")[0]
        for period in book.months_of(budget):
            close(book, period)()
        terms = {"budget": budget.pk, "budget_name": budget.year.label, "what": "carry", "amount": ""}
        book.last_answer("underspend", **terms)()
        following = {"starts_on": budget.year.next.start.isoformat(), "year": budget.year.next.label}
        opens = book.last_answer("year", **year_terms(cast, **following | nothing))
        ended, opened = book.meet("begin", close_year(book, budget), opens, turn)
        assert came_to(ended, "")
        if not came_to(opened, "brings forward exactly that (rule 42)"):
            assert ended.carried_forward > 0
            carried = format(ended.carried_forward, "f")
            book.last_answer(
                "year",
                **year_terms(cast, **following, brought_forward=carried, contingency=carried),
            )()
    book.adds_up()
