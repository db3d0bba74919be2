"""The forms that put a return right: its rows, and what its names mean."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django import forms

from alliance.core.forms import Form
from alliance.core.money import MoneyError, parse_pounds
from ledger import importing
from ledger.importing import COLUMNS, COST, LEAVE, plain
from ledger.models import Category


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
