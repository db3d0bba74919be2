"""What VAT costs whom (rule 36): recoverable VAT is never a cost, irrecoverable VAT is.

Pure calculation: no database, no clock. Amounts are exact pounds and pence; a percentage is what is recovered, from 0
to 100. What a partial recovery leaves is rounded once, half-up to the penny.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from alliance.core.money import ZERO, MoneyError, pounds, round_to_penny

ALL, NONE = Decimal(100), Decimal(0)
# What organisations of a form usually recover, for as long as one has not said so itself.
USUAL = {
    "council": ALL,
    "icb": ALL,
    "nhs": ALL,
    "charity": NONE,
    "cic": NONE,
    "company": ALL,
    "housing": NONE,
}


@dataclass(frozen=True, slots=True)
class Standing:
    """How much of its VAT somebody recovers. `since` is None where nobody has stated it yet."""

    percent: Decimal
    since: date | None = None

    def __post_init__(self):
        if not NONE <= self.percent <= ALL:
            raise MoneyError(f"the percentage {self.percent} is not one from 0 to 100")

    @property
    def is_stated(self) -> bool:
        return self.since is not None

    @property
    def recovers(self) -> str:
        """ "all of it", "none of it", "40% of it"."""
        if self.percent in (ALL, NONE):
            return "all of it" if self.percent else "none of it"
        return f"{self.percent.normalize():f}% of it"


@dataclass(frozen=True, slots=True)
class Course:
    """What a participant stated of its VAT, the newest version first, and what is usual for one of its form."""

    name: str
    form: str  # in words: "council"
    usual: Standing
    stated: tuple[Standing, ...] = ()

    def on(self, day: date) -> Standing:
        """The newest statement whose day has come; else what is usual."""
        return next((one for one in self.stated if one.since <= day), self.usual)

    def not_a_cost(self, day: date) -> str:
        """Why irrecoverable VAT of that day is no cost of it, to read on after a row number; or ""."""
        standing = self.on(day)
        if not standing.is_stated or standing.percent != ALL:
            return ""
        return (
            f"recoverable VAT is never a cost, and {self.name} recovers all of it since "
            f"{standing.since:%-d %B %Y} (rule 36); leave it out, or choose what was bought as its category"
        )

    def doubt(self, day: date) -> str:
        """What is to be thought of where nobody has stated it and organisations of its form recover all; or ""."""
        standing = self.on(day)
        if standing.is_stated or standing.percent != ALL:
            return ""
        return (
            f"{self.name} has not stated how much VAT it recovers. An organisation of its kind ({self.form}) usually "
            "recovers all of it, and what is recovered is never a cost (rule 36)."
        )


# ── A purchase ───────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Purchase:
    """One purchase in somebody's hands: `cost` is the net price with what is not recovered of the VAT."""

    net: Decimal
    vat: Decimal
    recovered: Decimal

    @property
    def irrecoverable(self) -> Decimal:
        return self.vat - self.recovered

    @property
    def cost(self) -> Decimal:
        return self.net + self.irrecoverable


def vat_on(net: Decimal, rate: Decimal) -> Decimal:
    """The VAT of an invoice, to the nearest penny."""
    return round_to_penny(Fraction(pounds(net)) * Fraction(rate) / 100)


def purchase(net: Decimal, rate: Decimal, standing: Standing) -> Purchase:
    """Rule 36: net 100.00 plus VAT 20.00 costs who recovers nothing 120.00, and who recovers all 100.00."""
    vat = vat_on(net, rate)
    lost = round_to_penny(Fraction(vat) * (100 - Fraction(standing.percent)) / 100)
    return Purchase(pounds(net), vat, vat - lost)


# ── What stands in the book ──────────────────────────────────────────────────


def charged(irrecoverable: Decimal, percent: Decimal) -> Fraction:
    """The VAT of which so much was lost by somebody who recovers `percent`, exactly.

    Of somebody who recovers all nothing is lost; where the book says so all the same, it is all that is known.
    """
    lost = 100 - Fraction(percent)
    return Fraction(irrecoverable) * 100 / lost if lost else Fraction(irrecoverable)


def in_other_hands(lost: Iterable[tuple[Decimal, Decimal]], percent: Decimal) -> Decimal:
    """What would be lost of the same VAT if somebody who recovers `percent` had bought everything.

    `lost` is (irrecoverable VAT in the book, percent recovered by whoever bought). Rounded once, at the end.
    """
    whole = sum((charged(*one) for one in lost), Fraction(0))
    return round_to_penny(whole * (100 - Fraction(percent)) / 100) + ZERO
