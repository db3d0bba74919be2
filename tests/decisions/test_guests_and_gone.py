"""Whom minutes wait for: those who were there and are in the alliance still; never a guest without an account."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from alliance.core.models import Event
from alliance.core.refusals import NotAllowed, NotPossible
from alliance.core.schedule import ask_for_what_is_due
from decisions import services
from decisions.minuting import unfinished
from decisions.models import Attendance, Meeting, Minutes
from decisions.showing.meetings import acceptances
from participants import services as people
from participants.models import RoleAppointment
from tests.factories.decisions import again
from tests.factories.meetings import How, hold, issue

pytestmark = pytest.mark.django_db
NOOR = ("Noor Haddad", "Quay Trust")


@pytest.fixture
def issued(cast) -> Minutes:
    there = {cast.carol: How.PRESENT, cast.pat: How.REMOTE, cast.lee: How.PRESENT, cast.rosa: How.APOLOGIES}
    return issue(hold(cast.alliance, cast.carol, there), cast.carol)


def whole(meeting) -> Meeting:
    return Meeting.objects.with_minutes().get(pk=meeting.pk)


def leaves(person) -> None:
    held = RoleAppointment.objects.select_related("alliance").get(person=person)
    people.end_appointment(appointment=held, by=person)


class TestWhoIsGone:
    def test_is_waited_for_no_more_when_the_last_one_accepts(self, cast, issued):
        services.accept_minutes(minutes=issued, by=cast.carol)
        leaves(cast.lee)
        assert again(issued).state == "issued"
        services.accept_minutes(minutes=issued, by=cast.pat)
        assert again(issued).state == "official"
        told = Event.objects.get(kind="decisions.minutes_became_official").facts
        assert (sorted(told["accepted_by"]), told["gone"]) == (
            ["Carol Commissioner", "Pat Provider"],
            ["Lee Lived"],
        )

    def test_the_clock_notices_when_it_was_the_last_one(self, cast, issued, run_errands, client_of):
        for person in (cast.carol, cast.pat):
            services.accept_minutes(minutes=issued, by=person)
        assert not Minutes.objects.waiting_for_nobody().exists()
        leaves(cast.lee)
        assert list(Minutes.objects.waiting_for_nobody()) == [issued]
        [said] = unfinished(cast.alliance, issued.due_on + timedelta(days=1))
        assert said.endswith("nobody who has still to accept them is in the alliance.")
        page = client_of(cast.carol).get(issued.get_absolute_url()).content.decode()
        assert "Gone from the alliance, not waited for" in page
        ask_for_what_is_due(timezone.localdate())
        run_errands()
        assert again(issued).state == "official"
        assert Event.objects.get(kind="decisions.minutes_became_official").actor_id is None

    def test_somebody_in_another_role_is_asked_still(self, cast, issued):
        leaves(cast.lee)
        people.appoint(alliance=cast.alliance, person=cast.lee, role="worker", by=cast.carol)
        for person in (cast.carol, cast.pat):
            services.accept_minutes(minutes=issued, by=person)
        assert again(issued).state == "issued"
        services.accept_minutes(minutes=issued, by=cast.lee)
        assert again(issued).state == "official"

    def test_nothing_is_official_that_nobody_has_accepted(self, cast, issued, run_errands):
        for person in (cast.carol, cast.pat, cast.lee):
            leaves(person)
        services.settle_minutes(minutes=issued)
        assert again(issued).state == "issued"
        with pytest.raises(DatabaseError, match="every attendee has accepted"), transaction.atomic():
            Minutes.objects.filter(pk=issued.pk).update(state="official", official_at=timezone.now())

    def test_sql_waits_for_whoever_is_there(self, cast, issued):
        services.accept_minutes(minutes=issued, by=cast.carol)
        with pytest.raises(DatabaseError, match="every attendee has accepted"), transaction.atomic():
            Minutes.objects.filter(pk=issued.pk).update(state="official", official_at=timezone.now())


class TestGuests:
    def test_are_noted_by_name_and_organisation_and_nobody_waits_for_them(self, cast):
        meeting = hold(cast.alliance, cast.carol, {cast.carol: How.PRESENT})
        noted = services.note_guests(meeting=meeting, guests=[NOOR, NOOR], by=cast.carol)
        assert [(one.name, one.capacity, one.person_id) for one in noted] == [
            ("Noor Haddad", "Guest, Quay Trust", None)
        ]
        assert services.note_guests(meeting=meeting, guests=[NOOR], by=cast.carol) == []
        minutes = issue(whole(meeting), cast.carol)
        assert [one.name for one in acceptances(*_of(minutes))[1]] == ["Carol Commissioner"]
        services.accept_minutes(minutes=minutes, by=cast.carol)
        assert again(minutes).state == "official"
        told = Event.objects.get(kind="decisions.guests_noted").facts["guests"]
        assert told == [{"name": "Noor Haddad", "organisation": "Quay Trust", "how": "In the room"}]

    def test_one_who_was_not_there_is_corrected_and_not_deleted(self, cast):
        meeting = hold(cast.alliance, cast.carol, {cast.carol: How.PRESENT})
        services.note_guests(meeting=meeting, guests=[NOOR], by=cast.carol)
        services.note_guests(meeting=meeting, guests=[("Sam Sly", "The press")], by=cast.carol)
        seen = {one.name: one.how for one in Attendance.objects.filter(person=None)}
        assert seen == {"Noor Haddad": "absent", "Sam Sly": "present"}

    def test_alone_they_make_no_minutes(self, cast):
        meeting = hold(cast.alliance, cast.carol)
        services.note_guests(meeting=meeting, guests=[NOOR], by=cast.carol)
        with pytest.raises(NotPossible, match="Note first who was at the meeting"):
            issue(whole(meeting), cast.carol)

    def test_they_are_noted_by_who_convenes_until_the_minutes_are_out(self, cast, issued):
        with pytest.raises(NotAllowed):
            services.note_guests(meeting=issued.meeting, guests=[NOOR], by=cast.finn)
        with pytest.raises(NotPossible, match="The minutes are issued"):
            services.note_guests(meeting=issued.meeting, guests=[NOOR], by=cast.carol)
        with pytest.raises(NotPossible, match="by name and organisation"):
            services.note_guests(meeting=issued.meeting, guests=[("Noor", " ")], by=cast.carol)

    def test_sql_lets_no_guest_speak_and_none_be_nameless(self, cast):
        meeting = hold(cast.alliance, cast.carol, {cast.carol: How.PRESENT})
        held = RoleAppointment.objects.get(person=cast.pat)
        for facts in (
            {"name": " ", "organisation": "Quay Trust"},
            {"name": "Noor", "organisation": ""},
            {"name": "Noor", "organisation": "Quay", "appointment": held, "participant": cast.haven},
        ):
            with pytest.raises(DatabaseError, match="by name and organisation"), transaction.atomic():
                Attendance.objects.create(
                    alliance=cast.alliance,
                    meeting=meeting,
                    how="present",
                    noted_at=timezone.now(),
                    noted_by=cast.carol,
                    **facts,
                )

    def test_they_are_written_on_the_page_of_who_is_there(self, cast, client_of):
        meeting = hold(cast.alliance, cast.carol, {cast.carol: How.PRESENT})
        url = reverse("decisions:attendance", args=[cast.alliance.slug, meeting.number])
        carol = client_of(cast.carol)
        refused = carol.post(url, {"guests": "Noor Haddad"})
        assert refused.status_code == 422
        assert "Enter “Noor Haddad” with an organisation" in refused.content.decode()
        assert carol.post(url, {"guests": "Noor Haddad, Quay Trust\n"}).status_code == 303
        assert "Noor Haddad, Quay Trust" in carol.get(url).content.decode()
        page = carol.get(meeting.get_absolute_url()).content.decode()
        assert "Noor Haddad" in page
        assert "Guest, Quay Trust" in page
        draft = client_of(cast.carol).get(
            reverse("decisions:write_minutes", args=[cast.alliance.slug, meeting.number])
        )
        assert "Noor Haddad (Guest, Quay Trust)" in draft.content.decode()


def _of(minutes: Minutes) -> tuple[Minutes, Meeting]:
    meeting = whole(minutes.meeting)
    return meeting.minutes_in_hand, meeting
