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
class Case:
    """What is put to the alliance. Incomplete while it is a draft; `missing` says what is still to be told.

    `tests` maps a principle's id to its Bearing. Texts are NFC with "\\n" line ends and no blanks around.
    """

    title: str = ""
    text: str = ""
    why: str = ""
    alternatives: str = ""
    affected: str = ""
    heard: str = ""
    amount: Decimal | None = None
    review_on: date | None = None
    tests: dict[int, Bearing] = field(default_factory=dict)

    def tidy(self) -> "Case":
        texts = {name: _tidy(getattr(self, name)) for name in TEXTS}
        return replace(
            self,
            **texts,
            tests={int(pk): Bearing(test.effect, _tidy(test.words)) for pk, test in self.tests.items()},
        )

    def missing(self, principles: Iterable) -> dict[str, str]:
        """What must be said before it can be put: {field: sentence} (rules 15, 16). Empty when it is complete."""
        said = {name: sentence for name, sentence in NEEDED.items() if not getattr(self, name).strip()}
        for principle in principles:
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
                "v": 1,
                "proposal": proposal,
                "version": version,
                **{name: getattr(self, name) for name in TEXTS},
                "amount": self.amount,
                "review_on": self.review_on,
                "principles": [
                    {
                        "letter": one.letter,
                        "version": one.version,
                        "wording": one.wording,
                        "effect": self.tests[one.pk].effect,
                        "words": self.tests[one.pk].words,
                    }
                    for one in sorted(principles, key=lambda one: one.letter)
                ],
            }
        )

    def to_json(self) -> dict:
        return asdict(self) | {
            "amount": str(self.amount) if self.amount is not None else None,
            "review_on": self.review_on.isoformat() if self.review_on else None,
            "tests": {str(pk): asdict(test) for pk, test in self.tests.items()},
        }

    @classmethod
    def from_json(cls, said: dict) -> "Case":
        if not said:
            return cls()
        return cls(
            **{name: said[name] for name in TEXTS},
            amount=Decimal(said["amount"]) if said["amount"] is not None else None,
            review_on=date.fromisoformat(said["review_on"]) if said["review_on"] else None,
            tests={int(pk): Bearing(**test) for pk, test in said["tests"].items()},
        )


TEXTS = ("title", "text", "why", "alternatives", "affected", "heard")
NEEDED = {
    "title": "Enter the question in one line",
    "text": "Enter the wording that everybody is asked to agree to",
    "why": "Enter the reasons for the proposal",
    "alternatives": "Enter the alternatives that were considered and rejected, or “None considered, because…”",
    "affected": "Enter who is affected",
    "heard": "Enter how people using services were heard, or why they were not",
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
