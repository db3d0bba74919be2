"""How the book is kept (rule 40)."""

from decimal import Decimal

from django import forms

from alliance.core.forms import NumberInput, Radios, WordsField
from decisions.effects import TermsForm, register
from ledger import services
from ledger.effects.kind import AtFounding
from ledger.effects.terms import percent_field, short
from ledger.models import BookTerms, Fund
from participants.models import Alliance, User


class BookTermsForm(TermsForm):
    kind = "book_terms"
    forecast_percent = percent_field(
        "A forecast this far from a line's budget asks for an action plan, in percent", "Rule 40."
    )
    plan_days = forms.IntegerField(
        label="Days until an action plan is due",
        min_value=1,
        max_value=365,
        widget=NumberInput({"class": "govuk-input--width-3"}),
    )
    report_cycle = forms.ChoiceField(
        label="How often does the leadership team get a report of the book?",
        choices=BookTerms.Cycle.choices,
        widget=Radios(),
    )
    contributions_vary = WordsField(
        label="How may contributions vary?",
        help_text="In the words of the agreement.",
        rows=4,
        required=False,
    )

    def prepare(self, alliance: Alliance) -> None:
        now = BookTerms.objects.of(alliance).first() or BookTerms()
        for name in self.fields:
            self.initial.setdefault(name, getattr(now, name))


@register
class BookTermsKind(AtFounding):
    key, label, form = "book_terms", "How the book is kept", BookTermsForm
    needs = ("forecast_percent", "plan_days", "report_cycle")

    def problems(self, alliance: Alliance, terms: dict) -> dict[str, str]:
        if not Decimal(terms["forecast_percent"]):
            return {"forecast_percent": "Enter more than 0 percent."}
        return (
            {}
            if Fund.objects.filter(alliance=alliance).exists()
            else {"": "Open the first year of the book first."}
        )

    def sentences(self, alliance: Alliance, terms: dict) -> list[str]:
        said = [
            (
                f"A forecast more than {short(terms['forecast_percent'])} % from a line's budget asks for an action "
                f"plan within {terms['plan_days']} days."
            ),
            f"A report of the book comes {BookTerms.Cycle(terms['report_cycle']).label.lower()}.",
        ]
        if terms["contributions_vary"]:
            said.append(f"Contributions vary like this: {terms['contributions_vary']}")
        return said

    def agree(self, alliance: Alliance, terms: dict, *, decision=None, by: User) -> None:
        services.agree_book_terms(
            alliance=alliance,
            forecast_percent=Decimal(terms["forecast_percent"]),
            plan_days=terms["plan_days"],
            report_cycle=terms["report_cycle"],
            contributions_vary=terms["contributions_vary"],
            decision=decision,
            by=by,
        )
