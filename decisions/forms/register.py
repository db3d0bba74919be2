"""The register's filters. They live in the address; anything that cannot be read filters nothing."""

from collections.abc import Iterator

from django import forms
from django.utils import timezone

from alliance.core.forms import Form
from alliance.core.periods import FinancialYear, Period
from decisions.lifecycle import State
from decisions.models import Proposal
from participants.models import Alliance, Participant, Principle

STATES = [
    ("", "All"),
    (State.OPEN, "Open to answers"),
    (State.AGREED, "Decided"),
    ("awaiting", "Agreed, awaiting ratification"),
    ("superseded", "Superseded"),
    (State.NOT_AGREED, "Not agreed"),
    (State.STATUS_QUO, "The status quo stands"),
    (State.NO_DECISION, "No decision possible"),
    (State.WITHDRAWN, "Withdrawn"),
    (State.DRAFT, "Our drafts"),
]


class RegisterForm(Form):
    """Words and state are in sight; `more` are behind a fold that is open while one of them filters."""

    q = forms.CharField(label="Words or a number", required=False, max_length=100)
    state = forms.ChoiceField(label="State", required=False, choices=STATES)
    kind = forms.ChoiceField(
        label="Class", required=False, choices=[("", "All three"), *Proposal.Kind.choices]
    )
    principle = forms.ChoiceField(label="Principle that it touches", required=False)
    by = forms.ChoiceField(label="Put by", required=False)
    period = forms.ChoiceField(label="Opened or decided in", required=False)

    MORE = ("kind", "principle", "by", "period")

    def __init__(self, *args, alliance: Alliance, **kwargs):
        super().__init__(*args, **kwargs)
        self.alliance = alliance
        current = Principle.objects.current().filter(alliance=alliance)
        self.fields["principle"].choices = [
            ("", "Any"),
            *((one.letter, str(one)) for one in sorted(current, key=lambda one: one.letter)),
        ]
        parties = Participant.objects.filter(alliance=alliance).order_by("place")
        self.fields["by"].choices = [("", "Anybody"), *((one.slug, one.short_name) for one in parties)]
        self.periods = {one.slug: one for one in _periods(alliance)}
        self.fields["period"].choices = [
            ("", "Any time"),
            *((slug, one.label) for slug, one in self.periods.items()),
        ]

    @property
    def asked(self) -> dict:
        """What could be read: {name: value}, without what is empty."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    @property
    def more(self) -> list:
        return [self[name] for name in self.MORE]

    @property
    def asks_more(self) -> bool:
        return any(name in self.asked for name in self.MORE)

    def of(self, found):
        """The proposals that the filters leave."""
        asked = self.asked
        if state := asked.get("state"):
            found = found.in_state(state)
        if kind := asked.get("kind"):
            found = found.filter(kind=kind)
        if letter := asked.get("principle"):
            found = found.touching(letter)
        if slug := asked.get("by"):
            found = found.put_by(slug)
        if period := asked.get("period"):
            found = found.within(self.periods[period])
        if text := asked.get("q"):
            found = found.about(text)
        return found


def _periods(alliance: Alliance) -> Iterator[Period]:
    """Each financial year of the alliance until now, the latest first, with its quarters."""
    today = timezone.localdate()
    year = FinancialYear.containing(max(today, alliance.starts_on), alliance.year_starts_in)
    while year.end >= alliance.starts_on:
        yield year
        for quarter in reversed(year.quarters):
            if quarter.start <= today and quarter.end >= alliance.starts_on:
                yield quarter
        year = year.previous
