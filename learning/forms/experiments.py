"""An experiment, its two gates and its end."""

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils import timezone

from alliance.core.forms import Checkboxes, DateInputField, Form, ModelForm, Radios, WordsField
from decisions.models import Risk
from learning.forms.shared import WORDS_AT_MOST
from learning.models import Experiment, GateAnswer


class ExperimentForm(ModelForm):
    """An idea needs a name; the rest may follow, but it starts only when rule 46 has what it asks."""

    ends_on = DateInputField(label="When does it end?", required=False)

    class Meta:
        model = Experiment
        fields = ["title", "question", "trying", "how_we_learn", "size", "place", "ends_on"]
        field_classes = dict.fromkeys(("question", "trying", "how_we_learn", "size"), WordsField)
        help_texts = {
            "question": "A question that trying something could answer.",
            "how_we_learn": "Whom will we ask, what will we watch, and when?",
            "size": "Big enough to be meaningful, small enough for it to be all right when things go wrong.",
        }
        widgets = {
            name: forms.Textarea({"rows": 3}) for name in ("question", "trying", "how_we_learn", "size")
        }

    asks = {"title": "a name for the experiment"}

    def clean_ends_on(self):
        ends_on = self.cleaned_data["ends_on"]
        if ends_on and ends_on != self.instance.ends_on and ends_on <= timezone.localdate():
            raise ValidationError("The end date must be in the future", code="date")
        return ends_on


class GateForm(Form):
    answer = forms.ChoiceField(
        label="Answer", choices=[("yes", "Yes"), ("no", "No, not as it stands")], widget=Radios(inline=True)
    )
    words = WordsField(
        label="Why?",
        rows=2,
        max_length=2000,
        help_text="What you looked at. With a no: what would make it a yes.",
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)  # the words that the answer is about
    asks = {"answer": "yes or no", "words": "a few words: what you looked at"}

    def __init__(self, *args, gate: str, **kwargs):
        self.gate = GateAnswer.Gate(gate)
        super().__init__(*args, prefix=gate, **kwargs)
        self.fields["answer"].label = self.gate.label


class EndExperimentForm(Form):
    outcome = forms.ChoiceField(
        label="What happens with it?",
        choices=[(one.value, one.label) for one in Experiment.ENDED],
        widget=Radios(
            hints={
                "embedded": "It becomes how we work.",
                "adapted": "We try again, differently.",
                "stopped": "We leave it. That is a result too.",
            }
        ),
    )
    turned_out = forms.ChoiceField(
        label="How did it turn out?",
        choices=Experiment.Turned.choices,
        widget=Radios(hints={"not_as_hoped": "Just as welcome: somebody else need not find out again."}),
    )
    learned = WordsField(
        label="What did we learn, good and bad?",
        rows=7,
        validators=[MaxLengthValidator(WORDS_AT_MOST)],
        help_text="Write about what happened, not about who. Leave out whatever would tell who somebody is.",
    )
    asks = {
        "outcome": "what happens with it",
        "turned_out": "how it turned out",
        "learned": "what was learned",
    }


class RisksForm(Form):
    """Which open risks and opportunities of the alliance an experiment touches."""

    risks = forms.ModelMultipleChoiceField(
        label="Which risks and opportunities does it touch?",
        queryset=Risk.objects.none(),
        widget=Checkboxes(small=True),
        required=False,
    )

    def __init__(self, *args, experiment: Experiment, **kwargs):
        tied = list(experiment.risks_touched.filter(untied_at__isnull=True).values_list("risk_id", flat=True))
        super().__init__(*args, initial={"risks": tied}, **kwargs)
        found = Risk.objects.filter(alliance=experiment.alliance_id).select_related("current_version")
        field = self.fields["risks"]
        field.queryset = (found.open() | found.filter(pk__in=tied)).order_by("number")
        field.label_from_instance = lambda one: f"{one}: {one.title}"
