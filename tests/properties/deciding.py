"""How an act is done in the model and with the services, and what is compared after it."""

from copy import deepcopy
from datetime import timedelta

from django.db import connection, transaction
from hypothesis import event
from hypothesis.stateful import RuleBasedStateMachine, invariant

from alliance.core.questions import Question
from alliance.core.record import breaks_in_chain
from alliance.core.refusals import Refusal
from decisions import invariants, services
from decisions.models import Decision, Proposal
from participants.models import Participant
from participants.standing import enter
from tests.factories.decisions_model import BEACON, COUNCIL, QUAY, Put
from tests.factories.decisions_stage import BEGINNING, TABLES, Stage, of_the_model
from tests.factories.participants import give_role

_in_effect = Question(lambda on, alliance: Decision.objects.in_effect(on).filter(alliance_id=alliance))


class Crash(Exception):
    """The process ends after the service and before the commit."""


class Deciding(RuleBasedStateMachine):
    """One example; its steps are in deciding_steps.py."""

    stage: Stage

    def __init__(self):
        super().__init__()
        self.cast, self.clock = self.stage.cast, self.stage.clock
        self.clock["now"] = BEGINNING
        self.model = deepcopy(self.stage.model)
        self.parties = [self.cast.council, self.cast.haven, self.cast.beacon]
        self.voices = [self.cast.carol, self.cast.pat, self.cast.rosa]
        self.sealed, self.acted, self.has_left, self.concerns = 0, True, False, 0
        self.whole = transaction.atomic()
        self.whole.__enter__()
        self.come_in()

    def teardown(self):
        try:
            connection.check_constraints()
            assert list(breaks_in_chain(self.stage.alliance.pk)) == []
            assert list(invariants.breaks_in_the_telling(self.stage.alliance.pk)) == []
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
        for one in (*self.voices, self.cast.dev):
            enter(one, self.stage.alliance.slug)

    def agreed(self) -> list[Put]:
        return [one for one in self.model.puts.values() if one.state == "agreed"]

    def row(self, put: Put) -> Proposal:
        return Proposal(pk=put.pk, alliance_id=self.stage.alliance.pk)

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
        self.clock["now"] += timedelta(seconds=1)
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

    # ── After every step ──

    def note_departures(self) -> None:
        if BEACON not in self.model.here:
            services.note_departures(alliance=self.stage.alliance, by=None)

    def follow(self) -> None:
        """What comes after a seal: errands for whoever has left, and a voice for whoever has joined."""
        if BEACON not in self.model.here and not self.has_left:
            self.has_left = True
            self.come_in()
            self.note_departures()
        if QUAY in self.model.here and len(self.parties) == QUAY:
            quay = Participant.objects.get(alliance=self.stage.alliance, short_name="Quay")
            give_role(self.stage.alliance, self.stage.quincy, "representative", quay)
            self.parties.append(quay)
            self.voices.append(self.stage.quincy)
            self.come_in()

    @invariant()
    def the_rules_and_the_tables_say_the_same(self):
        if not self.acted:
            return
        self.acted = False
        self.follow()
        with connection.cursor() as cursor:
            cursor.execute(TABLES, [self.stage.alliance.pk])
            ids = {place: one.pk for place, one in enumerate(self.parties)}
            assert cursor.fetchall() == list(of_the_model(self.model, ids))
        agreed = {one.pk: one.hashes[-1] for one in self.agreed()}
        if not agreed:
            return
        in_effect = _in_effect(on=self.model.today, alliance=self.stage.alliance.pk)
        assert {one.proposal_id for one in in_effect} == {
            one.pk for one in self.agreed() if self.model.is_in_effect(one)
        }
        if len(agreed) != self.sealed:
            self.sealed = len(agreed)
            event(f"{len(agreed)} sealed")
            assert dict(Decision.objects.values_list("proposal_id", "wording_hash")) == agreed
            connection.check_constraints()
            assert list(invariants._sealed(self.stage.alliance.pk)) == []
