"""Gain and pain, and a pool spent too much or too little, to the penny (rules 37 to 39)."""

from dataclasses import replace
from decimal import Decimal as D

import pytest

from alliance.core.money import MoneyError
from ledger.sharing import ShareTerms, meet_overspend, outcomes, return_underspend, share

PROVIDERS = (("Haven", D("45.5")), ("Beacon", D("30.25")), ("Quay", D("24.25")))
TERMS = ShareTerms(
    target=D("2400000.00"),
    neutral_band_percent=2,
    gain_share_percent=40,
    pain_share_percent=60,
    gain_cap_percent=5,
    pain_cap_percent=D("1.5"),
    split=PROVIDERS,
)


def amounts(outcome) -> list[D]:
    return [amount for _, amount in outcome.parts]


def said(outcome, name: str) -> str:
    return next(step.words for step in outcome.steps if step.name == name)


def test_the_gain_of_rule_38():
    outcome = share(TERMS, D("2287912.37"))
    assert outcome.variance == D("112087.63")
    assert outcome.beyond == D("64087.63")
    assert outcome.providers == D("25635.05")
    assert outcome.commissioners == D("86452.58")
    assert outcome.parts == (("Haven", D("11663.95")), ("Beacon", D("7754.60")), ("Quay", D("6216.50")))
    assert not outcome.is_capped


def test_the_pain_of_rule_38():
    outcome = share(TERMS, D("2531000.03"))
    assert outcome.variance == D("-131000.03")
    assert outcome.uncapped == D("-49800.02")
    assert outcome.is_capped
    assert outcome.providers == D("-36000.00")
    assert outcome.commissioners == D("-95000.03")
    assert amounts(outcome) == [D("-16380.00"), D("-10890.00"), D("-8730.00")]


def test_every_step_in_the_order_of_rule_38_with_what_goes_in_and_what_comes_out():
    steps = share(TERMS, D("2290000.00"), D("2087.63")).steps
    assert [(step.name, step.before, step.after) for step in steps] == [
        ("Disallow", D("2290000.00"), D("2287912.37")),
        ("Variance", D("2287912.37"), D("112087.63")),
        ("Neutral band", D("112087.63"), D("64087.63")),
        ("Share", D("64087.63"), D("25635.05")),
        ("Cap", D("25635.05"), D("25635.05")),
        ("Split", D("25635.05"), D("25635.05")),
        ("Remainder", D("112087.63"), D("86452.58")),
    ]
    assert [step.words for step in steps] == [
        "Take £2,087.63 off: whoever spent it bears it alone.",
        "Take the cost that counts from the target of £2,400,000.00: less was spent, which is gain.",
        "The first 2% of the target, £48,000.00, is not shared: take it off.",
        "The providers receive 40% of what is beyond the band, to the nearest penny (half a penny up).",
        "The providers receive no more than 5% of the target, £120,000.00: it is within that.",
        "Among 3 as 45.5 : 30.25 : 24.25; odd pennies go to the largest remainders.",
        "The commissioners keep the rest: the variance less the providers’ share.",
    ]


def test_pain_is_told_in_the_same_steps():
    outcome = share(TERMS, D("2531000.03"))
    assert said(outcome, "Disallow") == "Nothing is disallowed: the whole cost counts."
    assert said(outcome, "Variance").endswith("more was spent, which is pain.")
    assert (
        said(outcome, "Cap")
        == "The providers pay no more than 1.5% of the target, £36,000.00: cut it to that."
    )
    assert (
        said(outcome, "Remainder")
        == "The commissioners bear the rest: the variance less the providers’ share."
    )


@pytest.mark.parametrize(
    ("actual", "sentence"),
    [
        (
            "2287912.37",
            (
                "If the year costs £2,287,912.37, the providers receive £25,635.05 of the £112,087.63 "
                "below the target, and the commissioners keep £86,452.58."
            ),
        ),
        (
            "2531000.03",
            (
                "If the year costs £2,531,000.03, the providers pay £36,000.00 of the £131,000.03 above the target, "
                "and the commissioners bear £95,000.03."
            ),
        ),
        (
            "2390000.00",
            (
                "If the year costs £2,390,000.00, the providers receive nothing of the £10,000.00 below the target; "
                "the commissioners keep it."
            ),
        ),
        (
            "2410000.00",
            (
                "If the year costs £2,410,000.00, the providers pay nothing of the £10,000.00 above the target; "
                "the commissioners bear it."
            ),
        ),
        (
            "2400000.00",
            "If the year costs £2,400,000.00, it meets the target exactly and there is nothing to share.",
        ),
    ],
)
def test_the_outcome_in_one_sentence(actual, sentence):
    assert share(TERMS, D(actual)).sentence == sentence


def test_what_is_not_allowed_counts_for_nobody_but_whoever_spent_it():
    with_it, without = share(TERMS, D("2500000.00"), D("212087.63")), share(TERMS, D("2287912.37"))
    assert with_it.sentence.startswith(
        "If the year costs £2,500,000.00, of which £212,087.63 is not allowed, "
    )
    assert with_it.providers == without.providers == D("25635.05")
    with pytest.raises(MoneyError, match="is not a part of"):
        share(TERMS, D("100.00"), D("100.01"))
    with pytest.raises(MoneyError, match="is not a part of"):
        share(TERMS, D("100.00"), D("-0.01"))


def test_at_the_edge_of_the_band_nobody_shares_and_a_penny_beyond_it_only_the_penny_is():
    whole = replace(TERMS, gain_share_percent=100, pain_share_percent=100)
    assert share(whole, D("2352000.00")).providers == 0
    assert share(whole, D("2351999.99")).providers == D("0.01")
    assert share(whole, D("2448000.00")).providers == 0
    assert share(whole, D("2448000.01")).providers == D("-0.01")
    assert said(share(whole, D("2352000.00")), "Share") == "There is nothing to share."


def test_half_a_penny_goes_up_in_gain_and_in_pain():
    half = replace(TERMS, neutral_band_percent=0, gain_share_percent=50, pain_share_percent=50)
    assert share(half, D("2399999.99")).providers == D("0.01")
    assert share(half, D("2400000.01")).providers == D("-0.01")
    assert (
        said(share(half, D("2399999.99")), "Neutral band")
        == "There is no neutral band: the whole variance is shared."
    )


def test_without_a_cap_nothing_is_cut():
    free = replace(TERMS, pain_cap_percent=None)
    assert share(free, D("4800000.00")).providers == D("-1411200.00")
    assert said(share(free, D("4800000.00")), "Cap") == "There is no limit to what the providers pay."
    assert share(replace(TERMS, pain_cap_percent=0), D("4800000.00")).providers == 0


def test_equal_parts_give_the_odd_penny_to_the_first_in_the_agreement():
    """Rule 37: 100.00 in three equal parts."""
    thirds = replace(
        TERMS, neutral_band_percent=0, gain_share_percent=100, split=(("A", 1), ("B", 1), ("C", 1))
    )
    assert amounts(share(thirds, D("2399900.00"))) == [D("33.34"), D("33.33"), D("33.33")]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"target": D("0.00")}, "The target must be more than nothing."),
        ({"target": D("-1.00")}, "The target must be more than nothing."),
        ({"gain_share_percent": D("100.01")}, "The gain share 100.01 is not a percentage from 0 to 100."),
        ({"pain_cap_percent": -1}, "The pain cap -1 is not a percentage from 0 to 100."),
        ({"neutral_band_percent": 0.5}, "The neutral band 0.5 is not a percentage from 0 to 100."),
        ({"neutral_band_percent": None}, "The neutral band None is not a percentage from 0 to 100."),
        ({"neutral_band_percent": D("NaN")}, "The neutral band NaN is not a percentage from 0 to 100."),
        ({"split": (("A", 1), ("A", 2))}, "Somebody is named twice in the split."),
        ({"split": ()}, "Nobody has a share in the split."),
        ({"split": (("A", 0),)}, "Nobody has a share in the split."),
        ({"split": (("A", -1), ("B", 2))}, "The share -1 is negative."),
    ],
)
def test_terms_that_mean_nothing_are_refused(wrong, sentence):
    with pytest.raises(MoneyError) as refused:
        replace(TERMS, **wrong)
    assert refused.value.sentence == sentence


def test_a_range_of_costs_around_the_target():
    rows = outcomes(TERMS)
    assert [percent for percent, _ in rows] == [D("2.5") * n for n in range(-6, 7)]
    found = {percent: (outcome.actual, outcome.providers) for percent, outcome in rows}
    assert found[D("-15.0")] == (D("2040000.00"), D("120000.00"))
    assert found[D("-5.0")] == (D("2280000.00"), D("28800.00"))
    assert found[D("0.0")] == (D("2400000.00"), D("0.00"))
    assert found[D("2.5")] == (D("2460000.00"), D("-7200.00"))
    assert found[D("15.0")] == (D("2760000.00"), D("-36000.00"))


def test_the_places_where_the_shares_begin_to_run_differently():
    everywhere = D(0), D("9999999.99")
    caps, band = [D("2052000.00"), D("2508000.00")], [D("2352000.00"), D("2448000.00")]
    assert TERMS.bends(*everywhere) == sorted([*caps, *band, TERMS.target])
    assert TERMS.bends(D("2352000.00"), D("2450000.00")) == [TERMS.target, D("2448000.00")]
    nothing = replace(TERMS, neutral_band_percent=0, gain_share_percent=0, pain_cap_percent=None)
    assert nothing.bends(*everywhere) == [TERMS.target]


def test_an_overspend_is_met_from_what_was_brought_forward_first():
    """Rule 39."""
    pool = [("Council", D("400000.00")), ("Haven", D("120000.00")), ("Beacon", D("80000.00"))]
    met = meet_overspend(D("1000.00"), D("99.99"), pool)
    assert met.from_brought_forward == D("99.99")
    assert met.parts == (("Council", D("600.01")), ("Haven", D("180.00")), ("Beacon", D("120.00")))
    assert meet_overspend(D("50.00"), D("99.99"), pool).from_brought_forward == D("50.00")
    assert {amount for _, amount in meet_overspend(D("50.00"), D("99.99"), pool).parts} == {D("0.00")}


def test_an_underspend_is_returned_in_proportion_unless_it_was_decided():
    """Rule 39."""
    pool = [("Council", D("400000.00")), ("Haven", D("120000.00")), ("Beacon", D("80000.00"))]
    assert return_underspend(D("100.01"), pool).parts == (
        ("Council", D("66.67")),
        ("Haven", D("20.00")),
        ("Beacon", D("13.34")),
    )
    kept = return_underspend(D("100.01"), pool, [("Carried forward", D("40.01"))])
    assert kept.decided == (("Carried forward", D("40.01")),)
    assert [amount for _, amount in kept.parts] == [D("40.00"), D("12.00"), D("8.00")]


def test_a_pool_is_not_shared_out_wrongly():
    with pytest.raises(MoneyError, match=r"the overspend −£1\.00 is negative"):
        meet_overspend(D("-1.00"), D("0.00"), [("A", 1)])
    with pytest.raises(MoneyError, match=r"the sum brought forward −£1\.00 is negative"):
        meet_overspend(D("1.00"), D("-1.00"), [("A", 1)])
    with pytest.raises(MoneyError, match="nobody has a share"):
        meet_overspend(D("1.00"), D("0.00"), [])
    with pytest.raises(MoneyError, match=r"£0\.01 more is decided on than the underspend £1\.00"):
        return_underspend(D("1.00"), [("A", 1)], [("Carried forward", D("1.01"))])
