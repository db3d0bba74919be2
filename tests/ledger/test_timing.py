"""Costs in the month to which they belong, and lines put right (rules 27, 34, 37)."""

from decimal import Decimal

import pytest

from alliance.core.models import Event
from alliance.core.periods import Month
from alliance.core.refusals import NotAllowed, NotPossible
from ledger import services, summaries
from ledger.models import Accrual, Balance, Category, Entry, Journal, Period
from ledger.services import close_period
from tests.factories.decided import line_of
from tests.factories.ledger import NOVEMBER, OCTOBER, cost, make_book, period_of, post_return

D = Decimal
DECEMBER = Month(2026, 12)
pytestmark = pytest.mark.django_db


@pytest.fixture
def line(cast):
    return line_of(make_book(cast), "Housing first")


def spent(cast, line, month) -> Decimal:
    return summaries.cell(cast.alliance.pk, month, cast.haven, Category.DIRECT_OTHER, line)


def accrue(cast, line, **changes) -> Accrual:
    given = {
        "participant": cast.haven,
        "month": NOVEMBER,
        "category": Category.DIRECT_OTHER,
        "budget_line": line,
        "amount": D("1200.00"),
        "reason": "The agency's invoice for November has not come.",
        "by": cast.finn,
    } | changes
    return services.accrue(**given)


def prepay(cast, line, **changes) -> Accrual:
    given = {
        "participant": cast.haven,
        "month": NOVEMBER,
        "months": 3,
        "category": Category.DIRECT_OTHER,
        "budget_line": line,
        "amount": D("100.00"),
        "reason": "Insurance from December to February.",
        "by": cast.finn,
    } | changes
    return services.prepay(**given)


class TestAnAccrual:
    def test_is_in_its_month_and_reverses_itself_on_day_1_of_the_next(self, cast, line):
        made = accrue(cast, line)
        undone = Journal.objects.get(reverses=made.journal)
        assert (undone.month, undone.date) == (DECEMBER.start, DECEMBER.start)
        assert (spent(cast, line, NOVEMBER), spent(cast, line, DECEMBER)) == (D("1200.00"), D("-1200.00"))

    def test_leaves_the_difference_on_settlement_to_the_month_of_settlement(self, cast, line):
        accrue(cast, line)
        post_return(cast, [cost("1250.00", day="04/12/2026", category="Direct other")], DECEMBER)
        assert (spent(cast, line, NOVEMBER), spent(cast, line, DECEMBER)) == (D("1200.00"), D("50.00"))

    def test_of_the_last_month_of_the_year_reaches_into_a_year_that_has_no_budget_yet(self, cast, line):
        accrue(cast, line, month=Month(2027, 3))
        assert Period.objects.get(alliance=cast.alliance, month="2027-04-01").is_open
        assert spent(cast, line, Month(2027, 4)) == D("-1200.00")

    def test_of_a_closed_month_is_refused(self, cast, line):
        for month in line.budget.year.months[: line.budget.year.months.index(OCTOBER) + 1]:
            close_period(period=period_of(cast, month), by=cast.hana)
        with pytest.raises(NotPossible, match="October 2026 is closed"):
            accrue(cast, line, month=OCTOBER)

    def test_is_made_by_the_participants_own_finance_lead(self, cast, line):
        with pytest.raises(NotAllowed, match="Only the finance lead of Haven"):
            accrue(cast, line, by=cast.rosa)

    def test_says_why_and_is_more_than_nothing(self, cast, line):
        with pytest.raises(NotPossible, match="Say what the accrual is for"):
            accrue(cast, line, reason=" ")
        with pytest.raises(NotPossible, match="more than nothing"):
            accrue(cast, line, amount=D("0.00"))
        assert not Journal.objects.filter(kind="accrual").exists()

    def test_is_told_in_the_record_with_both_journals(self, cast, line):
        made = accrue(cast, line)
        told = Event.objects.about(made).get().facts
        assert (told["journal"], told["undone"]) == (made.journal.number, made.journal.number + 1)


class TestAPrepayment:
    def test_gives_each_later_month_its_part_to_the_penny(self, cast, line):
        post_return(cast, [cost("100.00", category="Direct other")])
        prepay(cast, line)
        months = [NOVEMBER, DECEMBER, Month(2027, 1), Month(2027, 2)]
        assert [spent(cast, line, month) for month in months] == [
            D("0.00"),
            D("33.34"),
            D("33.33"),
            D("33.33"),
        ]

    def test_has_a_penny_for_each_month(self, cast, line):
        with pytest.raises(NotPossible, match="not a penny for each month"):
            prepay(cast, line, amount=D("0.02"))

    def test_is_not_reversed_piece_by_piece(self, cast, line):
        made = prepay(cast, line)
        with pytest.raises(NotPossible, match="put right by an accrual"):
            services.reverse_journal(journal=made.journal, reason="No.", by=cast.hana)


class TestACorrection:
    @pytest.fixture
    def entry(self, cast, line) -> Entry:
        journal = post_return(cast, [cost("120.00"), cost("80.00", reference="INV-2")]).journal
        return journal.entries.select_related("journal", "account", "participant", "budget_line").get(line=1)

    def correct(self, cast, entry, **changes):
        given = {
            "entry": entry,
            "amount": D("102.00"),
            "category": Category.SUBCONTRACT,
            "budget_line": entry.budget_line,
            "reason": "Two digits were swapped.",
            "by": cast.finn,
        } | changes
        return services.correct_line(**given)

    def owed(self, cast) -> Decimal:
        return -Balance.objects.of(cast.alliance).filter(participant=cast.haven, account__kind="owed").net()

    def test_is_the_opposite_of_the_line_and_what_is_right(self, cast, entry):
        made = self.correct(cast, entry)
        assert [
            str(one) for one in made.journal.entries.order_by("line").values_list("amount", flat=True)
        ] == [
            "-120.00",
            "102.00",
            "18.00",
        ]
        assert self.owed(cast) == D("182.00")

    def test_to_another_line_or_category_owes_the_same(self, cast, entry):
        other = line_of(entry.budget_line.budget, "Peer support")
        made = self.correct(cast, entry, amount=entry.amount, budget_line=other, category=Category.OVERHEAD)
        assert made.journal.line_count == 2
        assert self.owed(cast) == D("200.00")

    def test_of_a_closed_month_goes_into_the_first_open_one(self, cast, entry):
        for month in entry.budget_line.budget.year.months[:7]:
            close_period(period=period_of(cast, month), by=cast.hana)
        made = self.correct(cast, entry)
        assert made.journal.month == NOVEMBER.start

    def test_happens_once_a_line_and_then_at_the_correcting_line(self, cast, entry):
        made = self.correct(cast, entry)
        with pytest.raises(NotPossible, match="Correct the line there"):
            self.correct(cast, entry, amount=D("103.00"))
        right = made.journal.entries.select_related("journal", "account", "participant", "budget_line").get(
            line=2
        )
        self.correct(cast, right, amount=D("103.00"))
        assert self.owed(cast) == D("183.00")

    def test_stands_before_the_journal_is_reversed_and_can_itself_be_reversed(self, cast, entry):
        made = self.correct(cast, entry)
        with pytest.raises(NotPossible, match="Reverse that one first"):
            services.reverse_journal(journal=entry.journal, reason="All wrong.", by=cast.finn)
        services.reverse_journal(journal=made.journal, reason="It was right.", by=cast.hana)
        services.reverse_journal(journal=entry.journal, reason="All wrong.", by=cast.finn)
        assert self.owed(cast) == D("0.00")

    def test_to_nothing_takes_the_line_out(self, cast, entry):
        self.correct(cast, entry, amount=D("0.00"))
        assert self.owed(cast) == D("80.00")

    def test_to_what_it_says_already_is_refused(self, cast, entry):
        with pytest.raises(NotPossible, match="what the line says already"):
            self.correct(cast, entry, amount=entry.amount)
