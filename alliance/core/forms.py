"""Forms as GOV.UK draws them: every question with its label, hint and error beside it, in plain words.

`Form` and `ModelForm` are the bases of every form of the house. They give each field a sentence for each way of
getting it wrong ("Enter your reasons"), reveal questions that follow from an answer, and never use the browser's
own validation, which cannot be worded. `ConcordatRenderer` (settings.FORM_RENDERER) draws them, and the forms of
django-allauth too, from `templates/django/forms/`.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting

from alliance.core import widgets
from alliance.core.money import MoneyError, parse_pounds

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


# ── Widgets ──────────────────────────────────────────────────────────────────


class _Hinted:
    """Choices that may carry a hint each: `hints={value: sentence}`; `inline` and `small` as GOV.UK has them."""

    def __init__(self, *args, hints=None, inline=False, small=False, **kwargs):
        super().__init__(*args, **kwargs)
        self.hints = {str(value): hint for value, hint in (hints or {}).items()}
        self.inline, self.small = inline, small


class Radios(_Hinted, forms.RadioSelect):
    """One of a few, all in sight."""


class Checkboxes(_Hinted, forms.CheckboxSelectMultiple):
    """Any of a few, all in sight."""


class MoneyInput(forms.TextInput):
    """Text with a pound sign before it. A Decimal shows as "1,200.50"; what somebody typed shows as they typed it."""

    template_name = "django/forms/widgets/money.html"

    def __init__(self, attrs=None):
        super().__init__(
            {"inputmode": "decimal", "autocomplete": "off", "class": "govuk-input--width-10"} | (attrs or {})
        )

    def format_value(self, value):
        return f"{value:,.2f}" if isinstance(value, Decimal | int) else value


class NumberInput(forms.NumberInput):
    """Digits in a text box: a number spinner changes the answer when somebody scrolls."""

    input_type = "text"

    def __init__(self, attrs=None):
        super().__init__({"inputmode": "numeric"} | (attrs or {}))


class DateInput(forms.MultiWidget):
    """Day, month and year in three boxes, posted as `name_day`, `name_month`, `name_year`."""

    template_name = "django/forms/widgets/date_parts.html"
    use_fieldset = True

    def __init__(self, attrs=None):
        super().__init__(
            {part: forms.TextInput({"inputmode": "numeric"}) for part in ("day", "month", "year")}, attrs
        )

    def decompress(self, value):
        return [value.day, value.month, value.year] if value else [None, None, None]

    def value_from_datadict(self, data, files, name):
        """Three texts; or, from a link or a script, one ISO date under the plain name."""
        if name in data and (iso := _iso_date(data[name])):
            return self.decompress(iso)
        return super().value_from_datadict(data, files, name)

    def value_omitted_from_data(self, data, files, name):
        return name not in data and super().value_omitted_from_data(data, files, name)

    def get_context(self, name, value, attrs):
        wrong = (attrs or {}).pop("wrong", ())
        invalid = (attrs or {}).pop("aria-invalid", None)
        (attrs or {}).pop("class", None)
        context = super().get_context(name, value, attrs)
        for part, label, size, subwidget in zip(
            ("day", "month", "year"),
            ("Day", "Month", "Year"),
            (2, 3, 4),
            context["widget"]["subwidgets"],
            strict=True,
        ):
            subwidget["label"] = label
            if id_ := context["widget"]["attrs"].get("id"):
                subwidget["attrs"]["id"] = f"{id_}_{part}"
            subwidget["attrs"] |= {"class": f"govuk-input govuk-date-input__input govuk-input--width-{size}"}
            if invalid and (not wrong or part in wrong):
                subwidget["attrs"]["class"] += " govuk-input--error"
                subwidget["attrs"]["aria-invalid"] = "true"
        return context

    def id_for_label(self, id_):
        return f"{id_}_day" if id_ else id_


def _iso_date(text):
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        return None


# ── Fields ───────────────────────────────────────────────────────────────────


class WordsField(forms.CharField):
    """Longer words: several lines, counted as the reader counts them. Cleans to NFC with "\\n" line ends.

    Nothing is without end: 20,000 characters are the most where no `max_length` says otherwise. Only a smaller one
    is told beside the question; nobody writes ten pages into a box by mistake.
    """

    widget = forms.Textarea
    MOST = 20_000

    def __init__(self, *, rows=5, max_length=MOST, **kwargs):
        super().__init__(max_length=max_length, **kwargs)
        if isinstance(self.widget, forms.Textarea):
            self.widget.attrs["rows"] = rows

    def to_python(self, value):
        text = super().to_python(value)
        return unicodedata.normalize("NFC", text.replace("\r\n", "\n")) if text else text


class MoneyField(forms.Field):
    """Pounds as people type them ("£1,200.50", "1200.5") to an exact Decimal with two places, or None.

    What cannot be read is refused with a sentence that quotes it. `min_value` and `max_value` are inclusive.
    """

    widget = MoneyInput
    default_error_messages: ClassVar = {
        "min_value": "%(label)s must be £%(limit)s or more",
        "max_value": "%(label)s must be £%(limit)s or less",
    }

    def __init__(self, *, min_value=None, max_value=None, **kwargs):
        self.min_value, self.max_value = min_value, max_value
        super().__init__(**kwargs)

    def to_python(self, value):
        if value in self.empty_values:
            return None
        try:
            return value if isinstance(value, Decimal) else parse_pounds(str(value))
        except MoneyError as problem:
            sentence = str(problem)
            raise ValidationError(sentence[:1].upper() + sentence[1:], code="invalid") from problem

    def validate(self, value):
        super().validate(value)
        for code, limit, broken in (
            (
                "min_value",
                self.min_value,
                value is not None and self.min_value is not None and value < self.min_value,
            ),
            (
                "max_value",
                self.max_value,
                value is not None and self.max_value is not None and value > self.max_value,
            ),
        ):
            if broken:
                words = {"label": self.label or "The amount", "limit": f"{limit:,.2f}"}
                raise ValidationError(self.error_messages[code], code=code, params=words)

    def has_changed(self, initial, data):
        try:
            return self.to_python(initial) != self.to_python(data)
        except ValidationError:
            return True


class DateInputField(forms.Field):
    """A date in three boxes, to `datetime.date` or None; a month may be a name ("Nov").

    Every way of getting it wrong has its sentence and marks only the boxes that are wrong.
    `earliest` and `latest` are inclusive dates, or callables that give one when the form is cleaned.
    """

    widget = DateInput

    def __init__(self, *, earliest=None, latest=None, **kwargs):
        self.earliest, self.latest = earliest, latest
        super().__init__(**kwargs)

    def prepare_value(self, value):
        return value if not isinstance(value, str) else _iso_date(value)

    def to_python(self, value):
        if value in self.empty_values or isinstance(value, date):
            return value or None
        day, month, year = (str(part or "").strip() for part in value)
        if not (day or month or year):
            return None
        name = self.label or "The date"
        missing = [part for part, text in (("day", day), ("month", month), ("year", year)) if not text]
        if missing:
            raise self._refused(f"{name} must include a {' and a '.join(missing)}", *missing)
        if not (year.isascii() and year.isdigit() and len(year) == 4):
            raise self._refused(f"{name} must have a year of 4 digits, like 2026", "year")
        if not (number := _month_number(month)):
            raise self._refused(
                f"{name} must have a month from 1 to 12, or its name; “{_short(month)}” is neither", "month"
            )
        try:
            return date(int(year), number, int(day))
        except (ValueError, OverflowError):
            raise self._refused(
                f"{name} must be a real date; “{_short(day)} {MONTHS[number - 1]} {year}” is not", "day"
            ) from None

    def validate(self, value):
        super().validate(value)
        name = self.label or "The date"
        earliest = self.earliest() if callable(self.earliest) else self.earliest
        latest = self.latest() if callable(self.latest) else self.latest
        if value and earliest and value < earliest:
            raise self._refused(f"{name} must be {_spoken(earliest)} or later")
        if value and latest and value > latest:
            raise self._refused(f"{name} must be {_spoken(latest)} or earlier")

    def has_changed(self, initial, data):
        try:
            return self.to_python(self.prepare_value(initial)) != self.to_python(data)
        except ValidationError:
            return True

    @staticmethod
    def _refused(sentence, *parts):
        return ValidationError(sentence, code=" ".join(["date", *parts]))


def _month_number(text):
    """1 to 12 from "3", "03", "Mar" or "march"; None from anything else."""
    if text.isascii() and text.isdigit():
        number = int(text) if len(text) <= 2 else 0
        return number if 1 <= number <= 12 else None
    starts = [
        number
        for number, name in enumerate(MONTHS, 1)
        if len(text) >= 3 and name.lower().startswith(text.lower())
    ]
    return starts[0] if len(starts) == 1 else None


def _short(text):
    """As much of what somebody typed as a sentence can quote."""
    return text if len(text) <= 20 else f"{text[:20]}…"


def _spoken(day):
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


# ── How a field is drawn ─────────────────────────────────────────────────────


class ConcordatBoundField(BoundField):
    """A bound field that knows its GOV.UK kind, classes, and the questions that its answers reveal."""

    @property
    def kind(self):
        return _kind_of(type(self.field.widget))

    @property
    def follows(self):
        """Is this question shown under an answer of another one?"""
        answers = getattr(self.form, "reveals", {}).values()
        return any(self.name in names for answer in answers for names in answer.values())

    @property
    def multiple(self):
        return isinstance(self.field.widget, forms.CheckboxSelectMultiple)

    @property
    def counted(self):
        """The most characters that a longer text may have, where that is worth saying; else None."""
        most = getattr(self.field, "max_length", None) if self.kind == "words" else None
        return most if most and most < WordsField.MOST else None

    @property
    def optional(self):
        quiet = self.field.required or self.field.disabled or self.kind == "checkbox"
        return not quiet and self.name not in getattr(self.form, "not_optional", ())

    @property
    def first_id(self):
        """The id that an error's link goes to: the first control of the question."""
        if self.kind == "date":
            wrong = self._wrong_parts()
            return f"{self.auto_id}_{wrong[0] if wrong else 'day'}"
        return f"{self.auto_id}_0" if self.kind == "choices" else self.auto_id

    @property
    def options(self):
        """Radios and checkboxes with the hint of each and the fields that choosing it reveals."""
        hints = getattr(self.field.widget, "hints", {})
        revealed = getattr(self.form, "reveals", {}).get(self.name, {})
        revealed = {str(getattr(value, "value", value)): names for value, names in revealed.items()}
        for option in self.subwidgets:
            value = str(option.data["value"])
            names = [name for name in revealed.get(value, ()) if name in self.form.fields]
            yield {
                "id": option.id_for_label,
                "name": option.data["name"],
                "value": value,
                "label": option.choice_label,
                "checked": option.data["selected"],
                "disabled": self.field.disabled or option.data["attrs"].get("disabled"),
                "hint": hints.get(value, ""),
                "reveals": [self.form[name] for name in names],
            }

    def build_widget_attrs(self, attrs, widget=None):
        widget = widget or self.field.widget
        described = self.aria_describedby
        attrs = super().build_widget_attrs(attrs, widget)
        attrs.pop("required", None)  # the sentence beside the field says it, and can be worded
        if style := _style_of(type(widget)):
            classes = [style, f"{style}--error" if self.errors else "", widget.attrs.get("class", "")]
            attrs["class"] = " ".join(filter(None, classes))
        if self.counted and not widget.is_hidden:
            attrs["class"] += " govuk-js-character-count"
            attrs["maxlength"] = (
                False  # the counter says how many are too many; a hard stop loses pasted words
            )
            attrs["aria-describedby"] = " ".join(filter(None, [described, f"{self.auto_id}-info"]))
        if "placeholder" in widget.attrs:
            attrs["placeholder"] = (
                False  # it goes when somebody types, and is too pale to read: labels and hints stay
            )
        if isinstance(widget, DateInput):
            attrs["wrong"] = self._wrong_parts()
        return attrs

    def _wrong_parts(self):
        for error in self.errors.as_data():
            if (error.code or "").startswith("date "):
                return error.code.split()[1:]
        return []


@cache
def _kind_of(widget):
    for kind, types in (
        ("checkbox", forms.CheckboxInput),
        ("choices", (forms.RadioSelect, forms.CheckboxSelectMultiple)),
        ("date", DateInput),
        ("password", forms.PasswordInput),
        ("file", forms.FileInput),
        ("words", forms.Textarea),
    ):
        if issubclass(widget, types):
            return kind
    return "plain"


@cache
def _style_of(widget):
    for types, style in (
        (forms.HiddenInput, ""),
        ((forms.CheckboxInput,), "govuk-checkboxes__input"),
        ((forms.RadioSelect, forms.CheckboxSelectMultiple, forms.MultiWidget), ""),
        (forms.FileInput, "govuk-file-upload"),
        (forms.Select, "govuk-select"),
        (forms.Textarea, "govuk-textarea"),
        (forms.widgets.Input, "govuk-input"),
    ):
        if issubclass(widget, types):
            return style
    return ""


class ConcordatRenderer(TemplatesSetting):
    """settings.FORM_RENDERER: GOV.UK markup for every form, whoever wrote it."""

    form_template_name = "django/forms/form.html"
    formset_template_name = "django/forms/formset.html"
    field_template_name = "group"  # drawn by widgets.group
    bound_field_class = ConcordatBoundField

    def render(self, template_name, context, request=None):
        if not context.get("errors", True) and template_name.startswith("django/forms/errors/"):
            return ""
        if template_name == self.field_template_name:
            return widgets.group(context["field"])
        said = widgets.drawn(template_name, context)
        return super().render(template_name, context, request) if said is None else said


# ── The base of every form ───────────────────────────────────────────────────


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
            _say_plainly(field, label, self.asks.get(name))

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


def lower_first(text):
    """ "Your reasons" → "your reasons", but "NHS number", "VAT" and "I agree" stay."""
    first = text.split(" ", 1)[0]
    return text if first == "I" or (len(first) > 1 and first[1].isupper()) else text[:1].lower() + text[1:]


def _say_plainly(field, label, ask):
    """Give `field` its sentences, except those that somebody has worded already."""
    stock = {}
    for kind in reversed(type(field).__mro__):
        stock |= getattr(kind, "default_error_messages", {})
    sentences = _sentences(field, label, ask)
    for code, sentence in sentences.items():
        if field.error_messages.get(code) == stock.get(code):
            field.error_messages[code] = sentence


def _sentences(field, label, ask):
    words = {
        "max_length": f"{label} must be %(limit_value)d characters or fewer; it has %(show_value)d",
        "min_length": f"{label} must be %(limit_value)d characters or more; it has %(show_value)d",
    }
    if not isinstance(field, MoneyField):
        words["min_value"] = f"{label} must be %(limit_value)s or more"
        words["max_value"] = f"{label} must be %(limit_value)s or less"
    if isinstance(field, forms.FileField):
        words["required"] = f"Choose {ask or 'a file: ' + lower_first(label)}"
        words["empty"] = "The file you chose is empty"
        words["max_length"] = "The file’s name must be %(max)d characters or fewer; it has %(length)d"
    elif isinstance(field, forms.BooleanField) and not isinstance(field, forms.NullBooleanField):
        words["required"] = f"Tick {ask or f'“{label}” to go on'}"
    elif isinstance(field, forms.ChoiceField | forms.ModelChoiceField):
        words["required"] = _ask("Select", label, ask)
        words["invalid_choice"] = f"{label}: select one of the answers on the page"
    elif isinstance(field, forms.IntegerField):
        words["required"] = _ask("Enter", label, ask)
        whole = not isinstance(field, forms.DecimalField | forms.FloatField)
        words["invalid"] = f"{label} must be a {'whole number, like 12' if whole else 'number, like 12.5'}"
    elif isinstance(field, forms.EmailField):
        words["required"] = _ask("Enter", label, ask)
        words["invalid"] = f"{label} must be an e-mail address, like name@example.org"
    else:
        words["required"] = _ask("Enter", label, ask)
    return words


def _ask(verb, label, ask):
    if not ask and label.endswith("?"):
        return f"Answer the question “{label}”"
    return f"{verb} {ask or lower_first(label)}"


def error_prefix(*forms_):
    """ "Error: " when any form was refused, for the page's title, else an empty text."""
    return "Error: " if any(getattr(form, "is_bound", False) and form.errors for form in forms_) else ""
