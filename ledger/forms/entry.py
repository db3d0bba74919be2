"""The forms of a return without a spreadsheet: a few costs typed in, or that nothing was spent."""

import csv
import io
from collections.abc import Mapping, Sequence

from django import forms

from alliance.core.forms import Form
from alliance.core.money import MoneyError, format_pounds, parse_pounds
from alliance.core.periods import Month
from ledger import importing
from ledger.forms.whose import among
from ledger.importing import COLUMNS
from ledger.models import Category
from ledger.vat import Course
from participants.models import Participant

TYPED = ("date", "amount", "supplier", "description", "category", "budget_line", "reference", "evidence")
BEGIN_WITH, MORE = 3, 3  # costs on the page
MOST_TYPED = 60  # costs that the page takes; more are a spreadsheet's work
HINTS = {
    "date": "Like 22/11/2026",
    "amount": "Net; a credit with a minus",
    "supplier": "Who was paid",
    "description": "What for, without names",
    "reference": "The invoice’s number",
    "category": "What kind of cost",
    "budget_line": "What it is part of",
    "evidence": "What shows it",
}


class MonthOfForm(Form):
    """Whose costs, and of which month."""

    asks = {"participant": "whose costs these are", "month": "the month"}
    participant = forms.ModelChoiceField(label="Whose costs are these?", queryset=Participant.objects.none())
    month = forms.ChoiceField(label="Which month?")

    def __init__(
        self, *args, participants: list[Participant], months: list[Month], month: str = "", **kwargs
    ):
        kwargs.setdefault("initial", {"month": month or (months[1] if len(months) > 1 else months[0]).slug})
        super().__init__(*args, **kwargs)
        among(self.fields["participant"], participants)
        self.fields["month"].choices = [(one.slug, one.label) for one in months]

    def clean_month(self) -> Month:
        return Month.parse(self.cleaned_data["month"])


class NothingForm(MonthOfForm):
    """A statement that nothing was spent."""

    sure = forms.BooleanField(label="We had no costs in this month, and no other return of ours covers it")
    asks = MonthOfForm.asks | {"sure": "the box to state it"}


class EntryForm(MonthOfForm):
    """A few costs typed in; they become a file like any other, so that they are read, kept and posted alike."""

    reference = forms.CharField(
        label="Reference",
        required=False,
        max_length=60,
        help_text="Only if you send more than one return for the same month, to tell them apart.",
    )

    def __init__(self, data=None, *, lines: Sequence[str], vat: Mapping[int, Course] | None = None, **kwargs):
        """`data` that asks for more costs comes back with room for more of them, unjudged.

        `vat`: what each of the participants stated of its VAT, by its id.
        """
        self.vat = vat or {}
        count = _numbered(data) if data else BEGIN_WITH
        if self.__class__.wants_more(data):
            count, data, kwargs["initial"] = count + MORE, None, data.dict()
        super().__init__(data, **kwargs)
        self.count = max(1, min(count, MOST_TYPED))
        kinds = [("", "Choose"), *((label, label) for label in Category.labels)]
        named = [("", "Choose"), *((name, name) for name in lines)]
        needed = [name for name in TYPED if name not in ("reference", "evidence")]
        self.not_optional = {f"{name}_{n}" for n in range(1, self.count + 1) for name in needed}
        for n in range(1, self.count + 1):
            for name in TYPED:
                if name in ("category", "budget_line"):
                    choices = kinds if name == "category" else named
                    hint = HINTS[name] if n == 1 else ""
                    made = forms.ChoiceField(
                        label=COLUMNS[name].label, required=False, choices=choices, help_text=hint
                    )
                else:
                    made = forms.CharField(
                        label=COLUMNS[name].label,
                        required=False,
                        max_length=importing.ROOM.get(name, 40),
                        help_text=HINTS.get(name, "") if n == 1 else "",
                    )
                self.fields[f"{name}_{n}"] = made

    @property
    def costs(self) -> list[tuple[int, list]]:
        """(number, the cost's bound fields)."""
        return [(n, [self[f"{name}_{n}"] for name in TYPED]) for n in range(1, self.count + 1)]

    @staticmethod
    def wants_more(data) -> bool:
        return bool(data and data.get("more"))

    def clean(self):
        given = super().clean()
        filled = [n for n in range(1, self.count + 1) if any(given.get(f"{name}_{n}") for name in TYPED)]
        for n in filled:
            for name, read in (("date", importing.parse_date), ("amount", parse_pounds)):
                try:
                    read(given.get(f"{name}_{n}", ""))
                except (MoneyError, ValueError) as problem:
                    self.add_error(f"{name}_{n}", f"Cost {n}: {problem}")
            if why := self._is_recovered(n):
                self.add_error(f"category_{n}", f"Cost {n}: {why}")
            for name in ("category", "budget_line"):
                if not given.get(f"{name}_{n}"):
                    self.add_error(f"{name}_{n}", f"Cost {n}: choose its {COLUMNS[name].label.lower()}")
            if not any(given.get(f"{name}_{n}") for name in importing.EITHER):
                self.add_error(f"supplier_{n}", f"Cost {n}: say who was paid, or what for")
        if not filled and not self.errors:
            raise forms.ValidationError("Enter at least one cost. If nothing was spent, state that instead.")
        return given

    def _is_recovered(self, n: int) -> str:
        """Why a cost is none, where it is VAT that the participant recovers (rule 36)."""
        whose = self.cleaned_data.get("participant")
        if self.cleaned_data.get(f"category_{n}") != Category.IRRECOVERABLE_VAT.label:
            return ""
        if whose is None or whose.pk not in self.vat or self.has_error(f"date_{n}"):
            return ""
        return self.vat[whose.pk].not_a_cost(importing.parse_date(self.cleaned_data[f"date_{n}"]))

    def as_csv(self) -> bytes:
        """What was typed as a file, with our own headings; amounts and days in one way of writing."""
        made = io.StringIO()
        out = csv.writer(made)
        out.writerow([COLUMNS[name].label for name in TYPED])
        for n in range(1, self.count + 1):
            row = {name: self.cleaned_data.get(f"{name}_{n}", "") for name in TYPED}
            if any(row.values()):
                row["amount"] = format_pounds(parse_pounds(row["amount"]), sign="").replace("−", "-")
                row["date"] = importing.parse_date(row["date"]).isoformat()
                out.writerow(row.values())
        return made.getvalue().encode()


def _numbered(data) -> int:
    """How many costs the form that was sent had room for: they are numbered."""
    sent = [key.removeprefix("amount_") for key in data if key.startswith("amount_")]
    return max((int(n) for n in sent if n.isascii() and n.isdigit() and len(n) < 4), default=BEGIN_WITH)
