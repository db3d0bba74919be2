"""A measure, its figures, and the notes and limits of its chart."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from alliance.core.forms import Form, ModelForm, NumberInput, Radios, WordsField
from alliance.core.periods import Month
from decisions.models import Decision
from learning.models import Experiment, Measure, Review
from learning.reading import Figures, parse_figure, parse_month, read_figures, read_pasted
from participants.models import Alliance


class MeasureForm(ModelForm):
    class Meta:
        model = Measure
        fields = [
            "name", "tells", "unit", "source", "direction", "mandatory_return", "asked_by", "screening", "baseline",
        ]  # fmt: skip
        widgets = {
            "tells": forms.Textarea({"rows": 3}),
            "direction": Radios,
            "baseline": NumberInput({"class": "govuk-input--width-4"}),
        }
        labels = {"mandatory_return": "This is a mandatory return. We use it for learning"}
        help_texts = {
            "unit": "The word after the figure: people, days, %.",
            "mandatory_return": "Somebody outside asks for it. It never drives a colour, a rank or a payment.",
            "screening": "Limits are made without unusually large jumps between two months. The chart says so.",
            "baseline": "How many months make the mean and the limits. Empty: all of them.",
        }

    asks = {"name": "a name for the measure"}

    def __init__(self, *args, alliance: Alliance, **kwargs):
        super().__init__(*args, **kwargs)
        self.alliance = alliance

    def clean_name(self):
        name = self.cleaned_data["name"]
        if Measure.objects.filter(alliance=self.alliance, name__iexact=name).exists():
            raise ValidationError("There is already a measure with this name")
        return name


class MonthField(forms.CharField):
    """A month as people write it, to a Month."""

    def __init__(self, **kwargs):
        super().__init__(**{"help_text": "For example: Nov 2026", "max_length": 30} | kwargs)
        self.widget.attrs["class"] = "govuk-input--width-10"

    def clean(self, value):
        said = super().clean(value)
        if not said:
            return None
        try:
            return parse_month(said)
        except ValueError as problem:
            raise ValidationError(_sentence(problem)) from None


class FigureField(forms.CharField):
    """A number with at most four decimals, exactly."""

    def __init__(self, **kwargs):
        super().__init__(**{"max_length": 30} | kwargs)
        self.widget.attrs |= {"inputmode": "decimal", "class": "govuk-input--width-10"}

    def clean(self, value):
        try:
            return parse_figure(super().clean(value))
        except ValidationError:
            raise
        except ValueError as problem:
            raise ValidationError(_sentence(problem)) from None


class ObservationForm(Form):
    month = MonthField(label="Month")
    figure = FigureField(label="Figure")
    note = forms.CharField(
        label="Note", max_length=200, required=False, help_text="What should be known beside it?"
    )

    def clean_month(self):
        month = self.cleaned_data["month"]
        if month > Month.containing(timezone.localdate()):
            raise ValidationError(f"{month.label} is still to come")
        return month


class ManyForm(Form):
    """Many months at once: pasted, or a file. `read` holds what was read, with every problem (house 23)."""

    pasted = WordsField(
        label="Paste two columns: month and figure",
        required=False,
        rows=8,
        help_text="For example: Nov 2026, then 31",
    )
    file = forms.FileField(label="Or choose a spreadsheet", required=False, help_text="CSV, XLSX or ODS.")
    read: Figures | None = None

    def clean(self):
        said = super().clean()
        today = timezone.localdate()
        if said.get("file"):
            self.read = read_figures(said["file"], said["file"].name, today=today)
            where = "file"
        elif said.get("pasted"):
            self.read = read_pasted(said["pasted"], today=today)
            where = "pasted"
        else:
            raise ValidationError("Paste the figures, or choose a spreadsheet")
        for problem in self.read.problems:
            self.add_error(where, problem)
        return said


class CorrectionForm(Form):
    figure = FigureField(label="The right figure")
    reason = forms.CharField(label="Why is it corrected?", max_length=200)


class AnnotationForm(Form):
    month = MonthField(label="At which month?")
    text = forms.CharField(label="Note", max_length=120, help_text="A few words: what happened then?")
    about = forms.ChoiceField(label="Which review, experiment or decision is it about?", required=False)

    def __init__(self, *args, measure: Measure, **kwargs):
        super().__init__(*args, **kwargs)
        alliance_id = measure.alliance_id
        self.linkable = {
            "review": _by_pk(Review.objects.filter(alliance_id=alliance_id).held()),
            "experiment": _by_pk(Experiment.objects.filter(alliance_id=alliance_id)),
            "decision": _by_pk(Decision.objects.filter(alliance_id=alliance_id).select_related("wording")),
        }
        self.fields["about"].choices = [
            ("", "None of them"),
            *(
                (f"{kind.capitalize()}s", [(f"{kind}:{pk}", str(one)) for pk, one in found.items()])
                for kind, found in self.linkable.items()
            ),
        ]

    @property
    def links(self) -> dict:
        """{"review": Review}, or experiment, or decision; empty for none."""
        kind, _, pk = self.cleaned_data["about"].partition(":")
        return {kind: self.linkable[kind][int(pk)]} if kind else {}


class RebaseForm(Form):
    month = MonthField(
        label="From which month on?", help_text="The first month of the new way, for example: Apr 2026"
    )
    reason = WordsField(label="Why does the chart need new limits?", rows=3, max_length=1000)
    review = forms.ChoiceField(label="Which review agreed on it?")

    def __init__(self, *args, measure: Measure, **kwargs):
        super().__init__(*args, **kwargs)
        self.reviews = _by_pk(Review.objects.filter(alliance_id=measure.alliance_id).held())
        self.fields["review"].choices = [("", "Choose a review")] + [
            (pk, str(one)) for pk, one in self.reviews.items()
        ]

    def clean_review(self):
        return self.reviews[int(self.cleaned_data["review"])]


def _by_pk(rows) -> dict:
    """The latest hundred, newest first."""
    return {one.pk: one for one in rows.order_by("-number")[:100]}


def _sentence(problem: Exception) -> str:
    said = str(problem)
    return said[:1].upper() + said[1:]
