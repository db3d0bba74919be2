"""By what an overhead is shared (rule 35)."""

from django import forms

from alliance.core.forms import Group, Radios, Row
from decisions.effects import TermsForm, register
from ledger import services
from ledger.effects.kind import AtFounding
from ledger.effects.terms import amounts, ask_each, budgets_to_change, listed, plain, short
from ledger.models import BudgetLine, Overhead
from participants.models import Alliance, Participant, User


class OverheadForm(TermsForm):
    kind = "overhead"
    budget_line = forms.ModelChoiceField(
        label="Which budget line is shared?", queryset=BudgetLine.objects.none(), empty_label="Select one"
    )
    driver = forms.ChoiceField(
        label="By what is it shared, all year?", choices=Overhead.Driver.choices, widget=Radios()
    )

    asks = {"budget_line": "the budget line that is shared", "driver": "by what it is shared"}

    def prepare(self, alliance: Alliance) -> None:
        years = [one.pk for one in budgets_to_change(alliance)]
        self.fields["budget_line"].queryset = BudgetLine.objects.filter(
            budget__in=years, overhead__isnull=True
        )
        self.parties = list(Participant.objects.filter(alliance=alliance).active().order_by("place"))
        ask_each(
            self, self.parties, "quantities", "quantity", "{} has", max_value=9_999_999, decimal_places=2
        )
        self.groups = [
            Group(
                "How much of the driver each has",
                ("Participant", "People, or hours a week"),
                [Row(one.name, (f"quantity_{one.pk}",)) for one in self.parties],
                "Leave it empty where spend is the driver: the book knows it.",
            )
        ]

    @property
    def terms(self) -> dict:
        said = self.cleaned_data
        basis = [
            (one, said[f"quantity_{one.pk}"])
            for one in self.parties
            if said.get(f"quantity_{one.pk}") and said["driver"] != Overhead.Driver.SPEND
        ]
        return {
            "kind": self.kind,
            "budget_line": said["budget_line"].pk,
            "budget_line_name": str(said["budget_line"]),
            "driver": said["driver"],
            "participants": [one.pk for one, _ in basis],
            "participant_names": [one.name for one, _ in basis],
            "quantities": [plain(quantity) for _, quantity in basis],
        }


@register
class OverheadKind(AtFounding):
    """Rule 35."""

    key, label, form = "overhead", "By what an overhead is shared", OverheadForm
    needs = ("budget_line", "driver")

    def problems(self, alliance: Alliance, terms: dict) -> dict[str, str]:
        line = BudgetLine.objects.of(alliance).filter(pk=terms["budget_line"], overhead__isnull=True).first()
        if line is None:
            return {
                "budget_line": "Choose a line that has no driver yet: it stays the same all year (rule 35)."
            }
        if terms["driver"] != Overhead.Driver.SPEND and not terms["participants"]:
            return {"": "Say how much of the driver each participant has."}
        return {}

    def sentences(self, alliance: Alliance, terms: dict) -> list[str]:
        driver = Overhead.Driver(terms["driver"]).label.lower()
        said = [f"The cost of {terms['budget_line_name']} is shared by {driver}, the same all year."]
        if terms["participants"]:
            basis = zip(terms["participant_names"], terms["quantities"], strict=True)
            said.append("There are: " + listed(f"{name} {short(quantity)}" for name, quantity in basis))
        return said

    def agree(self, alliance: Alliance, terms: dict, *, decision=None, by: User) -> None:
        parties = Participant.objects.in_bulk(terms["participants"])
        services.share_overhead(
            budget_line=BudgetLine.objects.select_related("budget__alliance").get(
                pk=terms["budget_line"], alliance=alliance
            ),
            driver=Overhead.Driver(terms["driver"]),
            basis=[
                (parties[pk], quantity)
                for pk, quantity in zip(terms["participants"], amounts(terms, "quantities"), strict=True)
            ],
            decision=decision,
            by=by,
        )
