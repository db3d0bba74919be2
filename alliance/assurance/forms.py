"""The border: which quarter is asked for."""

from django import forms
from django.utils import timezone

from alliance.core.forms import Form, Radios
from alliance.core.periods import Quarter
from participants.models import Alliance

OFFERED = 9  # the running quarter and two years of those before it


class RequestForm(Form):
    quarter = forms.ChoiceField(label="Which quarter should the report cover?", widget=Radios)

    def __init__(self, *args, alliance: Alliance, **kwargs):
        super().__init__(*args, **kwargs)
        self.begins = alliance.year_starts_in
        running = Quarter.containing(timezone.localdate(), self.begins)
        quarters = [
            running.shifted(-n) for n in range(OFFERED) if running.shifted(-n).end >= alliance.starts_on
        ]
        self.fields["quarter"].choices = [(quarter.slug, quarter.label) for quarter in quarters]
        self.fields["quarter"].widget.hints = {
            running.slug: "It is not over yet: this will be an interim report, up to today."
        }
        self.initial.setdefault(
            "quarter", next((quarter.slug for quarter in quarters if quarter < running), None)
        )

    def clean_quarter(self) -> Quarter:
        return Quarter.parse(self.cleaned_data["quarter"], self.begins)
