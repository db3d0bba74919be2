"""Any two acts upon the book that meet: in whatever order, it is as if one had come after the other, and whoever cannot
any more is told so in words. Nobody waits in a ring: no act is tried a second time here.

`RACES=500 pytest tests/ledger/test_book_races.py` lets each two meet ten times; `make soak` does too.
"""

import os
from contextlib import suppress
from datetime import date
from decimal import Decimal
from itertools import count

import pytest

from alliance.core.invariants import REGISTER
from alliance.core.periods import FinancialYear, Month
from alliance.core.refusals import Refusal
from decisions.services import draft_successor, open_proposal
from ledger import services, summaries
from ledger.models import Balance, Budget, Category, CostReturn, Period, YearEnd
from tests.factories.decided import agreed_transfer, line_of, virement_terms, year_terms
from tests.factories.decisions import answer
from tests.factories.effects import propose_effect
from tests.factories.ledger import (
    NOVEMBER,
    OCTOBER,
    ask,
    cost,
    csv_of,
    entry_of,
    make_book,
    post_return,
    send_return,
)
from tests.factories.ledger_stage import do_errands_of_the_book
from tests.factories.racing import Meetings

pytestmark = pytest.mark.django_db(transaction=True)
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


# ── Two who do the same, or what shuts the other out ─────────────────────────
# Each gives two acts and is told what came of them.


def the_same_file_is_sent_twice(book):
    facts = {"content": csv_of(book.rows(NOVEMBER.start)), "reference": f"part {next(book.numbers)}"}
    one, other = yield [book.sends(**facts)] * 2
    assert one == other


def two_files_are_sent_under_one_reference(book):
    facts = {"reference": f"part {next(book.numbers)}"}
    sent = yield [book.sends(content=csv_of(book.rows(NOVEMBER.start)), **facts) for _ in range(2)]
    for one in sent:
        one.refresh_from_db()
    assert sorted(one.status for one in sent) == ["checking", "replaced"]


def a_contribution_arrives_twice(book):
    one, other = yield [book.receives("5.00", f"BACS {next(book.numbers)}")] * 2
    assert one == other


def a_contribution_is_told_with_two_figures(book):
    reference = f"BACS {next(book.numbers)}"
    met = yield [book.receives(amount, reference) for amount in ("5.00", "6.00")]
    assert sum(came_to(one, "with other figures (rule 43)") for one in met) == 1


def a_cost_is_accrued_twice(book):
    facts = timed(book, book.november)
    one, other = yield [lambda: services.accrue(**facts)] * 2
    assert one == other


def nothing_is_said_to_be_spent_while_a_file_is_sent(book):
    month = next(book.periods).value
    who = {"participant": book.cast.beacon, "month": month, "by": book.cast.rosa}
    sends = book.sends(content=csv_of(book.rows(month.start)), **who)
    nil, sent = yield lambda: services.state_nothing_spent(**who), sends
    if came_to(nil, "were sent: return"):
        nil.refresh_from_db()
        assert (nil.status, nil.replaced_by) == ("replaced", sent)


def a_return_is_withdrawn_while_it_is_confirmed(book):
    ready = book.ready(NOVEMBER.start)
    met = yield [
        lambda: services.withdraw_cost_return(cost_return=ready, by=book.cast.finn),
        lambda: services.accept_cost_return(cost_return=ready, by=book.cast.finn),
    ]
    assert sum(came_to(one, "so that is no longer possible") for one in met) == 1


def a_return_is_withdrawn_while_its_participant_states_its_vat(book):
    ready, n = book.ready(NOVEMBER.start), next(book.numbers)
    stated = {
        "participant": book.cast.haven,
        "recovers": "none",
        "since": NOVEMBER.start,
        "by": book.cast.finn,
    }
    withdrawn, _ = yield [
        lambda: services.withdraw_cost_return(cost_return=ready, by=book.cast.finn),
        lambda: services.state_vat(**stated, basis=f"Section {n}."),
    ]
    assert withdrawn.status == "withdrawn"


def what_waits_under_a_reference_is_read_while_that_is_reversed(book):
    posted = book.posted(NOVEMBER.start)
    waits = book.sends(content=csv_of(book.rows(NOVEMBER.start)), reference=posted.reference)()
    yield do_errands_of_the_book, book.reverses(posted)
    do_errands_of_the_book()
    waits.refresh_from_db()
    assert waits.status == "ready"


def another_file_comes_while_what_it_waits_for_is_reversed(book):
    posted = book.posted(NOVEMBER.start)
    waits = book.ready(NOVEMBER.start, reference=posted.reference)
    assert waits.status == "attention"
    _, last = yield (
        book.reverses(posted),
        book.sends(content=csv_of(book.rows(NOVEMBER.start)), reference=posted.reference),
    )
    do_errands_of_the_book()
    last.refresh_from_db()
    assert last.status == "ready"


def a_line_is_corrected_twice(book):
    entry = entry_of(book.posted(NOVEMBER.start))
    met = yield [book.corrects(entry, amount) for amount in ("0.10", "0.20")]
    assert sum(came_to(one, "Correct the line there") for one in met) == 1


def a_line_is_corrected_while_its_journal_is_reversed(book):
    posted = book.posted(NOVEMBER.start)
    corrected, reversed_ = yield book.corrects(entry_of(posted), "0.10"), book.reverses(posted)
    done = (
        came_to(corrected, "there is nothing left to correct"),
        came_to(reversed_, "Reverse that one first"),
    )
    assert sum(done) == 1


def a_query_is_answered_while_it_is_withdrawn(book):
    query = ask(book.posted(NOVEMBER.start), book.cast.beacon, book.cast.rosa)
    answered, withdrawn = yield [
        lambda: services.answer_query(query=query, words="The stairs.", by=book.cast.finn),
        lambda: services.withdraw_query(query=query, by=book.cast.rosa),
    ]
    came_to(answered, "is withdrawn, so that")
    assert came_to(withdrawn, "")


def own_books_are_confirmed_while_costs_are_posted(book):
    ready = book.ready(OCTOBER.start)
    accepted = services.accept_cost_return(cost_return=ready, by=book.cast.finn)
    facts = {"participant": book.cast.haven, "month": OCTOBER, "own": D("1.00"), "by": book.cast.finn}
    confirmed, _ = yield [
        lambda: services.confirm_own_books(words=f"Ours, {ready.number}.", **facts),
        lambda: services.post_cost_return(cost_return=accepted),
    ]
    costs = Balance.objects.of(book.alliance).filter(participant=book.cast.haven, month=OCTOBER.start).costs()
    assert costs.net() - confirmed.book in (D("0.00"), ready.lines_total)


def two_virements_empty_one_line(book):
    line = line_of(book.now, "Peer support")
    terms = virement_terms(book.now, peer_support=format(-line.now, "f"), housing_first=format(line.now, "f"))
    met = yield [book.last_answer("virement", **terms) for _ in range(2)]
    assert sum(came_to(one, "Peer support has £0.00") for one in met) == 1
    back = {"peer_support": format(line.now, "f"), "housing_first": format(-line.now, "f")}
    book.last_answer("virement", **virement_terms(book.now, **back))()


def a_transfer_is_paid_while_another_decision_takes_its_place(book):
    agreed = agreed_transfer(book.cast.beacon, amount="2.00")
    successor = draft_successor(decision=agreed.decision, participant=book.cast.haven, by=book.cast.pat)
    seals = book.to_seal(open_proposal(proposal=successor, by=book.cast.pat))
    paid, sealed = yield (
        lambda: services.pay_transfer(
            transfer=agreed, on=NOVEMBER.start, reference="BACS", by=book.cast.hana
        ),
        seals,
    )
    came_to(paid, "is not in effect")
    assert came_to(sealed, "")


TOGETHER = [
    the_same_file_is_sent_twice,
    two_files_are_sent_under_one_reference,
    a_contribution_arrives_twice,
    a_contribution_is_told_with_two_figures,
    a_cost_is_accrued_twice,
    nothing_is_said_to_be_spent_while_a_file_is_sent,
    a_return_is_withdrawn_while_it_is_confirmed,
    a_return_is_withdrawn_while_its_participant_states_its_vat,
    what_waits_under_a_reference_is_read_while_that_is_reversed,
    another_file_comes_while_what_it_waits_for_is_reversed,
    a_line_is_corrected_twice,
    a_line_is_corrected_while_its_journal_is_reversed,
    a_query_is_answered_while_it_is_withdrawn,
    own_books_are_confirmed_while_costs_are_posted,
    two_virements_empty_one_line,
    a_transfer_is_paid_while_another_decision_takes_its_place,
]


def test_two_who_do_the_same_do_it_once_and_two_who_contradict_each_other_are_told(cast):
    book = Book(cast, years=1 + ROUNDS // 12)
    for turn in range(ROUNDS):
        for place, together in enumerate(TOGETHER, turn):
            story = together(book)
            one, other = next(story)
            with suppress(StopIteration):
                story.send(book.meet(together.__name__, one, other, place))
            do_errands_of_the_book()
    book.adds_up()
