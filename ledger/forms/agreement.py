"""The forms of the agreed money: the budget of a year, entered line by line."""

from decimal import Decimal

from django import forms

from alliance.core.forms import Form, Group, MoneyField, Row
from alliance.core.money import ZERO, format_pounds
from alliance.core.periods import FinancialYear
from ledger.possible import unbalanced_budget
from participants.models import Participant

LINES = 10  # budget lines that the form has room for


class YearForm(Form):
    """A year's money: who contributes what, and what it is for. Rule 30 is checked to the penny."""

    brought_forward = MoneyField(label="Brought forward from last year", required=False)
    contingency = MoneyField(label="Contingency", required=False, min_value=ZERO)
    opens = forms.CharField(required=False, widget=forms.HiddenInput)  # the year that its sender saw

    def __init__(
        self,
        *args,
        participants: list[Participant],
        year: FinancialYear,
        carried: Decimal | None = None,
        **kwargs,
    ):
        """`carried` is what the year before was closed with; None while it is not."""
        super().__init__(*args, initial={"opens": year.slug, "brought_forward": carried}, **kwargs)
        self.participants, self.year, self.carried = participants, year, carried
        for one in participants:
            self.fields[f"from_{one.slug}"] = MoneyField(label=one.name, required=False, min_value=ZERO)
        for n in range(1, LINES + 1):
            self.fields[f"line_{n}"] = forms.CharField(
                label=f"Budget line {n}", required=False, max_length=120
            )
            self.fields[f"line_{n}_amount"] = MoneyField(
                label=f"Amount of line {n}", required=False, min_value=ZERO
            )
        put_in = [Row(one.name, (f"from_{one.slug}",)) for one in participants]
        planned = [Row(f"Line {n}", (f"line_{n}", f"line_{n}_amount")) for n in range(1, LINES + 1)]
        self.groups = [
            Group("What comes in", ("Participant", "Contributes (£)"), put_in),
            Group(
                "What it is for",
                ("Line", "Budget line", "Amount (£)"),
                planned,
                "Leave empty what you do not need.",
            ),
        ]
        asked = (
            [name for row in put_in for name in row.fields],
            [name for row in planned for name in row.fields],
        )
        self.order_fields([*asked[0], "brought_forward", *asked[1], "contingency"])

    def clean(self):
        given = super().clean()
        if given.get("opens") not in ("", None, self.year.slug):
            raise forms.ValidationError(f"The year {given['opens']} is open already.")
        names = set()
        for n in range(1, LINES + 1):
            name, amount = given.get(f"line_{n}", "").strip(), given.get(f"line_{n}_amount")
            if amount and not name:
                self.add_error(f"line_{n}", f"Name budget line {n}, or take its amount away")
            if name and name.casefold() in names:
                self.add_error(f"line_{n}", f"“{name}” is there already")
            names.add(name.casefold())
        forward = given.get("brought_forward") or ZERO
        if self.carried is not None and forward != self.carried and not self.has_error("brought_forward"):
            self.add_error(
                "brought_forward",
                f"The year before was closed with {format_pounds(self.carried)} carried forward: enter exactly that",
            )
        if not self.errors:
            planned = sum((amount for _, amount in self.lines), given.get("contingency") or ZERO)
            funded = sum(self.contributions.values(), forward)
            if planned != funded:
                raise forms.ValidationError(unbalanced_budget(planned, funded))
            if not planned:
                raise forms.ValidationError("Enter the contributions and the budget lines.")
        return given

    @property
    def lines(self) -> list[tuple[str, Decimal]]:
        given = self.cleaned_data
        return [
            (given[f"line_{n}"].strip(), given.get(f"line_{n}_amount") or ZERO)
            for n in range(1, LINES + 1)
            if given.get(f"line_{n}", "").strip()
        ]

    @property
    def contributions(self) -> dict[Participant, Decimal]:
        given = self.cleaned_data
        return {one: given[f"from_{one.slug}"] for one in self.participants if given.get(f"from_{one.slug}")}


class MoreForm(Form):
    """Whether somebody goes on with another of the same sort."""

    more = forms.BooleanField(required=False, widget=forms.HiddenInput)
