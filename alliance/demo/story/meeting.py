"""The story of the leadership team's meetings: most with official minutes, the last with one acceptance missing."""

from functools import partial

from django.utils import timezone

from alliance.core.workdays import add_working_days
from alliance.demo.agenda import moment
from alliance.demo.story.world import World
from decisions import services
from decisions.minuting import first_draft
from decisions.models import Attendance, Meeting, Minutes, Paper, Proposal
from participants.models import RoleAppointment, User

AGO = (240, 150, 75, 9)  # days before today on which they met
SAID = (
    "We began with a story from the front door. Nobody was in a hurry to decide.",
    "The finance leads showed the open book. Two of us asked what the overheads buy; the answer is in the book.",
    "Everybody told what surprised them this quarter. We do not count who said most.",
    "We talked about who is missing from this room, and asked two people to come next time.",
)
PLACE = "Merrowport Guildhall, the small hall"
GUESTS = [("Sergeant Ines Pardoe", "Merrowport Police"), ("Bilal Khoury", "The Corner Bakery")]
OWN_ITEMS = ("A story from the front door", "What surprised us", "Who is missing from this room?")


def plan(world: World) -> None:
    for place, (said, days) in enumerate(zip(SAID, AGO, strict=True)):
        telling = Telling(world, world.agenda.ago(days), said)
        telling.plan(is_last=days == AGO[-1], is_amended=place == 1, is_taken_along=place == 0)
    to_come = Telling(world, world.agenda.ahead(12), "")
    world.on(world.agenda.ago(3), to_come.call, 9, 20)
    world.on(world.agenda.ago(2), to_come.move, 15, 10)
    cancelled = Telling(world, world.agenda.ago(40), "")
    world.on(world.agenda.ago(47), cancelled.call, 9, 20)
    world.on(world.agenda.ago(41), cancelled.cancel, 8, 15)


class Telling:
    """One meeting, from its call to its minutes as far as they have come."""

    def __init__(self, world: World, day, said: str):
        self.world, self.day, self.said = world, day, said
        self.meeting: Meeting | None = None
        self.minutes: Minutes | None = None
        self.paper: Paper | None = None

    def plan(self, *, is_last: bool, is_amended: bool, is_taken_along: bool) -> None:
        days = (self.world.agenda.today - self.day).days
        self.world.on(self.world.agenda.ago(days + 10), self.call, 9, 20)
        self.world.on(self.world.agenda.ago(days + 4), self.add, 11, 45)
        self.world.on(self.day, self.hold, 14, 2)
        self.world.on(self.day, partial(self.note, GUESTS if is_amended else []), 14, 6)
        self.world.on(add_working_days(self.day, 1), self.write, 16, 40)
        first, second = (add_working_days(self.day, after) for after in (2, 3))
        if is_amended:
            self.world.on(first, partial(self.accept, 0, is_last), 9, 5)
            self.world.on(first, self.amend, 9, 50)
        for place in range(6):
            self.world.on(second, partial(self.accept, place, is_last), 10 + place, 25)
        if is_taken_along:
            self.world.on(add_working_days(self.day, 4), self.ask_for_paper, 10)
            self.world.on(add_working_days(self.day, 4), self.take_along, 10, 5)

    def call(self) -> None:
        open_ones = Proposal.objects.filter(alliance=self.world.alliance).open().order_by("answer_by")
        self.meeting = services.call_meeting(
            alliance=self.world.alliance,
            body=Meeting.Body.LEADERSHIP,
            starts_at=moment(self.day, 14),
            place=PLACE,
            proposals=list(open_ones.select_related("current_wording")[:4]),
            titles=OWN_ITEMS,
            by=self.voices()[0],
        )

    def add(self) -> None:
        services.set_agenda(meeting=self.meeting, titles=["Any other business"], by=self.voices()[1])

    def move(self) -> None:
        services.change_meeting(
            meeting=self.meeting,
            body=self.meeting.body,
            starts_at=moment(self.day, 15),
            lasts=90,
            place=PLACE,
            link="https://meet.merrowport.example/leadership",
            by=self.voices()[0],
        )

    def cancel(self) -> None:
        reason = "Four of us have a stomach bug. What was on the agenda is open until the week after anyway."
        services.cancel_meeting(meeting=self.meeting, reason=reason, by=self.voices()[0])

    def hold(self) -> None:
        services.hold_meeting(meeting=self.meeting, by=self.voices()[0])

    def note(self, guests: list[tuple[str, str]]) -> None:
        """All of them, one by telephone; and whoever came as a guest."""
        voices = self.voices()
        there = dict.fromkeys(voices, Attendance.How.PRESENT) | {voices[-1]: Attendance.How.REMOTE}
        services.note_attendance(meeting=self.meeting, people=there, by=voices[0])
        services.note_guests(meeting=self.meeting, guests=guests, by=voices[0])

    def write(self) -> None:
        whole = Meeting.objects.with_minutes().get(pk=self.meeting.pk)
        draft = first_draft(whole).replace("What was said: ", f"What was said: {self.said}", 1)
        draft = draft.replace("\nWhat was said: \n", "\n").removesuffix("\n\nNext meeting: ")
        written = services.write_minutes(meeting=whole, text=draft, by=self.voices()[0])
        self.minutes = services.issue_minutes(minutes=written, by=self.voices()[0])

    def amend(self) -> None:
        """One of them remembers it otherwise: everybody accepts anew."""
        meeting, by = self.minutes.meeting, self.voices()[1]
        text = f"{self.minutes.text}\n\nWe also said that the winter hours are looked at again in spring."
        note = "What we said about the winter hours"
        services.write_minutes(meeting=meeting, text=text, note=note, by=by)
        written = Meeting.objects.with_minutes().get(pk=meeting.pk).minutes_in_hand
        self.minutes = services.issue_minutes(minutes=written, by=by)

    def ask_for_paper(self) -> None:
        self.paper = services.ask_for_minutes_paper(minutes=self.minutes, by=self.voices()[1])

    def take_along(self) -> None:
        """Where this machine draws PDFs."""
        paper = Paper.objects.select_related("alliance", "document", "minutes__meeting").get(pk=self.paper.pk)
        if paper.document:
            services.download_paper(paper=paper, by=self.voices()[1])

    def accept(self, place: int, is_last: bool) -> None:
        """Each in turn; of the last minutes one acceptance is still missing."""
        there = [
            one for one in self.minutes.meeting.attendances.order_by("pk") if one.attended and one.person_id
        ]
        wanted = len(there) - is_last
        turns = there[:wanted][place::6]
        for one in turns:
            services.accept_minutes(minutes=self.minutes, by=one.person)

    def voices(self) -> list[User]:
        """A representative of each participant, the commissioner's first."""
        speaking = (
            RoleAppointment.objects.speaking(timezone.localdate())
            .filter(alliance=self.world.alliance, role=RoleAppointment.Role.REPRESENTATIVE)
            .select_related("person", "participant")
            .order_by("participant__place", "pk")
        )
        return list({one.participant_id: one.person for one in speaking}.values())
