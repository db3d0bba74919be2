"""Amounts are exact, are shared out to the penny, and are read as they were meant or not at all."""

import contextlib
from decimal import Decimal as D
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alliance.core.money import (
    LARGEST,
    MOST,
    MoneyError,
    format_pounds,
    parse_pounds,
    pounds,
    round_to_penny,
    split,
)

amounts = st.decimals(min_value=-LARGEST, max_value=LARGEST, places=2, allow_nan=False, allow_infinity=False)
sharings = st.lists(
    st.one_of(st.integers(0, 10**6), st.decimals(0, 100, places=4), st.fractions(0, 1)),
    min_size=1,
    max_size=12,
).filter(any)


@pytest.mark.parametrize(
    ("value", "amount"),
    [(5, "5.00"), ("12.5", "12.50"), (D("1.500"), "1.50"), (D("-0"), "0.00"), (LARGEST, str(LARGEST))],
)
def test_pounds_have_exactly_two_places(value, amount):
    assert str(pounds(value)) == amount


@pytest.mark.parametrize(
    "value",
    [D("1.005"), "1.234", 0.1, True, None, "twelve", D("NaN"), D("Infinity"), "1e308", LARGEST + 1, ""],
)
def test_what_is_not_an_exact_amount_is_refused(value):
    with pytest.raises(MoneyError):
        pounds(value)


@pytest.mark.parametrize(
    ("value", "amount"),
    [
        ("25635.052", "25635.05"),
        ("0.005", "0.01"),
        ("-0.005", "-0.01"),
        ("2.675", "2.68"),
        ("0.0049", "0.00"),
    ],
)
def test_half_a_penny_is_rounded_away_from_zero(value, amount):
    assert str(round_to_penny(D(value))) == amount


def test_a_third_is_rounded_from_the_exact_fraction():
    assert round_to_penny(Fraction(1, 3)) == D("0.33")


# Rule 37 and the figures of rule 38.
@pytest.mark.parametrize(
    ("amount", "shares", "parts"),
    [
        ("100.00", [1, 1, 1], ["33.34", "33.33", "33.33"]),
        ("-100.00", [1, 1, 1], ["-33.34", "-33.33", "-33.33"]),
        ("25635.05", [D("45.5"), D("30.25"), D("24.25")], ["11663.95", "7754.60", "6216.50"]),
        ("36000.00", [D("45.5"), D("30.25"), D("24.25")], ["16380.00", "10890.00", "8730.00"]),
        ("0.01", [0, 1, 1], ["0.00", "0.01", "0.00"]),
        ("0.05", [1, 1, 1, 1], ["0.02", "0.01", "0.01", "0.01"]),
        ("10.00", [1], ["10.00"]),
        ("0.00", [0, 0], ["0.00", "0.00"]),
    ],
)
def test_a_sum_is_split_by_largest_remainder(amount, shares, parts):
    assert [str(part) for part in split(D(amount), shares)] == parts


@given(amounts, sharings)
def test_the_parts_always_sum_to_the_whole(amount, shares):
    assert sum(split(amount, shares)) == amount


@given(amounts, sharings)
def test_no_part_is_a_penny_or_more_from_its_exact_share(amount, shares):
    total = sum(Fraction(share) for share in shares)
    for part, share in zip(split(amount, shares), shares, strict=True):
        exact = Fraction(amount) * Fraction(share) / total
        assert abs(Fraction(part) - exact) < Fraction(1, 100)
        assert part == 0 or share != 0


@given(amounts, sharings)
def test_a_deficit_is_shared_as_a_surplus_would_be(amount, shares):
    assert split(-amount, shares) == [-part for part in split(amount, shares)]


@given(st.integers(0, 10**9), st.lists(st.integers(0, 1000), min_size=1, max_size=6).filter(any))
def test_the_left_over_pennies_go_to_the_largest_remainders(pence, shares):
    """A slow specification: hand out the pennies one by one, each to whoever lacks most of the next one."""
    total = sum(shares)
    given_out = [pence * share // total for share in shares]
    while sum(given_out) < pence:
        lacking = [
            Fraction(pence * share, total) - part for share, part in zip(shares, given_out, strict=True)
        ]
        given_out[lacking.index(max(lacking))] += 1
    assert [int(part * 100) for part in split(D(pence) / 100, shares)] == given_out


@pytest.mark.parametrize("shares", [[], [0], [0, 0], [-1, 2], [0.5, 0.5], [D("NaN")], [D("Infinity"), 1]])
def test_a_sum_is_not_split_by_shares_that_make_no_sense(shares):
    with pytest.raises(MoneyError):
        split(D("1.00"), shares)


@pytest.mark.parametrize(
    ("amount", "text"),
    [("1234.5", "£1,234.50"), ("-12", "−£12.00"), ("0", "£0.00"), ("1000000", "£1,000,000.00")],
)
def test_an_amount_is_written_in_pounds_and_pence(amount, text):
    assert format_pounds(D(amount)) == text


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1234.5", "1234.50"),
        ("£1,234.50", "1234.50"),
        (" 1616.23 ", "1616.23"),
        ("1 234 567.89", "1234567.89"),
        ("1\u00a0234.50", "1234.50"),
        ("1\u202f234.50\u00a0", "1234.50"),
        ("\ufeff12.00", "12.00"),
        ("GBP 12", "12.00"),
        ("12.00 GBP", "12.00"),
        ("12gbp", "12.00"),
        (".5", "0.50"),
        ("5.", "5.00"),
        ("0001", "1.00"),
        ("+7", "7.00"),
        ("-7", "-7.00"),
        ("−7.01", "-7.01"),
        ("– 7.01", "-7.01"),
        ("-£7", "-7.00"),
        ("£-7", "-7.00"),
        ("£ 7", "7.00"),
        ("7-", "-7.00"),
        ("7.00 −", "-7.00"),
        ("(1,234.50)", "-1234.50"),
        ("(£1,234.50)", "-1234.50"),
        ("£(1,234.50)", "-1234.50"),
        ("12.00CR", "-12.00"),
        ("12.00 cr", "-12.00"),
        ("£12.00 Cr.", "-12.00"),
        ("12.00 DR", "12.00"),
        ("-0.00", "0.00"),
        ("9,999,999,999.99", "9999999999.99"),
    ],
)
def test_amounts_are_read_as_people_write_them(text, amount):
    assert str(parse_pounds(text)) == amount


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("1,2O0", "The amount '1,2O0' has a letter O."),
        ("12l", "The amount '12l' has a letter l; a 1 may be meant."),
        ("", "The amount is blank."),
        (" \u00a0\t", "The amount is blank."),
        ("tbc", "The amount 'tbc' has words in it; an amount is digits alone."),
        ("about 500", "The amount 'about 500' has words in it; an amount is digits alone."),
        ("1.234", "The amount '1.234' has more than two decimal places."),
        ("12.500", "The amount '12.500' has more than two decimal places."),
        ("1.234,56", "The amount '1.234,56' mixes its points, commas and spaces; write it like 1,234.56."),
        ("1.234.567", "The amount '1.234.567' mixes its points, commas and spaces; write it like 1,234.56."),
        ("1,23", "The amount '1,23' has a comma or a space in an odd place; write it like 1,234.56."),
        (
            "12,34,567",
            "The amount '12,34,567' has a comma or a space in an odd place; write it like 1,234.56.",
        ),
        ("1 23", "The amount '1 23' has a comma or a space in an odd place; write it like 1,234.56."),
        (",5", "The amount ',5' has a comma or a space in an odd place; write it like 1,234.56."),
        ("NaN", "The amount 'NaN' is not a number."),
        ("-Infinity", "The amount '-Infinity' is not a number."),
        ("1e308", "The amount '1e308' is in scientific notation; write it out in full."),
        ("1.5E+05", "The amount '1.5E+05' is in scientific notation; write it out in full."),
        ("-", "The amount '-' could mean nothing or not known; write 0.00 if it is nothing."),
        ("£ -", "The amount '£ -' could mean nothing or not known; write 0.00 if it is nothing."),
        ("#REF!", "The amount '#REF!' is a spreadsheet's error, not a number."),
        ("€12.00", "The amount '€12.00' is not in pounds."),
        ("££12", "The amount '££12' names its currency twice."),
        ("-(5.00)", "The amount '-(5.00)' has more than one sign."),
        ("-5.00 CR", "The amount '-5.00 CR' has more than one sign."),
        ("--5", "The amount '--5' has more than one sign."),
        ("(5.00", "The amount '(5.00' has a bracket without its pair."),
        ("5-6", "The amount '5-6' has a sign in an odd place."),
        ("20%", "The amount '20%' is a percentage."),
        ("1'234", "The amount '1'234' has ''' in it."),
        ("£", "The amount '£' has no digits."),
        ("1٤", "The amount '1٤' has '٤', which is not one of the digits 0 to 9."),
        ("10000000000000", "The amount '10000000000000' is larger than the book can hold."),
        ("9" * 60, f"The amount '{'9' * 39}…' is larger than the book can hold."),
    ],
)
def test_what_could_be_read_two_ways_is_refused_in_words(text, sentence):
    with pytest.raises(MoneyError) as error:
        parse_pounds(text)
    assert error.value.sentence == sentence


@given(st.decimals(-MOST, MOST, places=2))
def test_what_we_write_we_read(amount):
    assert parse_pounds(format_pounds(amount)) == amount
    assert parse_pounds(f"({abs(amount)})") == -abs(amount)
    assert parse_pounds(f"{abs(amount):,} CR") == -abs(amount)


@given(st.text())
def test_any_text_is_an_amount_or_a_money_error(text):
    with contextlib.suppress(MoneyError):
        assert str(parse_pounds(text))[-3] == "."


@given(st.text(alphabet="0123456789.,£()-+ CRDRe\u00a0", max_size=12))
def test_the_digits_of_an_amount_are_the_digits_that_were_written(text):
    try:
        amount = parse_pounds(text)
    except MoneyError:
        return
    written = "".join(character for character in text.partition(".")[0] if character.isdigit())
    assert int(abs(amount)) == int(written or 0)
