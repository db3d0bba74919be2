"""Meetings, quorum and minutes (rules 7 and 21), with the cast."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from alliance.core.models import Event
from alliance.core.refusals import NotAllowed, NotPossible
from decisions import services
from decisions.lifecycle import MeetingState, MinutesState
from decisions.models import Attendance, Decision, Meeting, Minutes, Position
from decisions.quorum import quorum_of
from tests.factories.decisions import again, answer, make_draft, make_proposal
from tests.factories.meetings import How, call, days_ago, hold, issue

pytestmark = pytest.mark.django_db


@pytest.fixture
def held(cast) -> Meeting:
    """Carol and Pat in the room, Lee listening on the telephone, Rosa sent apologies."""
    there = {
        cast.carol: How.PRESENT,
        cast.pat: How.PRESENT,
        cast.lee: How.REMOTE,
        cast.rosa: How.APOLOGIES,
    }
    return hold(cast.alliance, cast.carol, there)


def whole(meeting) -> Meeting:
    return Meeting.objects.with_minutes().get(pk=meeting.pk)


def told(kind: str) -> list[dict]:
    return [one.facts for one in Event.objects.filter(kind=f"decisions.{kind}").order_by("seq")]


class TestCalling:
    def test_a_meeting_has_its_number_its_agenda_and_its_entry_in_the_record(self, cast):
        proposal = make_proposal(cast.council, cast.carol)
        meeting = call(cast.alliance, cast.pat, proposals=[proposal], titles=["  The  winter ", ""])
        assert meeting.number == 1
        assert [(one.place, one.title, one.proposal_id) for one in meeting.agenda.all()] == [
            (1, proposal.title, proposal.pk),
            (2, "The winter", None),
        ]
        assert [one["agenda"] for one in told("meeting_called")] == [[proposal.title, "The winter"]]
        assert call(cast.alliance, cast.stan).number == 2

    @pytest.mark.parametrize("who", ["finn", "lee", "bea", "ari", "stranger"])
    def test_only_those_who_convene_call_one(self, cast, who):
        with pytest.raises(NotAllowed):
            call(cast.alliance, getattr(cast, who))

    def test_a_doubled_click_calls_one_meeting_and_adds_one_thing(self, cast, time_machine):
        at = days_ago(-2)
        first, second = (call(cast.alliance, cast.pat, starts_at=at, titles=["Beds"]) for _ in range(2))
        assert first == second
        services.set_agenda(meeting=first, titles=["Beds", "Nurses"], by=cast.pat)
        services.set_agenda(meeting=first, titles=["Nurses", "Nurses"], by=cast.pat)
        assert [one.title for one in first.agenda.all()] == ["Beds", "Nurses"]
        assert call(cast.alliance, cast.carol, starts_at=at) != first
        time_machine.move_to(timezone.now() + timedelta(minutes=2))
        assert call(cast.alliance, cast.pat, starts_at=at) != first

    def test_another_time_changes_the_calendar_entry_and_the_same_again_does_not(self, cast):
        meeting = call(cast.alliance, cast.pat)
        later = {
            "body": meeting.body,
            "starts_at": meeting.starts_at + timedelta(days=2),
            "lasts": 60,
            "place": "By video",
            "link": "https://meet.example/harbour",
        }
        for _ in range(2):
            meeting = services.change_meeting(meeting=meeting, by=cast.carol, **later)
        assert (meeting.changed, meeting.lasts, meeting.place) == (1, 60, "By video")
        assert len(told("meeting_changed")) == 1
        assert set(told("meeting_changed")[0]["before"]) == {"starts_at", "lasts", "place", "link"}

    def test_it_is_cancelled_for_a_reason_once_and_for_good(self, cast):
        meeting = call(cast.alliance, cast.pat)
        with pytest.raises(NotPossible, match="Say why"):
            services.cancel_meeting(meeting=meeting, reason=" ", by=cast.pat)
        for _ in range(2):
            meeting = services.cancel_meeting(meeting=meeting, reason="The hall is flooded.", by=cast.pat)
        assert (meeting.state, meeting.changed, len(told("meeting_cancelled"))) == ("cancelled", 1, 1)
        with pytest.raises(NotPossible, match="cancelled"):
            services.hold_meeting(meeting=meeting, by=cast.pat)
        with pytest.raises(NotPossible, match="cancelled"):
            services.set_agenda(meeting=meeting, titles=["Something"], by=cast.pat)
        with pytest.raises(NotPossible, match="cancelled"):
            services.note_attendance(meeting=meeting, people={cast.pat: How.PRESENT}, by=cast.pat)

    def test_it_is_held_on_its_day_and_not_before(self, cast):
        meeting = call(cast.alliance, cast.pat, starts_at=days_ago(-3))
        with pytest.raises(NotPossible, match="held on that day"):
            services.hold_meeting(meeting=meeting, by=cast.pat)
        held = services.hold_meeting(meeting=call(cast.alliance, cast.pat), by=cast.carol)
        assert services.hold_meeting(meeting=held, by=cast.pat).held_by == cast.carol
        with pytest.raises(NotPossible):
            services.change_meeting(
                meeting=held,
                body=held.body,
                starts_at=held.starts_at,
                lasts=5,
                place="",
                link="",
                by=cast.pat,
            )


class TestTheAgenda:
    def test_things_are_put_moved_dropped_and_put_again(self, cast):
        first, second = (
            make_proposal(cast.council, cast.carol),
            make_proposal(cast.haven, cast.pat, title="Two?"),
        )
        meeting = call(cast.alliance, cast.pat, proposals=[first], titles=["Winter"])
        one, winter = meeting.agenda.all()

        def titles():
            return [item.title for item in meeting.agenda.filter(dropped_at=None)]

        services.set_agenda(meeting=meeting, proposals=[second], by=cast.carol)
        assert titles() == [first.title, "Winter", "Two?"]
        services.set_agenda(meeting=meeting, places={one.pk: 9}, by=cast.carol)
        assert titles() == ["Winter", "Two?", first.title]
        services.set_agenda(meeting=meeting, dropped=[one.pk, winter.pk], by=cast.carol)
        assert titles() == ["Two?"]
        services.set_agenda(meeting=meeting, proposals=[first, second], by=cast.carol)
        assert titles() == ["Two?", first.title]
        before = len(told("agenda_set"))
        services.set_agenda(meeting=meeting, proposals=[first], places={}, by=cast.carol)
        assert len(told("agenda_set")) == before == 4


class TestWhoWasThere:
    def test_people_attend_by_the_appointment_of_that_day(self, cast, held):
        noted = {
            one.person_id: (one.capacity, one.attended, one.is_authorised) for one in held.attendances.all()
        }
        assert noted == {
            cast.carol.pk: ("Representative, Council", True, True),
            cast.pat.pk: ("Representative, Haven", True, True),
            cast.lee.pk: ("Person with lived experience", True, False),
            cast.rosa.pk: ("Representative, Beacon", False, False),
        }

    def test_a_meeting_is_quorate_with_somebody_authorised_of_each_participant(self, cast, held):
        quorum = quorum_of(held)
        assert not quorum.is_quorate
        assert quorum.words == "Not quorate: nobody authorised of Beacon is there."
        services.note_attendance(meeting=held, people={cast.rosa: How.REMOTE}, by=cast.carol)
        quorum = quorum_of(whole(held))
        assert quorum.is_quorate
        assert quorum.words == "Quorate: somebody authorised of each of the 3 participants is there."

    def test_a_deputy_counts_and_a_finance_lead_does_not(self, cast):
        there = {cast.carol: How.PRESENT, cast.finn: How.PRESENT, cast.rosa: How.PRESENT}
        meeting = hold(cast.alliance, cast.carol, there)
        assert [one.short_name for one in quorum_of(meeting).missing] == ["Haven"]
        services.note_attendance(meeting=meeting, people={cast.dev: How.PRESENT}, by=cast.carol)
        assert quorum_of(whole(meeting)).is_quorate

    def test_everybody_says_it_of_themselves_and_only_conveners_of_others(self, cast):
        meeting = call(cast.alliance, cast.carol)
        for _ in range(2):
            services.note_attendance(meeting=meeting, people={cast.lee: How.PRESENT}, by=cast.lee)
        assert len(told("attendance_noted")) == 1
        with pytest.raises(NotAllowed):
            services.note_attendance(meeting=meeting, people={cast.pat: How.PRESENT}, by=cast.lee)
        with pytest.raises(NotAllowed):
            services.note_attendance(meeting=meeting, people={cast.stranger: How.PRESENT}, by=cast.stranger)

    def test_what_somebody_noted_of_themselves_in_the_meeting_nobody_else_changes(self, cast, held):
        (rosa,) = services.note_attendance(meeting=held, people={cast.rosa: How.PRESENT}, by=cast.rosa)
        first = issue(held, cast.pat)
        services.write_minutes(meeting=held, text="Beacon agreed to everything.", note="Agreed", by=cast.pat)
        with pytest.raises(NotPossible, match="only Rosa Recovery changes it"):
            services.note_attendance(meeting=held, people={cast.rosa: How.ABSENT}, by=cast.pat)
        sql = "update decisions_attendance set how = 'absent', noted_by_id = %s where id = %s"
        with pytest.raises(DatabaseError, match="they alone change"), transaction.atomic():
            connection.cursor().execute(sql, [cast.pat.pk, rosa.pk])
        services.note_attendance(meeting=held, people={cast.rosa: How.REMOTE}, by=cast.rosa)
        assert (again(rosa).how, again(first).state) == (How.REMOTE, MinutesState.REPLACED)

    def test_who_meant_to_come_and_did_not_is_noted_by_those_who_convene(self, cast):
        meeting = call(cast.alliance, cast.carol, starts_at=days_ago(-1))
        (rosa,) = services.note_attendance(meeting=meeting, people={cast.rosa: How.PRESENT}, by=cast.rosa)
        services.note_attendance(meeting=meeting, people={cast.rosa: How.ABSENT}, by=cast.carol)
        assert again(rosa).how == How.ABSENT

    def test_a_position_taken_in_the_room_names_the_meeting(self, cast, held):
        proposal = make_proposal(cast.council, cast.carol)
        answered = services.take_position(
            proposal=proposal,
            participant=cast.haven,
            stance="agree",
            shown=proposal.current_wording.hash,
            by=cast.pat,
            meeting=held,
        )
        assert list(held.positions.all()) == [answered]

    def test_no_key_decision_closes_in_an_inquorate_meeting(self, cast, held):
        """Rule 7: positions are recorded; the decision's date is that of the missing one's confirmation."""
        proposal = make_proposal(cast.council, cast.carol)
        for participant, by in ((cast.council, cast.carol), (cast.haven, cast.pat)):
            services.take_position(
                proposal=proposal,
                participant=participant,
                stance="agree",
                shown=proposal.current_wording.hash,
                by=by,
                meeting=held,
            )
        assert not Decision.objects.exists()
        answer(proposal, cast.beacon, cast.rosa)
        assert Decision.objects.get().decided_on == timezone.localdate()


class TestMinutes:
    def test_they_are_official_once_every_attendee_has_accepted_this_version(self, cast, held):
        minutes = issue(held, cast.carol)
        for one in (cast.carol, cast.pat):
            services.accept_minutes(minutes=minutes, by=one)
        assert again(minutes).state == MinutesState.ISSUED
        for _ in range(2):
            services.accept_minutes(minutes=minutes, by=cast.lee)
        minutes = again(minutes)
        assert (minutes.state, minutes.acceptances.count()) == (MinutesState.OFFICIAL, 3)
        assert minutes.official_at == minutes.acceptances.get(accepted_by=cast.lee).accepted_at
        everybody = ["Carol Commissioner", "Pat Provider", "Lee Lived"]
        assert [one["accepted_by"] for one in told("minutes_became_official")] == [everybody]

    def test_an_amended_version_begins_the_acceptances_anew(self, cast, held):
        first = issue(held, cast.carol)
        services.accept_minutes(minutes=first, by=cast.pat)
        with pytest.raises(NotPossible, match="what the amended minutes change"):
            services.write_minutes(meeting=held, text="Something else.", by=cast.lee)
        second = services.write_minutes(
            meeting=held, text="We agreed to ask the women.", note="What Lee said", by=cast.lee
        )
        assert (second.version, second.state, again(first).state) == (2, "draft", "replaced")
        assert told("minutes_amended")[0]["lapsed"] == ["Pat Provider"]
        second = services.issue_minutes(minutes=second, by=cast.carol)
        for one in (cast.carol, cast.lee):
            services.accept_minutes(minutes=second, by=one)
        assert again(second).state == MinutesState.ISSUED
        with pytest.raises(NotPossible):
            services.accept_minutes(minutes=again(first), by=cast.carol)
        services.accept_minutes(minutes=second, by=cast.pat)
        assert again(second).state == MinutesState.OFFICIAL

    def test_a_draft_is_written_on_and_not_yet_in_the_record(self, cast, held):
        before = Event.objects.count()
        first = services.write_minutes(meeting=held, text="We met.", by=cast.carol)
        second = services.write_minutes(meeting=held, text="We met and talked.", by=cast.pat)
        assert (first.pk, second.version, str(second.text)) == (second.pk, 1, "We met and talked.")
        assert Event.objects.count() == before

    def test_only_who_was_there_accepts_and_who_sent_apologies_is_not_asked(self, cast, held):
        minutes = issue(held, cast.carol)
        for who in (cast.rosa, cast.dev, cast.ari, cast.stranger):
            with pytest.raises(NotAllowed):
                services.accept_minutes(minutes=minutes, by=who)

    def test_who_was_there_and_the_agenda_stay_once_they_are_issued(self, cast, held):
        minutes = issue(held, cast.carol)
        with pytest.raises(NotPossible, match="Amended minutes open both again"):
            services.note_attendance(meeting=held, people={cast.lee: How.APOLOGIES}, by=cast.carol)
        with pytest.raises(NotPossible):
            services.set_agenda(meeting=held, titles=["Later"], by=cast.carol)
        services.write_minutes(meeting=held, text="Other words.", note="Lee was not there", by=cast.carol)
        services.note_attendance(meeting=held, people={cast.lee: How.ABSENT}, by=cast.carol)
        assert again(minutes).state == MinutesState.REPLACED

    def test_official_ones_are_never_written_again(self, cast, held):
        minutes = issue(held, cast.carol)
        for one in (cast.carol, cast.pat, cast.lee):
            services.accept_minutes(minutes=minutes, by=one)
        with pytest.raises(NotPossible, match="official"):
            services.write_minutes(meeting=held, text="No, otherwise.", note="Everything", by=cast.carol)

    def test_they_need_a_meeting_that_was_held_and_somebody_who_was_there(self, cast):
        with pytest.raises(NotPossible):
            services.write_minutes(meeting=call(cast.alliance, cast.pat), text="We met.", by=cast.pat)
        empty = hold(cast.alliance, cast.pat)
        written = services.write_minutes(meeting=empty, text="We met.", by=cast.pat)
        with pytest.raises(NotPossible, match="who was at the meeting"):
            services.issue_minutes(minutes=written, by=cast.pat)

    def test_they_are_due_within_five_working_days(self, cast):
        friday = timezone.make_aware(timezone.datetime(2025, 11, 21, 10))
        meeting = hold(cast.alliance, cast.pat, starts_at=friday)
        assert str(meeting.minutes_due_on) == "2025-11-28"
        assert list(Meeting.objects.without_official_minutes()) == [meeting]


class TestWhatPostgresRefuses:
    """Tried as the role that the application logs in as."""

    REFUSED = [
        ("update decisions_meeting set state = 'planned'", "does not go from"),
        ("update decisions_meeting set starts_at = starts_at - interval '1 day'", "as it was held"),
        ("update decisions_meeting set number = 7", "keeps its number"),
        ("update decisions_attendance set how = 'apologies'", "stays once the minutes are issued"),
        ("update decisions_attendance set person_id = person_id + 1", "stays once"),
        ("update decisions_minutes set state = 'official', official_at = now()", "every attendee has accepted"),
        ("update decisions_minutes set text_id = (select min(id) from core_words)", "issued"),
        ("update decisions_minutes set state = 'draft'", "do not go from"),
        ("update decisions_minutes set version = 2", "do not go from"),
        ("update decisions_minutesacceptance set accepted_at = now()", "permission denied"),
        ("update decisions_agendaitem set dropped_at = now(), dropped_by_id = 1", "stays once"),
        ("delete from decisions_meeting", "permission denied"),
        ("delete from decisions_minutes", "permission denied"),
        ("delete from decisions_attendance", "permission denied"),
        ("delete from decisions_agendaitem", "permission denied"),
        ("truncate decisions_minutesacceptance", "permission denied"),
    ]  # fmt: skip

    @pytest.fixture
    def issued(self, cast) -> Minutes:
        there = {cast.carol: How.PRESENT, cast.pat: How.PRESENT}
        meeting = hold(cast.alliance, cast.carol, there, titles=["Winter"])
        services.write_minutes(meeting=meeting, text="A first try.", by=cast.carol)
        minutes = issue(meeting, cast.carol)
        services.accept_minutes(minutes=minutes, by=cast.pat)
        return again(minutes)

    @pytest.mark.parametrize(("sql", "why"), REFUSED)
    def test_nothing_is_rewritten(self, issued, sql, why):
        with pytest.raises(DatabaseError, match=why), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)

    def test_nobody_accepts_for_somebody_else(self, cast, issued):
        carols = Attendance.objects.get(person=cast.carol)
        with pytest.raises(DatabaseError, match="only for themselves"), transaction.atomic():
            issued.acceptances.create(
                alliance=cast.alliance, attendance=carols, accepted_at=timezone.now(), accepted_by=cast.pat
            )

    def test_an_agenda_names_what_was_put_to_its_own_alliance(self, cast):
        meeting, draft = call(cast.alliance, cast.carol), make_draft(cast.haven, cast.pat)
        with pytest.raises(DatabaseError, match="own alliance"), transaction.atomic():
            meeting.agenda.create(alliance=cast.alliance, place=1, title="Theirs", proposal=draft)

    def test_a_position_names_a_meeting_that_has_begun(self, cast):
        proposal = make_proposal(cast.council, cast.carol)
        facts = {
            "proposal": proposal,
            "participant": cast.haven,
            "stance": "agree",
            "shown": proposal.current_wording.hash,
            "by": cast.pat,
        }
        with pytest.raises(DatabaseError, match="has begun"), transaction.atomic():
            services.take_position(**facts, meeting=call(cast.alliance, cast.carol, starts_at=days_ago(-4)))
        elsewhere = call(cast.elsewhere, cast.stranger)
        with pytest.raises(DatabaseError), transaction.atomic():
            services.take_position(**facts, meeting=elsewhere)
        assert not Position.objects.exists()
        assert elsewhere.state == MeetingState.PLANNED
