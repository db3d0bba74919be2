"""The forms of talking a proposal over, and of the ladder out of a deadlock."""

from django import forms

from alliance.core.forms import Form, Radios, WordsField
from decisions.models import Deadlock
from participants.models import Participant, User


class RemarkForm(Form):
    """A remark or a question; a reply asks only for its words."""

    words = WordsField(
        label="What do you want to say?",
        help_text="Everybody in the alliance reads it, and it stays. An @ with somebody’s full name tells them.",
        rows=4,
        max_length=4000,
    )
    is_question = forms.BooleanField(
        label="It is a question",
        help_text="It shows as open until somebody else replies.",
        required=False,
    )
    told = forms.ModelChoiceField(
        label="Tell somebody",
        queryset=User.objects.none(),
        empty_label="Nobody in particular",
        required=False,
    )

    asks = {"words": "what you want to say"}

    def __init__(self, *args, alliance, reply: bool = False, **kwargs):
        super().__init__(*args, auto_id="remark_%s", **kwargs)
        self.fields["told"].queryset = User.objects.members_of(alliance)
        if reply:
            del self.fields["is_question"]
            self.fields["words"].label = "Your reply"
            self.fields["words"].error_messages["required"] = "Enter your reply"


class RedactionForm(Form):
    reason = forms.CharField(
        label="Why do the words go?",
        help_text="The reason stays in the record for good, so name nobody. For example: It told where somebody lives.",
        max_length=300,
    )

    asks = {"reason": "why the words go"}


class StewardForm(Form):
    person = forms.ModelChoiceField(
        label="Who looks after this objection?",
        help_text="Not to win it, but to see that it is worked on until it is met. Anybody in the alliance.",
        queryset=User.objects.none(),
        empty_label="Select a person",
    )

    asks = {"person": "who looks after the objection"}

    def __init__(self, *args, alliance, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = User.objects.members_of(alliance)


class VoiceForm(Form):
    """What somebody says for one of the participants that they speak for; hidden where there is only one."""

    participant = forms.ModelChoiceField(
        label="For which organisation?", queryset=Participant.objects.none(), widget=Radios()
    )

    def __init__(self, *args, participants: list[Participant], **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["participant"]
        field.queryset = Participant.objects.filter(pk__in=[one.pk for one in participants]).order_by("place")
        if len(participants) == 1:
            self.initial["participant"] = participants[0].pk
            field.widget = forms.HiddenInput()


class AmendmentForm(VoiceForm):
    """Other words for the wording whose hash is `shown`."""

    text = WordsField(label="The wording as you would have it", rows=8)
    why = WordsField(label="Why?", help_text="What these words do better, so that all can agree.", rows=4)
    shown = forms.CharField(widget=forms.HiddenInput())

    asks = {"text": "the wording as you would have it", "why": "why you offer other words"}


class SettlementForm(Form):
    """The proposer's answer to an amendment; `shown` is the hash of the wording that it would replace."""

    then = forms.ChoiceField(
        label="What becomes of it?",
        choices=[("take_over", "We take it over"), ("decline", "We keep the wording as it is")],
        widget=Radios(
            hints={
                "take_over": "These words become the next version. Every answer lapses, and everybody is asked again.",
                "decline": "Say why, for whoever offered it and for all who read it.",
            }
        ),
        error_messages={"required": "Select what becomes of the amendment"},
    )
    note = WordsField(label="Anything to add for those who are asked again?", rows=3, required=False)
    answer = WordsField(label="Why do you keep the wording?", rows=3, required=False)
    shown = forms.CharField(widget=forms.HiddenInput())

    reveals = {"then": {"take_over": ["note"], "decline": ["answer"]}}
    not_optional = ("answer",)

    def clean(self):
        given = super().clean()
        if given.get("then") == "decline" and not given.get("answer"):
            self.add_error("answer", "Say why you keep the wording as it is")
        return given


class DeadlockForm(VoiceForm):
    reason = WordsField(
        label="Why do we go no further?",
        help_text="What was tried, and what still stands between us. Facts, without blame.",
        rows=5,
    )

    asks = {"reason": "why we go no further"}


class StatementForm(VoiceForm):
    words = WordsField(
        label="Your organisation’s statement",
        help_text="What matters to you, what you could live with, what you offer. Everybody in the alliance reads it.",
        rows=9,
    )

    asks = {"words": "your organisation’s statement"}


class IndependentForm(Form):
    kind = forms.ChoiceField(
        label="Who hears us?",
        choices=Deadlock.Independent.choices,
        widget=Radios(
            hints={
                Deadlock.Independent.CHAIR: "Leads the conversation, and says what they see.",
                Deadlock.Independent.MEDIATOR: "Helps us to find our own answer.",
                Deadlock.Independent.EXPERT: "Answers the question that divides us, as far as it can be known.",
            }
        ),
        error_messages={"required": "Select a chair, a mediator or an expert"},
    )
    name = forms.CharField(label="Their name, and where they are from", max_length=160)

    asks = {"name": "their name, and where they are from"}


class IndependentWordsForm(VoiceForm):
    words = WordsField(
        label="What they said",
        help_text="As they said it, or as they wrote it. Those who were there can write their own account too.",
        rows=9,
    )

    asks = {"words": "what they said"}
