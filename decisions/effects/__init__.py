"""What a seal carries out: joining, leaving, a new principle… each a kind with its terms (rule 22).

A wording's `effect` is {"kind": key, **terms}; its terms are hashed with the wording. Rooms above register their own
kinds (a virement) from their `ready()`.
"""

from decisions.effects import agreement, membership, people  # noqa: F401  (each registers its kinds)
from decisions.effects.kind import (
    KINDS,
    Kind,
    carry_out,
    check,
    hold,
    now_and_then,
    off_the_roll,
    ready,
    register,
    sentences,
)
from decisions.effects.terms import TermsForm

__all__ = [
    "KINDS",
    "Kind",
    "TermsForm",
    "carry_out",
    "check",
    "hold",
    "now_and_then",
    "off_the_roll",
    "ready",
    "register",
    "sentences",
]
