"""The bases of every form of the house, and the groups of questions that are asked line by line."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from django import forms
from django.forms.boundfield import BoundField

from .wording import say_plainly


@dataclass(frozen=True)
class Row:
    """A line of a `Group`: its `name`, and the `fields` asked there. `now` is what stands there today, in words."""

    name: str
    fields: tuple[str, ...]
    now: str = ""


@dataclass(frozen=True)
class Group:
    """Questions that are asked line by line, as a table: `columns` are its headings, the first that of the names."""

    heading: str
    columns: tuple[str, ...]
    rows: Sequence[Row]
    hint: str = ""

    @property
    def has_now(self) -> bool:
        return any(row.now for row in self.rows)


class PlainWords:
    """What `Form` and `ModelForm` share.

    `asks`: {field: what to enter}, for labels that do not follow "Enter …": {"why": "the reason"}.
    `reveals`: {field: {answer: [fields]}}, the questions that follow from an answer; all show without JavaScript.
    `keeps_files`: its view keeps a file that came, whatever else is wrong.
    `not_optional`: names of fields that a draft may leave empty, or that one answer needs: "(optional)" would mislead.
    `groups`: the `Group`s of fields that are asked line by line; `components/asked.html` draws them.
    """

    asks: ClassVar[dict] = {}
    reveals: ClassVar[dict] = {}
    groups: Sequence[Group] = ()
    keeps_files = False
    use_required_attribute = False

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            label = str(field.label or name.replace("_", " ").capitalize())
            field.label = label
            say_plainly(field, label, self.asks.get(name))

    @property
    def parts(self) -> Iterator[dict]:
        """What is asked, in the fields' order: {"field"} alone, or {"group", "rows": [(row, [(heading, field)])]}."""
        grouped = {name: group for group in self.groups for row in group.rows for name in row.fields}
        shown: list[Group] = []
        for field in self.visible_fields():
            group = grouped.get(field.name)
            if group is None:
                if not field.follows:
                    yield {"field": field}
            elif group not in shown:
                shown.append(group)
                yield {"group": group, "rows": [(row, self._asked_in(group, row)) for row in group.rows]}

    def _asked_in(self, group: Group, row: Row) -> list[tuple[str, BoundField]]:
        return list(zip(group.columns[-len(row.fields) :], (self[name] for name in row.fields), strict=True))

    def full_clean(self):
        """A browser sends a file once: where something else is wrong, say that it is to be chosen again."""
        super().full_clean()
        if not self.is_bound or not self._errors or self.keeps_files:
            return
        for name, field in self.fields.items():
            sent = self.files.get(self.add_prefix(name)) if isinstance(field, forms.FileField) else None
            if sent and name not in self._errors:
                self.add_error(name, f"Choose “{sent.name}” again: the browser does not keep it")


class Form(PlainWords, forms.Form):
    """A form in plain words."""


class ModelForm(PlainWords, forms.ModelForm):
    """A model's form in plain words."""


def error_prefix(*forms_):
    """ "Error: " when any form was refused, for the page's title, else an empty text."""
    return "Error: " if any(getattr(form, "is_bound", False) and form.errors for form in forms_) else ""
