"""Ways round unanimity that an attacker with the application's own database role tried, each refused by PostgreSQL."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from alliance.core.refusals import NotPossible
from decisions import services
from decisions.models import Decision, Proposal, RollDeparture, RollEntry
from decisions.services.shared import complete, write_wording
from participants.models import Participant, RoleAppointment
from tests.factories.decisions import again, answer, make_case, make_draft, make_proposal, object_to, reword
from tests.factories.effects import carry_out, delegate, plain, propose_effect
from tests.factories.participants import make_participant

pytestmark = pytest.mark.django_db


def today() -> date:
    return timezone.localdate()


def sql(text: str, *values) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(text, values)


def settle() -> None:
    """Have the deferred promises checked now, as a commit does."""
    sql("set constraints all immediate")
    sql("set constraints all deferred")


def seal(proposal: Proposal, wording, by, **changes) -> Decision:
    """The row of a decision, past every service."""
    now = timezone.now()
    facts = {
        "alliance_id": proposal.alliance_id,
        "number": 990,
        "kind": proposal.kind,
        "proposal": proposal,
        "wording": wording,
        "wording_hash": wording.hash,
        "decided_on": today(),
        "sealed_at": now,
        "sealed_by": by,
    }
    with transaction.atomic():
        return Decision.objects.create(**facts | changes)


class TestTheRoll:
    """Rule 2: it is everybody who is active on the day of the opening, but for whoever the decision is about."""

    def open(self, draft: Proposal, roll, by, *, tested=True, **changes) -> None:
        case, principles = complete(draft.case, draft.alliance_id)
        if not tested:
            case, principles = replace(case, tests={}), []
        now = timezone.now()
        wording = write_wording(draft, 1, case, principles, note=None, at=now, by=by)
        for place, one in enumerate(roll, 1):
            RollEntry.objects.create(
                alliance_id=draft.alliance_id, proposal=draft, participant=one, place=place
            )
        facts = {
            "state": "open",
            "current_wording": wording,
            "draft": {},
            "answer_by": today() + timedelta(days=9),
            "opened_at": now,
            "opened_by": by,
        }
        with transaction.atomic():
            Proposal.objects.filter(pk=draft.pk).update(**facts | changes)

    def everybody(self, cast):
        return [cast.council, cast.haven, cast.beacon]

    def test_is_opened_by_hand_as_the_service_does(self, cast):
        draft = make_draft(cast.council, cast.carol)
        self.open(draft, self.everybody(cast), cast.carol)
        assert again(draft).state_now == "open"

    def test_leaves_nobody_out(self, cast):
        draft = make_draft(cast.council, cast.carol)
        with pytest.raises(DatabaseError, match=r"everybody who is active that day, but .*\(rules 2, 22\)"):
            self.open(draft, [cast.council, cast.haven], cast.carol)

    def test_asks_nobody_who_is_not_there_yet(self, cast):
        draft = make_draft(cast.council, cast.carol)
        quay = make_participant(cast.alliance, "Quay Trust", joined_on=today() + timedelta(days=9))
        with pytest.raises(DatabaseError, match=r"everybody who is active that day, but .*\(rules 2, 22\)"):
            self.open(draft, [*self.everybody(cast), quay], cast.carol)

    def test_leaves_out_whoever_it_is_about_and_nobody_else(self, cast):
        terms = {"participant": cast.beacon, "suspended_on": today(), "reasons": "x"}
        about_beacon = plain("suspension", terms)
        right, wrong, short = (make_draft(cast.council, cast.carol, effect=about_beacon) for _ in range(3))
        self.open(right, [cast.council, cast.haven], cast.carol)
        for draft, roll in ((wrong, [cast.council, cast.beacon]), (short, self.everybody(cast))):
            with pytest.raises(DatabaseError, match="everybody who is active that day"):
                self.open(draft, roll, cast.carol)

    @pytest.mark.parametrize("setting", ["standing_aside", "independent"])
    def test_comes_with_the_settings_of_the_alliance(self, cast, setting):
        draft = make_draft(cast.council, cast.carol)
        with pytest.raises(DatabaseError, match=r"settings are those of the alliance \(rule 6\)"):
            self.open(draft, self.everybody(cast), cast.carol, **{setting: True})

    def test_is_asked_about_words_that_were_tested_against_every_principle(self, cast):
        draft = make_draft(cast.council, cast.carol)
        with pytest.raises(DatabaseError, match=r"every principle .*\(rule 15\)"):
            self.open(draft, self.everybody(cast), cast.carol, tested=False)

    def test_is_not_left_by_an_objector_whom_the_decision_is_not_about(self, cast):
        proposal = propose_effect(cast.alliance, "settings", answer_within=7)
        object_to(proposal, cast.beacon, cast.rosa)
        entry = proposal.roll.get(participant=cast.beacon)
        with pytest.raises(DatabaseError, match="not about this participant"), transaction.atomic():
            RollDeparture.objects.create(
                alliance=cast.alliance, entry=entry, because="concerned", departed_at=timezone.now()
            )


class TestWhomItIsAbout:
    """Rule 22: whoever a proposal would exclude is left off its roll and heard, and that is decided at its opening."""

    def about(self, kind: str, participant) -> dict:
        when = "suspended_on" if kind == "suspension" else "left_on"
        return plain(kind, {"participant": participant, when: today(), "reasons": "They do not answer."})

    @pytest.mark.parametrize("kind", ["suspension", "exclusion"])
    def test_stays_when_it_is_reworded(self, cast, kind):
        effect = self.about(kind, cast.beacon)
        proposal = make_proposal(cast.council, cast.carol, effect=effect)
        with pytest.raises(NotPossible, match="about the same organisation"):
            reword(proposal, cast.carol, effect=self.about(kind, cast.haven))
        reword(proposal, cast.carol, effect=effect | {"reasons": "Nobody has answered since May."})
        assert again(proposal).current_wording.version == 2

    @pytest.mark.parametrize("kind", ["suspension", "exclusion", "settings"])
    def test_stays_when_it_is_reworded_by_hand(self, cast, kind):
        proposal = make_proposal(cast.council, cast.carol, effect=self.about("suspension", cast.beacon))
        effect = {"kind": kind} if kind == "settings" else self.about(kind, cast.haven)
        changed = make_case(cast.alliance, effect=effect, tests={})
        with pytest.raises(DatabaseError, match="about the same organisation"), transaction.atomic():
            write_wording(proposal, 2, changed, (), note=None, at=timezone.now(), by=cast.carol)


class TestDecidingAlone:
    """Rules 1, 20, 22: what one person decides changes nothing that all have signed."""

    def draft(self, cast, **changes) -> Proposal:
        right = delegate(cast.haven, cast.pat, limit="100.00")
        case = make_case(cast.alliance, **changes)
        return services.draft_alone(alliance=cast.alliance, case=case, by=cast.pat, delegation=right)

    def test_carries_nothing_out(self, cast):
        terms = {"participant": cast.beacon, "left_on": today(), "reasons": "x"}
        draft = self.draft(cast, effect=plain("exclusion", terms))
        case, principles = complete(draft.case, draft.alliance_id, "operational")
        wording = write_wording(draft, 1, case, principles, note=None, at=timezone.now(), by=cast.pat)
        pats = RoleAppointment.objects.get(person=cast.pat, role="representative")
        with pytest.raises(DatabaseError, match=r"carries nothing out \(rules 1, 22\)"):
            seal(draft, wording, cast.pat, decided_as=pats, decided_by_name="Pat")
        with pytest.raises(DatabaseError, match="by a key decision"), transaction.atomic():
            Participant.objects.filter(pk=cast.beacon.pk).update(left_on=today())

    def test_does_not_supersede_what_all_decided(self, cast):
        key = carry_out(cast.alliance, "settings", answer_within=7)
        draft = self.draft(cast)
        with pytest.raises(DatabaseError, match="keeps its number"), transaction.atomic():
            Proposal.objects.filter(pk=draft.pk).update(supersedes=key)
        with pytest.raises(DatabaseError, match=r"superseded by all \(rule 20\)"), transaction.atomic():
            services.draft_proposal(
                alliance=cast.alliance,
                participant=cast.haven,
                case=make_case(cast.alliance),
                by=cast.pat,
                kind="operational",
                delegation=draft.delegation,
                supersedes=key,
            )
        assert key.is_in_effect()


class TestTheMoment:
    """A seal is dated by what it seals, and carries out what it says in its own transaction only."""

    @pytest.fixture
    def almost(self, cast) -> Proposal:
        """Everybody but Beacon has agreed."""
        proposal = make_proposal(cast.council, cast.carol)
        answer(proposal, cast.council, cast.carol)
        answer(proposal, cast.haven, cast.pat)
        return again(proposal)

    def agree_by_hand(self, proposal: Proposal, cast, at) -> None:
        rosas = RoleAppointment.objects.get(person=cast.rosa)
        sql(
            "insert into decisions_position (alliance_id, proposal_id, wording_id, participant_id, stance, taken_at,"
            " taken_by_id, taken_by_name, appointment_id, capacity, in_place_of, typed_by_name, heard)"
            " values (%s, %s, %s, %s, 'agree', %s, %s, 'Rosa', %s, 'representative', '', '', '')",
            proposal.alliance_id, proposal.pk, proposal.current_wording_id, cast.beacon.pk, at, cast.rosa.pk, rosas.pk,
        )  # fmt: skip

    def test_is_not_given_but_taken(self, cast, almost):
        self.agree_by_hand(almost, cast, timezone.now())
        with connection.cursor() as cursor:
            cursor.execute(
                "insert into decisions_decision (alliance_id, number, kind, proposal_id, wording_id, wording_hash,"
                " decided_on, sealed_at, sealed_by_id, decided_by_name, txid)"
                " values (%s, 990, 'key', %s, %s, %s, %s, %s, %s, '', '999999999')"
                " returning txid = pg_current_xact_id()",
                [almost.alliance_id, almost.pk, almost.current_wording_id, almost.current_wording.hash,
                 today(), timezone.now(), cast.rosa.pk],
            )  # fmt: skip
            assert cursor.fetchone() == (True,)
        Proposal.objects.filter(pk=almost.pk).update(state="agreed")
        settle()

    def test_is_not_before_the_last_assent(self, cast, almost):
        before = timezone.now()
        self.agree_by_hand(almost, cast, before + timedelta(seconds=1))
        with pytest.raises(DatabaseError, match=r"not before the last assent \(rule 3\)"):
            seal(almost, almost.current_wording, cast.rosa, sealed_at=before)

    def test_of_an_answer_is_not_before_the_words_that_it_answers(self, cast, almost):
        with pytest.raises(DatabaseError, match=r"not taken before it was written \(rule 3\)"):
            self.agree_by_hand(almost, cast, almost.current_wording.written_at - timedelta(minutes=1))
