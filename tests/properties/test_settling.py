"""The end of a year: whatever it cost and whatever was decided, the parts sum to the whole (rules 37, 39)."""

from decimal import Decimal as D
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from alliance.core.money import ZERO
from ledger.settling import settle

pounds = st.decimals(min_value=0, max_value=10**9, places=2)
contributions = st.lists(st.one_of(pounds, st.just(ZERO)), max_size=9).map(lambda them: list(enumerate(them)))
carry = st.one_of(st.none(), st.just(ZERO), pounds)


@given(used=pounds, forward=pounds, contributions=contributions, carry=carry)
def test_a_years_shares_sum_to_what_it_leaves_or_lacks(used, forward, contributions, carry):
    said = settle(used, forward, contributions, carry=carry)
    contributed = sum((amount for _, amount in contributions), ZERO)
    assert said.net == contributed + forward - used
    assert [part.who for part in said.parts] == [who for who, _ in contributions]
    if contributed:
        assert sum((part.share for part in said.parts), ZERO) == said.net
        assert sum((part.carried for part in said.parts), ZERO) == said.carried_forward
        assert said.unmet == 0
    else:
        assert said.settled == 0
        assert said.carried_forward - said.unmet == said.net
    assert 0 <= said.carried_forward <= max(said.net, ZERO)
    if carry is not None and contributed:
        assert said.carried_forward <= carry
    assert all(part.settled * said.net >= 0 and part.carried >= 0 for part in said.parts)


@given(used=pounds, forward=pounds, contributions=contributions, carry=carry)
def test_no_part_of_a_year_is_a_penny_from_its_exact_share(used, forward, contributions, carry):
    said = settle(used, forward, contributions, carry=carry)
    contributed = Fraction(sum((amount for _, amount in contributions), ZERO))
    for part in said.parts if contributed else ():
        for whole, got in ((said.carried_forward, part.carried), (said.settled, part.settled)):
            exact = Fraction(whole) * Fraction(part.contribution) / contributed
            assert abs(Fraction(got) - exact) < D("0.01")


@given(used=pounds, forward=pounds, contributions=contributions)
def test_an_overspend_takes_what_was_brought_forward_before_anybody_pays(used, forward, contributions):
    said = settle(used, forward, contributions)
    contributed = sum((amount for _, amount in contributions), ZERO)
    assert said.overspend == max(used - contributed, ZERO)
    assert said.from_brought_forward == min(said.overspend, forward)
    if said.settled < 0:
        assert said.from_brought_forward == forward
        assert -said.settled == said.overspend - forward
