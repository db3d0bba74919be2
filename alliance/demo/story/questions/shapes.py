"""What is asked, and what can happen to it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

# What can happen to a proposal besides being answered. `after` counts working days from the day it opened.


@dataclass(frozen=True)
class Objects:
    org: str
    after: int
    concern: str
    remedy: str
    principles: str = "b"
    legal_limit: str = ""


@dataclass(frozen=True)
class Resolves:
    org: str
    after: int
    words: str


@dataclass(frozen=True)
class Rewords:
    after: int
    note: str
    changes: dict


@dataclass(frozen=True)
class TakesOver:
    """`org` offers other words on the working day before, and the proposer takes them over."""

    after: int
    org: str
    why: str
    text: str


@dataclass(frozen=True)
class Abstains:
    org: str
    after: int
    reason: str


@dataclass(frozen=True)
class GivesMoreTime:
    after: int
    reason: str


@dataclass(frozen=True)
class Withdraws:
    after: int
    reason: str


@dataclass(frozen=True)
class Question:
    """One proposal. It opens `opened` days or `working` working days before today, or `from_start` after the start.

    Whoever is not in `silent` agrees within `quick` working days of each wording, or on the day that `late` names,
    counted like `after`; `remarks` says what an organisation adds to its yes; `principles` what single principles
    are told: letter → (effect, words).
    """

    key: str
    org: str
    title: str
    text: str
    why: str
    alternatives: str
    affected: str
    heard: str
    best: str
    opened: int = 0
    working: int = 0
    from_start: int = 0
    amount: Decimal | None = None
    review_after: int = 0  # days from the opening
    effect: Callable[..., dict] | None = None  # the world → what the seal carries out
    principles: dict[str, tuple[str, str]] = field(default_factory=dict)
    happens: tuple = ()
    silent: tuple[str, ...] = ()
    late: dict[str, int] = field(default_factory=dict)
    quick: int = 7
    remarks: dict[str, str] = field(default_factory=dict)
    stays: str = ""  # "draft" or "discarded": never put


def pounds(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))
