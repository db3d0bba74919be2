"""Whatever stands in the book and whoever shares it: full costs sum to the pool, and nobody is a penny off (35, 37)."""

from decimal import Decimal as D
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from ledger.full_cost import Cost, SharedLine, full_costs
from ledger.vat import Standing, charged, in_other_hands, purchase

PENNY = D("0.01")
PARTIES = ("Haven", "Beacon", "Harbour", "Quay")
LINES = ("Premises", "Governance", "Outreach", "Nights")
amounts = st.decimals(D("-99999999.99"), D("99999999.99"), places=2)
figures = st.decimals(D(0), D("9999.99"), places=2)
bases = st.none() | st.lists(
    st.tuples(st.sampled_from(PARTIES), figures), max_size=4, unique_by=lambda one: one[0]
).map(tuple)
costs = st.lists(
    st.builds(
        Cost,
        st.sampled_from(PARTIES),
        st.sampled_from(LINES),
        st.sampled_from(["direct_staff", "overhead", "irrecoverable_vat"]),
        amounts,
    ),
    max_size=12,
)
percents = st.decimals(D(0), D(100), places=2)


@given(costs, bases, bases)
def test_full_costs_sum_to_the_pool_and_every_share_is_its_exact_one_within_a_penny(
    book, premises, governance
):
    shared = [SharedLine("Premises", premises), SharedLine("Governance", governance)]
    found = full_costs(book, shared, PARTIES)
    assert sum(one.full for one in found.by_participant) == found.pool == sum(one.amount for one in book)
    kept = [one for one in book if one.line not in ("Premises", "Governance")]
    for overhead, agreed in zip(found.overheads, shared, strict=True):
        assert overhead.cost == sum(one.amount for one in book if one.line == overhead.line)
        assert sum(amount for _, amount in overhead.borne) == overhead.cost
        if not overhead.steps:
            assert not any(figure for _, figure in agreed.basis or ())
            continue
        assert sum(step.share for step in overhead.steps) == overhead.cost
        assert sum(step.proportion for step in overhead.steps) == 1
        for step in overhead.steps:
            assert abs(Fraction(step.share) - step.exact) < Fraction(PENNY)
            spent = sum(one.amount for one in kept if one.who == step.who)
            assert step.figure == (spent if agreed.basis is None else dict(agreed.basis)[step.who])


@given(st.decimals(D("0.01"), D("999999999.99"), places=2), percents, percents)
def test_a_purchase_costs_its_net_price_and_what_is_not_recovered_rounded_once(net, rate, recovered):
    made = purchase(net, rate, Standing(recovered))
    assert made.cost == made.net + made.vat - made.recovered
    assert net <= made.cost <= net + made.vat
    exact = Fraction(made.vat) * (100 - Fraction(recovered)) / 100
    assert abs(Fraction(made.irrecoverable) - exact) <= Fraction(PENNY) / 2


@given(st.lists(amounts, max_size=6), percents.filter(lambda one: one < 100), percents)
def test_in_the_same_hands_nothing_changes_and_in_others_what_they_would_not_recover(lost, ours, theirs):
    book = [(amount, ours) for amount in lost]
    assert in_other_hands(book, ours) == sum(lost)
    exact = sum(charged(*one) for one in book) * (100 - Fraction(theirs)) / 100
    assert abs(Fraction(in_other_hands(book, theirs)) - exact) <= Fraction(PENNY) / 2
    assert in_other_hands(book, D(100)) == 0
