"""Who may do what: one rule per verb, asked three ways (house 15, 16)."""

from collections.abc import Callable
from functools import update_wrapper

from alliance.core.refusals import NotAllowed

__all__ = ["NotAllowed", "Rule", "rule"]


class Rule:
    """A permission rule: a function `(by, **subject) -> str` that returns the reason why not, or "".

    `.check(by, …)` raises NotAllowed, `.allows(by, …)` is a bool, `.reason(by, …)` is the sentence. Who acts after a
    check goes by what they hold at that moment, and holds it until the transaction ends (`by.hold_still()`).
    """

    def __init__(self, reason: Callable[..., str | None]):
        self._reason = reason
        update_wrapper(self, reason)

    def reason(self, by, **subject) -> str:
        return self._reason(by, **subject) or ""

    def allows(self, by, **subject) -> bool:
        return not self.reason(by, **subject)

    def check(self, by, **subject) -> None:
        if hold_still := getattr(by, "hold_still", None):  # a worker that acts for nobody has none
            hold_still()
        if reason := self.reason(by, **subject):
            raise NotAllowed(reason)


def rule(function: Callable[..., str | None]) -> Rule:
    return Rule(function)
