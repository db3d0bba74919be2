"""What a home board decided (rule 14)."""

from django import forms
from django.utils import timezone

from alliance.core.forms import DateInputField, Form, Radios, WordsField
from alliance.core.uploads import KeptFileField
from decisions.models import Ratification

State = Ratification.State


class RatificationForm(Form):
    """Ratified, with the day of the meeting and its minute; or refused, with the reason."""

    outcome = forms.ChoiceField(
        label="What did the board decide?",
        choices=[(State.RATIFIED, "It ratified the decision"), (State.REFUSED, "It refused to ratify")],
        widget=Radios(
            hints={
                State.RATIFIED: "With its minute, which everybody in the alliance can read.",
                State.REFUSED: "The decision stays as it was sealed, without effect, and the question is open again.",
            }
        ),
        error_messages={"required": "Select what the board decided"},
    )
    board_met_on = DateInputField(label="When did the board meet?", latest=timezone.localdate, required=False)
    minute = KeptFileField(label="Its minute", required=False)
    words = WordsField(label="Why did it refuse?", rows=4, max_length=4000, required=False)

    reveals = {"outcome": {State.RATIFIED: ["board_met_on", "minute"], State.REFUSED: ["words"]}}
    not_optional = ("board_met_on", "minute", "words")

    def __init__(self, *args, ratification: Ratification, **kwargs):
        super().__init__(*args, **kwargs)
        wording = ratification.decision.wording
        self.fields["board_met_on"].earliest = timezone.localdate(wording.written_at)
        self.fields["outcome"].label = f"What did {ratification.participant.short_name}’s board decide?"

    @property
    def is_refusal(self) -> bool:
        return self.cleaned_data["outcome"] == State.REFUSED

    def clean(self):
        given = super().clean()
        match given.get("outcome"):
            case State.RATIFIED:
                if not given.get("board_met_on") and "board_met_on" not in self.errors:
                    self.add_error("board_met_on", "Enter the day on which the board met")
                if not given.get("minute") and "minute" not in self.errors:
                    self.add_error("minute", "Choose the file with the board’s minute")
            case State.REFUSED:
                for name in ("board_met_on", "minute"):  # of the other answer
                    self.errors.pop(name, None)
                if not given.get("words") and "words" not in self.errors:
                    self.add_error("words", "Enter why the board refused")
        return given
