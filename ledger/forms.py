"""The forms of the open book."""

from datetime import date
from decimal import Decimal
from functools import cached_property

from django import forms
from django.conf import settings
from django.utils import timezone

from alliance.core.forms import DateInputField, Form, Group, MoneyField, Row, WordsField
from alliance.core.money import ZERO, format_pounds
from alliance.core.periods import FinancialYear, Month
from alliance.core.questions import Question
from ledger import importing
from ledger.asking import budgets, everybody
from ledger.forms_looked import Looked
from ledger.models import Budget, BudgetLine, Category, Contribution, CostReturn, Period
from ledger.possible import unbalanced_budget
from participants.models import Alliance, Participant

LINES = 10  # budget lines that the form has room for


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


class ReturnForm(Form):
    """A participant's costs of a month, as the file that it has."""

    asks = {"file": "the file with your costs", "participant": "whose costs these are", "month": "the month"}

    participant = forms.ModelChoiceField(label="Whose costs are these?", queryset=Participant.objects.none())
    month = forms.ChoiceField(label="Which month do they belong to?")
    file = forms.FileField(
        label="The file with the costs",
        help_text="CSV, XLSX or ODS, as you have it. Other headings than ours are all right: you say what they mean.",
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx,.ods"}),
    )
    declared_total = MoneyField(
        label="Total of the costs",
        required=False,
        help_text="If you know it. It is compared with the sum of the lines that we read.",
    )
    reference = forms.CharField(
        label="Reference",
        required=False,
        max_length=60,
        help_text="Only if you send more than one return for the same month, to tell them apart.",
    )

    def __init__(
        self, *args, participants: list[Participant], months: list[Month], month: str = "", **kwargs
    ):
        """`months`: the open ones, newest first. `month`: the slug of the one that is meant, if somebody said so."""
        sent = _sent(participants[0], months)
        kwargs.setdefault("initial", {"month": month or _to_send(participants[0], months, sent).slug})
        super().__init__(*args, **kwargs)
        choice = self.fields["participant"]
        choice.queryset = Participant.objects.filter(pk__in=[one.pk for one in participants])
        choice.empty_label = None
        if len(participants) == 1:
            choice.initial = participants[0]
            choice.widget = forms.HiddenInput()
        if len(participants) > 1:
            sent = set()  # whose costs they are is not yet said
        self.fields["month"].choices = [
            (one.slug, f"{one.label} (sent)" if one.start in sent else one.label) for one in months
        ]

    def clean_month(self) -> Month:
        return Month.parse(self.cleaned_data["month"])

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > settings.UPLOAD_LIMIT:
            most = settings.UPLOAD_LIMIT // 1024 // 1024
            raise forms.ValidationError(
                f"The file is larger than {most} MB. Send it in parts, each with its reference."
            )
        return file


class ColumnsForm(Form):
    """What each column of a file means. A value is a column ("column:3") or stands for every row ("fixed:overhead")."""

    only_column = forms.ChoiceField(
        label="Does the file hold other rows too?",
        required=False,
        help_text="If only some rows are these costs, choose the column that tells them apart.",
    )
    only_value = forms.CharField(
        label="Only rows that say",
        required=False,
        max_length=200,
        help_text="The exact words of that column, for example Social Services Pooled Budgets.",
    )

    leave_hidden = forms.BooleanField(label="Leave out the rows that are hidden in the file", required=False)

    def __init__(
        self, *args, cost_return: CostReturn, lines: list[BudgetLine], samples: list[list[str]], **kwargs
    ):
        self.cost_return = cost_return
        meaning = importing.Meaning.from_json(cost_return.mapping)
        columns = [
            (f"column:{place}", _column(place, heading, samples))
            for place, heading in enumerate(cost_return.headings)
        ]
        fixed = {
            "category": [(f"fixed:{value}", label) for value, label in Category.choices],
            "budget_line": [(f"fixed:{line.pk}", line.name) for line in lines],
        }
        initial = {name: f"column:{place}" for name, place in meaning.columns.items()}
        initial |= {name: f"fixed:{value}" for name, value in meaning.fixed.items()}
        initial["leave_hidden"] = meaning.leave_hidden
        if meaning.only:
            initial |= {"only_column": f"column:{meaning.only[0]}", "only_value": meaning.only[1]}
        kwargs.setdefault("initial", initial)
        super().__init__(*args, **kwargs)
        for name, column in importing.COLUMNS.items():
            nothing = ("", "Choose" if column.needed else "Not in this file")
            choices = [nothing, ("A column of the file", columns)]
            if name in fixed:
                choices = [nothing, ("Every row is", fixed[name]), ("A column of the file", columns)]
            self.fields[name] = forms.ChoiceField(label=column.label, choices=choices, required=column.needed)
            self.fields[name].error_messages["required"] = (
                f"Say which column holds the {column.label.lower()}"
            )
        self.fields["only_column"].choices = [("", "No, every row is one of these costs"), *columns]
        if cost_return.document.name.lower().endswith((".csv", ".txt")):
            del self.fields["leave_hidden"]  # nothing is hidden there
        self.order_fields([*importing.COLUMNS, "only_column", "only_value", "leave_hidden"])

    def clean(self):
        given = super().clean()
        if not any(given.get(name) for name in importing.EITHER):
            self.add_error(
                "supplier", "Say which column holds the supplier or the description; one of them is needed"
            )
        if given.get("only_column") and not given.get("only_value", "").strip():
            self.add_error("only_value", "Enter what that column says in the rows that are meant")
        used = [given[name] for name in importing.COLUMNS if given.get(name, "").startswith("column:")]
        for name in ("amount", "date"):
            if given.get(name) and used.count(given[name]) > 1:
                self.add_error(name, f"Another question has the same column; the {name} needs its own")
        return given

    def meaning(self) -> importing.Meaning:
        columns, fixed = {}, {}
        for name in importing.COLUMNS:
            kind, _, value = self.cleaned_data.get(name, "").partition(":")
            if kind == "column":
                columns[name] = int(value)
            elif kind == "fixed":
                fixed[name] = value
        only = self.cleaned_data.get("only_column")
        place = int(only.partition(":")[2]) if only else None
        return importing.Meaning(
            columns,
            fixed,
            (place, self.cleaned_data["only_value"].strip()) if only else None,
            self.cost_return.sheet if self.cost_return.sheets else "",
            self.cleaned_data.get("leave_hidden", False),
        )


class ReversalForm(Form):
    asks = {"reason": "why the journal is reversed"}
    reason = WordsField(
        label="Why is it reversed?",
        max_length=1000,
        rows=3,
        help_text="Everybody in the alliance reads this beside both journals.",
    )


class ReceiptForm(Looked):
    asks = {"amount": "the amount that arrived", "on": "the day on which it arrived"}
    contribution = forms.ModelChoiceField(
        label="From whom?", queryset=Contribution.objects.none(), empty_label=None
    )
    amount = MoneyField(label="Amount", min_value=Decimal("0.01"))
    on = DateInputField(label="Day of arrival", latest=timezone.localdate)
    reference = forms.CharField(
        label="The bank's reference",
        max_length=60,
        help_text="It keeps one payment from being entered twice.",
    )

    def __init__(self, *args, budget: Budget, **kwargs):
        super().__init__(*args, **kwargs)
        choice = self.fields["contribution"]
        choice.queryset = budget.contributions.select_related("participant", "budget")
        choice.label_from_instance = lambda contribution: contribution.participant.name


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
        if self.errors:
            return given
        names = set()
        for n in range(1, LINES + 1):
            name, amount = given.get(f"line_{n}", "").strip(), given.get(f"line_{n}_amount")
            if amount and not name:
                self.add_error(f"line_{n}", f"Name budget line {n}, or take its amount away")
            if name and name.casefold() in names:
                self.add_error(f"line_{n}", f"“{name}” is there already")
            names.add(name.casefold())
        forward = given.get("brought_forward") or ZERO
        if self.carried is not None and forward != self.carried:
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


def open_months(alliance: Alliance) -> list[Month]:
    """The months for which costs can be sent: open and begun, the newest first."""
    return [
        Month.containing(month) for (month,) in _open_months(alliance=alliance.pk, today=timezone.localdate())
    ]


@Question
def _open_months(alliance: int, today: date):
    periods = Period.objects.filter(alliance_id=alliance).open().begun(today).order_by("-month")
    return periods.values_list("month")


def _sent(participant: Participant, months: list[Month]) -> set[date]:
    """The first days of those months for which the participant has sent its costs."""
    of_months = CostReturn.objects.filter(participant=participant, month__in=[one.start for one in months])
    return set(of_months.sent().values_list("month", flat=True))


def _to_send(participant: Participant, months: list[Month], sent: set[date]) -> Month:
    """The first month that has ended and that was not sent; when all were, the newest."""
    today = timezone.localdate()
    wanted = (
        one
        for one in reversed(months)
        if one.end < today and one.start not in sent and participant.is_active(one.end)
    )
    return next(wanted, months[0])


def _column(place: int, heading: str, samples: list[list[str]]) -> str:
    """ "B · Supplier name (such as Quayside Cleaning)"."""
    name = f"{importing.letter(place)} · {heading or 'no heading'}"
    example = next((row[place].strip() for row in samples if place < len(row) and row[place].strip()), "")
    return f"{name} (such as {example[:30]})" if example else name
