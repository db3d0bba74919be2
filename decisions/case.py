"""The case that a proposal puts: everything that an assent binds, as one value with one hash."""

import hashlib
import unicodedata
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from decimal import Decimal

from django.db import models

from alliance.core.record import canonical


class Effect(models.TextChoices):
    SUPPORTS = "supports", "Supports it"
    TENSION = "tension", "In tension with it"
    NOT_ENGAGED = "not_engaged", "Not engaged"


@dataclass(frozen=True)
class Bearing:
    """What the proposal does to one principle, in words; "not engaged" needs its reason too (rule 15)."""

    effect: str = ""
    words: str = ""


@dataclass(frozen=True)
class File:
    """An attachment as a wording names it: `sha256` in hexadecimal."""

    title: str
    version: int
    sha256: str


@dataclass(frozen=True)
class Case:
    """What is put to the alliance. Incomplete while it is a draft; `missing` says what is still to be told.

    `tests` maps a principle's id to its Bearing. Texts are NFC with "\\n" line ends and no blanks around. `effect` is
    what the seal carries out: {"kind": …, terms} of `decisions.effects`, or {} for nothing; its values are str, int,
    bool, None, or lists of these. `risks` are the numbers of the risks that it touches. `legal_basis` and `consulted`
    belong to a reserved decision (rule 12).
    """

    title: str = ""
    text: str = ""
    why: str = ""
    alternatives: str = ""
    affected: str = ""
    heard: str = ""
    legal_basis: str = ""
    consulted: str = ""
    amount: Decimal | None = None
    review_on: date | None = None
    effect: dict = field(default_factory=dict)
    risks: tuple[int, ...] = ()
    files: tuple[File, ...] = ()
    tests: dict[int, Bearing] = field(default_factory=dict)

    def tidy(self) -> "Case":
        texts = {name: _tidy(getattr(self, name)) for name in ALL_TEXTS}
        return replace(
            self,
            **texts,
            risks=tuple(sorted(set(self.risks))),
            files=tuple(sorted(self.files, key=lambda one: (one.title, one.version))),
            tests={int(pk): Bearing(test.effect, _tidy(test.words)) for pk, test in self.tests.items()},
        )

    def missing(self, principles: Iterable, kind: str = "key") -> dict[str, str]:
        """What must be said before it can be put: {field: sentence} (rules 12, 15, 16). Empty when it is complete.

        A decision of one person needs the minimum record and words on "best for people"; a key one every principle.
        """
        said = {name: ask for name, ask in NEEDED[kind].items() if not getattr(self, name).strip()}
        for principle in principles:
            if kind != "key" and not principle.is_best_for_people and principle.pk not in self.tests:
                continue
            test = self.tests.get(principle.pk, Bearing())
            name = f"principle ({principle.letter}), {principle.title}"
            if test.effect not in Effect.values:
                said[effect_field(principle.pk)] = f"Say what the proposal does to {name}"
            elif not test.words.strip():
                verb = (
                    "why it is not engaged by"
                    if test.effect == Effect.NOT_ENGAGED
                    else "in words how it touches"
                )
                said[words_field(principle.pk)] = f"Say {verb} {name}"
        return said

    def body(self, *, proposal: int, version: int, principles: Iterable) -> bytes:
        """The canonical bytes (RFC 8785) that are hashed: the case, whose it is and which version."""
        return canonical(
            {
                "v": 2,
                "proposal": proposal,
                "version": version,
                **{name: getattr(self, name) for name in ALL_TEXTS},
                "amount": self.amount,
                "review_on": self.review_on,
                "effect": self.effect,
                "risks": list(self.risks),
                "files": [asdict(one) for one in self.files],
                "principles": [
                    {
                        "letter": one.letter,
                        "version": one.version,
                        "wording": one.wording,
                        "effect": self.tests[one.pk].effect,
                        "words": self.tests[one.pk].words,
                    }
                    for one in sorted(principles, key=lambda one: one.letter)
                    if one.pk in self.tests
                ],
            }
        )

    def to_json(self) -> dict:
        return asdict(self) | {
            "amount": str(self.amount) if self.amount is not None else None,
            "review_on": self.review_on.isoformat() if self.review_on else None,
            "risks": list(self.risks),
            "files": [asdict(one) for one in self.files],
            "tests": {str(pk): asdict(test) for pk, test in self.tests.items()},
        }

    @classmethod
    def from_json(cls, said: dict) -> "Case":
        if not said:
            return cls()
        return cls(
            **{name: said.get(name, "") for name in ALL_TEXTS},
            effect=said.get("effect", {}),
            risks=tuple(said.get("risks", ())),
            files=tuple(File(**one) for one in said.get("files", ())),
            amount=Decimal(said["amount"]) if said["amount"] is not None else None,
            review_on=date.fromisoformat(said["review_on"]) if said["review_on"] else None,
            tests={int(pk): Bearing(**test) for pk, test in said["tests"].items()},
        )


TEXTS = ("title", "text", "why", "alternatives", "affected", "heard")
ALL_TEXTS = (*TEXTS, "legal_basis", "consulted")
RECORD = {
    "title": "Enter the question in one line",
    "text": "Enter the wording that everybody is asked to agree to",
    "why": "Enter the reasons for the proposal",
    "alternatives": "Enter the alternatives that were considered and rejected, or “None considered, because…”",
}
ALONE = RECORD | {
    "title": "Enter the decision in one line",
    "text": "Enter what is decided",
    "why": "Enter the reasons for the decision",
}
NEEDED = {
    "key": RECORD
    | {
        "affected": "Enter who is affected",
        "heard": "Enter how people using services were heard, or why they were not",
    },
    "operational": ALONE,
    "reserved": ALONE
    | {
        "legal_basis": "Enter the law or the duty by which it is decided alone",
        "consulted": "Enter whom you consulted and what they said, or why nobody was",
    },
}
DOMAIN = b"concordat/wording/1"


def effect_field(principle_id: int) -> str:
    return f"effect_{principle_id}"


def words_field(principle_id: int) -> str:
    return f"words_{principle_id}"


def hash_of(body: bytes) -> str:
    """Hexadecimal SHA-256 of the domain tag and the canonical bytes; `sql/guards.sql` computes the same."""
    return hashlib.sha256(DOMAIN + body).hexdigest()


def _tidy(text: str) -> str:
    return unicodedata.normalize("NFC", (text or "").replace("\r\n", "\n")).strip()
