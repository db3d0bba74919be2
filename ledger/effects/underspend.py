"""What a seal does to the end of a year: what becomes of an underspend (rule 39)."""

from decimal import Decimal

from django import forms

from alliance.core.forms import MoneyField, Radios
from alliance.core.money import ZERO, format_pounds
from decisions.effects import TermsForm, register
from ledger import services
from ledger.effects.kind import OfBook
from ledger.memorandum import gather
from ledger.models import Budget
from participants.models import Alliance, User

CARRY, RETURN, PART = "carry", "return", "part"


def not_closed(alliance: Alliance) -> list[Budget]:
    """Years whose underspend is still to be decided about, oldest first."""
    found = Budget.objects.of(alliance).filter(year_end__isnull=True).select_related("alliance")
    return list(found.order_by("starts_on"))


class UnderspendForm(TermsForm):
    kind = "underspend"
    budget = forms.ModelChoiceField(
        label="Of which year?", queryset=Budget.objects.none(), empty_label=None, widget=Radios()
    )
    what = forms.ChoiceField(
        label="What becomes of what is left in the pool?",
        choices=[
            (CARRY, "All of it is carried forward into the next year"),
            (PART, "Some of it is carried forward, and the rest is returned"),
            (RETURN, "All of it is returned, in proportion to contributions"),
        ],
        widget=Radios(),
    )
    amount = MoneyField(
        label="At most how much is carried forward?", required=False, min_value=Decimal("0.01")
    )

    asks = {"what": "what becomes of it", "budget": "the year"}
    reveals = {"what": {PART: ["amount"]}}

    def prepare(self, alliance: Alliance) -> None:
        years = not_closed(alliance)
        field = self.fields["budget"]
        field.queryset = Budget.objects.filter(pk__in=[one.pk for one in years]).order_by("starts_on")
        field.label_from_instance = lambda budget: budget.year.label
        if years:
            self.initial.setdefault("budget", years[0].pk)
            left = gather(years[0], compare=False).net
            said = format_pounds(abs(left))
            field.help_text = (
                f"So far {said} of {years[0].year.label} is not spent."
                if left >= 0
                else f"So far {said} more than there is was spent in {years[0].year.label}."
            )

    @property
    def terms(self) -> dict:
        said = self.cleaned_data
        part = said["what"] == PART
        return {
            "kind": self.kind,
            "budget": said["budget"].pk,
            "budget_name": said["budget"].year.label,
            "what": said["what"],
            "amount": format(said["amount"], ".2f") if part and said.get("amount") else "",
        }


@register
class UnderspendKind(OfBook):
    """Rule 39: as decided, else returned in proportion to contributions."""

    key, label, form = "underspend", "What becomes of an underspend", UnderspendForm
    needs = ("budget", "what")

    def problems(self, alliance: Alliance, terms: dict) -> dict[str, str]:
        if terms["budget"] not in {one.pk for one in not_closed(alliance)}:
            return {"budget": "Choose a year that is not closed: a closed one is settled."}
        if terms["what"] not in (CARRY, RETURN, PART):
            return {"what": "Say what becomes of it."}
        if terms["what"] == PART and not (terms.get("amount") and Decimal(terms["amount"]) > 0):
            return {"amount": "Enter how much is carried forward at most."}
        return {}

    def sentences(self, alliance: Alliance, terms: dict) -> list[str]:
        year = terms["budget_name"]
        match terms["what"]:
            case "carry":
                said = f"What {year} leaves in the pool is carried forward into the next year, all of it."
            case "return":
                said = (
                    f"What {year} leaves in the pool is returned in proportion to contributions, all of it."
                )
            case _:
                most = format_pounds(Decimal(terms["amount"]))
                said = (
                    f"Of what {year} leaves in the pool {most} at most is carried forward into the next year; the "
                    "rest is returned in proportion to contributions."
                )
        return [said, "It is carried out when the pool manager closes the year."]

    def carry_out(self, decision, terms: dict, *, by: User) -> None:
        services.agree_underspend(
            budget=Budget.objects.get(pk=terms["budget"], alliance=decision.alliance),
            most={CARRY: None, RETURN: ZERO}.get(terms["what"], Decimal(terms["amount"] or 0)),
            decision=decision,
            by=by,
        )
