"""The forms of the shared register of risks and opportunities."""

from datetime import date

from django import forms
from django.utils import timezone

from alliance.core.forms import DateInputField, Form, MoneyField, Radios, WordsField
from decisions.models import Risk, RiskVersion
from participants.models import Alliance, Participant, User

SCORES = [("", "Not scored"), *((number, str(number)) for number in range(1, 6))]


def _score(label: str) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(label=label, choices=SCORES, coerce=int, empty_value=None, required=False)


class RiskForm(Form):
    """A risk or an opportunity, told anew or changed; with `version` given it is a change and says what changes."""

    kind = forms.ChoiceField(label="What is it?", choices=Risk.Kind.choices, widget=Radios(inline=True))
    title = forms.CharField(
        label="What could happen, in one line?",
        help_text="For example: The night shelter loses its lease in spring.",
        max_length=200,
    )
    causes = WordsField(label="What could cause it?", rows=3)
    effects = WordsField(label="What would it mean for people?", rows=3)
    controls = WordsField(label="What is done about it?", help_text="“Nothing yet” is an answer.", rows=3)
    gaps = WordsField(label="What is missing?", rows=3, required=False)
    amount = MoneyField(
        label="Money at stake",
        help_text="Where it can be said.",
        min_value=0,
        max_value=9_999_999_999_999,
        required=False,
    )
    steward = forms.ModelChoiceField(
        label="Who looks after it?",
        help_text="A steward keeps an eye on it. The risk belongs to all.",
        queryset=User.objects.none(),
    )
    likelihood = _score("How likely is it, 1 to 5?")
    impact = _score("How much would it matter, 1 to 5?")
    note = forms.CharField(
        label="What changes, and why?",
        help_text="Shown to everybody who is asked to accept it again.",
        max_length=300,
    )
    shown = forms.CharField(widget=forms.HiddenInput())

    asks = {
        "title": "what could happen",
        "causes": "what could cause it",
        "effects": "what it would mean for people",
        "controls": "what is done about it, or “Nothing yet”",
        "note": "what changes, and why",
    }

    def __init__(self, *args, alliance: Alliance, version: RiskVersion | None = None, **kwargs):
        told = ("title", "causes", "effects", "controls", "gaps", "amount", "likelihood", "impact")
        initial = {name: getattr(version, name) for name in told} if version else {}
        if version:
            initial |= {"steward": version.steward_id, "shown": version.hash}
        super().__init__(*args, initial=initial | kwargs.pop("initial", {}), **kwargs)
        self.fields["steward"].queryset = User.objects.members_of(alliance)
        if not alliance.risk_scores:
            del self.fields["likelihood"], self.fields["impact"]
        for name in ("kind",) if version else ("note", "shown"):
            del self.fields[name]

    def clean(self):
        given = super().clean()
        if (given.get("likelihood") is None) != (given.get("impact") is None):
            self.add_error("impact", "Give both a likelihood and an impact, or neither")
        return given


class AcceptanceForm(Form):
    """For which organisation, until when."""

    participant = forms.ModelChoiceField(
        label="For which organisation?", queryset=Participant.objects.none(), widget=Radios()
    )
    until_on = DateInputField(label="Accepted until", earliest=timezone.localdate)
    words = WordsField(label="Anything to add?", rows=2, required=False)
    shown = forms.CharField(widget=forms.HiddenInput())

    asks = {"until_on": "the day until which you accept it"}

    def __init__(self, *args, participants: list[Participant], latest: date, shown: str, **kwargs):
        super().__init__(*args, initial={"until_on": latest, "shown": shown}, **kwargs)
        field = self.fields["participant"]
        field.queryset = Participant.objects.filter(pk__in=[one.pk for one in participants]).order_by("place")
        self.fields["until_on"].latest = latest
        if len(participants) == 1:
            self.initial["participant"] = participants[0].pk
            field.widget = forms.HiddenInput()


class CloseRiskForm(Form):
    reason = WordsField(
        label="Why is it closed?",
        help_text="It cannot happen any more, it happened, or it was taken or let go.",
        rows=4,
    )

    asks = {"reason": "why it is closed"}


class RiskListForm(Form):
    """The register's filters; anything that cannot be read filters nothing."""

    q = forms.CharField(label="Words or a number", required=False, max_length=100)
    kind = forms.ChoiceField(label="Kind", required=False, choices=[("", "Both"), *Risk.Kind.choices])
    state = forms.ChoiceField(
        label="State",
        required=False,
        choices=[("", "Open"), ("mine", "Waiting for our acceptance"), ("closed", "Closed"), ("all", "All")],
    )
