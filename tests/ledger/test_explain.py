""" "How do I check that this adds up?": today's totals, the day's self-check, the steps to repeat it."""

from decimal import Decimal

import pytest
from django.urls import reverse

from alliance.core.invariants import REGISTER, self_check
from ledger import explaining
from ledger.models import Fund, Journal
from tests.factories.ledger import OCTOBER, cost, make_book, post_return

pytestmark = pytest.mark.django_db
D = Decimal
QUERIES = 10


@pytest.fixture
def said_to(cast, client_of):
    def of(user=None) -> str:
        answer = client_of(user or cast.bea).get(reverse("ledger:explain", args=[cast.alliance.slug]))
        assert answer.status_code == 200
        return " ".join(answer.content.decode().split())

    return of


def test_an_empty_book_says_so_and_that_no_check_has_run(said_to):
    assert "Nothing is posted yet, so there is nothing to add up." in said_to()
    assert "It has not run yet; it runs once a day by itself." in said_to()


def test_debits_equal_credits_to_the_penny_and_everybody_reads_the_same(cast, said_to):
    make_book(cast)
    post_return(cast, [cost("1200.10", day="05/10/2026"), cost("-300.33", day="05/10/2026")], OCTOBER)
    totals = explaining.trial_balance(cast.alliance)
    assert totals.debit == totals.credit == D("600000.00") + D("1200.10")
    assert (totals.journals, totals.lines, totals.difference) == (2, 9, D("0.00"))
    assert {one.code: one.net for one in totals.accounts} == {
        "1100": D("600000.00"),
        "2000": D("-899.77"),
        "3000": D("-600000.00"),
        "5030": D("899.77"),
    }
    for person in (cast.pat, cast.carol, cast.lee, cast.ari):
        said = said_to(person)
        assert "<strong>£601,200.10</strong> of debits and <strong>£601,200.10</strong> of credits" in said
        assert "in 9 lines of 2 journals. The difference is <strong>£0.00</strong>." in said


def test_the_days_self_check_is_told_promise_by_promise(cast, said_to):
    make_book(cast)
    self_check(cast.alliance.pk)
    found = explaining.checked(cast.alliance)
    assert found.holds
    assert len(found.promises) + found.others == len(REGISTER)
    assert "Every balance equals the sum of its lines." in [one.words for one in found.promises]
    assert "All promises held on" in said_to()
    assert said_to().count(">Held<") == len(found.promises) + 1


def test_a_promise_that_does_not_hold_is_told_beside_it(cast, said_to):
    make_book(cast)
    promise = "Journals are numbered from 1 without a gap."
    Fund.objects.filter(alliance=cast.alliance).update(last_journal=7)
    self_check(cast.alliance.pk)
    found = explaining.checked(cast.alliance)
    assert not found.holds
    broken = {one.words: one.breaks for one in found.promises if one.breaks}
    assert broken == {
        promise: ("There are 1 journals; the last is number 1, and 7 numbers were handed out.",)
    }
    assert "Something did not hold" in said_to()
    assert "<strong>Did not hold.</strong> There are 1 journals" in said_to()


@pytest.mark.parametrize("returns", [1, 3])
def test_the_page_asks_the_same_of_the_database_however_much_there_is(
    cast, client_of, django_assert_num_queries, returns
):
    make_book(cast)
    for number in range(returns):
        post_return(cast, [cost(f"{number + 1}.00")], reference=str(number))
    assert Journal.objects.count() == returns + 1
    client = client_of(cast.bea)
    address = reverse("ledger:explain", args=[cast.alliance.slug])
    client.get(address)
    with django_assert_num_queries(QUERIES):
        client.get(address)
