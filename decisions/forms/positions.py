"""An answer that was given elsewhere, and one that is taken back."""

from django import forms

from alliance.core.forms import Form, Radios, WordsField
from alliance.core.uploads import KeptFileField
from decisions.models import Position, Proposal
from participants.models import RoleAppointment

Stance = Position.Stance


def chosen(link) -> dict:
    """What a link in a letter has chosen already: "?answer=agree" (any stance of the form)."""
    return {"stance": link["answer"]} if link.get("answer") in Stance.values else {}


class OnBehalfForm(Form):
    """What somebody said for their organisation outside the application (rule 24)."""

    voice = forms.ModelChoiceField(
        label="Who gave the answer?",
        help_text="Only representatives and deputies in force speak for an organisation.",
        queryset=RoleAppointment.objects.none(),
        widget=Radios(),
        error_messages={"required": "Select who gave the answer"},
    )
    heard = forms.ChoiceField(
        label="How?",
        choices=Position.Heard.choices,
        widget=Radios(),
        error_messages={"required": "Select how the answer was given"},
    )
    evidence = WordsField(
        label="What shows it?",
        help_text="For example: minutes of 12 November, item 4; or the time of the call, and who was there.",
        rows=3,
    )
    evidence_file = KeptFileField(label="A file that shows it", required=False)
    stance = forms.ChoiceField(
        label="What was the answer?",
        help_text="An objection is raised by whoever has it, in their own words: only they can resolve it.",
        widget=Radios(),
        error_messages={"required": "Select what the answer was"},
    )
    reservation = WordsField(label="What is the reservation?", rows=3, required=False)
    aside_reason = WordsField(label="Why does it stand aside?", rows=3, required=False)
    abstain_reason = WordsField(label="Why does it abstain?", rows=3, required=False)
    shown = forms.CharField(widget=forms.HiddenInput())

    asks = {"evidence": "what shows that the answer was given"}
    reveals = {
        "stance": {
            Stance.RESERVATION: ["reservation"],
            Stance.STAND_ASIDE: ["aside_reason"],
            Stance.ABSTAIN: ["abstain_reason"],
        }
    }
    not_optional = ("reservation", "aside_reason", "abstain_reason")
    REASONS = {
        Stance.RESERVATION: ("reservation", "Enter the reservation that was told"),
        Stance.STAND_ASIDE: ("aside_reason", "Enter why it stands aside: only agreeing needs no reason"),
        Stance.ABSTAIN: ("abstain_reason", "Enter why it abstains: only agreeing needs no reason"),
    }

    def __init__(self, *args, proposal: Proposal, voices: list[RoleAppointment], **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["shown"] = proposal.current_wording.hash
        field = self.fields["voice"]
        field.queryset = RoleAppointment.objects.filter(pk__in=[one.pk for one in voices])
        field.choices = [
            (one.pk, f"{one.person.name}, {one.get_role_display().lower()} of {one.participant.name}")
            for one in voices
        ]
        verbs = {
            Stance.AGREE: "Agrees",
            Stance.RESERVATION: "Agrees with a reservation",
            Stance.STAND_ASIDE: "Stands aside",
            Stance.ABSTAIN: "Abstains",
        }
        self.fields["stance"].choices = [
            (value, verb)
            for value, verb in verbs.items()
            if value != Stance.STAND_ASIDE or proposal.standing_aside
        ]

    @property
    def reason(self) -> str:
        name, _ = self.REASONS.get(self.cleaned_data["stance"], ("", ""))
        return self.cleaned_data[name] if name else ""

    def clean(self):
        given = super().clean()
        name, ask = self.REASONS.get(given.get("stance"), ("", ""))
        if name and not given.get(name):
            self.add_error(name, ask)
        return given


class TakeBackForm(Form):
    """The answer of which organisation is taken back, and why if they like."""

    participant = forms.ModelChoiceField(
        label="Whose answer?",
        queryset=None,
        widget=Radios(),
        error_messages={"required": "Select whose answer"},
    )
    reason = WordsField(
        label="Why?", help_text="Shown in the history of the proposal.", rows=3, required=False
    )

    def __init__(self, *args, participants, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["participant"]
        field.queryset = participants
        field.choices = [(one.pk, one.name) for one in participants]
        if len(field.choices) == 1:
            self.initial["participant"] = field.choices[0][0]
            field.widget = forms.HiddenInput()
