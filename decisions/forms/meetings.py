"""The forms of meetings: when and where, the agenda, who is there, the minutes."""

import re
from datetime import datetime, time

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.html import format_html

from alliance.core.forms import Checkboxes, DateInputField, Form, NumberInput, Radios, WordsField
from decisions.lifecycle import State
from decisions.models import AgendaItem, Attendance, Meeting, Proposal
from participants.models import User

CLOCK = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm|a\.m\.|p\.m\.)?", re.I)


class ClockField(forms.CharField):
    """A time of day as people write it ("14:30", "2.30pm", "9am", "midday"), to `datetime.time`."""

    default_error_messages = {"invalid": "Enter a time, like 14:30 or 2.30pm; “%(said)s” is none"}

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.widget.attrs |= {"class": "govuk-input--width-5", "autocomplete": "off"}

    def prepare_value(self, value):
        return f"{value:%H:%M}" if isinstance(value, time) else value

    def to_python(self, value):
        said = super().to_python(value)
        if said in self.empty_values or isinstance(said, time):
            return said or None
        if said.lower() in ("midday", "noon"):
            return time(12)
        found = CLOCK.fullmatch(said)
        if found:
            hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").lower()[:1]
            sensible = 1 <= hour <= 12 if half else found[2] is not None and hour < 24
            if sensible and minute < 60:
                return time(hour % 12 + 12 * (half == "p") if half else hour, minute)
        raise ValidationError(self.error_messages["invalid"], code="invalid", params={"said": said})

    def has_changed(self, initial, data):
        try:
            return self.to_python(initial) != self.to_python(data)
        except ValidationError:
            return True


class MeetingForm(Form):
    """When and where people meet. A day that is over is for a meeting that was held already."""

    body = forms.ChoiceField(
        label="Who meets?",
        choices=Meeting.Body.choices,
        widget=Radios(),
        error_messages={"required": "Select who meets"},
    )
    day = DateInputField(label="Which day?")
    at = ClockField(label="At what time?", help_text="For example 14:30 or 2.30pm.")
    lasts = forms.IntegerField(
        label="How many minutes does it last?",
        min_value=1,
        max_value=24 * 60,
        initial=90,
        widget=NumberInput({"class": "govuk-input--width-4"}),
    )
    place = forms.CharField(label="Where?", max_length=200, required=False)
    link = forms.URLField(
        label="Link to join from elsewhere",
        help_text="It begins with https://",
        max_length=200,
        required=False,
        assume_scheme="https",
        error_messages={"invalid": "Enter a whole link, like https://meet.example/harbour"},
    )

    asks = {
        "day": "the day of the meeting",
        "at": "the time at which it begins",
        "lasts": "how many minutes it lasts",
    }
    FACTS = ("body", "day", "at", "lasts", "place", "link")

    @classmethod
    def initial_of(cls, meeting: Meeting) -> dict:
        starts = timezone.localtime(meeting.starts_at)
        return {
            "body": meeting.body,
            "day": starts.date(),
            "at": starts.time(),
            "lasts": meeting.lasts,
            "place": meeting.place,
            "link": meeting.link,
        }

    @property
    def facts(self) -> dict:
        """What the services take: `starts_at` in the alliance's time."""
        given = self.cleaned_data
        starts_at = timezone.make_aware(datetime.combine(given["day"], given["at"]))
        return {"starts_at": starts_at} | {name: given[name] for name in ("body", "lasts", "place", "link")}

    def clean(self):
        given = super().clean()
        if "place" in given and "link" in given and not given["place"] and not given["link"]:
            self.add_error("place", "Enter where people meet, or a link to join below")
        return given


class NewMeetingForm(MeetingForm):
    """The same, with the agenda that it begins with."""

    proposals = forms.ModelMultipleChoiceField(
        label="Which open decisions are on the agenda?",
        queryset=Proposal.objects.none(),
        widget=Checkboxes(),
        required=False,
    )
    titles = WordsField(
        label="What else?", help_text="One item a line.", rows=4, required=False, max_length=4000
    )

    not_optional = ("proposals",)

    def __init__(self, *args, proposals: list[Proposal], **kwargs):
        super().__init__(*args, **kwargs)
        _offer(self, proposals)

    @property
    def own_items(self) -> list[str]:
        return _lines(self.cleaned_data["titles"])


class AgendaForm(Form):
    """What is on the agenda, with the place of each and what is dropped, and what is put on it."""

    proposals = forms.ModelMultipleChoiceField(
        label="Put open decisions on it",
        queryset=Proposal.objects.none(),
        widget=Checkboxes(),
        required=False,
    )
    titles = WordsField(
        label="Put something else on it",
        help_text="One item a line.",
        rows=4,
        required=False,
        max_length=4000,
    )

    not_optional = ("proposals",)

    def __init__(self, *args, items: list[AgendaItem], proposals: list[Proposal], **kwargs):
        super().__init__(*args, **kwargs)
        self.items = items
        for place, one in enumerate(items, 1):
            name = f"The place of “{one.title}”"
            self.fields[f"place_{one.pk}"] = forms.IntegerField(
                label=_of("Place", one.title),
                min_value=1,
                max_value=999,
                initial=place,
                widget=NumberInput({"class": "govuk-input--width-2"}),
                error_messages={
                    "required": f"Enter the place of “{one.title}”",
                    "invalid": f"{name} must be a whole number, like 2",
                    "min_value": f"{name} must be 1 or more",
                    "max_value": f"{name} must be 999 or less",
                },
            )
            self.fields[f"drop_{one.pk}"] = forms.BooleanField(
                label=_of("Drop it", one.title), required=False
            )
        _offer(self, proposals)

    @property
    def rows(self):
        """The item with its two questions."""
        return [(one, self[f"place_{one.pk}"], self[f"drop_{one.pk}"]) for one in self.items]

    @property
    def facts(self) -> dict:
        given = self.cleaned_data
        return {
            "places": {one.pk: given[f"place_{one.pk}"] for one in self.items},
            "dropped": [one.pk for one in self.items if given[f"drop_{one.pk}"]],
            "proposals": list(given.get("proposals", ())),
            "titles": _lines(given["titles"]),
        }


class AttendanceForm(Form):
    """Who is there: one question for each person; "not noted" leaves it as it is."""

    def __init__(self, *args, people: list[User], meeting: Meeting, names: dict[int, str], **kwargs):
        super().__init__(*args, **kwargs)
        self.people = people
        noted = {one.person_id: one.how for one in meeting.attendances.all()}
        for person in people:
            choices = list(Attendance.How.choices)
            if person.pk not in noted:
                choices.append(("", "Not noted"))
            self.fields[f"how_{person.pk}"] = forms.ChoiceField(
                label=f"{person.name}, {names[person.pk]}" if names.get(person.pk) else person.name,
                choices=choices,
                initial=noted.get(person.pk, ""),
                widget=Radios(inline=True, small=True),
                required=False,
            )
        there = [one for one in meeting.attendances.all() if one.person_id is None and one.attended]
        self.fields["guests"] = WordsField(
            label="Which guests without an account are there?",
            help_text="One a line: name, comma, organisation. They speak for nobody, and accept no minutes.",
            rows=3,
            max_length=4000,
            required=False,
            initial="\n".join(f"{one.name}, {one.organisation}" for one in there),
        )

    not_optional = property(lambda self: set(self.fields))

    def clean_guests(self) -> list[tuple[str, str]]:
        guests = []
        for line in _lines(self.cleaned_data["guests"]):
            name, _, where = (part.strip()[:120] for part in line.partition(","))
            if not name or not where:
                raise ValidationError(f"Enter “{line}” with an organisation, like “Noor Haddad, Quay Trust”")
            guests.append((name, where))
        return guests

    @property
    def noted(self) -> dict[User, str]:
        said = {person: self.cleaned_data[f"how_{person.pk}"] for person in self.people}
        return {person: how for person, how in said.items() if how}


class OwnAttendanceForm(Form):
    how = forms.ChoiceField(
        label="Are you there?",
        choices=[
            (Attendance.How.PRESENT, "I am in the room"),
            (Attendance.How.REMOTE, "I take part by telephone or video"),
            (Attendance.How.APOLOGIES, "I send apologies"),
        ],
        widget=Radios(inline=True),
        error_messages={"required": "Select whether you are there"},
    )

    def __init__(self, *args, meeting: Meeting, **kwargs):
        super().__init__(*args, **kwargs)
        if meeting.day > timezone.localdate():
            how = self.fields["how"]
            how.label, how.error_messages["required"] = "Do you come?", "Select whether you come"
            how.choices = [
                (Attendance.How.PRESENT, "I come"),
                (Attendance.How.REMOTE, "I take part by telephone or video"),
                (Attendance.How.APOLOGIES, "I send apologies"),
            ]


class MinutesForm(Form):
    """The words of the minutes; an amended version says what it changes."""

    note = forms.CharField(
        label="What do the amended minutes change?",
        help_text="Shown to everybody who is asked to accept them again.",
        max_length=300,
    )
    text = WordsField(label="The minutes", rows=24, max_length=100_000)

    asks = {"text": "the minutes", "note": "what the amended minutes change"}

    def __init__(self, *args, amends: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        if not amends:
            del self.fields["note"]


class CancelMeetingForm(Form):
    reason = WordsField(label="Why does it not take place?", rows=3)

    asks = {"reason": "why the meeting does not take place"}


def _offer(form: Form, proposals: list[Proposal]) -> None:
    field = form.fields["proposals"]
    if not proposals:
        del form.fields["proposals"]
        return
    field.queryset = Proposal.objects.filter(pk__in=[one.pk for one in proposals])
    field.choices = [(one.pk, f"{one.title} (proposal {one.number}{_ended(one)})") for one in proposals]


def _ended(proposal: Proposal) -> str:
    return "" if proposal.state_now == State.OPEN else f", {State(proposal.state_now).label.lower()}"


def _of(label: str, title: str) -> str:
    """A short label in sight; read aloud it says of what."""
    return format_html('{}<span class="govuk-visually-hidden"> (“{}”)</span>', label, title)


def _lines(text: str) -> list[str]:
    return [line for line in (" ".join(one.split())[:200] for one in text.split("\n")) if line]
