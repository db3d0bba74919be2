"""How the terms of the book are asked for, written down and told."""

from collections.abc import Iterable
from decimal import Decimal

from django import forms

from alliance.core.forms import NumberInput
from alliance.core.periods import Month
from decisions.effects import TermsForm
from ledger.models import Budget, Period
from participants.models import Alliance, Participant


def budgets_to_change(alliance: Alliance) -> list[Budget]:
    """Years whose last month is open: agreed money still changes there, newest first."""
    open_months = Period.objects.of(alliance).open().order_by("-month").values_list("month", flat=True)
    last = next(iter(open_months), None)
    found = (
        Budget.objects.of(alliance)
        .prefetch_related("lines", "contributions__participant")
        .order_by("-starts_on")
    )
    return [
        one for one in found if last and one.year.end <= Month.containing(last).end and is_open(alliance, one)
    ]


def is_open(alliance: Alliance, budget: Budget) -> bool:
    return Period.objects.of(alliance).open().filter(month=budget.year.months[-1].start).exists()


def budget_of(alliance: Alliance, terms: dict) -> Budget | None:
    return Budget.objects.of(alliance).filter(pk=terms["budget"]).first() if terms.get("budget") else None


def amounts(terms: dict, name: str) -> list[Decimal]:
    return [Decimal(one) for one in terms.get(name, [])]


def of_each(terms: dict, keys: str, values: str) -> dict:
    """{key: amount in words} of two lists of the terms; nothing where they are not there yet."""
    return dict(zip(terms.get(keys, []), terms.get(values, []), strict=False))


def ask_each(form: TermsForm, parties: Iterable[Participant], values: str, name: str, label: str, **limits):
    """A number of each participant, `name`_<id>, as the terms have it in the list `values` so far."""
    given = of_each(form.given, "participants", values)
    for one in parties:
        form.fields[f"{name}_{one.pk}"] = forms.DecimalField(
            label=label.format(one.name),
            min_value=0,
            required=False,
            widget=NumberInput({"class": "govuk-input--width-5"}),
            **limits,
        )
        if one.pk in given:
            form.initial[f"{name}_{one.pk}"] = Decimal(given[one.pk])


def plain(amount: Decimal) -> str:
    return format(amount, "f")


def listed(parts: Iterable[str]) -> str:
    return "; ".join(parts) + "."


def short(number: str) -> str:
    return format(Decimal(number).normalize(), "f")


class PercentField(forms.DecimalField):
    """A percentage with or without its sign, as people type it: "60" or "60 %"."""

    def to_python(self, value):
        return super().to_python(value.strip().removesuffix("%") if isinstance(value, str) else value)


def percent_field(label: str, help_text: str = "") -> PercentField:
    return PercentField(
        label=label,
        help_text=help_text,
        min_value=0,
        max_value=100,
        decimal_places=3,
        widget=NumberInput({"class": "govuk-input--width-5"}),
    )
