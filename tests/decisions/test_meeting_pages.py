"""Meetings and their minutes through the pages, as a browser without JavaScript sends them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from decisions import services
from decisions.models import Attendance, Meeting, Minutes, Position
from tests.factories.decisions import again, make_decision, make_proposal
from tests.factories.meetings import How, call, days_ago, hold, issue

pytestmark = pytest.mark.django_db


def url(name: str, alliance, *more) -> str:
    return reverse(f"decisions:{name}", args=[alliance.slug, *more])


def words(response) -> str:
    return " ".join(response.content.decode().split())


def meeting_fields(**changes) -> dict:
    day = timezone.localdate() + timedelta(days=7)
    return {
        "body": "leadership",
        "day_day": day.day,
        "day_month": day.month,
        "day_year": day.year,
        "at": "2.30pm",
        "lasts": "90",
        "place": "Guildhall",
        "link": "",
        "titles": "",
    } | changes


class TestCalling:
    def test_a_meeting_is_called_with_its_agenda(self, cast, client_of):
        proposal = make_proposal(cast.council, cast.carol)
        fields = meeting_fields(proposals=[proposal.pk], titles="Winter\n\n  The  spring ")
        response = client_of(cast.pat).post(url("call_meeting", cast.alliance), fields, follow=True)
        assert response.redirect_chain[-1][1] == 303
        meeting = Meeting.objects.get()
        local = timezone.localtime(meeting.starts_at)
        assert (local.date(), f"{local:%H:%M}") == (timezone.localdate() + timedelta(days=7), "14:30")
        assert [one.title for one in meeting.agenda.all()] == [proposal.title, "Winter", "The spring"]
        assert "3 items on the agenda" in words(response)

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"body": ""}, "Select who meets"),
            ({"at": "25:00"}, "Enter a time, like 14:30 or 2.30pm; “25:00” is none"),
            ({"at": "7"}, "“7” is none"),
            ({"at": "13pm"}, "“13pm” is none"),
            ({"at": ""}, "Enter the time at which it begins"),
            ({"lasts": "0"}, "must be 1 or more"),
            ({"lasts": "long"}, "must be a whole number"),
            ({"day_month": "13"}, "must have a month from 1 to 12"),
            ({"place": " ", "link": ""}, "Enter where people meet, or a link to join below"),
            ({"link": "not a link"}, "Enter a whole link, like https://meet.example/harbour"),
            ({"link": "javascript:alert(1)"}, "Enter a whole link"),
        ],
    )
    def test_what_is_wrong_is_said_beside_its_field_and_nothing_typed_is_lost(
        self, cast, client_of, changes, sentence
    ):
        fields = meeting_fields(titles="Talk of the nurses", **changes)
        response = client_of(cast.pat).post(url("call_meeting", cast.alliance), fields)
        assert response.status_code == 422
        assert words(response).count(sentence) >= 2
        assert "Talk of the nurses" in words(response)
        assert not Meeting.objects.exists()

    CLOCKS = {
        "9am": "09:00",
        "14:30": "14:30",
        "2.30 p.m.": "14:30",
        "midday": "12:00",
        "12am": "00:00",
        "0:15": "00:15",
    }

    @pytest.mark.parametrize(("said", "clock"), CLOCKS.items())
    def test_times_are_read_as_people_write_them(self, cast, client_of, said, clock):
        client_of(cast.pat).post(url("call_meeting", cast.alliance), meeting_fields(at=said))
        assert f"{timezone.localtime(Meeting.objects.get().starts_at):%H:%M}" == clock

    def test_it_is_changed_and_cancelled(self, cast, client_of):
        meeting, pat = call(cast.alliance, cast.pat, starts_at=days_ago(-2)), client_of(cast.pat)
        shown = pat.get(url("change_meeting", cast.alliance, meeting.number))
        assert f"{timezone.localtime(meeting.starts_at):%H:%M}" in words(shown)
        pat.post(url("change_meeting", cast.alliance, meeting.number), meeting_fields(place="By the harbour"))
        assert again(meeting).place == "By the harbour"
        refused = pat.post(url("cancel_meeting", cast.alliance, meeting.number), {"reason": ""})
        assert (refused.status_code, again(meeting).state) == (422, "planned")
        said = pat.post(
            url("cancel_meeting", cast.alliance, meeting.number), {"reason": "Flood"}, follow=True
        )
        assert "It does not take place." in words(said)
        assert pat.get(url("change_meeting", cast.alliance, meeting.number)).status_code == 409


class TestTheMeetingItself:
    def test_it_shows_where_each_decision_stands_and_how_to_answer_in_the_room(self, cast, client_of):
        proposal = make_proposal(cast.council, cast.carol)
        meeting = hold(cast.alliance, cast.carol, {cast.carol: How.PRESENT}, proposals=[proposal])
        page = words(client_of(cast.pat).get(meeting.get_absolute_url()))
        assert "Not quorate: nobody authorised of Haven and Beacon is there." in page
        assert "no key decision closes" in page
        assert f"{proposal.get_absolute_url()}?meeting={meeting.number}#answer" in page
        board = words(client_of(cast.bea).get(meeting.get_absolute_url()))
        assert "?meeting=" not in board

    def test_an_answer_from_ones_own_device_names_the_meeting(self, cast, client_of):
        proposal = make_proposal(cast.council, cast.carol)
        meeting, pat = hold(cast.alliance, cast.carol, proposals=[proposal]), client_of(cast.pat)
        shown = words(pat.get(f"{proposal.get_absolute_url()}?meeting={meeting.number}"))
        where = url("take_position", cast.alliance, proposal.number) + f"?meeting={meeting.number}"
        assert f'action="{where}"' in shown
        fields = {
            "participant": cast.haven.pk,
            "shown": proposal.current_wording.hash,
            "stance": "agree",
        }
        back = pat.post(where, fields)
        assert (back.status_code, back.url) == (303, meeting.get_absolute_url())
        assert Position.objects.get().meeting == meeting
        assert "Haven agrees (Pat Provider)" in words(pat.get(meeting.get_absolute_url()))

    def test_an_answer_on_behalf_begins_with_what_the_meeting_knows(self, cast, client_of):
        proposal = make_proposal(cast.council, cast.carol)
        meeting, carol = hold(cast.alliance, cast.carol, proposals=[proposal]), client_of(cast.carol)
        where = url("record_on_behalf", cast.alliance, proposal.number) + f"?meeting={meeting.number}"
        assert f"Said in {meeting}, on " in words(carol.get(where))
        fields = {
            "voice": cast.rosa.appointments.get().pk,
            "heard": "meeting",
            "evidence": "Said aloud, item 1.",
            "stance": "agree",
            "shown": proposal.current_wording.hash,
        }
        carol.post(where, fields)
        said = Position.objects.get()
        assert (said.meeting, said.typed_by, said.participant) == (meeting, cast.carol, cast.beacon)

    @pytest.mark.parametrize("asked", ["99", "-1", "x", "1" * 30])
    def test_a_meeting_that_is_none_is_no_meeting(self, cast, client_of, asked):
        proposal = make_proposal(cast.council, cast.carol)
        page = client_of(cast.pat).get(f"{proposal.get_absolute_url()}?meeting={asked}")
        assert (page.status_code, "You answer in" in words(page)) == (200, False)

    def test_who_is_there_is_noted_for_everybody_and_by_everybody(self, cast, client_of):
        meeting = hold(cast.alliance, cast.carol)
        carol, lee = client_of(cast.carol), client_of(cast.lee)
        where = url("attendance", cast.alliance, meeting.number)
        assert "Pat Provider, representative of Haven" in words(carol.get(where))
        carol.post(where, {f"how_{cast.pat.pk}": "present", f"how_{cast.rosa.pk}": "apologies"})
        assert lee.get(where).status_code == 403
        own = url("own_attendance", cast.alliance, meeting.number)
        assert lee.post(own, {"how": "sleeping"}).status_code == 422
        lee.post(own, {"how": "remote"})
        found = {one.person: one.how for one in Attendance.objects.all()}
        assert found == {cast.pat: "present", cast.rosa: "apologies", cast.lee: "remote"}

    def test_the_agenda_is_ordered_dropped_and_added_to(self, cast, client_of):
        proposal = make_proposal(cast.council, cast.carol)
        meeting = call(cast.alliance, cast.carol, titles=["One", "Two", "Three"])
        one, two, three = meeting.agenda.all()
        where, carol = url("agenda", cast.alliance, meeting.number), client_of(cast.carol)
        fields = {
            f"place_{one.pk}": "3",
            f"place_{two.pk}": "1",
            f"place_{three.pk}": "2",
            f"drop_{three.pk}": "on",
            "proposals": [proposal.pk],
            "titles": "Four",
        }
        assert carol.post(where, fields | {f"place_{one.pk}": "last"}).status_code == 422
        carol.post(where, fields)
        left = [item.title for item in meeting.agenda.filter(dropped_at=None).order_by("place")]
        assert left == ["Two", "One", proposal.title, "Four"]


class TestMinutes:
    def test_the_first_draft_tells_what_is_known(self, cast, client_of):
        proposal = make_proposal(cast.council, cast.carol)
        there = {cast.carol: How.PRESENT, cast.pat: How.REMOTE, cast.rosa: How.APOLOGIES}
        meeting = hold(cast.alliance, cast.carol, there, proposals=[proposal], titles=["Winter"])
        services.take_position(
            proposal=proposal,
            participant=cast.haven,
            stance="abstain",
            reason="We cannot say yet.",
            shown=proposal.current_wording.hash,
            by=cast.pat,
            meeting=meeting,
        )
        page = words(client_of(cast.carol).get(url("write_minutes", cast.alliance, meeting.number)))
        for known in (
            "In the room: Carol Commissioner (Representative, Council).",
            "By telephone or video: Pat Provider (Representative, Haven).",
            "Apologies: Rosa Recovery (Representative, Beacon).",
            "Not quorate: nobody authorised of Beacon was there.",
            f"1. {proposal.title} (proposal {proposal.number})",
            "Haven abstains (Pat Provider, Haven): “We cannot say yet.”.",
            "2. Winter",
        ):
            assert known in page

    def test_they_go_from_draft_to_official(self, cast, client_of):
        meeting = hold(cast.alliance, cast.carol, {cast.carol: How.PRESENT, cast.lee: How.PRESENT})
        carol, lee = client_of(cast.carol), client_of(cast.lee)
        where = url("write_minutes", cast.alliance, meeting.number)
        assert carol.post(where, {"text": " "}).status_code == 422
        page = carol.post(where, {"text": "We talked about winter."}, follow=True)
        assert "Issue them to everybody who was there" in words(page)
        one = [cast.alliance, meeting.number, 1]
        assert client_of(cast.bea).get(url("minutes", *one)).status_code == 403
        assert "They are being written." in words(client_of(cast.bea).get(meeting.get_absolute_url()))
        carol.post(url("issue_minutes", *one))
        assert "We talked about winter." in words(client_of(cast.bea).get(url("minutes", *one)))
        assert client_of(cast.bea).post(url("accept_minutes", *one)).status_code == 403
        lee.post(url("accept_minutes", *one))
        page = carol.post(url("accept_minutes", *one), follow=True)
        assert "You were the last to accept the minutes: they are official." in words(page)
        assert Minutes.objects.get().state == "official"
        assert carol.get(where).status_code == 409

    def test_an_amended_version_shows_what_changed(self, cast, client_of):
        meeting = hold(cast.alliance, cast.carol, {cast.carol: How.PRESENT, cast.lee: How.PRESENT})
        issue(meeting, cast.carol, "We agreed on Monday.")
        lee = client_of(cast.lee)
        where = url("write_minutes", cast.alliance, meeting.number)
        refused = lee.post(where, {"text": "We agreed on Tuesday.", "note": ""})
        assert refused.status_code == 422
        assert "Enter what the amended minutes change" in words(refused)
        page = lee.post(where, {"text": "We agreed on Tuesday.", "note": "The day"}, follow=True)
        assert "<ins>" in words(page) or "<ins" in words(page)


class TestCalendars:
    def test_a_meeting_goes_into_a_calendar_with_its_zone_and_its_changes(self, cast, client_of):
        summer = timezone.make_aware(timezone.datetime(2027, 7, 5, 14, 30))
        meeting = call(cast.alliance, cast.pat, starts_at=summer, link="https://meet.example/x")
        where, pat = url("meeting_ics", cast.alliance, meeting.number), client_of(cast.pat)

        def entry():
            response = pat.get(where)
            assert response["Content-Type"] == "text/calendar; charset=utf-8"
            return Calendar.from_ical(response.content).walk("VEVENT")[0]

        first = entry()
        assert first.decoded("dtstart") == summer
        assert first["dtstart"].params["TZID"] == "Europe/London"
        assert (first.decoded("dtend") - first.decoded("dtstart")).seconds == 90 * 60
        assert (first["sequence"], first["status"]) == (0, "CONFIRMED")
        services.cancel_meeting(meeting=meeting, reason="Flood", by=cast.pat)
        last = entry()
        assert (last["uid"], last["sequence"], last["status"]) == (first["uid"], 1, "CANCELLED")

    def test_the_alliances_calendar_has_meetings_deadlines_and_reviews(self, cast, client_of):
        voices = {cast.council: cast.carol, cast.haven: cast.pat, cast.beacon: cast.rosa}
        review_on = timezone.localdate() + timedelta(days=200)
        make_decision(cast.council, voices, title="Sealed?", review_on=review_on)
        proposal = make_proposal(cast.council, cast.carol)
        call(cast.alliance, cast.pat)
        call(cast.elsewhere, cast.stranger)
        response = client_of(cast.ari).get(url("calendar", cast.alliance))
        entries = Calendar.from_ical(response.content).walk("VEVENT")
        assert [str(one["summary"]) for one in entries] == [
            "Alliance Leadership Team (Harbour Alliance)",
            f"Last day to answer: {proposal.title}",
            "Look back at decision 1: Sealed?",
        ]
        assert entries[1].decoded("dtstart") == proposal.answer_by
        assert entries[2].decoded("dtstart") == review_on


@pytest.mark.parametrize("name", ["meetings", "meeting"])
def test_the_pages_ask_the_same_number_of_questions_however_much_there_is(cast, client_of, name):
    def busy(meetings: int) -> int:
        for _ in range(meetings):
            proposals = [make_proposal(cast.council, cast.carol) for _ in range(2 * meetings)]
            there = [cast.carol, cast.pat, cast.rosa, cast.lee][: meetings + 1]
            meeting = hold(
                cast.alliance,
                cast.carol,
                dict.fromkeys(there, How.PRESENT),
                proposals=proposals,
                titles=["A"],
            )
            minutes = issue(meeting, cast.carol)
            for one in there[:meetings]:
                services.accept_minutes(minutes=minutes, by=one)
        where = url("meetings", cast.alliance) if name == "meetings" else meeting.get_absolute_url()
        client = client_of(cast.pat)
        client.get(where)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert client.get(where).status_code == 200
        return len(asked)

    assert busy(1) == busy(3)
