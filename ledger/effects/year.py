"""A financial year of the book opens (rule 30)."""

from datetime import date
from decimal import Decimal

from django import forms

from alliance.core.forms import Group, MoneyField, Row
from alliance.core.money import ZERO, format_pounds
from alliance.core.periods import FinancialYear
from decisions.effects import TermsForm, register
from ledger import possible, services
from ledger.effects.kind import OfBook
from ledger.effects.terms import amounts, listed, of_each, plain
from ledger.models import Budget
from participants.models import Alliance, Participant, User

LINES = 12  # that a form offers for a new year


def begin_with_what_was_carried(form: forms.Form, alliance: Alliance, year: FinancialYear) -> None:
    """The form's sum brought forward is that of the year before, once that is closed (rule 42)."""
    carried, field = possible.carried_into(alliance, year), form.fields["brought_forward"]
    if carried is not None:
        form.initial.setdefault("brought_forward", carried)
        field.help_text = f"{year.previous.label} was closed with {format_pounds(carried)} carried forward."
    else:
        field.help_text = "What the year before leaves, as you expect it. Its close tells the difference."


class YearForm(TermsForm):
    """Contributions and lines of the next year; rule 30 is checked with what is wrong told at once."""

    kind = "year"
    brought_forward = MoneyField(label="Brought forward from the year before", required=False, min_value=ZERO)
    contingency = MoneyField(label="Contingency", required=False, min_value=ZERO)

    def prepare(self, alliance: Alliance) -> None:
        last = Budget.objects.of(alliance).order_by("-starts_on").first()
        self.year = last.year.next if last else alliance.financial_year()
        begin_with_what_was_carried(self, alliance, self.year)
        given = self.given
        agreed = of_each(given, "participants", "contributions")
        self.parties = list(Participant.objects.filter(alliance=alliance).active().order_by("place"))
        for one in self.parties:
            self.fields[f"contribution_{one.pk}"] = MoneyField(
                label=f"{one.name} contributes", required=False, min_value=ZERO
            )
            if one.pk in agreed:
                self.initial[f"contribution_{one.pk}"] = Decimal(agreed[one.pk])
        lines = list(zip(given.get("lines", []), given.get("amounts", []), strict=False))
        if not given and last:
            lines = [(one.name, None) for one in last.lines.all() if not one.is_contingency]
        for place in range(1, LINES + 1):
            self.fields[f"line_{place}"] = forms.CharField(
                label=f"Budget line {place}", max_length=120, required=False
            )
            self.fields[f"amount_{place}"] = MoneyField(
                label=f"Amount of line {place}", required=False, min_value=ZERO
            )
            if place <= len(lines):
                name, amount = lines[place - 1]
                self.initial[f"line_{place}"] = name
                self.initial[f"amount_{place}"] = amount and Decimal(amount)
        put_in = [Row(one.name, (f"contribution_{one.pk}",)) for one in self.parties]
        planned = [
            Row(f"Line {place}", (f"line_{place}", f"amount_{place}")) for place in range(1, LINES + 1)
        ]
        self.groups = [
            Group(f"What comes in for {self.year.label}", ("Participant", "Contributes (£)"), put_in),
            Group(
                "What it is for",
                ("Line", "Budget line", "Amount (£)"),
                planned,
                "Lines and contingency together are as much as comes in, to the penny. "
                "Leave what you do not need empty.",
            ),
        ]
        first = [name for row in put_in for name in row.fields]
        self.order_fields([*first, "brought_forward", *(name for row in planned for name in row.fields)])

    def clean(self):
        for place in range(1, LINES + 1):
            name, amount = self.cleaned_data.get(f"line_{place}"), self.cleaned_data.get(f"amount_{place}")
            if name and amount is None and f"amount_{place}" not in self.errors:
                self.add_error(f"amount_{place}", f"Enter how much is for {name}.")
            if amount and not name:
                self.add_error(f"line_{place}", "Enter what this amount is for.")
        return super().clean()

    @property
    def terms(self) -> dict:
        said = self.cleaned_data
        put_in = [
            (one, said[f"contribution_{one.pk}"])
            for one in self.parties
            if said.get(f"contribution_{one.pk}")
        ]
        lines = [
            (said[f"line_{place}"].strip(), said[f"amount_{place}"])
            for place in range(1, LINES + 1)
            if said.get(f"line_{place}")
        ]
        return {
            "kind": self.kind,
            "year": self.year.label,
            "starts_on": self.year.start.isoformat(),
            "participants": [one.pk for one, _ in put_in],
            "participant_names": [one.name for one, _ in put_in],
            "contributions": [plain(amount) for _, amount in put_in],
            "lines": [name for name, _ in lines],
            "amounts": [plain(amount) for _, amount in lines],
            "contingency": plain(said.get("contingency") or ZERO),
            "brought_forward": plain(said.get("brought_forward") or ZERO),
        }


@register
class Year(OfBook):
    key, label, form = "year", "A financial year of the open book", YearForm
    needs = ("starts_on", "lines", "amounts", "contingency", "brought_forward")

    def problems(self, alliance: Alliance, terms: dict) -> dict[str, str]:
        year = self._year(alliance, terms)
        last = Budget.objects.of(alliance).order_by("-starts_on").first()
        if year is None or (last and year != last.year.next):
            return {"": "The next year of the book is another one by now. Word the proposal again."}
        names = [one.casefold() for one in terms["lines"]]
        if len(set(names)) < len(names):
            return {"": "Two budget lines have the same name."}
        active = set(Participant.objects.filter(alliance=alliance).active().values_list("pk", flat=True))
        if not set(terms["participants"]) <= active:
            return {"": "Somebody who is to contribute is no longer in the alliance."}
        if wrong := possible.wrong_brought_forward(alliance, year, Decimal(terms["brought_forward"])):
            return {"brought_forward": wrong}
        planned = sum(amounts(terms, "amounts"), Decimal(terms["contingency"]))
        funded = sum(amounts(terms, "contributions"), Decimal(terms["brought_forward"]))
        if planned != funded or not planned:
            return {
                "": possible.unbalanced_budget(planned, funded)
                if planned != funded
                else "Enter the year's money."
            }
        return {}

    def _year(self, alliance: Alliance, terms: dict) -> FinancialYear | None:
        day = date.fromisoformat(terms["starts_on"])
        year = FinancialYear(day.year, day.month)
        return year if day.day == 1 and day.month == alliance.year_starts_in else None

    def sentences(self, alliance: Alliance, terms: dict) -> list[str]:
        put_in = zip(terms["participant_names"], amounts(terms, "contributions"), strict=True)
        lines = zip(terms["lines"], amounts(terms, "amounts"), strict=True)
        said = [f"The year {terms['year']} of the open book opens."]
        said.append("Contributions: " + listed(f"{name} {format_pounds(amount)}" for name, amount in put_in))
        if Decimal(terms["brought_forward"]):
            said.append(f"{format_pounds(Decimal(terms['brought_forward']))} is brought forward.")
        said.append("Budget lines: " + listed(f"{name} {format_pounds(amount)}" for name, amount in lines))
        if Decimal(terms["contingency"]):
            said.append(f"{format_pounds(Decimal(terms['contingency']))} is kept as contingency.")
        return said

    def carry_out(self, decision, terms: dict, *, by: User) -> None:
        parties = Participant.objects.in_bulk(terms["participants"])
        services.open_year(
            alliance=decision.alliance,
            year=self._year(decision.alliance, terms),
            contributions={
                parties[pk]: amount
                for pk, amount in zip(terms["participants"], amounts(terms, "contributions"), strict=True)
            },
            lines=list(zip(terms["lines"], amounts(terms, "amounts"), strict=True)),
            contingency=Decimal(terms["contingency"]),
            brought_forward=Decimal(terms["brought_forward"]),
            decision=decision,
            by=by,
        )
