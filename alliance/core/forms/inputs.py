"""How an answer is given: Django's widgets, as GOV.UK has them."""

from datetime import date
from decimal import Decimal

from django import forms


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
        if name in data and (iso := iso_date(data[name])):
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


def iso_date(text: object) -> date | None:
    """A date from "2026-11-23"; None from anything else."""
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        return None
