"""Money that leaves the pool for a partner's own funds (rule 32)."""

from decimal import Decimal

from django import forms

from alliance.core.forms import MoneyField
from alliance.core.money import format_pounds
from decisions.effects import TermsForm, register
from decisions.effects.terms import participant_of
from ledger import services, summaries
from ledger.effects.kind import OfBook
from ledger.models import Fund
from participants.models import Alliance, Participant, User


class TransferForm(TermsForm):
    kind = "transfer"
    participant = forms.ModelChoiceField(
        label="To whose own funds does it go?", queryset=Participant.objects.none(), empty_label="Select one"
    )
    amount = MoneyField(label="How much leaves the pool?")
    purpose = forms.CharField(label="What for?", max_length=300)

    asks = {"participant": "to whose own funds it goes"}


@register
class TransferKind(OfBook):
    """Rule 32."""

    key, label, form = "transfer", "Money leaves the pool for a partner's own funds", TransferForm
    needs = ("participant", "participant_name", "amount", "purpose")

    def problems(self, alliance: Alliance, terms: dict) -> dict[str, str]:
        found = participant_of(alliance, terms)
        if found is None or found.name != terms["participant_name"]:
            return {"participant": "Choose a participant of this alliance."}
        if Decimal(terms["amount"]) <= 0:
            return {"amount": "Enter an amount of more than nothing."}
        if not Fund.objects.filter(alliance=alliance).exists():
            return {"": "Open the first year of the book first."}
        return {}

    def sentences(self, alliance: Alliance, terms: dict) -> list[str]:
        return [
            (
                f"{format_pounds(Decimal(terms['amount']))} may leave the pool for "
                f"{terms['participant_name']}'s own funds: {terms['purpose']}"
            ),
            "The pool manager enters the payment in the open book when it is made.",
        ]

    def now_and_then(self, alliance: Alliance, terms: dict) -> list[tuple[str, Decimal, Decimal]]:
        there = summaries.in_the_pool(alliance.pk)
        return [("Money in the pool, once it is paid", there, there - Decimal(terms["amount"]))]

    def carry_out(self, decision, terms: dict, *, by: User) -> None:
        services.agree_transfer(
            participant=participant_of(decision.alliance, terms),
            amount=Decimal(terms["amount"]),
            purpose=terms["purpose"],
            decision=decision,
            by=by,
        )
