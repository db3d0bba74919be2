"""Lifecycles are tables: what can happen to a thing, when, and what it becomes (house 11, 12)."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import TextChoices

from alliance.core.refusals import NotPossible

REGISTER: list["Lifecycle"] = []


@dataclass(frozen=True)
class Step:
    """`verb` takes a thing from any of `sources` to `target`; `target` None leaves it where it is."""

    verb: str
    sources: tuple[str, ...]
    target: str | None = None


class Lifecycle:
    """The one table of a noun's states and steps; it checks (`require`, `after`) and draws itself."""

    def __init__(self, noun: str, states: type[TextChoices], start: str, *steps: Step, room: str):
        self.noun, self.states, self.start, self.steps, self.room = noun, states, start, steps, room
        known = set(states.values)
        for step in steps:
            if strange := {*step.sources, step.target or start, start} - known:
                raise ValueError(f"{noun}: {step.verb} names unknown states {sorted(strange)}")
        self._table = {
            (source, step.verb): step.target or source for step in steps for source in step.sources
        }
        if len(self._table) != sum(len(step.sources) for step in steps):
            raise ValueError(f"{noun}: the same verb leaves the same state twice")
        REGISTER.append(self)

    def permits(self, state: str, verb: str) -> bool:
        return (state, verb) in self._table

    def reason(self, state: str, verb: str) -> str:
        """Why `verb` is not possible in `state`, or ""."""
        if self.permits(state, verb):
            return ""
        return (
            f"This {self.noun.lower()} is {self.states(state).label.lower()}, so that is no longer possible."
        )

    def require(self, state: str, verb: str) -> None:
        if reason := self.reason(state, verb):
            raise NotPossible(reason)

    def after(self, state: str, verb: str) -> str:
        """The state that follows; raises NotPossible."""
        self.require(state, verb)
        return self._table[state, verb]

    def is_final(self, state: str) -> bool:
        return all(after == state for (source, _), after in self._table.items() if source == state)

    def reachable(self) -> set[str]:
        seen, queue = set(), [self.start]
        while queue:
            if (state := queue.pop()) not in seen:
                seen.add(state)
                queue += [after for (source, _), after in self._table.items() if source == state]
        return seen

    def draw(self) -> str:
        """A Mermaid state diagram."""

        def lines() -> Iterator[str]:
            yield "```mermaid"
            yield "stateDiagram-v2"
            for state in self.states:
                yield f"    {state.value} : {state.label}"
            yield f"    [*] --> {self.start}"
            for (source, verb), after in self._table.items():
                yield f"    {source} --> {after} : {verb.replace('_', ' ')}"
            for state in self.states:
                if self.is_final(state.value):
                    yield f"    {state.value} --> [*]"
            yield "```"

        return "\n".join(lines())
