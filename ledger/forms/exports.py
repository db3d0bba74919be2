"""The forms with which the book is taken along."""

from django import forms
from django.utils import timezone

from alliance.core.forms import Form
from alliance.core.periods import FinancialYear, Month, PeriodError, Quarter
from alliance.core.periods import Period as Span
from ledger.exporting.persons import plain
from ledger.exporting.plain_text import DIALECTS
from ledger.exporting.tables import TABLES, too_large
from ledger.forms.costs import CostsForm
from ledger.models import Budget, Period
from participants.models import Alliance, Participant

ALL = "all"


class AccountsForm(Form):
    """An accounting journal: for which program, and of which time."""

    asks = {"program": "the program that will open it", "span": "the time"}
    program = forms.ChoiceField(
        label="For which program?",
        choices=[(dialect.key, dialect.label) for dialect in DIALECTS.values()],
        widget=forms.RadioSelect,
        initial="hledger",
    )
    span = forms.ChoiceField(label="Which time?")

    def __init__(self, *args, alliance: Alliance, budgets: list[Budget], **kwargs):
        super().__init__(*args, **kwargs)
        self.alliance = alliance
        months = Period.objects.of(alliance).begun(timezone.localdate()).order_by("-month")
        self.fields["span"].choices = [
            (ALL, "The whole book"),
            ("Years", [(one.year.slug, one.year.label) for one in budgets]),
            ("Months", [(one.value.slug, one.value.label) for one in months]),
        ]

    def clean_span(self) -> Span | None:
        slug = self.cleaned_data["span"]
        return None if slug == ALL else span_of(slug, self.alliance)


class TableForm(Form):
    """Which of the book's lists, as what. What narrows it are the book's own filters (`CostsForm`)."""

    asks = {"table": "what you need", "format": "the format"}
    table = forms.ChoiceField(
        label="What do you need?",
        choices=[(one.key, one.label) for one in TABLES.values()],
        widget=forms.RadioSelect,
        initial="lines",
    )
    format = forms.ChoiceField(
        label="As what?",
        choices=[("csv", "CSV, of any length"), ("xlsx", "XLSX, a workbook")],
        widget=forms.RadioSelect,
        initial="csv",
    )

    def __init__(self, *args, costs: CostsForm, **kwargs):
        super().__init__(*args, **kwargs)
        self.costs = costs

    def clean(self):
        given = super().clean()
        is_workbook = not self.errors and given["format"] == "xlsx"
        if is_workbook and (why_not := too_large(TABLES[given["table"]], self.costs)):
            self.add_error("format", why_not)
        return given


class SpendForm(Form):
    """Which quarter's spending is published, and how its body is named there."""

    asks = {"quarter": "the quarter"}
    quarter = forms.ChoiceField(label="Quarter", required=False)

    def __init__(self, *args, budgets: list[Budget], **kwargs):
        super().__init__(*args, **kwargs)
        self.quarters = [
            quarter
            for budget in budgets
            for quarter in reversed(budget.year.quarters)
            if quarter.start <= timezone.localdate()
        ]
        self.fields["quarter"].choices = [(one.slug, one.label) for one in self.quarters]
        if self.is_bound and not self.data.get("quarter") and self.asked:
            self.data = {
                **dict(self.data.items()),
                "quarter": self.asked.slug,
            }  # the field says what is shown

    @property
    def asked(self) -> Quarter | None:
        """The quarter that was asked for; else the last that has ended, else the first there is."""
        said = self.cleaned_data.get("quarter", "") if self.is_valid() else ""
        today = timezone.localdate()
        ended = [one for one in self.quarters if one.end < today]
        named = [one for one in self.quarters if one.slug == said]
        return next(iter([*named, *ended, *self.quarters[-1:]]), None)


class SpendFileForm(SpendForm):
    quarter = forms.ChoiceField(widget=forms.HiddenInput)
    body_uri = forms.URLField(
        label="Address (URI) of the publishing body",
        required=False,
        max_length=200,
        assume_scheme="https",
        help_text="If it has one in a public register. It is written in every row, as the Transparency Code asks.",
    )


class SupplierForm(Form):
    """A supplier of the quarter, and whether it is a private person."""

    asks = {"supplier": "the supplier", "is_person": "what the supplier is"}
    quarter = forms.CharField(widget=forms.HiddenInput, max_length=20)
    supplier = forms.ChoiceField(label="Supplier")
    is_person = forms.ChoiceField(
        label="It is",
        choices=[
            ("yes", "a private person: hold the name back"),
            ("no", "an organisation: publish the name"),
        ],
        widget=forms.RadioSelect,
    )

    def __init__(self, *args, suppliers: list[tuple[Participant, str]], **kwargs):
        """`suppliers`: those that this person may mark."""
        super().__init__(*args, **kwargs)
        self.suppliers = {f"{one.slug}:{plain(name)}": (one, name) for one, name in suppliers}
        self.fields["supplier"].choices = [
            (value, f"{name} ({one.short_name})") for value, (one, name) in self.suppliers.items()
        ]

    @property
    def chosen(self) -> tuple[Participant, str]:
        return self.suppliers[self.cleaned_data["supplier"]]


def span_of(slug: str, alliance: Alliance) -> Span:
    """A month's or a year's."""
    try:
        return Month.parse(slug)
    except PeriodError:
        return FinancialYear.parse(slug, alliance.year_starts_in)
