"""The forms of a cost return as a file: sending it, its sheet, what its columns mean, its total."""

from collections.abc import Sequence
from datetime import date

from django import forms
from django.conf import settings
from django.utils import timezone

from alliance.core.forms import Form, MoneyField
from alliance.core.periods import Month
from ledger import importing
from ledger.forms.whose import among
from ledger.models import BudgetLine, Category, CostReturn
from participants.models import Participant


class ReturnForm(Form):
    """A participant's costs of a month, as the file that it has."""

    asks = {"file": "the file with your costs", "participant": "whose costs these are", "month": "the month"}

    participant = forms.ModelChoiceField(label="Whose costs are these?", queryset=Participant.objects.none())
    month = forms.ChoiceField(label="Which month do they belong to?")
    file = forms.FileField(
        label="The file with the costs",
        help_text="CSV, XLSX or ODS, as you have it. Other headings than ours are all right: you say what they mean.",
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx,.ods"}),
    )
    declared_total = MoneyField(
        label="Total of the costs",
        required=False,
        help_text="If you know it. It is compared with the sum of the lines that we read.",
    )
    reference = forms.CharField(
        label="Reference",
        required=False,
        max_length=60,
        help_text="Only if you send more than one return for the same month, to tell them apart.",
    )

    def __init__(
        self, *args, participants: list[Participant], months: list[Month], month: str = "", **kwargs
    ):
        """`months`: the open ones, newest first. `month`: the slug of the one that is meant, if somebody said so."""
        sent = _sent(participants[0], months)
        kwargs.setdefault("initial", {"month": month or _to_send(participants[0], months, sent).slug})
        super().__init__(*args, **kwargs)
        among(self.fields["participant"], participants)
        if len(participants) > 1:
            sent = set()  # whose costs they are is not yet said
        self.fields["month"].choices = [
            (one.slug, f"{one.label} (sent)" if one.start in sent else one.label) for one in months
        ]

    def clean_month(self) -> Month:
        return Month.parse(self.cleaned_data["month"])

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > settings.UPLOAD_LIMIT:
            most = settings.UPLOAD_LIMIT // 1024 // 1024
            raise forms.ValidationError(
                f"The file is larger than {most} MB. Send it in parts, each with its reference."
            )
        return file


class SheetForm(Form):
    """Which sheet of a workbook holds the costs."""

    asks = {"sheet": "the sheet with the costs"}
    sheet = forms.ChoiceField(label="Which sheet holds the costs?", widget=forms.Select)

    def __init__(self, *args, sheets: Sequence[str], current: str = "", **kwargs):
        kwargs.setdefault("initial", {"sheet": current})
        super().__init__(*args, **kwargs)
        self.fields["sheet"].choices = [("", "Choose"), *((name, name) for name in sheets)]


class ColumnsForm(Form):
    """What each column of a file means. A value is a column ("column:3") or stands for every row ("fixed:overhead")."""

    only_column = forms.ChoiceField(
        label="Does the file hold other rows too?",
        required=False,
        help_text="If only some rows are these costs, choose the column that tells them apart.",
    )
    only_value = forms.CharField(
        label="Only rows that say",
        required=False,
        max_length=200,
        help_text="The exact words of that column, for example Social Services Pooled Budgets.",
    )

    leave_hidden = forms.BooleanField(label="Leave out the rows that are hidden in the file", required=False)

    def __init__(
        self, *args, cost_return: CostReturn, lines: list[BudgetLine], samples: list[list[str]], **kwargs
    ):
        self.cost_return = cost_return
        meaning = importing.Meaning.from_json(cost_return.mapping)
        columns = [
            (f"column:{place}", _column(place, heading, samples))
            for place, heading in enumerate(cost_return.headings)
        ]
        fixed = {
            "category": [(f"fixed:{value}", label) for value, label in Category.choices],
            "budget_line": [(f"fixed:{line.pk}", line.name) for line in lines],
        }
        initial = {name: f"column:{place}" for name, place in meaning.columns.items()}
        initial |= {name: f"fixed:{value}" for name, value in meaning.fixed.items()}
        initial["leave_hidden"] = meaning.leave_hidden
        if meaning.only:
            initial |= {"only_column": f"column:{meaning.only[0]}", "only_value": meaning.only[1]}
        kwargs.setdefault("initial", initial)
        super().__init__(*args, **kwargs)
        for name, column in importing.COLUMNS.items():
            nothing = ("", "Choose" if column.needed else "Not in this file")
            choices = [nothing, ("A column of the file", columns)]
            if name in fixed:
                choices = [nothing, ("Every row is", fixed[name]), ("A column of the file", columns)]
            self.fields[name] = forms.ChoiceField(label=column.label, choices=choices, required=column.needed)
            self.fields[name].error_messages["required"] = (
                f"Say which column holds the {column.label.lower()}"
            )
        self.fields["only_column"].choices = [("", "No, every row is one of these costs"), *columns]
        if cost_return.document.name.lower().endswith((".csv", ".txt")):
            del self.fields["leave_hidden"]  # nothing is hidden there
        self.order_fields([*importing.COLUMNS, "only_column", "only_value", "leave_hidden"])

    def clean(self):
        given = super().clean()
        if not any(given.get(name) for name in importing.EITHER):
            self.add_error(
                "supplier", "Say which column holds the supplier or the description; one of them is needed"
            )
        if given.get("only_column") and not given.get("only_value", "").strip():
            self.add_error("only_value", "Enter what that column says in the rows that are meant")
        used = [given[name] for name in importing.COLUMNS if given.get(name, "").startswith("column:")]
        for name in ("amount", "date"):
            if given.get(name) and used.count(given[name]) > 1:
                self.add_error(name, f"Another question has the same column; the {name} needs its own")
        return given

    def meaning(self) -> importing.Meaning:
        columns, fixed = {}, {}
        for name in importing.COLUMNS:
            kind, _, value = self.cleaned_data.get(name, "").partition(":")
            if kind == "column":
                columns[name] = int(value)
            elif kind == "fixed":
                fixed[name] = value
        only = self.cleaned_data.get("only_column")
        place = int(only.partition(":")[2]) if only else None
        return importing.Meaning(
            columns,
            fixed,
            (place, self.cleaned_data["only_value"].strip()) if only else None,
            self.cost_return.sheet if self.cost_return.sheets else "",
            self.cleaned_data.get("leave_hidden", False),
        )


class ConfirmForm(Form):
    """Which reading of the file somebody looked at before confirming; none in a page that did not say."""

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)


class TotalForm(Form):
    """Another total than the one that was declared with the file."""

    declared_total = MoneyField(
        label="Total of the costs", required=False, help_text="Leave it empty if you do not want it compared."
    )


def _sent(participant: Participant, months: list[Month]) -> set[date]:
    """The first days of those months for which the participant has sent its costs."""
    of_months = CostReturn.objects.filter(participant=participant, month__in=[one.start for one in months])
    return set(of_months.sent().values_list("month", flat=True))


def _to_send(participant: Participant, months: list[Month], sent: set[date]) -> Month:
    """The first month that has ended and that was not sent; when all were, the newest."""
    today = timezone.localdate()
    wanted = (
        one
        for one in reversed(months)
        if one.end < today and one.start not in sent and participant.is_active(one.end)
    )
    return next(wanted, months[0])


def _column(place: int, heading: str, samples: list[list[str]]) -> str:
    """ "B · Supplier name (such as Quayside Cleaning)"."""
    name = f"{importing.letter(place)} · {heading or 'no heading'}"
    example = next((row[place].strip() for row in samples if place < len(row) and row[place].strip()), "")
    return f"{name} (such as {example[:30]})" if example else name
