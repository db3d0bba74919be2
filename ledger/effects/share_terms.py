"""How gain and pain are shared (rule 38)."""

from decimal import Decimal

from alliance.core.forms import Group, MoneyField, Row
from alliance.core.money import format_pounds
from decisions.effects import TermsForm, register
from ledger import services
from ledger.effects.kind import AtFounding
from ledger.effects.terms import (
    amounts,
    ask_each,
    budget_of,
    budgets_to_change,
    is_open,
    listed,
    percent_field,
    plain,
    short,
)
from ledger.models import Budget
from participants.models import Alliance, Participant, User

PERCENTS = ("neutral_band", "gain_share", "pain_share", "gain_cap", "pain_cap")


class ShareForm(TermsForm):
    kind = "share_terms"
    target = MoneyField(label="Target cost of the year")
    neutral_band = percent_field(
        "Neutral band, in percent of the target", "A variance within it is shared by nobody."
    )
    gain_share = percent_field("Providers' share of a saving, in percent")
    gain_cap = percent_field("Cap on what providers gain, in percent of the target")
    pain_share = percent_field("Providers' share of an overspend, in percent")
    pain_cap = percent_field("Cap on what providers bear, in percent of the target")

    def prepare(self, alliance: Alliance) -> None:
        self.budget = next(iter(budgets_to_change(alliance)), None)
        for name in PERCENTS:
            if self.given.get(name):
                self.initial[name] = Decimal(self.given[name])
        self.parties = list(
            Participant.objects.filter(alliance=alliance, kind=Participant.Kind.PROVIDER)
            .active()
            .order_by("place")
        )
        ask_each(
            self,
            self.parties,
            "weights",
            "weight",
            "{}'s part of the split",
            max_value=99999,
            decimal_places=4,
        )
        self.groups = [
            Group(
                "Beyond the band",
                ("What is shared", "Providers' share (%)", "At most, in % of the target"),
                [
                    Row("A saving", ("gain_share", "gain_cap")),
                    Row("An overspend", ("pain_share", "pain_cap")),
                ],
                "Where there is no cap, enter 100: the whole target.",
            ),
            Group(
                "Among the providers",
                ("Provider", "Its part"),
                [Row(one.name, (f"weight_{one.pk}",)) for one in self.parties],
                "Percents or any weights: each gets its part of their sum.",
            ),
        ]

    @property
    def terms(self) -> dict:
        said = self.cleaned_data
        split = [(one, said[f"weight_{one.pk}"]) for one in self.parties if said.get(f"weight_{one.pk}")]
        return {
            "kind": self.kind,
            "budget": self.budget and self.budget.pk,
            "budget_name": self.budget.year.label if self.budget else "",
            **{name: plain(said[name]) for name in ("target", *PERCENTS)},
            "participants": [one.pk for one, _ in split],
            "participant_names": [one.name for one, _ in split],
            "weights": [plain(weight) for _, weight in split],
        }


@register
class Share(AtFounding):
    """Rule 38."""

    key, label, form = "share_terms", "How gain and pain are shared", ShareForm
    needs = ("target", *PERCENTS)

    def problems(self, alliance: Alliance, terms: dict) -> dict[str, str]:
        budget = budget_of(alliance, terms)
        if budget is None:
            return {"": "Open a year of the book first: gain and pain are shared for a year."}
        if not is_open(alliance, budget):
            return {
                "": f"The last month of {budget.year.label} is closed: how its gain and pain are shared does not "
                "change any more."
            }
        if Decimal(terms["target"]) <= 0:
            return {"target": "Enter a target of more than nothing."}
        if not terms["participants"]:
            return {"": "Say among which providers gain and pain are split."}
        active = set(Participant.objects.filter(alliance=alliance).active().values_list("pk", flat=True))
        if not set(terms["participants"]) <= active:
            return {"": "Somebody in the split is no longer in the alliance."}
        return {}

    def sentences(self, alliance: Alliance, terms: dict) -> list[str]:
        said = {name: short(terms[name]) for name in PERCENTS}
        split = zip(terms["participant_names"], terms["weights"], strict=True)
        return [
            (
                f"The target of {terms['budget_name']} is {format_pounds(Decimal(terms['target']))}; "
                f"{said['neutral_band']} % either side of it is shared by nobody."
            ),
            (
                f"Of a saving beyond it providers receive {said['gain_share']} %, at most {said['gain_cap']} % of the "
                f"target; of an overspend they bear {said['pain_share']} %, at most {said['pain_cap']} % of the target."
            ),
            "Among the providers: " + listed(f"{name} {short(weight)}" for name, weight in split),
        ]

    def agree(self, alliance: Alliance, terms: dict, *, decision=None, by: User) -> None:
        parties = Participant.objects.in_bulk(terms["participants"])
        services.agree_share_terms(
            budget=Budget.objects.get(pk=terms["budget"], alliance=alliance),
            target=Decimal(terms["target"]),
            split=[
                (parties[pk], weight)
                for pk, weight in zip(terms["participants"], amounts(terms, "weights"), strict=True)
            ],
            decision=decision,
            by=by,
            **{name: Decimal(terms[name]) for name in PERCENTS},
        )
