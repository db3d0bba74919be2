"""Which journals or returns a list shows; kept in the address. An answer that means nothing here is no answer."""

from collections.abc import Iterable

from django import forms

from alliance.core.forms import Form
from alliance.core.periods import Month
from alliance.core.questions import Question
from ledger.lifecycle import ReturnState
from ledger.models import Journal, Period
from participants.models import Alliance, Participant


class _ListForm(Form):
    month = forms.ChoiceField(label="Month", required=False)

    def __init__(self, data, *, alliance: Alliance):
        super().__init__({name: data.get(name, "") for name in self.base_fields})
        months = (Month.containing(start) for (start,) in _months(alliance=alliance.pk))
        self.fields["month"].choices = [("", "All"), *((one.slug, one.label) for one in months)]

    @property
    def narrowed(self) -> dict:
        """The answers that leave something out, by their names in the address."""
        return {name: value for name, value in self.cleaned_data.items() if value}

    def within(self, rows):
        month = self.narrowed.get("month")
        return rows.filter(month=Month.parse(month).start) if month else rows


class JournalsForm(_ListForm):
    kind = forms.ChoiceField(label="Kind", required=False, choices=[("", "All"), *Journal.Kind.choices])

    def __init__(self, data, *, alliance: Alliance):
        super().__init__(data, alliance=alliance)
        self.full_clean()

    def within(self, rows):
        """The journals that were asked for."""
        kind = self.narrowed.get("kind")
        return super().within(rows.filter(kind=kind) if kind else rows)


class ReturnsForm(_ListForm):
    participant = forms.ChoiceField(label="Participant", required=False)
    state = forms.ChoiceField(label="State", required=False, choices=[("", "All"), *ReturnState.choices])

    def __init__(self, data, *, alliance: Alliance, participants: Iterable[Participant]):
        super().__init__(data, alliance=alliance)
        self.fields["participant"].choices = [("", "All"), *((one.slug, one.name) for one in participants)]
        self.full_clean()

    def within(self, rows):
        """The returns that were asked for."""
        given = self.narrowed
        if slug := given.get("participant"):
            rows = rows.filter(participant__slug=slug)
        if state := given.get("state"):
            rows = rows.filter(status=state)
        return super().within(rows)


@Question
def _months(alliance: int):
    return Period.objects.filter(alliance_id=alliance).order_by("-month").values_list("month")
