"""The forms of the forecast and of action plans."""

from collections.abc import Sequence
from decimal import Decimal
from functools import cached_property

from django import forms
from django.utils import timezone

from alliance.core.forms import DateInputField, Form, MoneyField, Radios, WordsField
from alliance.core.money import format_pounds
from decisions.models import Proposal
from ledger.asking import budgets, everybody
from ledger.models import BudgetLine, PlanStep
from ledger.models.forecast import Method
from participants.models import Alliance, Participant

Verb = PlanStep.Verb
MOST_WORDS = 4000
NOTHING = Decimal("0.00")


class OutlookForm(Form):
    """Which forecast is shown; kept in the address. An answer that means nothing here is no answer."""

    year = forms.ChoiceField(label="Financial year", required=False)
    line = forms.ChoiceField(label="Budget line", required=False)
    participant = forms.ChoiceField(label="Participant", required=False)

    def __init__(self, data, *, alliance: Alliance):
        self.budgets, self.participants = budgets(alliance), everybody(alliance)
        asked = {name: data.get(name, "") for name in self.base_fields}
        current = alliance.financial_year()
        self.usual = next((one for one in self.budgets if one.year <= current), None) or next(
            iter(self.budgets), None
        )
        self.budget = next((one for one in self.budgets if one.year.slug == asked["year"]), self.usual)
        super().__init__(asked)
        self.fields["year"].choices = [(one.year.slug, one.year.label) for one in self.budgets]
        lines = [(one.slug, one.name) for one in self.budget.lines_now] if self.budget else []
        self.fields["line"].choices = [("", "All"), *lines]
        who = [(one.slug, one.name) for one in self.participants]
        self.fields["participant"].choices = [("", "All"), *who]
        if self.budget:
            self.data["year"] = self.budget.year.slug
        self.full_clean()

    @cached_property
    def line_asked(self) -> BudgetLine | None:
        slug = self.cleaned_data.get("line")
        return next((one for one in self.budget.lines_now if one.slug == slug), None)

    @cached_property
    def participant_asked(self) -> Participant | None:
        slug = self.cleaned_data.get("participant")
        return next((one for one in self.participants if one.slug == slug), None)

    @property
    def narrowed(self) -> dict:
        """The answers that leave something out, by their names in the address."""
        given = {name: value for name, value in self.cleaned_data.items() if value}
        if self.budget == self.usual:
            given.pop("year", None)
        return given


class ForecastForm(Form):
    """What a participant expects of its costs on a line. `by_rate` is what the run-rate says of the year, or None."""

    method = forms.ChoiceField(label="How do you know?", widget=Radios)
    amount = MoneyField(
        label="What will the whole year have cost you on this line?",
        required=False,
        min_value=NOTHING,
        help_text="From its first month to its last, with what is spent already. Leave it empty for the run-rate.",
    )
    reason = WordsField(
        label="Why do you expect this?",
        max_length=MOST_WORDS,
        rows=4,
        help_text="Everybody in the alliance reads it. What will be different from the months that are over? No names "
        "of people who use services.",
    )
    asks = {"method": "how you know", "reason": "why you expect this"}
    not_optional = ("amount",)

    def __init__(self, *args, by_rate: Decimal | None, last_year: Sequence[Decimal], **kwargs):
        super().__init__(*args, **kwargs)
        method = self.fields["method"]
        method.choices = [
            (Method.ENTERED, "We know what the year will come to"),
            (Method.EVEN, "A plan of the year, the same each month"),
            (Method.LAST_YEAR, "A plan of the year, in the pattern of last year’s months"),
            (Method.RUN_RATE, "As the months so far"),
        ]
        if not last_year:
            method.choices = [one for one in method.choices if one[0] != Method.LAST_YEAR]
        rate = (
            "The average of your complete months goes on; today the year would come to "
            f"{format_pounds(by_rate)}."
            if by_rate is not None
            else "The average of your complete months goes on; none is complete yet."
        )
        method.widget.hints = {
            Method.ENTERED: "What is still to come is the difference to what is spent.",
            Method.EVEN: "Each month to come counts a twelfth; the months that are over count as they were.",
            Method.LAST_YEAR: "Each month to come counts its part of last year; those that are over as they were.",
            Method.RUN_RATE: rate,
        }

    def clean(self):
        given = super().clean()
        method, amount = given.get("method"), given.get("amount")
        if method == Method.RUN_RATE:
            if amount is not None:
                self.add_error("amount", "Leave the amount empty: the run-rate takes it from the book")
        elif method and amount is None and not self.has_error("amount"):
            self.add_error("amount", "Enter what the whole year will have cost you on this line")
        return given


class PlanForm(Form):
    """What will be done about a line, by whom and until when."""

    words = WordsField(
        label="What will be done?",
        max_length=MOST_WORDS,
        rows=6,
        help_text="Why is it otherwise than agreed, and what changes now? Everybody in the alliance reads it.",
    )
    doing = forms.ModelChoiceField(
        label="Which organisation does it?", queryset=Participant.objects.none(), empty_label="Select one"
    )
    until = DateInputField(label="Until when?", earliest=timezone.localdate)
    proposal = forms.ModelChoiceField(
        label="A proposal that belongs to it",
        queryset=Proposal.objects.none(),
        required=False,
        empty_label="None",
        help_text="Money moves between lines, or is added, by a decision of all.",
    )
    asks = {
        "words": "what will be done",
        "doing": "which organisation does it",
        "until": "until when it will be done",
    }

    def __init__(self, *args, alliance: Alliance, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["doing"].queryset = (
            Participant.objects.filter(alliance=alliance).active().order_by("place")
        )
        choice = self.fields["proposal"]
        choice.queryset = (
            Proposal.objects.filter(
                alliance=alliance,
                opened_at__isnull=False,
                current_wording__effect__kind__in=["virement", "variation"],
            )
            .select_related("current_wording")
            .order_by("-number")
        )
        choice.label_from_instance = lambda one: f"Proposal {one.number}: {one.title}"


class EndPlanForm(Form):
    """How an action plan ends: `verbs` are those that are possible now."""

    CHOICES = {
        Verb.FINISH: ("It is done", "What was written has happened."),
        Verb.LET_GO: (
            "It is no longer needed",
            "The forecast is back within the percentage, or the year is over.",
        ),
    }
    then = forms.ChoiceField(label="How does it end?", widget=Radios)
    words = WordsField(
        label="In your words",
        max_length=MOST_WORDS,
        rows=4,
        help_text="What came of it, or why it is no longer needed. Everybody in the alliance reads it.",
    )
    asks = {"then": "how it ends", "words": "what came of it, or why it is no longer needed"}

    def __init__(self, *args, verbs: Sequence[str], **kwargs):
        super().__init__(*args, **kwargs)
        then = self.fields["then"]
        then.choices = [(verb, self.CHOICES[verb][0]) for verb in verbs]
        then.widget.hints = {verb: self.CHOICES[verb][1] for verb in verbs}
        if len(verbs) == 1:
            then.initial = verbs[0]
