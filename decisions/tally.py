"""Who stands where, counted by the rules: pure functions over facts, no database."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

AGREE, RESERVATION, STAND_ASIDE = "agree", "reservation", "stand_aside"
AGREEING = frozenset({AGREE, RESERVATION})  # a reservation is told beside the yes, and does not weaken it


def assents(stance: str | None, *, standing_aside: bool) -> bool:
    """Does this position leave the way free? Silence never does (rule 5); standing aside if it is on (rule 6)."""
    return stance in AGREEING or (standing_aside and stance == STAND_ASIDE)


def why_no_roll(roll: Sequence) -> str:
    """Why these participants could decide nothing together, or "" (rule 10)."""
    if len(roll) < 2:
        return "A key decision needs at least two active participants."
    if not any(one.kind == "commissioner" for one in roll):
        return "A key decision needs a commissioner among the active participants."
    return ""


def is_agreed(
    roll: Iterable[int],
    stances: Mapping[int, str],
    *,
    standing_aside: bool,
    open_objections: int,
    open_declarations: int = 0,
) -> bool:
    """Rule 3: everybody on the roll assents to the current wording, and nothing stands in the way.

    `roll` is without those that left it; `stances` holds the current position of each participant on the current
    wording. When all stand aside nobody has agreed to anything: at least one says "agree". A conflict that was
    declared and is not settled leaves it open who is on the roll (rule 9).
    """
    roll = set(roll)
    return (
        len(roll) >= 2
        and not open_objections
        and not open_declarations
        and all(assents(stances.get(one), standing_aside=standing_aside) for one in roll)
        and any(stances.get(one) in AGREEING for one in roll)
    )


@dataclass(frozen=True)
class Stand:
    """Where one participant stands: `position` on the current wording or None; `lapsed` its last on an older one."""

    participant: object
    position: object | None = None
    lapsed: object | None = None


@dataclass(frozen=True)
class Tally:
    """The roll of one proposal with each position; `objections` are those that stand unresolved, `declarations`
    the conflicts that are not settled."""

    stands: tuple[Stand, ...]
    objections: tuple
    standing_aside: bool
    declarations: tuple = ()

    @cached_property
    def answered(self) -> list[Stand]:
        return [one for one in self.stands if one.position]

    @cached_property
    def waiting(self) -> list[Stand]:
        return [one for one in self.stands if not one.position]

    @cached_property
    def blocking(self) -> list[Stand]:
        """Those who have answered and do not assent."""
        return [
            one
            for one in self.answered
            if not assents(one.position.stance, standing_aside=self.standing_aside)
        ]

    @cached_property
    def standing_by(self) -> list[Stand]:
        return [one for one in self.answered if one.position.stance == STAND_ASIDE]

    @property
    def is_agreed(self) -> bool:
        return not why_no_roll([one.participant for one in self.stands]) and is_agreed(
            [one.participant.pk for one in self.stands],
            {one.participant.pk: one.position.stance for one in self.answered},
            standing_aside=self.standing_aside,
            open_objections=len(self.objections),
            open_declarations=len(self.declarations),
        )

    @property
    def words(self) -> str:
        """ "4 of 6 have answered. Harbour and Quay have not yet." """
        if not self.waiting:
            return f"All {len(self.stands)} have answered."
        names = joined(_at_most_three([one.participant.short_name for one in self.waiting]))
        verb = "has" if len(self.waiting) == 1 else "have"
        if not self.answered:
            return f"None of {len(self.stands)} has answered yet."
        counted = f"{len(self.answered)} of {len(self.stands)} {'has' if len(self.answered) == 1 else 'have'} answered"
        return f"{counted}. {names} {verb} not yet."

    @property
    def blocks(self) -> list[str]:
        """What stands between this wording and a decision, apart from those who have not answered: sentences."""
        said = [
            f"{one.participant.short_name}’s objection {one.number} stands unresolved."
            for one in self.objections
        ]
        said += [
            f"{one.participant.short_name} declared a conflict of interest; the others say whether it takes part."
            for one in self.declarations
        ]
        objecting = {one.participant_id for one in self.objections}
        for stand in self.blocking:
            if stand.position.stance == "abstain":
                said.append(f"{stand.participant.short_name} abstains, and unanimity needs everybody.")
            elif stand.participant.pk not in objecting:
                said.append(
                    f"{stand.participant.short_name} objected to this wording and has not answered again."
                )
        if no_roll := why_no_roll([one.participant for one in self.stands]):
            said.append(no_roll)
        if not self.waiting and not said and not self.is_agreed:
            said.append("Everybody stands aside: at least one participant has to agree.")
        return said

    @property
    def why_not(self) -> str:
        """For a proposal whose time is over: "no response from Harbour; Quay abstains" (rule 3)."""
        said = []
        if self.waiting:
            said.append(f"no response from {joined(one.participant.short_name for one in self.waiting)}")
        if self.objections:
            said.append(
                f"objection by {joined(dict.fromkeys(one.participant.short_name for one in self.objections))}"
            )
        if abstaining := [
            one.participant.short_name for one in self.blocking if one.position.stance == "abstain"
        ]:
            said.append(f"{joined(abstaining)} abstained")
        objecting = {one.participant_id for one in self.objections}
        if silent := [
            one.participant.short_name
            for one in self.blocking
            if one.position.stance == "object" and one.participant.pk not in objecting
        ]:
            said.append(f"{joined(silent)} objected and did not answer again")
        if self.declarations:
            said.append(
                f"a conflict of interest of {joined(one.participant.short_name for one in self.declarations)} "
                "was not settled"
            )
        if not said and (no_roll := why_no_roll([one.participant for one in self.stands])):
            said.append(f"{no_roll[0].lower()}{no_roll[1:-1]}")
        if not said and self.is_agreed:
            said.append("all agreed, and it was not sealed in time")
        return "; ".join(said) or "nobody agreed"


def _at_most_three(names: list[str]) -> list[str]:
    return names if len(names) <= 3 else [*names[:2], f"{len(names) - 2} others"]


def joined(names: Iterable) -> str:
    names = [str(name) for name in names]
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]])) if names else ""


def conflict_comes_to(others: int, stances: Iterable[str]) -> str:
    """What the others' words on a declared conflict come to: "admitted", "shared", "left", or "declared" (rule 9).

    `others` counts those on the roll besides the one that declared, `stances` what some of them said: "admit",
    "shared" or "leave". It takes part when more than half of the others let it; when most of these say that all share
    the interest equally, nobody is disabled (rule 11). It leaves as soon as that majority is out of reach.
    """
    said = list(stances)
    admit, shared, leave = (said.count(one) for one in ("admit", "shared", "leave"))
    if (admit + shared) * 2 > others:
        return "shared" if shared > admit else "admitted"
    return "left" if (others - leave) * 2 <= others else "declared"


def why_left_without_decision(roll: Sequence) -> str:
    """Why those who are left on a roll can decide nothing any more, or "" (rule 10)."""
    if len(roll) < 2:
        return "only one participant is left on the roll" if roll else "nobody is left on the roll"
    if not any(one.kind == "commissioner" for one in roll):
        return "no commissioner is left on the roll"
    return ""
