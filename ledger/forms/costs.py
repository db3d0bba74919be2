"""Which costs a page of the book shows; kept in the address. An answer that means nothing here is no answer."""

from functools import cached_property

from django import forms

from alliance.core.forms import Form
from alliance.core.periods import FinancialYear, Month
from ledger.asking import budgets, everybody
from ledger.models import Budget, BudgetLine, Category
from participants.models import Alliance, Participant


class CostsForm(Form):
    """Which costs the book shows; everything is kept in the address. An answer that means nothing here is no answer."""

    year = forms.ChoiceField(label="Financial year", required=False)
    month = forms.ChoiceField(label="Month", required=False)
    participant = forms.ChoiceField(label="Participant", required=False)
    line = forms.ChoiceField(label="Budget line", required=False)
    category = forms.ChoiceField(label="Category", required=False, choices=[("", "All"), *Category.choices])

    def __init__(self, data, *, alliance: Alliance):
        self.alliance = alliance
        self.budgets, self.participants = budgets(alliance), everybody(alliance)
        asked = {name: data.get(name, "") for name in self.base_fields}
        self.budget = (
            next((one for one in self.budgets if one.year.slug == asked["year"]), None) or self._today()
        )
        super().__init__(asked)
        self.fields["year"].choices = [(one.year.slug, one.year.label) for one in self.budgets]
        self.fields["participant"].choices = [
            ("", "All"),
            *((one.slug, one.name) for one in self.participants),
        ]
        if self.budget:
            months = [(month.slug, month.label) for month in self.budget.year.months]
            lines = [(line.slug, line.name) for line in self.budget.lines_now]
            self.fields["month"].choices = [("", "All"), *months]
            if "line" in self.fields:
                self.fields["line"].choices = [("", "All"), *lines]
            self.data["year"] = self.budget.year.slug
        self.full_clean()

    def _today(self) -> Budget | None:
        """This year's budget, or the newest there is."""
        year = self.alliance.financial_year()
        return next(
            (one for one in self.budgets if one.year <= year), self.budgets[0] if self.budgets else None
        )

    @cached_property
    def month_asked(self) -> Month | None:
        slug = self.cleaned_data.get("month")
        return Month.parse(slug) if slug else None

    @property
    def span(self) -> Month | FinancialYear:
        return self.month_asked or self.budget.year

    @cached_property
    def participant_asked(self) -> Participant | None:
        slug = self.cleaned_data.get("participant")
        return next((one for one in self.participants if one.slug == slug), None)

    @cached_property
    def line_asked(self) -> BudgetLine | None:
        slug = self.cleaned_data.get("line")
        return next((one for one in self.budget.lines_now if one.slug == slug), None)

    @property
    def category_asked(self) -> str:
        return self.cleaned_data.get("category", "")

    @property
    def category_named(self) -> str:
        return Category(self.category_asked).label if self.category_asked else ""

    @property
    def narrowed(self) -> dict:
        """The answers that leave something out, by their names in the address."""
        given = {name: value for name, value in self.cleaned_data.items() if value}
        if self.budgets and given.get("year") == (self._today() and self._today().year.slug):
            given.pop("year", None)
        return given

    def within(self, entries):
        """The entries or balances of costs that were asked for."""
        entries = entries.of(self.alliance).costs().within(self.span)
        if self.participant_asked:
            entries = entries.filter(participant=self.participant_asked)
        if self.line_asked:
            entries = entries.filter(budget_line=self.line_asked)
        if self.category_asked:
            entries = entries.of_category(self.alliance, self.category_asked)
        return entries


class AccountForm(CostsForm):
    """Which part of one account's statement is shown; an account is not of a line or a category."""

    line = None
    category = None


class StaffForm(CostsForm):
    """Which pay: of a year or a month, of a participant, on a budget line."""

    category = None
