"""The forms of deciding together: the answer with what each answer asks, and what its proposer does."""

from datetime import date

from django import forms
from django.utils import timezone

from alliance.core.forms import Checkboxes, DateInputField, Form, Radios, WordsField
from decisions.models import Position, Proposal
from participants.models import Participant, Principle

Stance = Position.Stance


class PositionForm(Form):
    """Where an organisation stands, with the questions that each answer asks (rules 6, 17)."""

    participant = forms.ModelChoiceField(
        label="For which organisation do you answer?", queryset=Participant.objects.none(), widget=Radios()
    )
    shown = forms.CharField(widget=forms.HiddenInput())
    stance = forms.ChoiceField(
        label="Where does your organisation stand?",
        choices=Stance.choices,
        widget=Radios(
            hints={
                Stance.AGREE: "To this wording, as it stands. No reason is needed.",
                Stance.RESERVATION: "You agree, and want something to be remembered beside it.",
                Stance.STAND_ASIDE: "You do not agree, and you do not stand in the way.",
                Stance.ABSTAIN: "You cannot say yes or no. Unanimity needs everybody, so this blocks.",
                Stance.OBJECT: "You say what it goes against and what would mend it. It blocks until you resolve it.",
            }
        ),
        error_messages={"required": "Select where your organisation stands"},
    )
    comment = WordsField(label="Anything to add?", rows=2, required=False)
    reservation = WordsField(label="What is your reservation?", rows=3, required=False)
    aside_reason = WordsField(label="Why do you stand aside?", rows=3, required=False)
    abstain_reason = WordsField(label="Why do you abstain?", rows=3, required=False)
    concern = WordsField(label="What is your concern?", rows=4, required=False)
    principles = forms.ModelMultipleChoiceField(
        label="Which principles does it touch?",
        queryset=Principle.objects.none(),
        widget=Checkboxes(small=True),
        required=False,
    )
    legal_limit = forms.CharField(
        label="Or which legal limit?",
        help_text="For example: Care Act 2014, section 42.",
        max_length=300,
        required=False,
    )
    remedy = WordsField(label="What would make it acceptable to you?", rows=3, required=False)

    reveals = {
        "stance": {
            Stance.AGREE: ["comment"],
            Stance.RESERVATION: ["reservation"],
            Stance.STAND_ASIDE: ["aside_reason"],
            Stance.ABSTAIN: ["abstain_reason"],
            Stance.OBJECT: ["concern", "principles", "legal_limit", "remedy"],
        }
    }
    not_optional = ("reservation", "aside_reason", "abstain_reason", "concern", "principles", "remedy")
    REASONS = {
        Stance.AGREE: "comment",
        Stance.RESERVATION: "reservation",
        Stance.STAND_ASIDE: "aside_reason",
        Stance.ABSTAIN: "abstain_reason",
        Stance.OBJECT: "concern",
    }

    def __init__(self, *args, proposal: Proposal, participants: list[Participant], principles, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["shown"] = proposal.current_wording.hash
        field = self.fields["participant"]
        field.queryset = Participant.objects.filter(pk__in=[one.pk for one in participants]).order_by("place")
        if len(participants) == 1:
            self.initial["participant"] = participants[0].pk
            field.widget = forms.HiddenInput()
            self.fields["stance"].label = f"Where does {participants[0].short_name} stand?"
        self.fields["principles"].queryset = Principle.objects.filter(alliance=proposal.alliance_id).current()
        self.fields["principles"].choices = [(one.pk, str(one)) for one in principles]
        verbs = {
            Stance.AGREE: "Agree",
            Stance.RESERVATION: "Agree with a reservation",
            Stance.STAND_ASIDE: "Stand aside",
            Stance.ABSTAIN: "Abstain",
            Stance.OBJECT: "Object",
        }
        self.fields["stance"].choices = [
            (value, verb)
            for value, verb in verbs.items()
            if value != Stance.STAND_ASIDE or proposal.standing_aside
        ]

    @property
    def reason(self) -> str:
        return self.cleaned_data[self.REASONS[self.cleaned_data["stance"]]]

    def clean(self):
        given = super().clean()
        match given.get("stance"):
            case Stance.RESERVATION if not given.get("reservation"):
                self.add_error("reservation", "Say what your reservation is")
            case Stance.STAND_ASIDE if not given.get("aside_reason"):
                self.add_error("aside_reason", "Say why you stand aside: only agreeing needs no reason")
            case Stance.ABSTAIN if not given.get("abstain_reason"):
                self.add_error("abstain_reason", "Say why you abstain: only agreeing needs no reason")
            case Stance.OBJECT:
                if not given.get("concern"):
                    self.add_error("concern", "Say what your concern is")
                if not given.get("principles") and not given.get("legal_limit"):
                    self.add_error("principles", "Name at least one principle, or a legal limit below")
                if not given.get("remedy"):
                    self.add_error("remedy", "Say what would make the proposal acceptable to you")
        return given


class ResolutionForm(Form):
    """What resolved an objection, and where the organisation stands now."""

    resolution = WordsField(label="What resolved it?", rows=4)
    shown = forms.CharField(widget=forms.HiddenInput())
    then = forms.ChoiceField(
        label="And the wording as it stands now?",
        choices=[("agree", "We agree to it"), ("later", "We answer later")],
        widget=Radios(),
        error_messages={"required": "Select whether you agree to the wording now or answer later"},
    )

    asks = {"resolution": "what resolved the objection"}


class MoreTimeForm(Form):
    answer_by = DateInputField(label="Last day to answer", earliest=timezone.localdate)
    reason = WordsField(label="Why is more time needed?", rows=3)

    asks = {"answer_by": "the last day to answer", "reason": "why more time is needed"}

    def __init__(self, *args, not_before: date, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["answer_by"].earliest = max(not_before, timezone.localdate())


class WithdrawalForm(Form):
    reason = WordsField(label="Why is it withdrawn?", rows=4)

    asks = {"reason": "why it is withdrawn"}
