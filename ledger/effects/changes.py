"""Money that was agreed moves or varies: virements and variations (rules 30, 31)."""

from decimal import Decimal

from alliance.core.forms import Group, MoneyField, Row
from alliance.core.money import ZERO, format_pounds
from alliance.core.periods import Month
from decisions.effects import TermsForm, register
from ledger import services
from ledger.effects.kind import OfBook
from ledger.effects.terms import amounts, budget_of, budgets_to_change, is_open, listed, of_each, plain
from ledger.models import Budget, BudgetLine, Contribution
from participants.models import Alliance, User

CHANGES = "Enter −500 to take £500 away, 500 to add it. Leave empty what stays as it is."


class _ChangeForm(TermsForm):
    varies = False

    def prepare(self, alliance: Alliance) -> None:
        self.budgets = budgets_to_change(alliance)
        moved = of_each(self.given, "lines", "amounts")
        varied = of_each(self.given, "participants", "contributions")
        self.rows, self.parties, self.groups = [], [], []
        for budget in self.budgets:
            year = f" ({budget.year.label})" if len(self.budgets) > 1 else ""
            before = len(self.fields)
            if self.varies:
                for one in budget.contributions.as_now().select_related("participant"):
                    name = f"contribution_{one.pk}"
                    self.fields[name] = self._change(f"{one.participant.name}{year}", one.now)
                    self.parties.append((name, budget, one))
                    if one.participant_id in varied and self.given.get("budget") == budget.pk:
                        self.initial[name] = Decimal(varied[one.participant_id])
            for line in budget.lines.as_now():
                name = f"line_{line.pk}"
                self.fields[name] = self._change(f"{line.name}{year}", line.now)
                self.rows.append((name, budget, line))
                if line.pk in moved:
                    self.initial[name] = Decimal(moved[line.pk])
            self._table(budget, list(self.fields)[before:])

    def _table(self, budget: Budget, names: list[str]) -> None:
        """The year's contributions, if they change, and its lines, each with what it has now."""
        for kind, heading, first in (
            ("contribution_", f"Contributions to {budget.year.label}", "Participant"),
            ("line_", f"Budget lines of {budget.year.label}", "Budget line"),
        ):
            rows = [
                Row(self.fields[name].label, (name,), self.fields[name].help_text.removesuffix(" now"))
                for name in names
                if name.startswith(kind)
            ]
            if rows:
                self.groups.append(Group(heading, (first, "Now", "Change (£)"), rows, CHANGES))

    @staticmethod
    def _change(label: str, now: Decimal) -> MoneyField:
        return MoneyField(label=label, help_text=f"{format_pounds(now)} now", required=False)

    @property
    def terms(self) -> dict:
        said = self.cleaned_data
        moves = [(budget, line, said[name]) for name, budget, line in self.rows if said.get(name)]
        varied = [(budget, one, said[name]) for name, budget, one in self.parties if said.get(name)]
        budgets = {budget for budget, *_ in moves + varied}
        budget = next(iter(budgets)) if len(budgets) == 1 else None
        terms = {
            "kind": self.kind,
            "budget": budget and budget.pk,
            "budget_name": budget.year.label if budget else "",
            "lines": [line.pk for _, line, _ in moves],
            "line_names": [line.name for _, line, _ in moves],
            "amounts": [plain(amount) for *_, amount in moves],
        }
        if self.varies:
            terms |= {
                "participants": [one.participant_id for _, one, _ in varied],
                "participant_names": [one.participant.name for _, one, _ in varied],
                "contributions": [plain(amount) for *_, amount in varied],
            }
        return terms


class VirementForm(_ChangeForm):
    kind = "virement"


class VariationForm(_ChangeForm):
    kind = "variation"
    varies = True


class _Change(OfBook):
    needs = ("lines", "amounts")

    def problems(self, alliance: Alliance, terms: dict) -> dict[str, str]:
        budget = budget_of(alliance, terms)
        if budget is None:
            return {"": "Change lines of one year, by amounts that are not zero."}
        if not is_open(alliance, budget):
            return {"": f"The last month of {budget.year.label} is closed: its money does not move any more."}
        moved = amounts(terms, "amounts")
        lines = {one.pk: one for one in budget.lines.as_now()}
        if not set(terms["lines"]) <= set(lines) or len(set(terms["lines"])) < len(terms["lines"]):
            return {"": "Each line is one of this budget, and is named once."}
        for pk, amount in zip(terms["lines"], moved, strict=True):
            if lines[pk].now + amount < 0:
                return {
                    f"line_{pk}": f"{lines[pk].name} has {format_pounds(lines[pk].now)}: "
                    f"{format_pounds(-amount)} cannot leave it."
                }
        return self.unequal(budget, terms, sum(moved, ZERO))

    def unequal(self, budget: Budget, terms: dict, moved: Decimal) -> dict[str, str]:
        return {}

    def now_and_then(self, alliance: Alliance, terms: dict) -> list[tuple[str, Decimal, Decimal]]:
        budget = budget_of(alliance, terms)
        if budget is None:
            return []
        varied = dict(zip(terms.get("participants", []), amounts(terms, "contributions"), strict=True))
        moved = dict(zip(terms["lines"], amounts(terms, "amounts"), strict=True))
        put_in = budget.contributions.as_now().select_related("participant") if varied else ()
        return [
            *(
                (f"{one.participant.name} contributes", one.now, one.now + varied[one.participant_id])
                for one in put_in
                if one.participant_id in varied
            ),
            *(
                (one.name, one.now, one.now + moved[one.pk])
                for one in budget.lines.as_now()
                if one.pk in moved
            ),
        ]

    def sentences(self, alliance: Alliance, terms: dict) -> list[str]:
        moves = zip(terms["line_names"], amounts(terms, "amounts"), strict=True)
        return [
            f"In the budget of {terms['budget_name']}: "
            + listed(f"{name} {_signed(by)}" for name, by in moves)
        ]


def _signed(amount: Decimal) -> str:
    return f"{format_pounds(abs(amount))} {'more' if amount > 0 else 'less'}"


@register
class Virement(_Change):
    """Rule 31."""

    key, label, form = "virement", "A virement: money moves between budget lines", VirementForm

    def unequal(self, budget: Budget, terms: dict, moved: Decimal) -> dict[str, str]:
        if moved:
            return {
                "": f"What enters the lines and what leaves them must be equal; "
                f"{format_pounds(abs(moved))} too {'much enters' if moved > 0 else 'much leaves'} (rule 31)."
            }
        return {}

    def carry_out(self, decision, terms: dict, *, by: User) -> None:
        lines = BudgetLine.objects.in_bulk(terms["lines"])
        services.change_budget(
            budget=Budget.objects.get(pk=terms["budget"], alliance=decision.alliance),
            moves={
                lines[pk]: amount
                for pk, amount in zip(terms["lines"], amounts(terms, "amounts"), strict=True)
            },
            decision=decision,
            by=by,
        )


@register
class Variation(_Change):
    """Rule 30: contributions and lines change by the same total."""

    key, label, form = "variation", "Contributions change, and the lines with them", VariationForm
    needs = ("lines", "amounts", "participants", "contributions")

    def posts_from(self, alliance: Alliance, terms: dict) -> Month | None:
        budget = budget_of(alliance, terms)
        return budget and budget.year.months[0]

    def unequal(self, budget: Budget, terms: dict, moved: Decimal) -> dict[str, str]:
        agreed = {one.participant_id: one for one in budget.contributions.as_now()}
        varied = dict(zip(terms["participants"], amounts(terms, "contributions"), strict=True))
        for pk, amount in varied.items():
            if pk not in agreed:
                return {"": "Only who contributes to this year's budget varies its contribution."}
            if agreed[pk].now + amount < 0:
                return {
                    f"contribution_{agreed[pk].pk}": f"{format_pounds(agreed[pk].now)} is agreed: "
                    f"{format_pounds(-amount)} less is not possible."
                }
        apart = sum(varied.values(), ZERO) - moved
        if apart:
            return {
                "": f"The contributions change by {format_pounds(sum(varied.values(), ZERO))} and the lines by "
                f"{format_pounds(moved)}. They must be equal (rule 30)."
            }
        return {}

    def sentences(self, alliance: Alliance, terms: dict) -> list[str]:
        varied = zip(terms["participant_names"], amounts(terms, "contributions"), strict=True)
        return [
            f"Contributions to {terms['budget_name']}: "
            + listed(f"{name} {_signed(by)}" for name, by in varied),
            *super().sentences(alliance, terms),
        ]

    def carry_out(self, decision, terms: dict, *, by: User) -> None:
        budget = Budget.objects.get(pk=terms["budget"], alliance=decision.alliance)
        lines = BudgetLine.objects.in_bulk(terms["lines"])
        agreed = {one.participant_id: one for one in Contribution.objects.filter(budget=budget)}
        services.change_budget(
            budget=budget,
            moves={
                lines[pk]: amount
                for pk, amount in zip(terms["lines"], amounts(terms, "amounts"), strict=True)
            },
            contributions={
                agreed[pk]: amount
                for pk, amount in zip(terms["participants"], amounts(terms, "contributions"), strict=True)
            },
            decision=decision,
            by=by,
        )
