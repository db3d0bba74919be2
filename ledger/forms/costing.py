"""The forms of full cost, of VAT and of own books."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import cached_property

from django import forms
from django.utils import timezone

from alliance.core.forms import DateInputField, Form, MoneyField, NumberInput, Radios, WordsField
from alliance.core.money import ZERO, format_pounds
from alliance.core.periods import FinancialYear, Month
from alliance.core.questions import Question
from ledger.asking import everybody, knowing
from ledger.models import Budget, VatStatement
from ledger.vat import ALL, NONE
from participants.models import Alliance, Participant

Recovers = VatStatement.Recovers
A_YEAR = timedelta(days=366)


@dataclass(frozen=True)
class Months:
    """From one month to another of the same year, both included."""

    first: Month
    last: Month

    @property
    def start(self):
        return self.first.start

    @property
    def end(self):
        return self.last.end

    @property
    def label(self) -> str:
        if self.first == self.last:
            return self.first.label
        since = self.first.label.rsplit(" ", 1)[0] if self.first.year == self.last.year else self.first.label
        return f"{since} to {self.last.label}"


@Question
def _budgets(alliance: int):
    return Budget.objects.filter(alliance_id=alliance)


class MonthsForm(Form):
    """Which months of a year; kept in the address. An answer that means nothing here is no answer."""

    year = forms.ChoiceField(label="Financial year", required=False)
    since = forms.ChoiceField(label="From", required=False)
    until = forms.ChoiceField(label="To", required=False)

    def __init__(self, data, *, alliance: Alliance):
        self.alliance = alliance
        self.budgets = knowing(alliance, _budgets(alliance=alliance.pk))
        self.participants = everybody(alliance)
        asked = {name: data.get(name, "") for name in self.base_fields}
        self.budget = (
            next((one for one in self.budgets if one.year.slug == asked["year"]), None) or self._today()
        )
        super().__init__(asked)
        self.fields["year"].choices = [(one.year.slug, one.year.label) for one in self.budgets]
        if self.budget:
            months = [(month.slug, month.label) for month in self.budget.year.months]
            self.fields["since"].choices = [("", "The first month"), *months]
            self.fields["until"].choices = [("", "The last month"), *months]
            self.data["year"] = self.budget.year.slug
        _leave_out_what_means_nothing(self)

    def _today(self) -> Budget | None:
        """This year's budget, or the newest there is."""
        year = self.alliance.financial_year()
        return next(
            (one for one in self.budgets if one.year <= year), self.budgets[0] if self.budgets else None
        )

    @cached_property
    def span(self) -> FinancialYear | Months:
        """The months asked for, whichever of both was named first; the whole year where none was."""
        year = self.budget.year
        asked = [self.cleaned_data.get(name) for name in ("since", "until")]
        if not any(asked):
            return year
        first, last = (
            Month.parse(slug) if slug else end
            for slug, end in zip(asked, (year.months[0], year.months[-1]), strict=True)
        )
        return Months(min(first, last), max(first, last))

    @property
    def narrowed(self) -> dict:
        """The answers that leave something out, by their names in the address."""
        given = {name: value for name, value in self.cleaned_data.items() if value}
        if self.budgets and given.get("year") == self._today().year.slug:
            given.pop("year", None)
        return given

    @property
    def lines_query(self) -> dict | None:
        """How the book's lines are asked for in the same months; None where they cannot be: some of several months."""
        said = {"year": self.budget.year.slug}
        if isinstance(self.span, FinancialYear):
            return said
        return said | {"month": self.span.first.slug} if self.span.first == self.span.last else None


class PurchaseForm(Form):
    """One purchase, kept in the address; without an answer it is the worked example of rule 36."""

    EXAMPLE = {"net": "100.00", "rate": "20"}

    net = MoneyField(
        label="Net price",
        min_value=Decimal("0.01"),
        max_value=Decimal("999999999.99"),
        help_text="What the supplier asks, without VAT.",
    )
    rate = forms.DecimalField(
        label="VAT rate in percent",
        min_value=0,
        max_value=100,
        max_digits=5,
        decimal_places=2,
        help_text="20 for most things, 5 or 0 for some.",
        widget=NumberInput({"class": "govuk-input--width-3", "inputmode": "decimal"}),
    )
    asks = {"net": "the net price", "rate": "the rate of VAT"}

    def __init__(self, data):
        self.asked = "net" in data or "rate" in data
        super().__init__(
            {name: data.get(name, "") for name in self.base_fields} if self.asked else dict(self.EXAMPLE)
        )


class VatForm(Form):
    """How much of its VAT a participant recovers, from when, and why."""

    recovers = forms.ChoiceField(label="How much of its VAT is recovered?", widget=Radios)
    percent = forms.DecimalField(
        label="How many percent?",
        required=False,
        max_digits=5,
        decimal_places=2,
        help_text="What its partial exemption method came to, such as 40 or 37.5.",
        widget=NumberInput({"class": "govuk-input--width-3", "inputmode": "decimal"}),
    )
    since = DateInputField(label="From which day?", latest=lambda: timezone.localdate() + A_YEAR)
    basis = WordsField(
        label="On what legal basis, or why?",
        max_length=1000,
        rows=3,
        help_text="Such as section 33 of the VAT Act 1994 for a council, or exempt supplies of welfare for a charity. "
        "Everybody in the alliance reads this.",
    )
    reveals = {"recovers": {Recovers.PART: ["percent"]}}
    not_optional = ("percent",)
    asks = {
        "recovers": "how much of its VAT is recovered",
        "since": "the day from which this holds",
        "basis": "the legal basis, or why",
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        choice = self.fields["recovers"]
        choice.choices = Recovers.choices
        choice.widget.hints = {
            Recovers.ALL: "VAT is never a cost to the alliance.",
            Recovers.NONE: "All of the VAT on a purchase is a cost.",
            Recovers.PART: "What is not recovered of it is a cost.",
        }

    def clean(self):
        given = super().clean()
        if given.get("recovers") != Recovers.PART:
            self.errors.pop("percent", None)
            given["percent"] = None
        elif not self.has_error("percent"):
            percent = given.get("percent")
            if percent is None:
                self.add_error("percent", "Enter how many percent are recovered")
            elif not NONE < percent < ALL:
                self.add_error("percent", "A part is more than 0 and less than 100 percent")
        return given


class MonthToConfirmForm(Form):
    """Whose own books, and of which month; kept in the address. What means nothing here is no answer."""

    of = forms.ChoiceField(label="Whose own books?", required=False)
    month = forms.ChoiceField(label="Month", required=False)

    def __init__(self, data, *, participants: Sequence[Participant], months: Sequence[Month]):
        super().__init__({name: data.get(name, "") for name in self.base_fields})
        self.participants = {one.slug: one for one in participants}
        self.fields["of"].choices = [(one.slug, one.name) for one in participants]
        self.fields["month"].choices = [(one.slug, one.label) for one in months]
        if len(participants) == 1:
            self.fields["of"].widget = forms.HiddenInput()
        _leave_out_what_means_nothing(self)

    @property
    def participant(self) -> Participant:
        return self.participants.get(self.cleaned_data.get("of")) or next(iter(self.participants.values()))

    @property
    def month_asked(self) -> Month | None:
        slug = self.cleaned_data.get("month")
        return Month.parse(slug) if slug else None

    def show(self, month: Month) -> None:
        """Say in the page what is shown, whatever was asked."""
        self.data |= {"of": self.participant.slug, "month": month.slug}


class OwnBooksForm(Form):
    """What the participant's own books say; `seen` is what the open book said when it was looked at."""

    own = MoneyField(label="Your own books say")
    words = WordsField(
        label="If they differ: why?",
        required=False,
        max_length=1000,
        rows=3,
        help_text="For example an invoice that came after the return. Everybody in the alliance reads this.",
    )
    seen = MoneyField(widget=forms.HiddenInput)
    asks = {"own": "what your own books say"}
    not_optional = ("words",)

    def clean(self):
        given = super().clean()
        own, seen = given.get("own"), given.get("seen")
        if own is None or seen is None or self.has_error("words"):
            return given
        apart = own - seen
        if apart and not given.get("words", "").strip():
            more = "more" if apart > ZERO else "less"
            self.add_error(
                "words", f"Enter why your own books say {format_pounds(abs(apart))} {more} than the open book"
            )
        return given


def _leave_out_what_means_nothing(form: Form) -> None:
    """Of choices in an address; then clean the form."""
    for name, field in form.fields.items():
        if form.data[name] not in dict(field.choices):
            form.data[name] = ""
    form.full_clean()
