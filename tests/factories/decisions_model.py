"""The rules of deciding by themselves (2 to 20 and 22): a few dictionaries that know nothing of a database.

Beside the services it runs in test_decisions_machine.py. Participants are places on its stage.
"""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

from alliance.core.workdays import add_working_days

ONE_DAY = timedelta(days=1)
ASSENTS = {"agree", "reservation"}
COUNCIL, HAVEN, BEACON, QUAY = range(4)  # places; Quay is not there until it joins
LADDER = [("leadership", 10, None), ("senior", 20, 5), ("independent", 20, None)]  # rule 18, in working days


@dataclass(frozen=True)
class Said:
    stance: str
    version: int
    by: str
    typed_by: str = ""
    contestable_until: date | None = None


@dataclass
class Put:
    """A proposal as the model has it; participants are places on the stage."""

    pk: int
    proposer: int
    deadline: date
    asked: list[int]
    hashes: list[str]
    aside: bool = False
    amount: Decimal | None = None
    effect: str = ""
    supersedes: int | None = None
    state: str = "open"
    board: str = ""
    said: dict[int, Said] = field(default_factory=dict)
    objections: dict[int, int] = field(default_factory=dict)  # number: whose, while it is unresolved
    raised: int = 0
    conflicts: dict[int, str] = field(default_factory=dict)  # whose: what it has come to, in their order
    votes: dict[tuple[int, int], str] = field(default_factory=dict)  # (whose conflict, who): what they said
    offers: dict[int, str] = field(default_factory=dict)  # an amendment's number: what became of it
    ladder: list[tuple] = field(default_factory=list)

    @property
    def version(self) -> int:
        return len(self.hashes)

    @property
    def undecided(self) -> list[int]:
        return [one for one, came_to in self.conflicts.items() if came_to == "declared"]

    def answer_of(self, place: int) -> Said | None:
        said = self.said.get(place)
        return said if said and said.version == self.version and said.stance != "taken_back" else None


class Model:
    """The rules by themselves. A method does what its service does, and says whether it can be done."""

    def __init__(self, today: date, aside: bool):
        self.today, self.aside = today, aside
        self.here = [COUNCIL, HAVEN, BEACON]
        self.puts: dict[int, Put] = {}

    # What follows from the clock (rule 25)

    def is_open(self, put: Put) -> bool:
        return put.state == "open" and self.today <= put.deadline

    def is_late(self, put: Put) -> bool:
        """Not agreed, and can still be: no ladder has run out."""
        return put.state == "open" and self.today > put.deadline and not put.ladder

    # Is it agreed?

    def counted(self, put: Put) -> list[int]:
        return [one for one in put.asked if one in self.here]

    def is_agreed(self, put: Put) -> bool:
        """Rules 3, 5, 6, 9, 10, 17."""
        counted = self.counted(put)
        said = [put.answer_of(one).stance if put.answer_of(one) else None for one in counted]
        return (
            COUNCIL in counted
            and len(counted) >= 2
            and not set(put.undecided) & set(counted)
            and not set(put.objections.values()) & set(counted)
            and all(one in ASSENTS or (one == "stand_aside" and put.aside) for one in said)
            and any(one in ASSENTS for one in said)
        )

    def is_ripe(self, put: Put) -> bool:
        """To be sealed now: agreed in time, and nothing can be contested any more (rule 24)."""
        untils = [put.answer_of(one).contestable_until for one in self.counted(put) if put.answer_of(one)]
        held = any(until and until >= self.today for until in untils)
        return self.is_open(put) and self.is_agreed(put) and not held

    def has_a_use(self, put: Put) -> bool:
        """Who has left cannot leave again, who is there cannot join, and a setting changes to another value."""
        match put.effect:
            case "exit":
                return BEACON in self.here
            case "accession":
                return QUAY not in self.here
            case "standing aside on" | "standing aside off":
                return self.aside is (put.effect == "standing aside off")
        return True

    def successors(self, pk: int) -> list[Put]:
        """Sealed in the place of that one, and not refused by a board (rules 14, 20)."""
        return [
            one
            for one in self.puts.values()
            if one.supersedes == pk and one.state == "agreed" and one.board != "refused"
        ]

    def is_sealable(self, put: Put) -> bool:
        return self.has_a_use(put) and not (put.supersedes and self.successors(put.supersedes))

    def goes_on(self, put: Put) -> bool:
        """What follows an act: nothing, or the seal; False if the seal is refused, and the act with it."""
        if not self.is_ripe(put):
            return True
        if not self.is_sealable(put):
            return False
        for one in set(put.asked) - set(self.here):
            self.depart(put, one)
        put.state = "agreed"
        if put.amount and any(put.answer_of(one).by == "pat" for one in put.asked):
            put.board = "awaited"
        else:
            self.carry_out(put)
        return True

    def carry_out(self, put: Put) -> None:
        """Rule 22."""
        match put.effect:
            case "exit":
                self.here.remove(BEACON)
                self.note_departures()
            case "accession":
                self.here.append(QUAY)
            case "standing aside on" | "standing aside off":
                self.aside = put.effect == "standing aside on"

    def is_in_effect(self, put: Put) -> bool:
        """Rules 14, 20."""
        ratified = ("", "ratified")
        replaced = any(one.board in ratified for one in self.successors(put.pk))
        return put.state == "agreed" and put.board in ratified and not replaced

    # Who is asked

    def depart(self, put: Put, place: int) -> None:
        put.asked.remove(place)
        if put.conflicts.get(place) == "declared":
            put.conflicts[place] = "left"

    def roll_became_smaller(self, put: Put) -> None:
        """No decision (rule 10), other conflicts that are settled by that, or the seal."""
        if COUNCIL not in put.asked or len(put.asked) < 2:
            put.state = "no_decision"
        elif any(self.settle(put, one) for one in put.undecided):
            self.roll_became_smaller(put)
        else:
            self.goes_on(put)

    def settle(self, put: Put, whose: int) -> bool:
        """Rules 9, 11: more than half of the others let it take part; it leaves once that is out of reach."""
        others = [one for one in put.asked if one != whose]
        said = [put.votes[whose, one] for one in others if (whose, one) in put.votes]
        admit, shared, leave = (said.count(one) for one in ("admit", "shared", "leave"))
        if admit + shared > len(others) / 2:
            put.conflicts[whose] = "shared" if shared > admit else "admitted"
        elif len(others) - leave <= len(others) / 2:
            self.depart(put, whose)
        return put.conflicts[whose] != "declared"

    def note_departures(self) -> None:
        for put in self.puts.values():
            soon = put.deadline >= self.today - ONE_DAY and (self.is_open(put) or self.is_late(put))
            for one in sorted(set(put.asked) - set(self.here)) if soon else []:
                self.depart(put, one)
                self.roll_became_smaller(put)

    # The acts

    def propose(self, by: int, effect: str, supersedes: int | None = None) -> bool:
        new = Put(0, by, self.today, [], [], effect=effect, supersedes=supersedes)
        return by in self.here and self.is_sealable(new)

    def change_wording(self, put: Put, by: int) -> bool:
        """Rule 20: every assent lapses, and the time begins anew, but on the ladder."""
        may = by == put.proposer and by in self.here and (self.is_open(put) or self.is_late(put))
        if may and self.has_a_use(put):
            put.deadline = put.deadline if put.ladder else add_working_days(self.today, 10)
            return True
        return False

    def give_more_time(self, put: Put, later: date) -> bool:
        if put.proposer not in self.here or put.ladder or not (self.is_open(put) or self.is_late(put)):
            return False
        before, put.deadline = put.deadline, later
        if not self.goes_on(put):
            put.deadline = before
            return False
        return True

    def withdraw(self, put: Put) -> bool:
        may = put.state == "withdrawn" or self.is_open(put) or self.is_late(put)
        if put.proposer in self.here and may:
            put.state = "withdrawn"
            return True
        return False

    def may_speak(self, put: Put, place: int) -> bool:
        return place in put.asked and place in self.here and place not in put.undecided

    def may_answer(self, put: Put, place: int, stance: str) -> bool:
        return (
            self.is_open(put)
            and place not in put.objections.values()
            and (stance != "stand_aside" or put.aside)
        )

    def take_position(self, put: Put, place: int, stance: str, by: str, stale: bool) -> bool:
        said = Said(stance, put.version, by)
        if not self.may_speak(put, place):
            return False
        if put.said.get(place) == said and not stale:  # a doubled click, whenever it comes
            return True
        if stale or not self.may_answer(put, place, stance):
            return False
        before = dict(put.said)
        put.said[place] = said
        if not self.goes_on(put):
            put.said = before
            return False
        return True

    def record_on_behalf(
        self, put: Put, place: int, stance: str, by: str, teller: int, typed_by: str
    ) -> bool:
        """Rules 19, 24."""
        until = add_working_days(self.today, 1)
        last = put.said.get(place)
        if teller == place or not (
            teller in put.asked and teller in self.here and self.may_speak(put, place)
        ):
            return False
        if last and replace(last, contestable_until=None) == Said(stance, put.version, by, typed_by):
            return True
        spoke_itself = last and last.version == put.version and not last.typed_by
        if spoke_itself or not self.may_answer(put, place, stance) or until >= put.deadline:
            return False
        put.said[place] = Said(stance, put.version, by, typed_by, until)
        return True

    def take_back(self, put: Put, place: int, by: str) -> bool:
        """Rule 4; of what was recorded on behalf: contest it."""
        if not self.may_speak(put, place):
            return False
        if place not in put.said or put.said[place].stance == "taken_back":
            return True
        if not self.may_answer(put, place, "taken_back"):
            return False
        put.said[place] = Said("taken_back", put.version, by)
        return True

    def object(self, put: Put, place: int, by: str) -> bool:
        if not (self.may_speak(put, place) and self.is_open(put)):
            return False
        put.raised += 1
        put.said[place] = Said("object", put.version, by)
        put.objections[put.raised] = place
        return True

    def resolve(self, put: Put, number: int, by: int) -> bool:
        """Rule 17: only whoever raised it."""
        if by != put.objections[number] or by not in self.here or not self.is_open(put):
            return False
        del put.objections[number]
        return True

    def declare(self, put: Put, place: int, by: str) -> bool:
        """Rule 9: before taking part, so that what was answered is taken back."""
        if place not in put.asked or place not in self.here:
            return False
        if put.conflicts.get(place) in ("declared", "admitted"):
            return put.conflicts[place] == "declared"
        if not self.is_open(put):
            return False
        put.conflicts.pop(place, None)
        put.conflicts[place] = "declared"
        if put.answer_of(place):
            put.said[place] = Said("taken_back", put.version, by)
        return True

    def vote(self, put: Put, whose: int, by: int, stance: str) -> bool:
        if by == whose or by not in put.asked or by not in self.here:
            return False
        if (whose, by) in put.votes:
            return put.votes[whose, by] == stance
        if not self.is_open(put):
            return False
        put.votes[whose, by] = stance
        if self.settle(put, whose):
            self.roll_became_smaller(put)
        return True

    def offer(self, put: Put, by: int) -> bool:
        may = by in put.asked and by in self.here and by != put.proposer
        if may and (self.is_open(put) or self.is_late(put)):
            put.offers[len(put.offers) + 1] = "offered"
            return True
        return False

    def take_over(self, put: Put, number: int, by: int) -> bool:
        if self.change_wording(put, by):
            put.offers[number] = "taken_over"
            return True
        return False

    def declare_deadlock(self, put: Put, place: int) -> bool:
        """Rule 18: something stands in the way, or the time is over; nobody loses the time that was promised."""
        if place not in put.asked or place not in self.here:
            return False
        if put.ladder:
            return True
        said = [put.answer_of(one).stance for one in self.counted(put) if put.answer_of(one)]
        objecting = set(put.objections.values()) & set(self.counted(put))
        stuck = objecting or {"abstain", "object"} & set(said)
        if not (self.is_late(put) or (self.is_open(put) and stuck)):
            return False
        last = self.today
        for stage, days, statements in LADDER:
            first = last if not put.ladder else last + ONE_DAY
            until = (
                add_working_days(last, days)
                if put.ladder
                else max(add_working_days(last, days), put.deadline)
            )
            heard = add_working_days(last, statements) if statements else None
            put.ladder.append((stage, first, until, heard))
            last = until
        put.deadline = last
        return True

    def ratify(self, put: Put) -> bool:
        """Rule 14."""
        if not self.has_a_use(put):
            return False
        put.board = "ratified"
        self.carry_out(put)
        return True

    def seal(self, put: Put, by: int) -> bool:
        if by not in put.asked or by not in self.here:
            return False
        return put.state == "agreed" or (self.is_ripe(put) and self.goes_on(put))

    def dawn(self) -> None:
        for put in self.held():
            self.goes_on(put)
        self.note_departures()

    def held(self) -> list[Put]:
        return [
            one
            for one in self.puts.values()
            if one.state == "open" and any(said.typed_by for said in one.said.values())
        ]
