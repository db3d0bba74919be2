"""What an answer is: words, money, a date; each cleaned to one exact value, or refused in a sentence."""

import unicodedata
from calendar import month_name
from datetime import date
from decimal import Decimal
from operator import gt, lt
from typing import ClassVar

from django import forms
from django.core.exceptions import ValidationError

from alliance.core.money import MoneyError, parse_pounds

from .inputs import DateInput, MoneyInput, iso_date

MONTHS = tuple(month_name)[1:]  # January is the first


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
        if value is None:
            return
        for code, limit, is_beyond in (("min_value", self.min_value, lt), ("max_value", self.max_value, gt)):
            if limit is not None and is_beyond(value, limit):
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
        return value if not isinstance(value, str) else iso_date(value)

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
            raise self._refused(f"{name} must be {earliest:%-d %B %Y} or later")
        if value and latest and value > latest:
            raise self._refused(f"{name} must be {latest:%-d %B %Y} or earlier")

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
