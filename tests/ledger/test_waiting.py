"""What waits in the open book, and on whom."""

import pytest
from django.utils import timezone

from alliance.core.periods import FinancialYear, Month
from ledger.services import close_period
from ledger.waiting import waiting_on
from participants.standing import standing
from tests.factories.decided import agreed_transfer
from tests.factories.ledger import cost, make_book, period_of, post_return, send_return

pytestmark = pytest.mark.django_db


@pytest.fixture
def last(cast) -> Month:
    """Last month; its year and that of today are open."""
    month = Month.containing(timezone.localdate()).previous
    make_book(cast, FinancialYear.containing(month.start))
    return month


def waits(cast, person) -> list[tuple[str, str]]:
    return [(one.title, one.who) for one in waiting_on(standing(person, cast.alliance))]


def day(month: Month) -> str:
    return month.start.strftime("%d/%m/%Y")


def test_last_months_return_waits_on_the_finance_lead_and_their_organisation(cast, last):
    title = f"Send Haven's costs of {last.label}"
    assert waits(cast, cast.finn) == [(title, "me")]
    assert waits(cast, cast.pat) == [(title, "organisation")]
    assert waits(cast, cast.rosa) == [(title.replace("Haven", "Beacon"), "me")]  # Beacon has nobody else
    assert waits(cast, cast.carol) == []
    assert waits(cast, cast.ari) == []


def test_a_return_in_hand_says_what_it_waits_for(cast, last):
    sent = send_return(cast, [cost("12O", day=day(last))], last)
    (one,) = waiting_on(standing(cast.finn, cast.alliance))
    assert (one.title, one.why, one.url) == (
        f"Cost return 1: Haven, {last.label}",
        "1 thing to put right before it can be posted.",
        sent.get_absolute_url(),
    )
    send_return(cast, [cost("120", day=day(last))], last)
    (one,) = waiting_on(standing(cast.finn, cast.alliance))
    assert one.why == "It is checked. Look at its totals and confirm it."


def test_a_return_in_hand_waits_on_the_representative_where_nobody_else_keeps_the_money(cast, last):
    send_return(cast, [cost("120", day=day(last))], last, participant=cast.beacon, by=cast.rosa)
    send_return(cast, [cost("120", day=day(last))], last)
    assert waits(cast, cast.rosa) == [(f"Cost return 1: Beacon, {last.label}", "me")]
    assert waits(cast, cast.pat) == [(f"Cost return 2: Haven, {last.label}", "organisation")]


def test_nothing_waits_when_the_return_is_in_the_book(cast, last):
    post_return(cast, [cost("120", day=day(last))], last)
    assert waits(cast, cast.finn) == []


def test_the_oldest_month_that_has_ended_waits_on_the_pool_manager(cast, last):
    months = FinancialYear.containing(last.start).months
    assert waits(cast, cast.hana) == [(f"Close {months[0].label}", "me")]
    for month in months:
        if month <= last:
            close_period(period=period_of(cast, month), by=cast.hana)
    assert waits(cast, cast.hana) == []


def test_a_transfer_to_which_all_agreed_waits_on_the_pool_manager_until_it_is_paid(cast, last):
    agreed = agreed_transfer(cast.beacon)
    assert ("Pay £2,500.00 to Beacon", "me") in waits(cast, cast.hana)
    assert ("£2,500.00 to Beacon waits to be paid", "others") in waits(cast, cast.rosa)
    assert not [title for title, _ in waits(cast, cast.pat) if "Beacon" in title]
    (one,) = [one for one in waiting_on(standing(cast.hana, cast.alliance)) if one.title.startswith("Pay")]
    assert one.why == f"All agreed to this transfer in decision {agreed.decision.number}."
    assert one.url.endswith("/transfers/1/payment/")


def test_it_takes_as_many_queries_for_three_returns_as_for_one(cast, last, django_assert_num_queries):
    stands = standing(cast.finn, cast.alliance)
    for rows in (1, 3):
        for n in range(rows):
            send_return(cast, [cost(f"{n + 1}.00", day=day(last))], last, reference=f"{rows} {n}")
        with django_assert_num_queries(5):
            waiting_on(stands)


def test_while_there_is_no_book_its_first_year_waits_on_the_pool_manager_alone(cast):
    assert waits(cast, cast.hana) == [("Open the book’s first year", "me")]
    assert waits(cast, cast.finn) == []
    assert waits(cast, cast.carol) == []
    make_book(cast)
    assert "Open the book’s first year" not in dict(waits(cast, cast.hana))
