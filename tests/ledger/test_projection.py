"""A year at its end: spent and to come, to the penny."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alliance.core.money import ZERO, round_to_penny
from ledger.projection import (
    Known,
    Variance,
    as_entered,
    as_it_is,
    at_the_rate,
    by_profile,
    profile,
    together,
)

pence = st.integers(-5_000_000, 50_000_000).map(lambda pence: Decimal(pence).scaleb(-2))
positive = st.integers(0, 50_000_000).map(lambda pence: Decimal(pence).scaleb(-2))


def months(*amounts: str) -> tuple[Decimal, ...]:
    return tuple(map(Decimal, amounts))


@st.composite
def years(draw) -> Known:
    """Months told in full, awaited, or neither, with anything in the book of each."""
    kinds = draw(st.lists(st.sampled_from(["told", "awaited", "neither"]), min_size=12, max_size=12))
    return Known(
        tuple(draw(st.lists(pence, min_size=12, max_size=12))),
        tuple(kind == "told" for kind in kinds),
        tuple(kind == "awaited" for kind in kinds),
    )


@settings(max_examples=50)
@given(years(), positive, st.lists(pence, min_size=12, max_size=12))
def test_what_a_year_comes_to_is_what_is_spent_and_what_is_to_come(known, amount, pattern):
    found = [
        as_it_is(known),
        at_the_rate(known),
        as_entered(known, amount),
        by_profile(known, profile(amount)),
    ]
    if any(part > 0 for part in pattern):
        found.append(by_profile(known, profile(amount, pattern)))
    for one in found:
        assert one.so_far + one.to_come == one.year_end == sum(one.expected)
        assert one.so_far == sum(known.spent)
        for spent, expected, awaits in zip(known.spent, one.expected, known.awaited, strict=True):
            assert awaits or spent == expected
        assert all(amount == amount.quantize(Decimal("0.01")) for amount in one.expected)
    whole = together(found)
    assert whole.year_end == sum(one.year_end for one in found)
    assert whole.so_far + whole.to_come == whole.year_end


@settings(max_examples=50)
@given(years(), positive)
def test_an_entered_year_comes_to_what_was_entered_while_a_month_is_awaited(known, amount):
    assert as_entered(known, amount).year_end == (amount if any(known.awaited) else sum(known.spent))


@given(years())
def test_the_run_rate_is_the_average_of_the_complete_months_rounded_once(known):
    told, awaited = known.in_full, sum(known.awaited)
    found = at_the_rate(known)
    rest = [part for part, awaits in zip(found.expected, known.awaited, strict=True) if awaits]
    if told:
        assert sum(rest, ZERO) == round_to_penny(sum(told) * awaited / len(told))
        assert not rest or max(rest) - min(rest) <= Decimal("0.01")
    else:
        assert found.to_come == 0


@given(
    positive, st.lists(pence, min_size=12, max_size=12).filter(lambda parts: any(part > 0 for part in parts))
)
def test_a_profile_sums_to_its_amount_and_no_month_is_a_penny_off_its_share(amount, pattern):
    parts = profile(amount, pattern)
    shares = [max(part, 0) for part in pattern]
    assert sum(parts) == amount
    for part, share in zip(parts, shares, strict=True):
        assert abs(part * sum(shares) - amount * share) < Decimal("0.01") * sum(shares)


def test_even_months_go_by_the_largest_remainder():
    parts = profile(Decimal("100.00"))
    assert parts == (Decimal("8.34"),) * 4 + (Decimal("8.33"),) * 8


def test_a_year_by_hand():
    """Three months told, one reported in part, eight to come; and the other ways to see it."""
    known = Known(
        months("100.00", "110.00", "90.01", "40.00", *["0.00"] * 8),
        (True,) * 3 + (False,) * 9,
        (False,) * 3 + (True,) * 9,
    )
    rate = at_the_rate(known)
    assert (rate.so_far, rate.to_come, rate.year_end) == months("340.01", "860.03", "1200.04")
    assert rate.expected[3:] == (Decimal("100.01"),) * 3 + (Decimal("100.00"),) * 6
    assert rate.told_until == 3
    entered = as_entered(known, Decimal("1000.00"))
    assert entered.expected[3:] == (Decimal("77.78"),) * 6 + (Decimal("77.77"),) * 3
    even = by_profile(known, profile(Decimal("1200.00")))
    assert (even.year_end, even.to_come) == months("1200.01", "860.00")


@pytest.mark.parametrize(
    ("agreed", "forecast", "beyond", "words"),
    [
        ("200000.00", "212400.00", True, "£12,400.00 more than agreed, 6.2\N{NO-BREAK SPACE}%"),
        ("200000.00", "190000.00", False, "£10,000.00 less than agreed, 5\N{NO-BREAK SPACE}%"),
        ("200000.00", "210000.01", True, "£10,000.01 more than agreed, 5\N{NO-BREAK SPACE}%"),
        ("200000.00", "200000.00", False, "as agreed"),
        ("0.00", "0.01", True, "£0.01 more than agreed"),
        ("0.00", "0.00", False, "as agreed"),
    ],
)
def test_a_variance_in_plain_words_and_beyond_five_percent_exactly(agreed, forecast, beyond, words):
    found = Variance(Decimal(agreed), Decimal(forecast))
    assert (found.is_beyond(Decimal("5.000")), found.sentence) == (beyond, words)
