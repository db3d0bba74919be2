"""Whatever was agreed and whatever the year costs: what is shared sums to the whole and nobody is a penny off."""

from dataclasses import replace
from decimal import Decimal as D
from fractions import Fraction

from hypothesis import assume, given
from hypothesis import strategies as st

from alliance.core.money import round_to_penny, split
from alliance.core.periods import Month
from ledger.models import Accrual
from ledger.sharing import ShareTerms, meet_overspend, return_underspend, share
from ledger.timing import spread

PENNY = D("0.01")
amounts = st.decimals(D("0.00"), D("9999999999.99"), places=2)
percents = st.one_of(st.integers(0, 100), st.decimals(D(0), D(100), places=3))
weights = st.one_of(st.integers(0, 1000), st.decimals(D(0), D(1000), places=4))


@st.composite
def terms(draw) -> ShareTerms:
    split = draw(st.lists(weights, min_size=1, max_size=20).filter(any))
    return ShareTerms(
        draw(amounts.filter(bool)),
        draw(percents),
        draw(percents),
        draw(percents),
        draw(st.none() | percents),
        draw(st.none() | percents),
        tuple((f"Provider {n}", weight) for n, weight in enumerate(split)),
    )


@st.composite
def costs_near(draw, agreed: ShareTerms) -> D:
    """Anywhere, or within a few pennies of where the rule bends."""
    bends = agreed.bends(D(-1), D("9999999999.99"))
    near = st.builds(
        lambda bend, pence: max(bend + pence * PENNY, D(0)), st.sampled_from(bends), st.integers(-3, 3)
    )
    return draw(near if bends and draw(st.booleans()) else amounts)


@st.composite
def years(draw) -> tuple[ShareTerms, D]:
    agreed = draw(terms())
    return agreed, draw(costs_near(agreed))


@given(years(), st.data())
def test_the_parts_sum_to_the_share_and_both_sides_to_the_variance(year, data):
    agreed, actual = year
    disallowed = data.draw(st.decimals(D(0), actual, places=2)) if actual else D(0)
    outcome = share(agreed, actual, disallowed)
    assert sum(amount for _, amount in outcome.parts) == outcome.providers
    assert outcome.providers + outcome.commissioners == agreed.target - (actual - disallowed)
    steps = {step.name: step for step in outcome.steps}
    assert steps["Split"].after == steps["Cap"].after == outcome.providers
    for before, after in zip(outcome.steps[:5], outcome.steps[1:5], strict=False):
        assert before.after == after.before


@given(years())
def test_nobody_shares_more_than_the_variance_or_the_cap_or_with_the_other_sign(year):
    outcome = share(*year)
    cap = outcome.terms.cap(gain=outcome.is_gain)
    assert abs(outcome.providers) <= abs(outcome.beyond) <= abs(outcome.variance)
    assert abs(outcome.commissioners) <= abs(outcome.variance)
    assert cap is None or abs(outcome.providers) <= cap
    sign = 1 if outcome.is_gain else -1
    for amount in [outcome.beyond, outcome.uncapped, outcome.providers, outcome.commissioners]:
        assert amount * sign >= 0
    assert all(amount * sign >= 0 for _, amount in outcome.parts)


@given(years())
def test_no_part_and_no_share_is_a_penny_off_its_exact_value(year):
    outcome = share(*year)
    agreed = outcome.terms
    exact = Fraction(outcome.beyond) * Fraction(agreed.share_percent(gain=outcome.is_gain)) / 100
    assert abs(Fraction(outcome.uncapped) - exact) <= Fraction(PENNY) / 2
    total = sum(map(Fraction, agreed.weights))
    for (_, amount), weight in zip(outcome.parts, agreed.weights, strict=True):
        assert abs(Fraction(amount) - Fraction(outcome.providers) * Fraction(weight) / total) < Fraction(
            PENNY
        )


@given(terms(), st.data())
def test_a_year_that_costs_more_never_gives_either_side_more(agreed, data):
    """Monotone in gain, across the band and in pain."""
    less, more = sorted([data.draw(costs_near(agreed)), data.draw(costs_near(agreed))])
    cheap, dear = share(agreed, less), share(agreed, more)
    assert cheap.providers >= dear.providers
    assert cheap.commissioners >= dear.commissioners


@given(years())
def test_gain_and_pain_are_mirror_images_under_the_same_terms(year):
    agreed, actual = year
    mirror = 2 * agreed.target - actual
    assume(mirror >= 0 and mirror != actual)
    same = replace(
        agreed, pain_share_percent=agreed.gain_share_percent, pain_cap_percent=agreed.gain_cap_percent
    )
    one, other = share(same, actual), share(same, mirror)
    assert one.providers == -other.providers
    assert [amount for _, amount in one.parts] == [-amount for _, amount in other.parts]


@given(years(), st.randoms(use_true_random=False))
def test_names_change_nothing_and_order_only_where_remainders_tie(year, chance):
    agreed, actual = year
    outcome = share(agreed, actual)
    renamed = replace(agreed, split=tuple((name[::-1], weight) for name, weight in agreed.split))
    assert [amount for _, amount in share(renamed, actual).parts] == [amount for _, amount in outcome.parts]
    shuffled = list(agreed.split)
    chance.shuffle(shuffled)
    found = dict(share(replace(agreed, split=tuple(shuffled)), actual).parts)
    assert all(abs(found[name] - amount) <= PENNY for name, amount in outcome.parts)


@given(years())
def test_between_two_bends_the_share_runs_straight(year):
    """What the chart relies on: no bend is missed."""
    agreed, actual = year
    limit = D("9999999999.99")
    bends = [D(0), *agreed.bends(D(0), limit), limit]
    low = max(bend for bend in bends if bend <= actual)
    high = min(bend for bend in bends if bend >= actual)
    assume(low < high)
    first, last = share(agreed, low).providers, share(agreed, high).providers
    straight = Fraction(first) + (Fraction(last) - Fraction(first)) * Fraction(actual - low) / Fraction(
        high - low
    )
    assert abs(Fraction(share(agreed, actual).providers) - straight) <= Fraction(2 * PENNY)


@given(amounts, amounts, st.lists(amounts, min_size=1, max_size=20).filter(any))
def test_an_overspend_is_met_to_the_penny(overspend, brought_forward, contributions):
    """Rule 39."""
    met = meet_overspend(overspend, brought_forward, list(enumerate(contributions)))
    assert met.from_brought_forward + sum(amount for _, amount in met.parts) == overspend
    assert met.from_brought_forward == min(overspend, brought_forward)
    rest = overspend - met.from_brought_forward
    for n, amount in met.parts:
        exact = Fraction(rest) * Fraction(contributions[n]) / Fraction(sum(contributions))
        assert abs(Fraction(amount) - exact) < Fraction(PENNY)


@given(amounts, percents, st.lists(amounts, min_size=1, max_size=20).filter(any))
def test_an_underspend_is_returned_to_the_penny(underspend, percent, contributions):
    """Rule 39."""
    kept = min(round_to_penny(Fraction(underspend) * Fraction(percent) / 100), underspend)
    found = return_underspend(underspend, list(enumerate(contributions)), [("Carried forward", kept)])
    assert kept + sum(amount for _, amount in found.parts) == underspend
    assert all(amount >= 0 for _, amount in found.parts)
    for n, amount in found.parts:
        exact = Fraction(underspend - kept) * Fraction(contributions[n]) / Fraction(sum(contributions))
        assert abs(Fraction(amount) - exact) < Fraction(PENNY)


@given(amounts.filter(bool), st.integers(1, 36), st.integers(0, 11))
def test_a_prepayment_is_used_up_to_the_penny_by_the_months_that_follow(amount, over, place):
    """Rules 34, 37: the months after its own, one by one; the first ones take the pennies that are left over."""
    month = Month(2026, 4).shifted(place)
    (own, taken), *used = spread(Accrual.Kind.PREPAYMENT, month, over, amount)
    assert (own, taken) == (month, -amount)
    assert [later for later, _ in used] == [month.shifted(by) for by in range(1, over + 1)]
    parts = [part for _, part in used]
    assert sum(parts) == amount
    assert all(abs(Fraction(part) - Fraction(amount) / over) < Fraction(PENNY) for part in parts)
    assert parts == sorted(parts, reverse=True)


@given(
    amounts,
    st.lists(st.one_of(weights, st.fractions(0, 1000)), min_size=1, max_size=40).filter(any),
    st.integers(1, 1000),
)
def test_any_split_is_exact_whatever_the_shares_are_counted_in(amount, shares, times):
    """Rule 37: shares as people, hours, per cents or fractions; counted in another unit they give the same parts."""
    parts = split(amount, shares)
    whole = sum(map(Fraction, shares))
    assert sum(parts) == amount
    for part, one in zip(parts, shares, strict=True):
        assert abs(Fraction(part) - Fraction(amount) * Fraction(one) / whole) < Fraction(PENNY)
        assert one or not part
    assert parts == split(amount, [Fraction(one) * times for one in shares])
