"""The forms of what is posted by hand: each shows what it would do before it does it."""

from collections.abc import Sequence
from decimal import Decimal

from django import forms
from django.utils import timezone

from alliance.core.forms import DateInputField, Form, MoneyField, NumberInput, Radios, WordsField
from alliance.core.money import format_pounds
from alliance.core.periods import Month
from alliance.core.uploads import KeptFileField
from ledger.forms.looked import Looked
from ledger.models import Budget, BudgetLine, Category, Contribution, Entry, Transfer
from participants.models import Participant

A_PENNY = Decimal("0.01")


class CostInTimeForm(Looked):
    """A participant's cost that belongs to another month than its paper."""

    asks = {
        "participant": "whose cost it is",
        "month": "the month",
        "category": "the category",
        "budget_line": "the budget line",
        "amount": "the amount",
        "reason": "what it is for",
    }

    participant = forms.ModelChoiceField(
        label="Whose cost is it?", queryset=Participant.objects.none(), empty_label=None
    )
    month = forms.ChoiceField(label="To which month does it belong?")
    budget_line = forms.ModelChoiceField(
        label="On which budget line?", queryset=BudgetLine.objects.none(), empty_label="Select one"
    )
    category = forms.ChoiceField(label="Of which category?", choices=[("", "Select one"), *Category.choices])
    amount = MoneyField(label="Amount", min_value=A_PENNY)
    reason = WordsField(
        label="What is it for?",
        max_length=1000,
        rows=3,
        help_text="Everybody in the alliance reads this. Nobody’s name, please.",
    )
    evidence = KeptFileField(label="Evidence", required=False)

    def __init__(
        self, *args, participants: Sequence[Participant], months: Sequence[Month], month: str = "", **kwargs
    ):
        kwargs.setdefault("initial", {"month": month or (months[1] if len(months) > 1 else months[0]).slug})
        super().__init__(*args, **kwargs)
        whose = self.fields["participant"]
        whose.queryset = Participant.objects.filter(pk__in=[one.pk for one in participants])
        whose.initial = participants[0]
        self.fields["month"].choices = [(one.slug, one.label) for one in months]
        alliance = participants[0].alliance
        years = {alliance.financial_year(one.start).start for one in months}
        lines = BudgetLine.objects.of(alliance).filter(budget__starts_on__in=years).select_related("budget")
        choice = self.fields["budget_line"]
        choice.queryset = lines.order_by("-budget__starts_on", "place")
        if len(years) > 1:
            choice.label_from_instance = lambda line: f"{line.name} ({line.budget.year.label})"

    def clean_month(self) -> Month:
        return Month.parse(self.cleaned_data["month"])

    def clean(self):
        given = super().clean()
        line, month = given.get("budget_line"), given.get("month")
        if line and month and month.start not in line.budget.year:
            self.add_error(
                "budget_line",
                f"{line.name} is a line of {line.budget.year.label}; {month.label} is not in it",
            )
        return given


class AccrualForm(CostInTimeForm):
    pass


class PrepaymentForm(CostInTimeForm):
    months = forms.IntegerField(
        label="How many months use it, from the next one on?",
        min_value=1,
        max_value=36,
        widget=NumberInput({"class": "govuk-input--width-2"}),
    )
    asks = CostInTimeForm.asks | {"months": "how many months use it, from 1 to 36"}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["month"].label = "In which month was it paid?"
        self.fields["amount"].label = "How much of it do later months use?"
        self.order_fields(["participant", "month", "budget_line", "category", "amount", "months"])

    def clean(self):
        given = super().clean()
        amount, months = given.get("amount"), given.get("months")
        if amount and months and amount < months * A_PENNY:
            self.add_error("amount", f"There is not a penny for each of {months} months")
        return given


class CorrectionForm(Looked):
    """What a line of cost should say."""

    asks = {"amount": "the right amount, or 0", "reason": "why the line is corrected"}

    amount = MoneyField(label="Amount", help_text="0 takes the line out.")
    category = forms.ChoiceField(label="Category", choices=Category.choices)
    budget_line = forms.ModelChoiceField(
        label="Budget line", queryset=BudgetLine.objects.none(), empty_label=None
    )
    reason = WordsField(
        label="Why is it corrected?",
        max_length=1000,
        rows=3,
        help_text="Everybody in the alliance reads this beside both lines.",
    )

    def __init__(self, *args, entry: Entry, **kwargs):
        self.entry = entry
        said = {
            "amount": entry.amount,
            "category": entry.account.category,
            "budget_line": entry.budget_line_id,
        }
        super().__init__(*args, initial=said, **kwargs)
        lines = BudgetLine.objects.filter(budget=entry.budget_line.budget_id)
        self.fields["budget_line"].queryset = lines.order_by("place")

    def clean(self):
        given, entry = super().clean(), self.entry
        if not self.errors:
            now = (given["amount"], given["category"], given["budget_line"].pk)
            if now == (entry.amount, entry.account.category, entry.budget_line_id):
                self.add_error("amount", "This is what the line says already. Enter what is right")
        return given


class PaymentForm(Looked):
    """Money that left the pool for costs in the book."""

    asks = {
        "participant": "who was paid",
        "amount": "the amount that left",
        "on": "the day on which it left",
        "reference": "the bank’s reference",
    }

    participant = forms.ModelChoiceField(
        label="Who was paid?",
        queryset=Participant.objects.none(),
        empty_label=None,
        widget=Radios(),
    )
    amount = MoneyField(label="Amount", min_value=A_PENNY)
    on = DateInputField(label="Day of payment", latest=timezone.localdate)
    reference = forms.CharField(
        label="The bank's reference",
        max_length=60,
        help_text="It keeps one payment from being entered twice.",
    )

    def __init__(self, *args, owed: dict[Participant, Decimal], chosen: Participant | None = None, **kwargs):
        self.owed = owed
        initial = {"participant": chosen and chosen.pk, "amount": owed.get(chosen)}
        super().__init__(*args, initial=initial, **kwargs)
        who = self.fields["participant"]
        who.queryset = Participant.objects.filter(pk__in=[one.pk for one in owed])
        who.label_from_instance = lambda one: f"{one.name}: {format_pounds(owed[one])} is owed"

    def clean(self):
        given = super().clean()
        who, amount = given.get("participant"), given.get("amount")
        if who and amount and amount > self.owed[who]:
            self.add_error(
                "amount",
                f"{format_pounds(self.owed[who])} is owed to {who.short_name}. More leaves the pool only by a "
                "transfer to which all agreed (rule 32)",
            )
        return given


class TransferPaymentForm(Form):
    """When and how a transfer left the pool."""

    asks = {"on": "the day on which it left", "reference": "the bank’s reference"}

    on = DateInputField(label="Day of payment", latest=timezone.localdate)
    reference = forms.CharField(label="The bank's reference", max_length=60)

    def __init__(self, *args, transfer: Transfer, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["on"].earliest = transfer.decision.decided_on


class ReceiptForm(Looked):
    asks = {"amount": "the amount that arrived", "on": "the day on which it arrived"}
    contribution = forms.ModelChoiceField(
        label="From whom?", queryset=Contribution.objects.none(), empty_label=None
    )
    amount = MoneyField(label="Amount", min_value=A_PENNY)
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


class ReversalForm(Form):
    asks = {"reason": "why the journal is reversed"}
    reason = WordsField(
        label="Why is it reversed?",
        max_length=1000,
        rows=3,
        help_text="Everybody in the alliance reads this beside both journals.",
    )
