"""What a seal carries out: joining, leaving, a new principle… each a kind with its terms (rule 22).

A wording's `effect` is {"kind": key, **terms}; its terms are hashed with the wording. Rooms above register their own
kinds (a virement) from their `ready()`.
"""

from collections.abc import Collection
from typing import Any

from alliance.core.refusals import NotPossible
from participants.models import Alliance, User


class Kind:
    """One kind of effect. A subclass says what is wrong with its terms, what they mean, and carries them out."""

    key: str = ""
    label: str = ""
    form: Any = None  # a Form class that asks for the terms; None for none

    def complaints(self, alliance: Alliance, terms: dict) -> list[str]:
        """What is wrong with the terms today: sentences; empty when the seal could carry them out."""
        return []

    def sentences(self, alliance: Alliance, terms: dict) -> list[str]:
        """What the seal will do, in words, for everybody who is asked."""
        return []

    def off_the_roll(self, alliance: Alliance, terms: dict) -> Collection[int]:
        """Ids of participants that the decision is about and that are therefore not asked (rule 22)."""
        return ()

    def carry_out(self, decision, terms: dict, *, by: User) -> None:
        """Do it, in the transaction of the seal or of the last ratification."""
        raise NotImplementedError


KINDS: dict[str, Kind] = {}


def register(kind: type[Kind]) -> type[Kind]:
    KINDS[kind.key] = kind()
    return kind


def kind_of(effect: dict) -> Kind | None:
    return KINDS[effect["kind"]] if effect else None


def check(alliance: Alliance, effect: dict) -> None:
    """NotPossible with everything that is wrong with the terms."""
    if effect and effect.get("kind") not in KINDS:
        raise NotPossible("Choose what the decision carries out.")
    if effect and (wrong := kind_of(effect).complaints(alliance, effect)):
        raise NotPossible(" ".join(wrong))


def off_the_roll(alliance: Alliance, effect: dict) -> Collection[int]:
    return kind_of(effect).off_the_roll(alliance, effect) if effect else ()


def carry_out(decision, *, by: User) -> None:
    """Carry out what the sealed wording says; refused, the seal does not happen either."""
    if effect := decision.wording.effect:
        kind_of(effect).carry_out(decision, effect, by=by)
