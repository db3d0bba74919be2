"""What people do with the open book, and what they are refused, with the reason."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection

from alliance.core.invariants import REGISTER
from alliance.core.models import Event
from alliance.core.outbox import do_all_due
from alliance.core.periods import Month
from alliance.core.refusals import NotAllowed, NotPossible
from ledger.models import Balance, Entry, Journal
from ledger.services import (
    accept_cost_return,
    close_period,
    open_year,
    receive_contribution,
    reverse_journal,
    submit_cost_return,
    withdraw_cost_return,
)
from tests.factories.ledger import (
    NOVEMBER,
    OCTOBER,
    YEAR,
    cost,
    csv_of,
    make_book,
    period_of,
    post_return,
    send_return,
)

D = Decimal


def breaks(alliance) -> list[str]:
    return [said for one in REGISTER for said in one.breaks(alliance.pk)]


pytestmark = pytest.mark.django_db


def test_a_year_opens_with_its_months_its_lines_and_what_each_agreed_to_put_in(cast):
    budget = make_book(cast)
    assert [(line.name, line.amount) for line in budget.lines.all()] == [
        ("Housing first", D("320000.00")),
        ("Street outreach", D("180000.00")),
        ("Peer support", D("70000.00")),
        ("Contingency", D("30000.00")),
    ]
    journal = Journal.objects.get()
    assert (journal.number, journal.debit, journal.line_count) == (1, D("600000.00"), 6)
    due = Balance.objects.filter(account__kind="due").net_by("participant__short_name")
    assert {row["participant__short_name"]: row["net"] for row in due} == {
        "Council": D("400000.00"),
        "Haven": D("120000.00"),
        "Beacon": D("80000.00"),
    }
    assert breaks(cast.alliance) == []


def test_a_budget_that_does_not_add_up_is_refused_with_the_difference(cast):
    """Rule 30."""
    with pytest.raises(NotPossible, match=r"£600,000.01.*£600,000.00: £0.01 too much is planned"):
        make_book(cast, contingency=D("30000.01"))
    assert not Journal.objects.exists()


def test_only_the_pool_manager_opens_a_year(cast):
    with pytest.raises(NotAllowed, match="pool manager"):
        make_book(cast, by=cast.finn)


def test_a_year_opens_once(cast):
    make_book(cast)
    with pytest.raises(NotPossible, match="2026–27 is open already"):
        make_book(cast)


def test_a_contribution_received_twice_under_one_reference_is_received_once(cast):
    budget = make_book(cast)
    contribution = budget.contributions.get(participant=cast.haven)
    facts = {"contribution": contribution, "on": date(2026, 11, 2), "reference": "BACS 7", "by": cast.hana}
    first = receive_contribution(amount=D("30000.00"), **facts)
    assert receive_contribution(amount=D("30000.00"), **facts) == first
    with pytest.raises(NotPossible, match="in the book as journal 2, with other figures"):
        receive_contribution(amount=D("30000.01"), **facts)
    assert Balance.objects.filter(account__kind="bank").net() == D("30000.00")
    assert breaks(cast.alliance) == []


def test_a_return_is_checked_confirmed_and_posted_line_by_line(cast):
    make_book(cast)
    cost_return = send_return(
        cast,
        [cost("120.00"), cost("1,200.00"), cost("(20.50)", line="Peer support")],
    )
    assert (cost_return.status, cost_return.line_count, cost_return.lines_total) == ("ready", 3, D("1299.50"))
    accept_cost_return(cost_return=cost_return, by=cast.finn)
    from alliance.core.outbox import do_all_due

    assert do_all_due() == 1
    cost_return.refresh_from_db()
    assert cost_return.status == "posted"
    journal = cost_return.journal
    assert (journal.line_count, journal.debit, journal.posted_by) == (4, D("1320.00"), cast.finn)
    assert [(e.line, e.account.code, e.amount, e.source_row) for e in journal.entries.order_by("line")] == [
        (1, "5030", D("120.00"), 2),
        (2, "5030", D("1200.00"), 3),
        (3, "5030", D("-20.50"), 4),
        (4, "2000", D("-1299.50"), None),
    ]
    assert Balance.objects.costs().net() == D("1299.50")
    assert Balance.objects.filter(account__kind="owed").net() == D("-1299.50")
    assert breaks(cast.alliance) == []


def test_every_problem_is_told_at_once_by_row_and_column_with_its_value(cast):
    make_book(cast)
    cost_return = send_return(
        cast,
        [
            cost(),
            cost("1200 pounds", day="31/11/2026"),
            cost("5.00", line="Housing last", category="Staff"),
            cost("5.00", day="01/12/2026"),
            cost("", supplier="", what=""),
        ],
    )
    assert cost_return.status == "attention"
    assert [(p.row, p.column, p.value, p.sentence) for p in cost_return.problems.all()] == [
        (3, "Amount", "1200 pounds", "the amount '1200 pounds' has words in it; an amount is digits alone"),
        (3, "Date", "31/11/2026", "the date '31/11/2026' is not a day in the calendar"),
        (
            4,
            "Category",
            "Staff",
            (
                "the category 'Staff' is not one of: Direct staff, Direct other, Subcontract, Overhead, "
                "Irrecoverable VAT, Margin, Contingency, Disallowed"
            ),
        ),
        (
            4,
            "Budget line",
            "Housing last",
            "the budget line 'Housing last' is not one of: Housing first, Street outreach, Peer support, Contingency",
        ),
        (
            5,
            "Date",
            "01/12/2026",
            "the date is after the end of November 2026, whose costs these are said to be",
        ),
        (6, "Amount", "", "the amount is blank"),
        (6, "Supplier", "", "it does not say what the cost was: Supplier and Description are blank"),
    ]
    assert cost_return.problem_count == 7
    assert not Entry.objects.filter(account__kind="cost").exists()
    with pytest.raises(NotPossible, match="needs attention"):
        accept_cost_return(cost_return=cost_return, by=cast.finn)


def test_a_corrected_file_takes_the_place_of_the_one_in_hand(cast):
    make_book(cast)
    wrong = send_return(cast, [cost("12O.00")])
    right = send_return(cast, [cost("120.00")])
    wrong.refresh_from_db()
    assert (wrong.status, wrong.replaced_by, right.status) == ("replaced", right, "ready")


def test_a_file_is_kept_as_it_came(cast):
    """To pack it would take longer than to read it."""
    make_book(cast)
    sent = send_return(cast, [cost()] * 600)
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_column_compression(content), pg_column_size(content) from core_document where id = %s",
            [sent.document_id],
        )
        assert cursor.fetchone() == (None, sent.document.size)
    assert sent.document.read() == csv_of([cost()] * 600)


def test_the_same_file_sent_twice_is_one_return(cast):
    make_book(cast)
    assert send_return(cast, [cost()]) == send_return(cast, [cost()])


def test_the_same_file_after_posting_posts_nothing_politely(cast):
    """Rule 43."""
    make_book(cast)
    posted = post_return(cast, [cost()])
    again = send_return(cast, [cost()])
    under_another_name = send_return(cast, [cost()], reference="November, again")
    assert [(r.status, r.same_as) for r in (again, under_another_name)] == [
        ("known", posted),
        ("known", posted),
    ]
    assert Balance.objects.costs().net() == D("120.00")


def test_a_changed_file_under_a_posted_reference_is_refused_naming_the_row(cast):
    """Rule 43."""
    make_book(cast)
    post_return(cast, [cost("120.00"), cost("80.00")])
    changed = send_return(cast, [cost("120.00"), cost("80.01")])
    assert changed.status == "attention"
    problem = changed.problems.get()
    assert problem.row == 3
    assert problem.sentence == (
        "it is £80.01 on 3 November 2026, Quayside Cleaning, and in the book it is £80.00 on 3 November 2026, "
        "Quayside Cleaning. “2026-11” is in the book as journal 2, and what is posted never changes: reverse that "
        "journal first, or send these costs under another reference"
    )
    assert Balance.objects.costs().net() == D("200.00")


def test_a_file_that_waited_for_a_reversal_is_read_again_when_it_comes(cast):
    make_book(cast)
    first = post_return(cast, [cost("100.00")])
    changed = send_return(cast, [cost("90.00")])
    assert changed.status == "attention"
    reverse_journal(journal=first.journal, reason="The amount was wrong.", by=cast.finn)
    do_all_due()
    changed.refresh_from_db()
    assert (changed.status, changed.reading, changed.problem_count) == ("ready", 2, 0)


def test_the_same_file_again_is_read_again_when_what_stood_in_its_way_is_gone(cast):
    """It said “reverse that journal first”; who has done so and sends the file once more is not told it again."""
    make_book(cast)
    first = post_return(cast, [cost("100.00", day="03/10/2026")], OCTOBER, reference="A1")
    waiting = send_return(cast, [cost("100.00")], NOVEMBER, reference="A1")
    assert "reverse that journal first" in waiting.problems.get().sentence
    assert send_return(cast, [cost("100.00")], NOVEMBER, reference="A1") == waiting
    waiting.refresh_from_db()
    assert (waiting.status, waiting.reading) == ("attention", 2)
    reverse_journal(journal=first.journal, reason="It belongs to November.", by=cast.finn)
    again = send_return(cast, [cost("100.00")], NOVEMBER, reference="A1")
    assert (again, again.status) == (waiting, "ready")


def test_the_same_lines_under_two_references_come_into_the_book_once(cast):
    make_book(cast)
    one, other = (send_return(cast, [cost("100.00")], reference=reference) for reference in ("A1", "A2"))
    assert (one.status, other.status) == ("ready", "ready")
    accept_cost_return(cost_return=one, by=cast.finn)
    with pytest.raises(NotPossible, match=f"came with return {one.number}. Withdraw this one"):
        accept_cost_return(cost_return=other, by=cast.finn)
    do_all_due()
    assert Balance.objects.costs().net() == D("100.00")


def test_a_declared_total_that_is_not_the_sum_is_told(cast):
    make_book(cast)
    cost_return = send_return(cast, [cost("120.00")], declared_total=D("121.00"))
    assert [p.sentence for p in cost_return.problems.all()] == [
        "The lines sum to £120.00 and the declared total is £121.00: £1.00 is missing from the lines"
    ]


@pytest.mark.parametrize(
    ("category", "said"),
    [
        ("Subcontract", "sum to £19,999,999,999.98, more than"),
        ("Direct staff", "comes to more, with the rows"),
    ],
)
def test_what_comes_to_more_than_the_book_can_hold_is_told_before_it_is_confirmed(cast, category, said):
    make_book(cast)
    sent = send_return(cast, [cost("9999999999.99", category=category)] * 2)
    (problem,) = sent.problems.all()
    assert said in problem.sentence
    assert "than the book can hold" in problem.sentence


def test_only_the_participants_own_finance_lead_sends_and_confirms(cast):
    make_book(cast)
    for person in (cast.pat, cast.hana, cast.rosa, cast.bea, cast.ari, cast.stranger):
        with pytest.raises(NotAllowed, match="Only the finance lead of Haven Homes"):
            submit_cost_return(
                participant=cast.haven, month=NOVEMBER, name="a.csv", content=csv_of([cost()]), by=person
            )
    cost_return = send_return(cast, [cost()])
    with pytest.raises(NotAllowed):
        accept_cost_return(cost_return=cost_return, by=cast.hana)


def test_where_there_is_no_finance_lead_the_representative_sends(cast):
    make_book(cast)
    assert post_return(cast, [cost()], participant=cast.beacon, by=cast.rosa).status == "posted"


def test_accepting_and_posting_twice_is_once(cast):
    make_book(cast)
    posted = post_return(cast, [cost()])
    accept_cost_return(cost_return=posted, by=cast.finn)
    from ledger.services import post_cost_return

    assert post_cost_return(cost_return=posted) == posted.journal
    assert Journal.objects.filter(kind="cost_return").count() == 1


def test_a_withdrawn_return_stays_in_sight_and_can_be_sent_again(cast):
    make_book(cast)
    cost_return = send_return(cast, [cost()])
    withdraw_cost_return(cost_return=cost_return, by=cast.finn)
    cost_return.refresh_from_db()
    assert cost_return.status == "withdrawn"
    assert post_return(cast, [cost()]).status == "posted"


def test_a_journal_is_reversed_once_exactly_with_a_reason_and_the_right_file_follows(cast):
    """Rule 27."""
    make_book(cast)
    posted = post_return(cast, [cost("120.00"), cost("80.00")])
    with pytest.raises(NotPossible, match="Say why"):
        reverse_journal(journal=posted.journal, reason="  ", by=cast.finn)
    reversal = reverse_journal(
        journal=posted.journal, reason="The second invoice was paid twice.", by=cast.finn
    )
    assert (reversal.reverses, reversal.month, str(reversal.reason)) == (
        posted.journal,
        date(2026, 11, 1),
        "The second invoice was paid twice.",
    )
    posted.refresh_from_db()
    assert posted.status == "reversed"
    assert Balance.objects.costs().net() == D("0.00")
    with pytest.raises(NotPossible, match=r"reversed already, by journal 3"):
        reverse_journal(journal=posted.journal, reason="Again", by=cast.finn)
    with pytest.raises(NotPossible, match="A reversal is not reversed"):
        reverse_journal(journal=reversal, reason="Back", by=cast.hana)
    assert post_return(cast, [cost("120.00")]).status == "posted"
    assert Balance.objects.costs().net() == D("120.00")
    assert breaks(cast.alliance) == []


def test_a_correction_of_a_closed_month_goes_to_the_first_open_one(cast):
    """Rules 27 and 33."""
    make_book(cast)
    posted = post_return(cast, [cost(day="05/10/2026")], OCTOBER)
    for month in YEAR.months[:7]:
        close_period(period=period_of(cast, month), by=cast.hana)
    reversal = reverse_journal(journal=posted.journal, reason="Paid by somebody else.", by=cast.hana)
    assert reversal.period == NOVEMBER
    assert breaks(cast.alliance) == []


def test_months_close_in_their_order_after_their_end_and_for_good(cast):
    """Rule 33."""
    make_book(cast)
    with pytest.raises(NotPossible, match=r"November 2026 has not ended yet"):
        close_period(period=period_of(cast, NOVEMBER), by=cast.hana)
    with pytest.raises(NotPossible, match=r"April 2026 is still open"):
        close_period(period=period_of(cast, OCTOBER), by=cast.hana)
    with pytest.raises(NotAllowed):
        close_period(period=period_of(cast, YEAR.months[0]), by=cast.finn)
    close_period(period=period_of(cast, YEAR.months[0]), by=cast.hana)
    again = close_period(period=period_of(cast, YEAR.months[0]), by=cast.hana)
    assert Event.objects.filter(kind="ledger.period_closed").count() == 1
    with pytest.raises(NotPossible, match=r"April 2026 is closed: it takes no posting"):
        send_return(cast, [cost(day="05/04/2026")], again.value)


def test_a_month_does_not_close_under_a_return_that_is_being_posted(cast):
    make_book(cast)
    april = YEAR.months[0]
    cost_return = send_return(cast, [cost(day="05/04/2026")], april)
    accept_cost_return(cost_return=cost_return, by=cast.finn)
    with pytest.raises(NotPossible, match="being posted"):
        close_period(period=period_of(cast, april), by=cast.hana)


def test_a_month_outside_the_opened_years_takes_no_return(cast):
    make_book(cast)
    with pytest.raises(NotPossible, match="its year has not been opened"):
        send_return(cast, [cost()], Month(2031, 5))


def test_what_happened_is_in_the_record_with_digests(cast):
    make_book(cast)
    posted = post_return(cast, [cost()])
    kinds = list(
        Event.objects.filter(kind__startswith="ledger.").order_by("seq").values_list("kind", flat=True)
    )
    assert kinds == [
        "ledger.year_opened",
        "ledger.return_submitted",
        "ledger.return_accepted",
        "ledger.return_posted",
    ]
    told = Event.objects.get(kind="ledger.return_posted").facts
    assert (told["journal"], told["lines"], told["total"], told["sha256"]) == (
        2,
        1,
        "120.00",
        posted.document.sha256,
    )
    assert re.fullmatch("2:[0-9a-f]{64}", told["digest"])


def test_open_year_refuses_a_year_of_another_rhythm(cast):
    from alliance.core.periods import FinancialYear

    with pytest.raises(NotPossible, match="starts in another month"):
        open_year(
            alliance=cast.alliance, year=FinancialYear(2026, 1), contributions={}, lines=[], by=cast.hana
        )
