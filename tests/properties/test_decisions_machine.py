"""Whatever an alliance does, in whatever order, with crashes and second tries: only what all agreed to is sealed.

Hypothesis drives the real services over a real PostgreSQL. Beside them runs a model of rules 2 to 20 that is a few
dictionaries: who is asked, who said what to which version, what stands in the way. After every step both must say the
same about every proposal, and invariant 6 must hold. `make soak` runs it for longer (SOAK=examples).
"""

import os
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
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
from decisions.models import Decision, Declaration, Position, Proposal, Ratification
from participants.models import Alliance, RoleAppointment
from participants.services import set_limit
from tests.factories.decisions import again, make_case, object_to, reword
from tests.factories.participants import make_person

EXAMPLES, STEPS = int(os.environ.get("SOAK", "200")), 30
PARTS = 4  # each on whichever worker is free
BEGINNING = datetime(2026, 11, 23, 9, tzinfo=UTC)
ASSENTS = {"agree", "reservation"}
places = st.integers(0, 2)
crashes = st.integers(0, 7).map(lambda one: one == 7)
stances = st.sampled_from(["agree", "agree", "agree", "agree", "reservation", "stand_aside", "abstain"])


class Crash(Exception):
    """The process ends after the service and before the commit."""


@dataclass
class Said:
    stance: str
    version: int
    on_behalf_until: date | None = None


@dataclass
class Put:
    """A proposal as the model has it; participants are places on the stage (0 is the council)."""

    pk: int
    aside: bool
    deadline: date
    asked: list[int]
    version: int = 1
    state: str = "open"
    said: dict[int, Said] = field(default_factory=dict)
    objections: dict[int, int] = field(default_factory=dict)  # number: whose, while it is unresolved
    undecided: set[int] = field(default_factory=set)
    deadlocked: bool = False

    def is_open(self, today: date) -> bool:
        return self.state == "open" and today <= self.deadline

    def answer_of(self, place: int) -> str | None:
        said = self.said.get(place)
        return said.stance if said and said.version == self.version and said.stance != "taken_back" else None

    def is_agreed(self) -> bool:
        """Rules 3, 5, 6, 9, 10, 17."""
        said = [self.answer_of(one) for one in self.asked]
        return (
            0 in self.asked
            and len(self.asked) >= 2
            and not self.undecided & set(self.asked)
            and not set(self.objections.values()) & set(self.asked)
            and all(one in ASSENTS or (one == "stand_aside" and self.aside) for one in said)
            and any(one in ASSENTS for one in said)
        )

    def is_held(self, today: date) -> bool:
        """Rule 24."""
        return any(
            self.said[one].on_behalf_until and self.said[one].on_behalf_until >= today
            for one in self.asked
            if self.answer_of(one)
        )

    def settle(self, today: date) -> None:
        """What follows when something made room: no decision, or the seal."""
        if self.is_open(today) and (0 not in self.asked or len(self.asked) < 2):
            self.state = "no_decision"
        elif self.is_open(today) and self.is_agreed() and not self.is_held(today):
            self.state = "agreed"


def machine_for(cast, clock: dict) -> type[RuleBasedStateMachine]:
    """The machine on this stage. `clock["now"]` is what the application reads."""
    parties = [cast.council, cast.haven, cast.beacon]
    voices = [cast.carol, cast.pat, cast.rosa]
    shut_out = [cast.finn, cast.bea, cast.stranger]
    limit = Decimal("1000.00")

    class Deciding(RuleBasedStateMachine):
        puts = Bundle("puts")

        def __init__(self):
            super().__init__()
            clock["now"] = BEGINNING
            self.open, self.sealed_known = {}, {}
            self.gone: set[int] = set()
            self.whole = transaction.atomic()
            self.whole.__enter__()

        def teardown(self):
            try:
                connection.check_constraints()
                assert list(breaks_in_chain(cast.alliance.pk)) == []
                assert list(invariants.breaks_in_the_telling(cast.alliance.pk)) == []
            finally:
                transaction.set_rollback(True)
                self.whole.__exit__(None, None, None)

        # ── The stage ──

        @property
        def today(self) -> date:
            return timezone.localdate()

        def still_open(self) -> int:
            return sum(one.is_open(self.today) for one in self.open.values())

        def attempt(self, act, crash: bool):
            """Its result, or None for a refusal. After a crash nothing has happened, and it is tried again."""
            clock["now"] += timedelta(seconds=1)
            if crash:
                before = self.told()
                try:
                    with transaction.atomic():
                        act()
                        raise Crash
                except (Crash, Refusal):
                    assert self.told() == before
            try:
                with transaction.atomic():
                    return act() or True
            except Refusal:
                return None

        def told(self) -> tuple:
            return Proposal.objects.count(), Position.objects.count(), Decision.objects.count()

        def current(self, put: Put) -> Proposal:
            return again(Proposal(pk=put.pk))

        @initialize(target=puts, aside=st.booleans(), by=places)
        def found(self, aside, by):
            """The agreement: whether standing aside is possible, up to what Pat binds Haven; and a first proposal."""
            Alliance.objects.filter(pk=cast.alliance.pk).update(standing_aside=aside)
            self.aside = aside
            pats = RoleAppointment.objects.get(person=cast.pat)
            set_limit(appointment=pats, amount=limit, by=cast.bea)
            return self.put(by, Decimal("5000.00"), False)

        # ── Putting ──

        @rule(
            target=puts,
            by=places,
            amount=st.sampled_from([None, None, Decimal("5000.00")]),
            crash=crashes,
        )
        @precondition(lambda self: self.still_open() < 3)
        def propose(self, by, amount, crash):
            return self.put(by, amount, crash)

        def put(self, by, amount, crash) -> Put | None:
            made = self.attempt(
                lambda: services.propose(
                    alliance=cast.alliance,
                    participant=parties[by],
                    case=make_case(cast.alliance, amount=amount),
                    by=voices[by],
                    answer_by=add_working_days(self.today, 4),
                ),
                crash,
            )
            asked = [one for one in range(3) if one not in self.gone]
            assert bool(made) is (by not in self.gone and 0 in asked and len(asked) >= 2)
            if not made:
                return None
            put = Put(made.pk, self.aside, made.answer_by, asked)
            self.open[made.pk] = put
            return put

        @rule(put=puts, by=places, crash=crashes)
        def change_wording(self, put, by, crash):
            """Rule 20: every assent lapses."""
            if put is None:
                return
            proposer = parties.index(self.current(put).participant)
            text = f"Version {put.version + 1} of what we would do."
            made = self.attempt(lambda: reword(self.current(put), voices[by], text=text), crash)
            may = by == proposer and by not in self.gone and put.state == "open"
            may = may and (put.is_open(self.today) or not put.deadlocked)
            assert bool(made) is may, (made, put)
            if made:
                put.version, put.deadline = made.version, self.current(put).answer_by

        @rule(put=puts, days=st.integers(1, 5))
        def give_more_time(self, put, days):
            if put is None or put.deadlocked:
                return
            proposer = parties.index(self.current(put).participant)
            later = max(put.deadline, self.today) + timedelta(days=days)
            made = self.attempt(
                lambda: services.give_more_time(
                    proposal=self.current(put), answer_by=later, reason="More time.", by=voices[proposer]
                ),
                False,
            )
            assert bool(made) is (put.state == "open" and proposer not in self.gone)
            if made:
                put.deadline = later
                put.settle(self.today)

        @rule(put=puts)
        def withdraw(self, put):
            if put is None or len(put.said) < 2:  # seldom: there is more to see in one that goes on
                return
            proposer = parties.index(self.current(put).participant)
            made = self.attempt(
                lambda: services.withdraw_proposal(
                    proposal=self.current(put), reason="Not now.", by=voices[proposer]
                ),
                False,
            )
            late = put.state == "open" and put.deadlocked and not put.is_open(self.today)
            may = proposer not in self.gone and put.state in ("open", "withdrawn") and not late
            assert bool(made) is may
            if made:
                put.state = "withdrawn"

        # ── Answering ──

        def may_answer(self, put: Put, place: int) -> bool:
            return (
                put.is_open(self.today)
                and place in put.asked
                and place not in self.gone
                and place not in put.undecided
                and place not in put.objections.values()
            )

        @rule(
            put=puts,
            place=places,
            stance=stances,
            deputy=st.booleans(),
            stale=st.booleans(),
            crash=crashes,
        )
        def take_position(self, put, place, stance, deputy, stale, crash):
            if put is None:
                return
            stale = stale and put.version > 1
            by = cast.dev if deputy and place == 1 else voices[place]
            self.answers(put, place, stance, by, stale, crash)

        def answers(self, put, place, stance, by, stale, crash):
            versions = list(self.current(put).wordings.order_by("version"))
            made = self.attempt(
                lambda: services.take_position(
                    proposal=self.current(put),
                    participant=parties[place],
                    stance=stance,
                    reason="" if stance == "agree" else "Because.",
                    shown=versions[0 if stale else -1].hash,
                    by=by,
                ),
                crash,
            )
            may = self.may_answer(put, place) and not stale and (stance != "stand_aside" or put.aside)
            if made and not may:  # nothing but the very same answer by the same person, once more
                assert put.answer_of(place) == stance
                assert Position.objects.get(pk=made.pk).taken_by == by
                return
            assert bool(made) is may, (put, place, stance, stale)
            if made:
                put.said[place] = Said(stance, put.version)
                put.settle(self.today)

        @rule(put=puts, but=st.integers(0, 5))
        def nearly_all_agree(self, put, but):
            """So that the last answer is often the next thing to come."""
            if put is None:
                return
            for place in range(3):
                if place != but % 3 and put.answer_of(place) is None:
                    self.answers(put, place, "agree", voices[place], False, False)

        @rule(put=puts, place=places, who=st.integers(0, 6))
        def speak_out_of_turn(self, put, place, who):
            """Rules 8, 19: nobody speaks for another, not even a deputy whose time is over."""
            if put is None:
                return
            by = [*voices, *shut_out, clock["late"]][who]
            if by == voices[place]:
                return
            made = self.attempt(
                lambda: services.take_position(
                    proposal=self.current(put),
                    participant=parties[place],
                    stance="agree",
                    shown=self.current(put).current_wording.hash,
                    by=by,
                ),
                False,
            )
            assert made is None

        @rule(put=puts, place=places, teller=places, stance=stances, crash=crashes)
        def record_on_behalf(self, put, place, teller, stance, crash):
            if put is None:
                return
            made = self.attempt(
                lambda: services.record_on_behalf(
                    proposal=self.current(put),
                    participant=parties[place],
                    said_by=voices[place],
                    stance=stance,
                    reason="" if stance == "agree" else "Because.",
                    heard="telephone",
                    evidence="A call at noon.",
                    shown=self.current(put).current_wording.hash,
                    by=voices[teller],
                ),
                crash,
            )
            until = add_working_days(self.today, 1)
            last = put.said.get(place)
            own = last and last.version == put.version and last.on_behalf_until is None
            may = (
                self.may_answer(put, place)
                and teller != place
                and teller in put.asked
                and teller not in self.gone
                and not own
                and until < put.deadline
                and (stance != "stand_aside" or put.aside)
            )
            if made and not may:
                assert made.is_on_behalf
                assert put.answer_of(place) == stance
                return
            assert bool(made) is may, (put, place, teller, stance)
            if made:
                repeated = put.answer_of(place) == stance and made.contestable_until != until
                put.said[place] = last if repeated else Said(stance, put.version, made.contestable_until)

        @rule(put=puts, place=places, crash=crashes)
        def take_back(self, put, place, crash):
            """Rule 4; of what was recorded on behalf: contest it."""
            if put is None:
                return
            said = put.said.get(place)
            made = self.attempt(
                lambda: services.take_back(
                    proposal=self.current(put), participant=parties[place], by=voices[place]
                ),
                crash,
            )
            if made and said and said.stance != "taken_back":
                assert self.may_answer(put, place)
                put.said[place] = Said("taken_back", put.version)
            elif said and said.stance != "taken_back":
                assert not self.may_answer(put, place)

        @rule(put=puts, place=places, crash=crashes)
        def object(self, put, place, crash):
            if put is None:
                return
            clock["objections"] += 1
            concern = f"Concern {clock['objections']}."
            made = self.attempt(
                lambda: object_to(self.current(put), parties[place], voices[place], concern=concern), crash
            )
            may = (
                put.is_open(self.today)
                and place in put.asked
                and place not in self.gone
                and place not in put.undecided
            )
            assert bool(made) is may
            if made:
                put.said[place] = Said("object", put.version)
                put.objections[made.number] = place

        @rule(put=puts, by=places, crash=crashes)
        def resolve(self, put, by, crash):
            """Rule 17: only whoever raised it."""
            if put is None or not put.objections:
                return
            number, whose = min(put.objections.items())
            objection = self.current(put).objections.get(number=number)
            made = self.attempt(
                lambda: services.resolve_objection(
                    objection=objection, resolution="It is met.", by=voices[by]
                ),
                crash,
            )
            assert bool(made) is (by == whose and by not in self.gone and put.is_open(self.today))
            if made:
                del put.objections[number]

        # ── Conflicts ──

        @rule(put=puts, place=places, crash=crashes)
        def declare(self, put, place, crash):
            if put is None:
                return
            made = self.attempt(
                lambda: services.declare_conflict(
                    proposal=self.current(put),
                    participant=parties[place],
                    what="We own it.",
                    by=voices[place],
                ),
                crash,
            )
            if made and made.state == "declared" and place not in put.undecided:
                assert put.is_open(self.today)
                assert place in put.asked
                put.undecided.add(place)
                if put.answer_of(place):
                    put.said[place] = Said("taken_back", put.version)

        @rule(put=puts, by=places, stance=st.sampled_from(["admit", "leave", "shared"]), crash=crashes)
        def vote(self, put, by, stance, crash):
            """Rules 9, 10, 11: a majority of the others, and it follows what follows."""
            if put is None or not put.undecided:
                return
            place = min(put.undecided)
            declared = Declaration.objects.filter(
                proposal_id=put.pk, participant=parties[place], state="declared"
            ).get()
            made = self.attempt(
                lambda: services.vote_on_conflict(
                    declaration=declared, participant=parties[by], stance=stance, by=voices[by]
                ),
                crash,
            )
            assert not (made and by == place)
            declared.refresh_from_db()
            others = len(put.asked) - 1
            for_it = declared.votes.exclude(stance="leave").count()
            match declared.state:
                case "admitted" | "shared":
                    assert for_it * 2 > others
                    put.undecided.discard(place)
                    put.settle(self.today)
                case "left":
                    assert (for_it + others - declared.votes.count()) * 2 <= others
                    put.undecided.discard(place)
                    put.asked.remove(place)
                    put.settle(self.today)

        # ── Deadlock, ratification, leaving, the clock ──

        @rule(put=puts, place=places)
        def declare_deadlock(self, put, place):
            if put is None or not (
                put.objections or any(put.answer_of(one) == "abstain" for one in put.asked)
            ):
                return
            made = self.attempt(
                lambda: services.declare_deadlock(
                    proposal=self.current(put), participant=parties[place], reason="Stuck.", by=voices[place]
                ),
                False,
            )
            if made and not put.deadlocked:
                assert put.state == "open"
                put.deadlocked, put.deadline = True, self.current(put).answer_by

        @rule(yes=st.booleans(), crash=crashes)
        @precondition(lambda self: any(one.state == "agreed" for one in self.open.values()))
        def ratify(self, yes, crash):
            """Rule 14."""
            awaited = Ratification.objects.filter(state="awaited").order_by("pk").first()
            if awaited is None:
                return
            assert awaited.amount > awaited.limit
            minute = Upload("minute.txt", b"Agreed.", "text/plain")
            self.attempt(
                (
                    lambda: services.ratify(
                        ratification=awaited, board_met_on=self.today, minute=minute, by=cast.pat
                    )
                )
                if yes
                else (
                    lambda: services.refuse_to_ratify(ratification=awaited, words="Too much.", by=cast.pat)
                ),
                crash,
            )

        @rule(crash=crashes)
        @precondition(lambda self: not self.gone and len(self.open) >= 2)
        def beacon_leaves(self, crash):
            """A decision of its own, carried out by its seal; what is open asks Beacon no longer (rules 2, 22)."""

            def decide():
                put = services.propose(
                    alliance=cast.alliance,
                    participant=cast.council,
                    case=make_case(
                        cast.alliance,
                        effect={
                            "kind": "exit",
                            "participant": cast.beacon.pk,
                            "participant_name": cast.beacon.name,
                            "left_on": self.today.isoformat(),
                            "hand_over": "All to Haven.",
                        },
                    ),
                    by=cast.carol,
                )
                for party, by in zip(parties, voices, strict=True):
                    services.take_position(
                        proposal=put,
                        participant=party,
                        stance="agree",
                        shown=put.current_wording.hash,
                        by=by,
                    )
                return put

            assert self.attempt(decide, crash)
            services.note_departures(alliance=cast.alliance, by=None)  # the errand that the seal asked for
            self.gone.add(2)
            for put in self.open.values():
                if put.is_open(self.today) and 2 in put.asked:
                    put.asked.remove(2)
                    put.undecided.discard(2)
                    put.settle(self.today)

        @rule(days=st.sampled_from([1, 1, 1, 2, 2, 4, 30]))
        @precondition(lambda self: self.still_open())
        def time_passes(self, days):
            """The clock's own acts are done at dawn, as the errands do them."""
            clock["now"] += timedelta(days=days)
            for put in self.open.values():
                if any(one.on_behalf_until for one in put.said.values()):
                    services.seal_after_hold(proposal=self.current(put))
                    put.settle(self.today)

        @rule(put=puts, by=places)
        def seal(self, put, by):
            if put is None:
                return
            made = self.attempt(lambda: services.seal(proposal=self.current(put), by=voices[by]), False)
            asked = by in put.asked and by not in self.gone
            if put.state == "agreed":
                return
            ready = put.is_open(self.today) and put.is_agreed() and not put.is_held(self.today)
            assert bool(made) is (asked and ready), put
            if made:
                put.state = "agreed"

        @rule(put=consumes(puts), by=places)
        def supersede(self, put, by):
            """Rule 20: another decision; the first one stays as it was."""
            if put is None or put.state != "agreed" or by in self.gone:
                return
            decision = Decision.objects.get(proposal_id=put.pk)
            before = (decision.wording_hash, decision.sealed_at, decision.decided_on)
            self.attempt(
                lambda: services.open_proposal(
                    proposal=services.draft_successor(
                        decision=decision, participant=parties[by], by=voices[by]
                    ),
                    by=voices[by],
                ),
                False,
            )
            decision.refresh_from_db()
            assert (decision.wording_hash, decision.sealed_at, decision.decided_on) == before

        # ── After every step ──

        @invariant()
        def the_rules_and_the_tables_say_the_same(self):
            kept = dict(Proposal.objects.filter(pk__in=self.open).values_list("pk", "state"))
            assert kept == {one.pk: one.state for one in self.open.values()}
            sealed = Decision.objects.count()
            if sealed != len(self.sealed_known):
                event(f"{sealed} sealed")
                connection.check_constraints()
                assert list(invariants._sealed(cast.alliance.pk)) == []
                self.sealed_known = dict(Decision.objects.values_list("pk", "wording_hash"))

    return Deciding


@pytest.mark.django_db
@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_only_what_all_agreed_to_is_ever_sealed(cast, monkeypatch, part):
    late = make_person(
        cast.alliance, "Lara Late", "deputy", cast.haven, until_on=BEGINNING.date() - timedelta(days=1)
    )
    clock = {"now": BEGINNING, "late": late, "objections": 0}
    monkeypatch.setattr("django.utils.timezone.now", lambda: clock["now"])
    run_state_machine_as_test(
        machine_for(cast, clock),
        settings=settings(
            max_examples=EXAMPLES // PARTS,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            # A failure is told at once, unshrunk, where others wait for the suite; `make soak` finds the shortest.
            phases=set(Phase) if "SOAK" in os.environ else set(Phase) - {Phase.shrink, Phase.explain},
        ),
    )
