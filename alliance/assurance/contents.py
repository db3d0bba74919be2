"""What a report says, as facts: frozen values that are kept as canonical JSON and drawn from nothing else (rule 52).

`gathering.gather` makes a `Contents`, `freeze` turns it into the bytes that are kept and hashed, `thaw` reads them
back into equal values. Facts only: the sentences are the templates' (house 20). Amounts are Decimals in pounds.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Self

from alliance.core.frozen import freeze, revive

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Party:
    """A participant: `kind` and `form` in words; `speaks`: its representatives and deputies that day."""

    name: str
    short_name: str
    kind: str
    form: str
    joined_on: date
    speaks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cover:
    """`asked_by` "" is the calendar; `covers_until` is before `ends_on` in an interim report."""

    alliance: str
    purpose: str
    is_demonstration: bool
    quarter: str
    label: str
    starts_on: date
    ends_on: date
    covers_until: date
    number: int
    version: int
    asked_by: str
    cut_off: datetime
    participants: tuple[Party, ...]

    @property
    def is_interim(self) -> bool:
        return self.covers_until < self.ends_on


@dataclass(frozen=True, slots=True)
class Voice:
    """Where a participant stood, and who said it: "Haven", "Agrees", "Dev Deputy for Pat Provider, Haven"."""

    participant: str
    stance: str
    said_by: str


@dataclass(frozen=True, slots=True)
class Objected:
    """An objection: what it rests on, what would remove it, and how it was resolved ("" while it is not)."""

    participant: str
    grounds: tuple[str, ...]
    would_help: str
    resolved_on: date | None
    resolution: str


@dataclass(frozen=True, slots=True)
class Agreed:
    """A decision sealed in the quarter; `voices` is its whole roll (rule 2), `best_for_people` its test (rule 15)."""

    number: int
    title: str
    text: str
    why: str
    best_for_people: str
    decided_on: date
    proposed_by: str
    wording_hash: str
    amount: Decimal | None
    voices: tuple[Voice, ...]
    objections: tuple[Objected, ...]
    alone: str = ""  # who decided it alone and by what right; nobody else was asked then (rules 1, 12)

    @property
    def standing_aside(self) -> tuple[str, ...]:
        """Those on the roll who left the way free without agreeing (rule 6)."""
        return tuple(voice.participant for voice in self.voices if voice.stance == "Stands aside")


@dataclass(frozen=True, slots=True)
class Undecided:
    """A proposal without a decision on the last day; `state` in words, as it stood at the cut-off; `unanswered`: who
    had said nothing to its current wording by then. While answers are independent nobody is named and `asked` is 0:
    a report is read by people who have not answered yet."""

    number: int
    title: str
    state: str
    opened_on: date
    answer_by: date
    asked: int
    unanswered: tuple[str, ...]
    objections: tuple[Objected, ...]


@dataclass(frozen=True, slots=True)
class Decisions:
    agreed: tuple[Agreed, ...]
    undecided: tuple[Undecided, ...]


@dataclass(frozen=True, slots=True)
class Contribution:
    """What a participant agreed to put in for the year, and what had arrived at the cut-off."""

    participant: str
    agreed: Decimal
    received: Decimal


@dataclass(frozen=True, slots=True)
class Spend:
    """What was spent under one name; `budget` is the year's, where there is one."""

    name: str
    quarter: Decimal
    year: Decimal
    budget: Decimal | None = None


@dataclass(frozen=True, slots=True)
class MonthOfMoney:
    """A month of the year so far: what was spent in it, and which participants have reported."""

    label: str
    ends_on: date
    spent: Decimal
    reported: int
    expected: int
    missing: tuple[str, ...]
    closed_on: date | None
    in_quarter: bool


@dataclass(frozen=True, slots=True)
class PlanOpen:
    """An action plan that is not finished: `written` or still to be, by `due_on` (rule 40)."""

    number: int
    line: str
    written: bool
    due_on: date


@dataclass(frozen=True, slots=True)
class Outlook:
    """What the year is forecast to cost as the book stood at the cut-off; `beyond`: lines with their variance in words.

    `percent` is the alliance's: from there on a line has an action plan.
    """

    spent: Decimal
    year_end: Decimal
    variance: str
    percent: Decimal
    beyond: tuple[tuple[str, str], ...]
    plans: tuple[PlanOpen, ...]

    @property
    def to_come(self) -> Decimal:
        return self.year_end - self.spent


@dataclass(frozen=True, slots=True)
class QueryOpen:
    """A query on a line that is neither settled nor withdrawn, by name of organisation; `days` is its age."""

    number: int
    asked_by: str
    asked_of: str
    line: str
    month: str
    asked_on: date
    days: int
    answered: bool


@dataclass(frozen=True, slots=True)
class MonthRestated:
    """A material error in a closed month (rule 33): what the book said, what was posted to put it right, and by which
    decision."""

    month: str
    participant: str
    line: str
    category: str
    original: Decimal
    restated: Decimal
    decision: int

    @property
    def correction(self) -> Decimal:
        return self.restated - self.original


@dataclass(frozen=True, slots=True)
class Money:
    """The quarter, and the financial year up to its end. `pool` is contributions plus brought forward. `queries` are
    those that are unresolved at the cut-off, whatever month their lines are of; None in reports made before they were
    told.
    """

    year: str
    brought_forward: Decimal
    pool: Decimal
    spent_in_quarter: Decimal
    spent_in_year: Decimal
    contributions: tuple[Contribution, ...]
    lines: tuple[Spend, ...]
    participants: tuple[Spend, ...]
    categories: tuple[Spend, ...]
    months: tuple[MonthOfMoney, ...]
    outlook: Outlook | None = None  # reports made before there was a forecast have none
    queries: tuple[QueryOpen, ...] | None = None
    restated: tuple[MonthRestated, ...] = ()

    @property
    def arrived(self) -> Decimal:
        return self.brought_forward + sum(one.received for one in self.contributions)

    @property
    def left_in_pool(self) -> Decimal:
        return self.pool - self.spent_in_year

    @property
    def unanswered(self) -> int:
        """How many of the unresolved queries have no answer."""
        return sum(not one.answered for one in self.queries or ())

    @property
    def months_of_quarter(self) -> tuple[MonthOfMoney, ...]:
        return tuple(month for month in self.months if month.in_quarter)


@dataclass(frozen=True, slots=True)
class ActionOpen:
    number: int
    what: str
    taken_by: str
    due_on: date | None


@dataclass(frozen=True, slots=True)
class ReviewHeld:
    """A learning review: the three governance questions and their answers, in the words of those in the room."""

    number: int
    title: str
    held_on: date
    present: tuple[str, ...]
    absent: tuple[str, ...]
    answers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ExperimentTold:
    """`state` in words, with how it turned out; those that failed are told like the others (rule 51)."""

    number: int
    title: str
    question: str
    state: str
    started_on: date
    ends_on: date | None
    ended_on: date | None
    learned: str


@dataclass(frozen=True, slots=True)
class Learning:
    """`actions_done` and `actions_let_go` count the quarter's; `actions` are those open on its last day."""

    reviews: tuple[ReviewHeld, ...]
    experiments: tuple[ExperimentTold, ...]
    actions_agreed: int
    actions_done: int
    actions_let_go: int
    actions: tuple[ActionOpen, ...]


@dataclass(frozen=True, slots=True)
class Remark:
    """Words about one observation: `position` counts from 0."""

    position: int
    text: str


@dataclass(frozen=True, slots=True)
class MeasureKept:
    """A measure's observations and the settings of its XmR chart (rule 49). It has no target (rule 47)."""

    name: str
    tells: str
    unit: str
    source: str
    direction: str
    is_mandatory: bool
    screening: bool
    baseline: int | None
    rebases: tuple[int, ...]
    labels: tuple[str, ...]
    values: tuple[Decimal, ...]
    remarks: tuple[Remark, ...]


@dataclass(frozen=True, slots=True)
class PrincipleSigned:
    letter: str
    title: str
    wording: str
    version: int


@dataclass(frozen=True, slots=True)
class SelfCheck:
    """Whether the software's promises held: how many were checked, and each that did not hold, in a sentence."""

    at: datetime
    promises: int
    breaks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """What is missing, found by the software; nobody can leave it out (rule 54). `room` says where."""

    room: str
    what: str


@dataclass(frozen=True, slots=True)
class RecordHead:
    """Where the record stood at the cut-off. `hash` is hexadecimal."""

    chain: str
    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Contents:
    format: int
    cover: Cover
    decisions: Decisions
    money: Money | None
    learning: Learning
    measures: tuple[MeasureKept, ...]
    principles: tuple[PrincipleSigned, ...]
    self_check: SelfCheck
    gaps: tuple[Gap, ...]
    record: RecordHead

    def freeze(self) -> bytes:
        """Canonical JSON (RFC 8785): the same facts are the same bytes."""
        return freeze(self)

    @classmethod
    def thaw(cls, snapshot: bytes) -> Self:
        """The values that these bytes were made of. ValueError for a snapshot of another format."""
        kept = json.loads(snapshot)
        if kept["format"] != FORMAT:
            raise ValueError(f"This snapshot has format {kept['format']}; format {FORMAT} can be read here.")
        return revive(cls, kept)
