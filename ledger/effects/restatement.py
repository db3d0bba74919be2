"""A material error in a closed month (rule 33)."""

from datetime import date
from decimal import Decimal

from django import forms

from alliance.core.forms import MoneyField
from alliance.core.money import format_pounds, pounds
from alliance.core.periods import Month
from decisions.effects import TermsForm, register
from decisions.effects.terms import participant_of
from ledger import services, summaries
from ledger.effects.kind import OfBook
from ledger.effects.terms import plain
from ledger.models import BudgetLine, Category, Period
from ledger.recovery import not_a_cost
from participants.models import Alliance, Participant, User


class RestatementForm(TermsForm):
    kind = "restatement"
    month = forms.ChoiceField(label="Which closed month is restated?", choices=())
    participant = forms.ModelChoiceField(
        label="Whose costs?", queryset=Participant.objects.none(), empty_label="Select one"
    )
    budget_line = forms.ModelChoiceField(
        label="On which budget line?", queryset=BudgetLine.objects.none(), empty_label="Select one"
    )
    category = forms.ChoiceField(label="Of which category?", choices=[("", "Select one"), *Category.choices])
    restated = MoneyField(label="What should the book have said?")

    asks = {
        "month": "the month that is restated",
        "participant": "whose costs these are",
        "budget_line": "the budget line",
        "category": "the category",
    }

    def prepare(self, alliance: Alliance) -> None:
        self.fields["participant"].queryset = Participant.objects.filter(alliance=alliance).order_by("place")
        self.fields["budget_line"].queryset = BudgetLine.objects.of(alliance).select_related("budget")
        closed = Period.objects.of(alliance).filter(closed_at__isnull=False).order_by("-month")[:36]
        self.fields["month"].choices = [
            ("", "Select one"),
            *((one.month.isoformat(), str(one)) for one in closed),
        ]

    @property
    def terms(self) -> dict:
        said = self.cleaned_data
        original = summaries.cell(
            self.alliance.pk,
            Month.containing(date.fromisoformat(said["month"])),
            said["participant"],
            said["category"],
            said["budget_line"],
        )
        return {
            **super().terms,
            "original": plain(original),
            "restated": plain(pounds(said["restated"])),
        }


@register
class RestatementKind(OfBook):
    """Rule 33: original, correction and restated; the correction is restated minus original."""

    key, label, form = "restatement", "A closed month is restated", RestatementForm
    needs = ("month", "participant", "participant_name", "budget_line", "category", "original", "restated")

    def posts_from(self, alliance: Alliance, terms: dict) -> Month:
        return _month(terms)

    def problems(self, alliance: Alliance, terms: dict) -> dict[str, str]:
        period = Period.objects.of(alliance).filter(month=terms["month"]).first()
        if period is None or not period.closed_at:
            return {"month": "An open month is corrected line by line; only a closed one is restated."}
        party = participant_of(alliance, terms)
        line = BudgetLine.objects.of(alliance).filter(pk=terms["budget_line"]).first()
        if party is None or line is None or terms["category"] not in Category.values:
            return {"": "Choose a participant, a budget line and a category of this book."}
        found = summaries.cell(alliance.pk, _month(terms), party, terms["category"], line)
        if found != Decimal(terms["original"]):
            return {"": f"The book says {format_pounds(found)} there by now. Word the proposal again."}
        if found == Decimal(terms["restated"]):
            return {"restated": "This is what the book says already."}
        if Decimal(terms["restated"]) and (
            why_not := not_a_cost(party, terms["category"], _month(terms).start)
        ):
            return {"category": why_not}
        return {}

    def sentences(self, alliance: Alliance, terms: dict) -> list[str]:
        original, restated = Decimal(terms["original"]), Decimal(terms["restated"])
        return [
            (
                f"{_month(terms).label}, {terms['participant_name']}, {terms['budget_line_name']}, "
                f"{Category(terms['category']).label.lower()}: the book says {format_pounds(original)}; restated it is "
                f"{format_pounds(restated)}."
            ),
            (
                f"The correction of {format_pounds(restated - original)} is posted in the first open month. "
                "The closed month keeps its figure, with the restated one beside it."
            ),
        ]

    def now_and_then(self, alliance: Alliance, terms: dict) -> list[tuple[str, Decimal, Decimal]]:
        where = f"{terms['participant_name']}, {terms['budget_line_name']}, {Category(terms['category']).label.lower()}"
        return [(f"{_month(terms).label}: {where}", Decimal(terms["original"]), Decimal(terms["restated"]))]

    def carry_out(self, decision, terms: dict, *, by: User) -> None:
        services.restate(
            participant=participant_of(decision.alliance, terms),
            month=_month(terms),
            category=Category(terms["category"]),
            budget_line=BudgetLine.objects.get(pk=terms["budget_line"], alliance=decision.alliance),
            original=Decimal(terms["original"]),
            restated=Decimal(terms["restated"]),
            decision=decision,
            by=by,
        )


def _month(terms: dict) -> Month:
    return Month.containing(date.fromisoformat(terms["month"]))
