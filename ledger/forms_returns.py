"""Forms of cost returns beside the file itself: rows put right, names explained, costs typed in, nothing spent."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django import forms

from alliance.core.forms import Form, MoneyField
from alliance.core.money import MoneyError, format_pounds, parse_pounds
from alliance.core.periods import Month
from ledger import importing
from ledger.importing import COLUMNS, COST, LEAVE, plain
from ledger.models import Category
from ledger.vat import Course
from participants.models import Participant

TYPED = ("date", "amount", "supplier", "description", "category", "budget_line", "reference", "evidence")
BEGIN_WITH, MORE = 3, 3  # costs on the page
MOST_TYPED = 60  # costs that the page takes; more are a spreadsheet's work


class SheetForm(Form):
    """Which sheet of a workbook holds the costs."""

    asks = {"sheet": "the sheet with the costs"}
    sheet = forms.ChoiceField(label="Which sheet holds the costs?", widget=forms.Select)

    def __init__(self, *args, sheets: Sequence[str], current: str = "", **kwargs):
        kwargs.setdefault("initial", {"sheet": current})
        super().__init__(*args, **kwargs)
        self.fields["sheet"].choices = [("", "Choose"), *((name, name) for name in sheets)]


class TotalForm(Form):
    """Another total than the one that was declared with the file."""

    declared_total = MoneyField(
        label="Total of the costs", required=False, help_text="Leave it empty if you do not want it compared."
    )


@dataclass(frozen=True)
class FixRow:
    """A row to put right: its texts as they stand, and what is wrong with which of them."""

    number: int
    texts: dict[str, str]
    fields: tuple[str, ...]
    wrong: dict[str, list[str]] = field(default_factory=dict)  # field, or "" for the row → sentences
    cells: tuple[str, ...] = ()  # as they stand in the file

    @property
    def of_the_row(self) -> list[str]:
        """What is wrong with the row as a whole."""
        return self.wrong.get("", [])


class FixForm(Form):
    """The texts of some rows. What is typed is read as the file is; what is not touched stays as it was."""

    def __init__(self, *args, rows: Sequence[FixRow], lines: Sequence[str], **kwargs):
        super().__init__(*args, **kwargs)
        self.rows = rows
        self.not_optional = {f"r{row.number}_{name}" for row in rows for name in row.fields}
        choices = {
            "category": [(label, label) for label in Category.labels],
            "budget_line": [(name, name) for name in lines],
        }
        for row in rows:
            for name in row.fields:
                said = row.texts.get(name, "")
                label = COLUMNS[name].label
                if name in choices:
                    ours = next((value for value, _ in choices[name] if plain(value) == plain(said)), None)
                    first = [] if ours else [(said, f"{said} (as in the file)" if said else "Choose")]
                    made = forms.ChoiceField(
                        label=label, required=False, choices=[*first, *choices[name]], initial=ours or said
                    )
                else:
                    made = forms.CharField(
                        label=label, required=False, max_length=1000, initial=said, strip=True
                    )
                self.fields[f"r{row.number}_{name}"] = made
            self.fields[f"r{row.number}_leave"] = forms.BooleanField(
                label="This row is no cost: leave it out",
                required=False,
                initial=row.texts.get("") == LEAVE,
            )

    @property
    def fieldsets(self) -> Iterator[tuple[FixRow, list, object]]:
        """(row, [(bound field, sentences)], the tick that leaves it out)."""
        for row in self.rows:
            bound = [(self[f"r{row.number}_{name}"], row.wrong.get(name, [])) for name in row.fields]
            yield row, bound, self[f"r{row.number}_leave"]

    def clean(self):
        given = super().clean()
        for row in self.rows:
            if given.get(f"r{row.number}_leave"):
                continue
            for name, read in (("amount", parse_pounds), ("date", importing.parse_date)):
                key = f"r{row.number}_{name}"
                if key in given and given[key] != row.texts.get(name, ""):
                    try:
                        read(given[key])
                    except (MoneyError, ValueError) as problem:
                        self.add_error(key, f"Row {row.number}: {problem}")
        if not self.errors and not self.fixes():
            raise forms.ValidationError("Change something first, or go back to the return.")
        return given

    def fixes(self) -> dict[int, dict[str, str]]:
        """Row → field → text, of what was changed; a row that could not be cut into cells is given whole."""
        fixes: dict[int, dict[str, str]] = {}
        for row in self.rows:
            left = self.cleaned_data.get(f"r{row.number}_leave", False)
            if left != (row.texts.get("") == LEAVE):
                fixes.setdefault(row.number, {})[""] = LEAVE if left else ""
            if left:
                continue
            texts = {name: self.cleaned_data.get(f"r{row.number}_{name}", "") for name in row.fields}
            changed = {name: text for name, text in texts.items() if text != row.texts.get(name, "")}
            ours = {
                name: text for name, text in changed.items() if plain(text) != plain(row.texts.get(name, ""))
            }
            if ours or (row.wrong.get("") and changed):
                fixes.setdefault(row.number, {}).update(texts if row.wrong.get("") else changed)
        return fixes


class NamesForm(Form):
    """What names that are not ours mean, each said once."""

    def __init__(self, *args, strange: Sequence[dict], lines: Sequence[str], **kwargs):
        super().__init__(*args, **kwargs)
        self.names = {f"name_{place}": (one["field"], one["said"]) for place, one in enumerate(strange)}
        self.not_optional = set(self.names)
        choices = {
            "category": [*Category.choices, (LEAVE, "No cost of ours: leave these rows out")],
            "budget_line": [
                *((name, name) for name in lines),
                (LEAVE, "No cost of ours: leave these rows out"),
            ],
            "supplier": [
                (LEAVE, "The pool paying that participant: leave these rows out"),
                (COST, "A cost of ours that comes in no other return"),
            ],
        }
        for (key, (of, said)), one in zip(self.names.items(), strange, strict=True):
            rows = f"{one['rows']:,} row{'' if one['rows'] == 1 else 's'}"
            self.fields[key] = forms.ChoiceField(
                label=f"“{said}”",
                help_text=f"{COLUMNS[of].label}, in {rows}",
                required=False,
                choices=[("", "Not yet said"), *choices[of]],
                initial=_likely(said, choices[of]),
            )

    def clean(self):
        given = super().clean()
        if not self.errors and not self.meanings():
            raise forms.ValidationError("Say what at least one of the names means, or go back to the return.")
        return given

    def meanings(self) -> dict[tuple[str, str], str]:
        return {self.names[key]: value for key, value in self.cleaned_data.items() if value}


def _likely(said: str, choices: Sequence[tuple[str, str]]) -> str:
    """The one choice that shares the most telling words with the name; "" when there is none or more than one.

    A word is shared when one begins with the other: "Overheads", "Recovery & detox".
    """
    alike = {
        value: sum(
            one.startswith(other) or other.startswith(one)
            for one in _telling(said)
            for other in _telling(label)
        )
        for value, label in choices
        if value not in (LEAVE, COST)
    }
    most = max(alike.values(), default=0)
    best = [value for value, count in alike.items() if count == most]
    return best[0] if most and len(best) == 1 else ""


def _telling(name: str) -> set[str]:
    return {word for word in plain(name).split() if len(word) > 2} - {"and", "for", "the", "with"}


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
        choice = self.fields["participant"]
        choice.queryset = Participant.objects.filter(pk__in=[one.pk for one in participants])
        choice.empty_label = None
        if len(participants) == 1:
            choice.initial = participants[0]
            choice.widget = forms.HiddenInput()
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
