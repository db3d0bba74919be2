"""Whatever an alliance does, in whatever order, with crashes and second tries: only what all agreed to is sealed.

Hypothesis drives the real services over a real PostgreSQL. Beside them runs a model of rules 2 to 20 and 22 that is a
few dictionaries: who is asked, who said what to which version, what stands in the way. Each act is done in both; they
must agree on whether it can be done, and after every step say the same about every proposal, its roll, its ladder and
its board, and about what is in effect. `make soak` runs it for longer (SOAK=examples).
"""

import os
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, event, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from alliance.core.record import breaks_in_chain
from alliance.core.refusals import Refusal
from alliance.core.uploads import Upload
from alliance.core.workdays import add_working_days
from decisions import invariants, services
from decisions.models import Amendment, Decision, Declaration, Objection, Proposal, Ratification
from participants.models import Alliance, Participant, Principle, RoleAppointment
from participants.services import set_limit
from participants.standing import enter
from tests.factories.decisions import make_case
from tests.factories.participants import give_role, make_person, make_user

EXAMPLES, STEPS = int(os.environ.get("SOAK", "200")), 30
PARTS = 4  # each on whichever worker is free
BEGINNING = datetime(2026, 11, 23, 9, tzinfo=UTC)
ONE_DAY = timedelta(days=1)
ASSENTS = {"agree", "reservation"}
COUNCIL, HAVEN, BEACON, QUAY = range(4)  # places; Quay is not there until it joins
LIMIT, MORE = Decimal("1000.00"), Decimal("5000.00")  # what Pat binds Haven to, and what needs its board
LADDER = [("leadership", 10, None), ("senior", 20, 5), ("independent", 20, None)]  # rule 18, in working days

whiches = st.integers(0, 7)
places = st.integers(0, 3)
crashes = st.integers(0, 15).map(lambda one: one == 15)
effects = st.sampled_from(["", "exit", "accession", "standing aside on", "standing aside off"])
stances = st.sampled_from(["agree", "agree", "agree", "agree", "reservation", "stand_aside", "abstain"])


# ── The model ────────────────────────────────────────────────────────────────────────────────────────────────


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


# ── What the tables say ──────────────────────────────────────────────────────────────────────────────────────

TABLES = """
select p.id, p.state, p.answer_by, w.version,
    array(select e.participant_id from decisions_rollentry e where e.proposal_id = p.id
          and not exists (select from decisions_rolldeparture d where d.entry_id = e.id) order by e.place),
    array(select array[s.participant_id::text, s.stance] from decisions_position s
          where s.wording_id = w.id and s.stance <> 'taken_back'
          and not exists (select from decisions_position l where l.replaces_id = s.id) order by s.participant_id),
    array(select array[o.number, o.participant_id] from decisions_objection o
          where o.proposal_id = p.id and o.resolved_at is null order by o.number),
    array(select array[c.participant_id::text, c.state] from decisions_declaration c
          where c.proposal_id = p.id and c.state <> 'shared' order by c.number),
    array(select array[a.number::text, a.state] from decisions_amendment a
          where a.proposal_id = p.id order by a.number),
    array(select array[one ->> 'stage', one ->> 'from', one ->> 'until', one ->> 'statements_until']
          from decisions_deadlock l, jsonb_array_elements(l.stages) one where l.proposal_id = p.id),
    array(select r.state from decisions_ratification r where r.decision_id = d.id)
from decisions_proposal p join decisions_wording w on w.id = p.current_wording_id
left join decisions_decision d on d.proposal_id = p.id
where p.alliance_id = %s order by p.id
"""


def of_the_model(model: Model, ids: dict[int, int]) -> Iterator[tuple]:
    for put in model.puts.values():
        answers = [(ids[one], put.answer_of(one)) for one in put.said]
        yield (
            put.pk,
            put.state,
            put.deadline,
            put.version,
            [ids[one] for one in put.asked],
            [[str(pk), said.stance] for pk, said in sorted(answers, key=lambda one: one[0]) if said],
            [[number, ids[one]] for number, one in put.objections.items()],
            [[str(ids[one]), came_to] for one, came_to in put.conflicts.items() if came_to != "shared"],
            [[str(number), became] for number, became in put.offers.items()],
            [
                [stage, str(first), str(until), heard and str(heard)]
                for stage, first, until, heard in put.ladder
            ],
            [put.board] if put.board else [],
        )


# ── The machine ──────────────────────────────────────────────────────────────────────────────────────────────


class Crash(Exception):
    """The process ends after the service and before the commit."""


class Stage:
    """What every example finds: Pat's limit, a deputy whose time is over, somebody who will speak for Quay once it
    has joined, and two open proposals."""

    def __init__(self, cast, clock: dict, *, aside: bool):
        self.cast, self.alliance, self.clock = cast, cast.alliance, clock
        yesterday = BEGINNING.date() - ONE_DAY
        late = make_person(cast.alliance, "Lara Late", "deputy", cast.haven, until_on=yesterday)
        self.shut_out = [cast.finn, cast.bea, cast.stranger, late]
        self.quincy = make_user("Quincy Quay")
        self.case = make_case(cast.alliance)
        self.best = Principle.objects.current().get(alliance=cast.alliance, is_best_for_people=True)
        set_limit(appointment=RoleAppointment.objects.get(person=cast.pat), amount=LIMIT, by=cast.bea)
        self.model = Model(BEGINNING.date(), aside)
        Alliance.objects.filter(pk=cast.alliance.pk).update(standing_aside=aside)
        for place, amount in ((HAVEN, MORE), (COUNCIL, None)):
            participant, by = ((cast.council, cast.carol), (cast.haven, cast.pat))[place]
            case = replace(self.case, amount=amount)
            made = services.propose(alliance=cast.alliance, participant=participant, case=case, by=by)
            deadline, wording = add_working_days(self.model.today, 10), made.current_wording.hash
            self.model.puts[made.pk] = Put(
                made.pk, place, deadline, [COUNCIL, HAVEN, BEACON], [wording], aside, amount
            )

    def terms(self, effect: str, day: date) -> dict:
        beacon = self.cast.beacon
        return {
            "": {},
            "standing aside on": {"kind": "settings", "standing_aside": True},
            "standing aside off": {"kind": "settings", "standing_aside": False},
            "exit": {
                "kind": "exit",
                "participant": beacon.pk,
                "participant_name": beacon.name,
                "left_on": day.isoformat(),
                "hand_over": "All to Haven.",
            },
            "accession": {
                "kind": "accession",
                "name": "Quay Quarters",
                "short_name": "Quay",
                "role": "provider",
                "form": "charity",
                "joined_on": day.isoformat(),
                "signed_by": "Quincy Quay, chair",
            },
        }[effect]


def machine_for(stage: Stage) -> type[RuleBasedStateMachine]:
    cast, clock = stage.cast, stage.clock

    class Deciding(RuleBasedStateMachine):
        def __init__(self):
            super().__init__()
            clock["now"] = BEGINNING
            self.model = deepcopy(stage.model)
            self.parties = [cast.council, cast.haven, cast.beacon]
            self.voices = [cast.carol, cast.pat, cast.rosa]
            self.sealed, self.acted, self.has_left, self.concerns = 0, True, False, 0
            self.whole = transaction.atomic()
            self.whole.__enter__()
            self.come_in()

        def teardown(self):
            try:
                connection.check_constraints()
                assert list(breaks_in_chain(stage.alliance.pk)) == []
                assert list(invariants.breaks_in_the_telling(stage.alliance.pk)) == []
            finally:
                transaction.set_rollback(True)
                self.whole.__exit__(None, None, None)

        # ── How it is done ──

        def pick(self, which: int) -> Put:
            """Mostly one that is open; now and then one that is over."""
            puts = list(self.model.puts.values())
            return self.of(which, (which < 6 and [one for one in puts if self.model.is_open(one)]) or puts)

        def of(self, which: int, puts: list[Put]) -> Put:
            return puts[which % len(puts)]

        def at(self, place: int) -> int:
            return place if place < len(self.parties) else COUNCIL

        def come_in(self) -> None:
            """Everybody enters as by the door of a request: again whenever the day or who is there has changed."""
            for one in (*self.voices, cast.dev):
                enter(one, stage.alliance.slug)

        def row(self, put: Put) -> Proposal:
            return Proposal(pk=put.pk, alliance_id=stage.alliance.pk)

        def name(self, place: int) -> str:
            return self.voices[place].name.split()[0].lower()

        def told(self) -> tuple:
            with connection.cursor() as cursor:
                cursor.execute(
                    "select (select count(*) from decisions_proposal), (select count(*) from decisions_position), "
                    "(select count(*) from decisions_decision), (select max(seq) from core_event)"
                )
                return cursor.fetchone()

        def attempt(self, act, crash: bool = False):
            """Its result, or None for a refusal. After a crash nothing has happened, and it is tried again.

            Each act is one service and so one transaction: a refusal undoes it without help from here.
            """
            clock["now"] += timedelta(seconds=1)
            self.acted = True
            if crash:
                before = self.told()
                try:
                    with transaction.atomic():
                        act()
                        raise Crash
                except (Crash, Refusal):
                    assert self.told() == before
            try:
                return act() or True
            except Refusal:
                return None

        # ── Putting ──

        @rule(
            by=places,
            amount=st.sampled_from([None, MORE]),
            effect=effects,
            crash=crashes,
        )
        @precondition(lambda self: sum(map(self.model.is_open, self.model.puts.values())) < 3)
        def propose(self, by, amount, effect, crash):
            by = self.at(by)
            may = self.model.propose(by, effect)
            case = replace(stage.case, amount=amount, effect=stage.terms(effect, self.model.today))
            deadline = add_working_days(self.model.today, 5)
            made = self.attempt(
                lambda: services.propose(
                    alliance=stage.alliance,
                    participant=self.parties[by],
                    case=case,
                    by=self.voices[by],
                    answer_by=deadline,
                ),
                crash,
            )
            assert bool(made) is may, (by, effect)
            if made:
                self.opened(made, by, deadline, amount=amount, effect=effect)

        def opened(self, made: Proposal, proposer: int, deadline: date, **facts) -> None:
            """Rules 2, 6: the roll and the settings of that day."""
            wording = made.current_wording.hash
            self.model.puts[made.pk] = Put(
                made.pk, proposer, deadline, sorted(self.model.here), [wording], self.model.aside, **facts
            )

        @rule(which=whiches, by=places, crash=crashes)
        def change_wording(self, which, by, crash):
            put, by = self.pick(which), self.at(by)
            case = replace(
                stage.case,
                text=f"Version {put.version + 1} of what we would do.",
                amount=put.amount,
                effect=stage.terms(put.effect, self.model.today),
            )
            may = self.model.change_wording(put, by)
            made = self.attempt(
                lambda: services.change_wording(
                    proposal=self.row(put), case=case, shown=put.hashes[-1], by=self.voices[by]
                ),
                crash,
            )
            assert bool(made) is may, put
            if made:
                put.hashes.append(made.hash)

        @rule(which=whiches, by=places, crash=crashes)
        def offer_amendment(self, which, by, crash):
            put, by = self.pick(which), self.at(by)
            text = f"Amendment {len(put.offers) + 1} to version {put.version}."
            may = self.model.offer(put, by)
            made = self.attempt(
                lambda: services.offer_amendment(
                    proposal=self.row(put),
                    participant=self.parties[by],
                    text=text,
                    why="It is better.",
                    shown=put.hashes[-1],
                    by=self.voices[by],
                ),
                crash,
            )
            assert bool(made) is may, put

        def offered(self) -> list[tuple[Put, int]]:
            return [
                (put, number)
                for put in self.model.puts.values()
                for number, became in put.offers.items()
                if became == "offered"
            ]

        @rule(which=whiches, by=st.none() | places, crash=crashes)
        @precondition(lambda self: self.offered())
        def take_over_amendment(self, which, by, crash):
            """Rule 20: the words of another participant, and every assent lapses."""
            offered = self.offered()
            put, number = offered[which % len(offered)]
            by = put.proposer if by is None else self.at(by)
            amendment = Amendment.objects.get(proposal_id=put.pk, number=number)
            may = self.model.take_over(put, number, by)
            made = self.attempt(
                lambda: services.take_over_amendment(
                    amendment=amendment, shown=put.hashes[-1], by=self.voices[by]
                ),
                crash,
            )
            assert bool(made) is may, put
            if made:
                put.hashes.append(made.became.hash)

        @rule(which=whiches, days=st.integers(1, 5))
        def give_more_time(self, which, days):
            put = self.pick(which)
            later = max(put.deadline, self.model.today) + timedelta(days=days)
            may = self.model.give_more_time(put, later)
            made = self.attempt(
                lambda: services.give_more_time(
                    proposal=self.row(put), answer_by=later, reason="More time.", by=self.voices[put.proposer]
                )
            )
            assert bool(made) is may, put

        @rule(which=whiches)
        @precondition(lambda self: len(self.model.puts) > 3)  # there is more to see in one that goes on
        def withdraw(self, which):
            put = self.pick(which)
            may = self.model.withdraw(put)
            made = self.attempt(
                lambda: services.withdraw_proposal(
                    proposal=self.row(put), reason="Not now.", by=self.voices[put.proposer]
                )
            )
            assert bool(made) is may, put

        # ── Answering ──

        @rule(
            which=whiches,
            place=places,
            stance=stances,
            deputy=st.booleans(),
            stale=st.booleans(),
            crash=crashes,
        )
        def take_position(self, which, place, stance, deputy, stale, crash):
            put, place = self.pick(which), self.at(place)
            by = cast.dev if deputy and place == HAVEN else self.voices[place]
            self.answers(put, place, stance, by, stale and put.version > 1, crash)

        def answers(self, put, place, stance, by, stale=False, crash=False):
            shown = put.hashes[0 if stale else -1]
            may = self.model.take_position(put, place, stance, by.name.split()[0].lower(), stale)
            made = self.attempt(
                lambda: services.take_position(
                    proposal=self.row(put),
                    participant=self.parties[place],
                    stance=stance,
                    reason="" if stance == "agree" else "Because.",
                    shown=shown,
                    by=by,
                ),
                crash,
            )
            assert bool(made) is may, (put, place, stance, stale)

        @rule(which=whiches, but=st.integers(0, 7))
        def nearly_all_agree(self, which, but):
            """So that the last answer is often the next thing to come."""
            put = self.pick(which)
            for place in put.asked.copy():
                if place != but and put.answer_of(place) is None and self.model.is_open(put):
                    self.answers(put, place, "agree", self.voices[place])
                    self.follow()

        @rule(which=whiches, place=places, who=st.integers(0, 7))
        def speak_out_of_turn(self, which, place, who):
            """Rules 8, 19: nobody speaks for another, not even a deputy whose time is over."""
            put, place = self.pick(which), self.at(place)
            others = [one for one in self.voices if one != self.voices[place]]
            made = self.attempt(
                lambda: services.take_position(
                    proposal=self.row(put),
                    participant=self.parties[place],
                    stance="agree",
                    shown=put.hashes[-1],
                    by=[*others, *stage.shut_out][who % (len(others) + len(stage.shut_out))],
                )
            )
            assert made is None

        @rule(which=whiches, place=places, teller=places, stance=stances, crash=crashes)
        def record_on_behalf(self, which, place, teller, stance, crash):
            put, place, teller = self.pick(which), self.at(place), self.at(teller)
            may = self.model.record_on_behalf(put, place, stance, self.name(place), teller, self.name(teller))
            made = self.attempt(
                lambda: services.record_on_behalf(
                    proposal=self.row(put),
                    participant=self.parties[place],
                    said_by=self.voices[place],
                    stance=stance,
                    reason="" if stance == "agree" else "Because.",
                    heard="telephone",
                    evidence="A call at noon.",
                    shown=put.hashes[-1],
                    by=self.voices[teller],
                ),
                crash,
            )
            assert bool(made) is may, (put, place, teller, stance)

        @rule(which=whiches, place=places, crash=crashes)
        def take_back(self, which, place, crash):
            put, place = self.pick(which), self.at(place)
            may = self.model.take_back(put, place, self.name(place))
            made = self.attempt(
                lambda: services.take_back(
                    proposal=self.row(put), participant=self.parties[place], by=self.voices[place]
                ),
                crash,
            )
            assert bool(made) is may, (put, place)

        @rule(which=whiches, place=places, crash=crashes)
        def object(self, which, place, crash):
            put, place = self.pick(which), self.at(place)
            may = self.model.object(put, place, self.name(place))
            self.concerns += 1  # the same one said twice is said once, whenever it is said again
            made = self.attempt(
                lambda: services.raise_objection(
                    proposal=self.row(put),
                    participant=self.parties[place],
                    concern=f"Concern {self.concerns}.",
                    remedy="Ask them.",
                    principles=[stage.best],
                    shown=put.hashes[-1],
                    by=self.voices[place],
                ),
                crash,
            )
            assert bool(made) is may, (put, place)

        @rule(which=whiches, by=st.none() | places, crash=crashes)
        @precondition(lambda self: any(one.objections for one in self.model.puts.values()))
        def resolve(self, which, by, crash):
            put = self.of(which, [one for one in self.model.puts.values() if one.objections])
            number, whose = min(put.objections.items())
            by = whose if by is None else self.at(by)
            objection = Objection.objects.get(proposal_id=put.pk, number=number)
            may = self.model.resolve(put, number, by)
            made = self.attempt(
                lambda: services.resolve_objection(
                    objection=objection, resolution="It is met.", by=self.voices[by]
                ),
                crash,
            )
            assert bool(made) is may, (put, by)

        # ── Conflicts ──

        @rule(which=whiches, place=places, crash=crashes)
        def declare(self, which, place, crash):
            put, place = self.pick(which), self.at(place)
            may = self.model.declare(put, place, self.name(place))
            made = self.attempt(
                lambda: services.declare_conflict(
                    proposal=self.row(put),
                    participant=self.parties[place],
                    what="We own it.",
                    by=self.voices[place],
                ),
                crash,
            )
            assert bool(made) is may, (put, place)

        @rule(which=whiches, by=places, stance=st.sampled_from(["admit", "leave", "shared"]), crash=crashes)
        @precondition(lambda self: any(one.undecided for one in self.model.puts.values()))
        def vote(self, which, by, stance, crash):
            """Rules 9, 10, 11: a majority of the others, and what follows follows."""
            put = self.of(which, [one for one in self.model.puts.values() if one.undecided])
            whose, by = put.undecided[0], self.at(by)
            declared = Declaration.objects.get(
                proposal_id=put.pk, participant=self.parties[whose], state="declared"
            )
            may = self.model.vote(put, whose, by, stance)
            made = self.attempt(
                lambda: services.vote_on_conflict(
                    declaration=declared, participant=self.parties[by], stance=stance, by=self.voices[by]
                ),
                crash,
            )
            assert bool(made) is may, (put, whose, by, stance)

        # ── Deadlock, ratification, the clock ──

        @rule(which=whiches, place=places)
        def declare_deadlock(self, which, place):
            put, place = self.pick(which), self.at(place)
            may = self.model.declare_deadlock(put, place)
            made = self.attempt(
                lambda: services.declare_deadlock(
                    proposal=self.row(put),
                    participant=self.parties[place],
                    reason="Stuck.",
                    by=self.voices[place],
                )
            )
            assert bool(made) is may, (put, place)

        def awaited(self) -> list[Put]:
            return [one for one in self.model.puts.values() if one.board == "awaited"]

        @rule(yes=st.booleans(), crash=crashes)
        @precondition(lambda self: self.awaited())
        def ratify(self, yes, crash):
            """Rule 14: in effect with the board's minute; refused, the question is put again to a fresh roll."""
            put = self.awaited()[0]
            awaited = Ratification.objects.get(decision__proposal=put.pk)
            assert (awaited.amount, awaited.limit) == (MORE, LIMIT)
            if yes:
                minute = Upload("minute.txt", b"Agreed.", "text/plain")
                may = self.model.ratify(put)
                made = self.attempt(
                    lambda: services.ratify(
                        ratification=awaited,
                        board_met_on=timezone.localdate(),
                        minute=minute,
                        by=cast.pat,
                    ),
                    crash,
                )
                assert bool(made) is may, put
                return
            again = self.attempt(
                lambda: services.refuse_to_ratify(ratification=awaited, words="Too much.", by=cast.pat), crash
            )
            put.board = "refused"
            if again.opened_at:
                by = put.proposer if put.proposer in self.model.here else HAVEN
                deadline = add_working_days(self.model.today, 10)
                facts = {"amount": put.amount, "effect": put.effect, "supersedes": put.supersedes}
                self.opened(Proposal.objects.get(pk=again.pk), by, deadline, **facts)
            assert bool(again.opened_at) is self.model.is_sealable(put)

        @rule(days=st.sampled_from([1, 1, 1, 2, 2, 4, 30]))
        @precondition(lambda self: any(map(self.model.is_open, self.model.puts.values())))
        def time_passes(self, days):
            """The clock's own acts are done at dawn, as the errands do them."""
            clock["now"] += timedelta(days=days)
            held = [self.row(put) for put in self.model.held()]
            self.model.today = timezone.localdate()
            self.come_in()
            self.model.dawn()
            for row in held:
                self.attempt(lambda row=row: services.seal_after_hold(proposal=row))
            self.note_departures()

        @rule(which=whiches, by=places)
        def seal(self, which, by):
            put, by = self.pick(which), self.at(by)
            may = self.model.seal(put, by)
            made = self.attempt(lambda: services.seal(proposal=self.row(put), by=self.voices[by]))
            assert bool(made) is may, put

        def agreed(self) -> list[Put]:
            return [one for one in self.model.puts.values() if one.state == "agreed"]

        @rule(which=whiches, by=places)
        @precondition(lambda self: self.agreed())
        def supersede(self, which, by):
            """Rule 20: another decision; the first one stays as it was."""
            put, by = self.of(which, self.agreed()), self.at(by)
            decision = Decision.objects.get(proposal_id=put.pk)
            may = self.model.propose(by, "", put.pk)
            made = self.attempt(
                lambda: services.open_proposal(
                    proposal=services.draft_successor(
                        decision=decision, participant=self.parties[by], by=self.voices[by]
                    ),
                    by=self.voices[by],
                )
            )
            assert bool(made) is may, put
            if made:
                deadline = add_working_days(self.model.today, 10)
                self.opened(made, by, deadline, amount=put.amount, supersedes=put.pk)

        # ── After every step ──

        def note_departures(self) -> None:
            if BEACON not in self.model.here:
                services.note_departures(alliance=stage.alliance, by=None)

        def follow(self) -> None:
            """What comes after a seal: errands for whoever has left, and a voice for whoever has joined."""
            if BEACON not in self.model.here and not self.has_left:
                self.has_left = True
                self.come_in()
                self.note_departures()
            if QUAY in self.model.here and len(self.parties) == QUAY:
                quay = Participant.objects.get(alliance=stage.alliance, short_name="Quay")
                give_role(stage.alliance, stage.quincy, "representative", quay)
                self.parties.append(quay)
                self.voices.append(stage.quincy)
                self.come_in()

        @invariant()
        def the_rules_and_the_tables_say_the_same(self):
            if not self.acted:
                return
            self.acted = False
            self.follow()
            with connection.cursor() as cursor:
                cursor.execute(TABLES, [stage.alliance.pk])
                ids = {place: one.pk for place, one in enumerate(self.parties)}
                assert cursor.fetchall() == list(of_the_model(self.model, ids))
            agreed = {one.pk: one.hashes[-1] for one in self.agreed()}
            if not agreed:
                return
            in_effect = Decision.objects.in_effect(self.model.today).filter(alliance=stage.alliance)
            assert set(in_effect.values_list("proposal_id", flat=True)) == {
                one.pk for one in self.agreed() if self.model.is_in_effect(one)
            }
            if len(agreed) != self.sealed:
                self.sealed = len(agreed)
                event(f"{len(agreed)} sealed")
                assert dict(Decision.objects.values_list("proposal_id", "wording_hash")) == agreed
                connection.check_constraints()
                assert list(invariants._sealed(stage.alliance.pk)) == []

    return Deciding


@pytest.mark.django_db
@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_only_what_all_agreed_to_is_ever_sealed(cast, monkeypatch, part):
    clock = {"now": BEGINNING}
    monkeypatch.setattr("django.utils.timezone.now", lambda: clock["now"])
    machine = machine_for(Stage(cast, clock, aside=bool(part % 2)))
    run_state_machine_as_test(
        machine if "SOAK" in os.environ else seed(part)(machine),  # the suite tries the same every time
        settings=settings(
            max_examples=EXAMPLES // PARTS,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            # A failure is told at once, unshrunk, where others wait for the suite; `make soak` finds the shortest.
            phases=set(Phase) if "SOAK" in os.environ else set(Phase) - {Phase.shrink, Phase.explain},
        ),
        _min_steps=STEPS if "SOAK" in os.environ else 0,  # the suite lets Hypothesis end some examples early
    )
