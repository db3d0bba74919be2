"""Gain and pain (rule 38), and what happens to a pool that was spent too much or too little (rule 39).

Pure calculation: no database, no clock. Amounts are exact pounds and pence; a percentage is a Decimal or an int
from 0 to 100. Each sum that the rule names (band, share, cap) is rounded half-up to the penny where it is named, so
that every step can be done again with a pocket calculator; each split is by largest remainder (rule 37).
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from alliance.core.money import ZERO, MoneyError, format_pounds, pounds, round_to_penny, split

Weight = Decimal | int
Part = tuple[Hashable, Decimal]
STEP = Decimal("2.5")  # per cent between two of the outcomes


@dataclass(frozen=True, slots=True)
class ShareTerms:
    """What was agreed about sharing. A cap of None is no cap; `split` is the providers with their weights.

    The weights are percentages or any numbers in proportion, in the order of the agreement, which breaks ties.
    A target of nothing, a percentage outside 0 to 100, or nobody with a weight is a MoneyError.
    """

    target: Decimal
    neutral_band_percent: Weight
    gain_share_percent: Weight
    pain_share_percent: Weight
    gain_cap_percent: Weight | None
    pain_cap_percent: Weight | None
    split: tuple[tuple[Hashable, Weight], ...]

    def __post_init__(self):
        if pounds(self.target) <= 0:
            raise MoneyError("the target must be more than nothing")
        for name in ("neutral_band", "gain_share", "pain_share", "gain_cap", "pain_cap"):
            percent = getattr(self, f"{name}_percent")
            if percent is None and name.endswith("cap"):
                continue
            if not _is_percent(percent):
                raise MoneyError(f"the {name.replace('_', ' ')} {percent} is not a percentage from 0 to 100")
        names = [name for name, _ in self.split]
        if len(set(names)) < len(names):
            raise MoneyError("somebody is named twice in the split")
        if not any(self.weights):
            raise MoneyError("nobody has a share in the split")
        split(ZERO, self.weights)  # refuses what is no weight

    @property
    def weights(self) -> list[Weight]:
        return [weight for _, weight in self.split]

    @property
    def band(self) -> Decimal:
        """How far from the target nobody shares, in pounds."""
        return percent_of(self.target, self.neutral_band_percent)

    def share_percent(self, *, gain: bool) -> Weight:
        return self.gain_share_percent if gain else self.pain_share_percent

    def cap_percent(self, *, gain: bool) -> Weight | None:
        return self.gain_cap_percent if gain else self.pain_cap_percent

    def cap(self, *, gain: bool) -> Decimal | None:
        """The most that the providers receive, or pay, in pounds."""
        percent = self.cap_percent(gain=gain)
        return None if percent is None else percent_of(self.target, percent)

    def bends(self, low: Decimal, high: Decimal) -> list[Decimal]:
        """The costs between those two, lowest first, where the shares begin to run differently, to the penny.

        They are the target, the edges of the band and where a cap is reached.
        """
        places = [Fraction(self.target)]
        for gain, side in ((True, -1), (False, 1)):
            places.append(places[0] + side * Fraction(self.band))
            cap, percent = self.cap(gain=gain), self.share_percent(gain=gain)
            if cap is not None and percent:
                places.append(places[-1] + side * Fraction(cap) * 100 / Fraction(percent))
        return sorted({round_to_penny(place) for place in places if low < place < high})


@dataclass(frozen=True, slots=True)
class Step:
    """One step of rule 38: its name, what it does in words, the amount that goes in and the amount that comes out."""

    name: str
    words: str
    before: Decimal
    after: Decimal


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a cost means under the terms. Positive is gain: the providers receive. Negative is pain: they pay.

    `providers` and `commissioners` sum to `variance`; `parts`, in the terms' order, sum to `providers`.
    """

    terms: ShareTerms
    actual: Decimal
    disallowed: Decimal
    beyond: Decimal
    uncapped: Decimal
    providers: Decimal
    parts: tuple[Part, ...]

    @property
    def allowed(self) -> Decimal:
        return self.actual - self.disallowed

    @property
    def variance(self) -> Decimal:
        """Target less allowed cost."""
        return self.terms.target - self.allowed

    @property
    def commissioners(self) -> Decimal:
        return self.variance - self.providers

    @property
    def is_gain(self) -> bool:
        return self.variance >= 0

    @property
    def is_capped(self) -> bool:
        return self.providers != self.uncapped

    @property
    def sentence(self) -> str:
        """What it would come to, for somebody who reads nothing else."""
        cost = f"If the year costs {format_pounds(self.actual)}"
        if self.disallowed:
            cost += f", of which {format_pounds(self.disallowed)} is not allowed"
        return f"{cost}, {self.consequence}"

    @property
    def consequence(self) -> str:
        """ "the providers receive £25,635.05 of the £112,087.63 below the target, and the commissioners keep …" """
        whole, theirs, ours = (
            format_pounds(abs(one)) for one in (self.variance, self.providers, self.commissioners)
        )
        if not self.variance:
            return "it meets the target exactly and there is nothing to share."
        if self.is_gain:
            if self.providers:
                return (
                    f"the providers receive {theirs} of the {whole} below the target, "
                    f"and the commissioners keep {ours}."
                )
            return (
                f"the providers receive nothing of the {whole} below the target; the commissioners keep it."
            )
        if self.providers:
            return (
                f"the providers pay {theirs} of the {whole} above the target, "
                f"and the commissioners bear {ours}."
            )
        return f"the providers pay nothing of the {whole} above the target; the commissioners bear it."

    @property
    def steps(self) -> tuple[Step, ...]:
        """Rule 38, step by step, in its order; each can be done again by hand."""
        terms, gain = self.terms, self.is_gain
        percent, cap = terms.share_percent(gain=gain), terms.cap(gain=gain)
        receive, keep = ("receive", "keep") if gain else ("pay", "bear")
        if self.disallowed:
            disallowed = f"Take {format_pounds(self.disallowed)} off: whoever spent it bears it alone."
        else:
            disallowed = "Nothing is disallowed: the whole cost counts."
        variance = f"Take the cost that counts from the target of {format_pounds(terms.target)}: "
        if self.variance:
            variance += "less was spent, which is gain." if gain else "more was spent, which is pain."
        else:
            variance += "it is met exactly."
        width = f"{_percent(terms.neutral_band_percent)} of the target, {format_pounds(terms.band)},"
        if not terms.neutral_band_percent:
            band = "There is no neutral band: the whole variance is shared."
        elif self.beyond:
            band = f"The first {width} is not shared: take it off."
        else:
            band = f"What is within {width} is not shared: nothing is left."
        most = f"{_percent(terms.cap_percent(gain=gain) or 0)} of the target, {format_pounds(cap or ZERO)}"
        if not self.beyond:
            shared = capped = parted = "There is nothing to share."
        else:
            shared = (
                f"The providers {receive} {_percent(percent)} of what is beyond the band, "
                "to the nearest penny (half a penny up)."
            )
            if cap is None:
                capped = f"There is no limit to what the providers {receive}."
            elif self.is_capped:
                capped = f"The providers {receive} no more than {most}: cut it to that."
            else:
                capped = f"The providers {receive} no more than {most}: it is within that."
            weights = " : ".join(_plain(weight) for weight in terms.weights)
            parted = f"Among {len(self.parts)} as {weights}; odd pennies go to the largest remainders."
            if len(self.parts) == 1:
                parted = "All of it is one provider’s."
        return (
            Step("Disallow", disallowed, self.actual, self.allowed),
            Step("Variance", variance, self.allowed, self.variance),
            Step("Neutral band", band, self.variance, self.beyond),
            Step("Share", shared, self.beyond, self.uncapped),
            Step("Cap", capped, self.uncapped, self.providers),
            Step("Split", parted, self.providers, sum((amount for _, amount in self.parts), ZERO)),
            Step(
                "Remainder",
                f"The commissioners {keep} the rest: the variance less the providers’ share.",
                self.variance,
                self.commissioners,
            ),
        )


def share(terms: ShareTerms, actual: Decimal, disallowed: Decimal = ZERO) -> Outcome:
    """Rule 38: disallow, variance, neutral band, share, cap, split, remainder to commissioners.

    `actual` is the cost of the year, `disallowed` the part of it that does not count. More disallowed than was
    spent is a MoneyError.
    """
    actual, disallowed = pounds(actual), pounds(disallowed)
    if not 0 <= disallowed <= max(actual, ZERO):
        raise MoneyError(
            f"the disallowed cost {format_pounds(disallowed)} is not a part of {format_pounds(actual)}"
        )
    variance = terms.target - (actual - disallowed)
    gain = variance >= 0
    sign = 1 if gain else -1
    beyond = max(abs(variance) - terms.band, ZERO)
    uncapped = percent_of(beyond, terms.share_percent(gain=gain))
    cap = terms.cap(gain=gain)
    providers = sign * (uncapped if cap is None else min(uncapped, cap)) + ZERO
    parts = split(providers, terms.weights)
    return Outcome(
        terms=terms,
        actual=actual,
        disallowed=disallowed,
        beyond=sign * beyond + ZERO,
        uncapped=sign * uncapped + ZERO,
        providers=providers,
        parts=tuple(zip((name for name, _ in terms.split), parts, strict=True)),
    )


def outcomes(terms: ShareTerms, *, spread: Decimal = Decimal(15)) -> list[tuple]:
    """(percent above the target, Outcome) for allowed costs from `spread` percent below it to as much above it."""
    count = int(spread / STEP)
    percents = [STEP * n for n in range(-count, count + 1)]
    return [(percent, share(terms, terms.target + percent_of(terms.target, percent))) for percent in percents]


# ── The pool (rule 39) ───────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Met:
    """How an overspend is met: the amounts sum to it. `parts` are in the order of the agreement."""

    from_brought_forward: Decimal
    parts: tuple[Part, ...]


def meet_overspend(
    overspend: Decimal, brought_forward: Decimal, contributions: Iterable[tuple[Hashable, Decimal]]
) -> Met:
    """Rule 39: from what was brought forward first, then in proportion to contributions.

    `contributions` are (who, what was agreed) in the order of the agreement. A negative amount is a MoneyError, and
    so is an overspend that nobody contributes to.
    """
    overspend = _not_negative("overspend", overspend)
    brought_forward = _not_negative("sum brought forward", brought_forward)
    first = min(overspend, brought_forward)
    return Met(first, _in_proportion(overspend - first, contributions))


@dataclass(frozen=True, slots=True)
class Returned:
    """What becomes of an underspend: the amounts of both sum to it. `parts` are in the order of the agreement."""

    decided: tuple[Part, ...]
    parts: tuple[Part, ...]


def return_underspend(
    underspend: Decimal,
    contributions: Iterable[tuple[Hashable, Decimal]],
    decided: Iterable[tuple[Hashable, Decimal]] = (),
) -> Returned:
    """Rule 39: as decided, else returned in proportion to contributions.

    `decided` is (for what or whom, amount) as a decision says, of the whole or of a part; what it does not speak of
    is returned. A negative amount, or a decision on more than there is, is a MoneyError.
    """
    underspend = _not_negative("underspend", underspend)
    decided = tuple((name, _not_negative("amount decided on", amount)) for name, amount in decided)
    left = underspend - sum((amount for _, amount in decided), ZERO)
    if left < 0:
        raise MoneyError(
            f"{format_pounds(-left)} more is decided on than the underspend {format_pounds(underspend)}"
        )
    return Returned(decided, _in_proportion(left, contributions))


def percent_of(amount: Decimal, percent: Weight) -> Decimal:
    """To the nearest penny, half a penny away from zero."""
    return round_to_penny(Fraction(amount) * Fraction(percent) / 100)


def _is_percent(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, Decimal | int):
        return False
    return Decimal(value).is_finite() and 0 <= value <= 100


def _in_proportion(amount: Decimal, shares: Iterable[tuple[Hashable, Decimal]]) -> tuple[Part, ...]:
    shares = list(shares)
    return tuple(
        zip((name for name, _ in shares), split(amount, [weight for _, weight in shares]), strict=True)
    )


def _not_negative(what: str, amount: Decimal) -> Decimal:
    if pounds(amount) < 0:
        raise MoneyError(f"the {what} {format_pounds(amount)} is negative")
    return pounds(amount)


def _plain(number: Weight) -> str:
    """ "45.5", "30"."""
    return f"{Decimal(number).normalize():f}"


def _percent(number: Weight) -> str:
    return f"{_plain(number)}%"
