"""What a seal does to the book: open a year, move or vary its money, share gain, transfer, restate (rules 30 to 40).

Each kind's terms are hashed with the wording, and the database posts nothing else (sql/decided.sql).
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django import forms

from alliance.core.forms import Group, MoneyField, NumberInput, Radios, Row, WordsField
from alliance.core.money import ZERO, format_pounds, pounds
from alliance.core.periods import FinancialYear, Month
from decisions.effects import Kind, TermsForm, register
from decisions.effects.terms import participant_of
from ledger import possible, posting, services, summaries
from ledger.models import (
    BookTerms,
    Budget,
    BudgetLine,
    Category,
    Contribution,
    Fund,
    Overhead,
    Period,
)
from participants.models import Alliance, Participant, User

LINES = 12  # that a form offers for a new year


def budgets_to_change(alliance: Alliance) -> list[Budget]:
    """Years whose last month is open: agreed money still changes there, newest first."""
    open_months = Period.objects.of(alliance).open().order_by("-month").values_list("month", flat=True)
    last = next(iter(open_months), None)
    found = (
        Budget.objects.of(alliance)
        .prefetch_related("lines", "contributions__participant")
        .order_by("-starts_on")
    )
    return [
        one for one in found if last and one.year.end <= Month.containing(last).end and _open(alliance, one)
    ]


def _open(alliance: Alliance, budget: Budget) -> bool:
    return Period.objects.of(alliance).open().filter(month=budget.year.months[-1].start).exists()


def _budget(alliance: Alliance, terms: dict) -> Budget | None:
    return Budget.objects.of(alliance).filter(pk=terms["budget"]).first() if terms.get("budget") else None


def _amounts(terms: dict, name: str) -> list[Decimal]:
    return [Decimal(one) for one in terms.get(name, [])]


def _plain(amount: Decimal) -> str:
    return format(amount, "f")


def _listed(parts: Iterable[str]) -> str:
    return "; ".join(parts) + "."


class OfBook(Kind):
    """What the kinds of the book share: they hold the fund before the record's head (ledger-and-record.md)."""

    def hold(self, alliance: Alliance, terms: dict) -> None:
        """The periods it may post to first, then the fund, in the order of every posting."""
        for month in self.months(alliance, terms):
            posting.hold_open(alliance.pk, month)
        posting.hold_fund(alliance.pk)

    def months(self, alliance: Alliance, terms: dict) -> list[Month]:
        return []


class AtFounding(OfBook):
    """What the founders enter as they signed it, before the first proposal; later a decision carries it out."""

    def agree(self, alliance: Alliance, terms: dict, *, decision=None, by: User) -> None:
        """Make it hold: by the decision, or by the founders where there is none yet."""
        raise NotImplementedError

    def carry_out(self, decision, terms: dict, *, by: User) -> None:
        self.agree(decision.alliance, terms, decision=decision, by=by)


# ── A year ──


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
        agreed = dict(zip(given.get("participants", []), given.get("contributions", []), strict=False))
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
            "contributions": [_plain(amount) for _, amount in put_in],
            "lines": [name for name, _ in lines],
            "amounts": [_plain(amount) for _, amount in lines],
            "contingency": _plain(said.get("contingency") or ZERO),
            "brought_forward": _plain(said.get("brought_forward") or ZERO),
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
        planned = sum(_amounts(terms, "amounts"), Decimal(terms["contingency"]))
        funded = sum(_amounts(terms, "contributions"), Decimal(terms["brought_forward"]))
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
        put_in = zip(terms["participant_names"], _amounts(terms, "contributions"), strict=True)
        lines = zip(terms["lines"], _amounts(terms, "amounts"), strict=True)
        said = [f"The year {terms['year']} of the open book opens."]
        said.append("Contributions: " + _listed(f"{name} {format_pounds(amount)}" for name, amount in put_in))
        if Decimal(terms["brought_forward"]):
            said.append(f"{format_pounds(Decimal(terms['brought_forward']))} is brought forward.")
        said.append("Budget lines: " + _listed(f"{name} {format_pounds(amount)}" for name, amount in lines))
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
                for pk, amount in zip(terms["participants"], _amounts(terms, "contributions"), strict=True)
            },
            lines=list(zip(terms["lines"], _amounts(terms, "amounts"), strict=True)),
            contingency=Decimal(terms["contingency"]),
            brought_forward=Decimal(terms["brought_forward"]),
            decision=decision,
            by=by,
        )


# ── Virement and variation ──

CHANGES = "Enter −500 to take £500 away, 500 to add it. Leave empty what stays as it is."


class _ChangeForm(TermsForm):
    varies = False

    def prepare(self, alliance: Alliance) -> None:
        self.budgets = budgets_to_change(alliance)
        moved = dict(zip(self.given.get("lines", []), self.given.get("amounts", []), strict=False))
        varied = dict(
            zip(self.given.get("participants", []), self.given.get("contributions", []), strict=False)
        )
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
            "amounts": [_plain(amount) for *_, amount in moves],
        }
        if self.varies:
            terms |= {
                "participants": [one.participant_id for _, one, _ in varied],
                "participant_names": [one.participant.name for _, one, _ in varied],
                "contributions": [_plain(amount) for *_, amount in varied],
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
        budget = _budget(alliance, terms)
        if budget is None:
            return {"": "Change lines of one year, by amounts that are not zero."}
        if not _open(alliance, budget):
            return {"": f"The last month of {budget.year.label} is closed: its money does not move any more."}
        moved = _amounts(terms, "amounts")
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

    def sentences(self, alliance: Alliance, terms: dict) -> list[str]:
        moves = zip(terms["line_names"], _amounts(terms, "amounts"), strict=True)
        return [
            f"In the budget of {terms['budget_name']}: "
            + _listed(f"{name} {_signed(by)}" for name, by in moves)
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
                for pk, amount in zip(terms["lines"], _amounts(terms, "amounts"), strict=True)
            },
            decision=decision,
            by=by,
        )


@register
class Variation(_Change):
    """Rule 30: contributions and lines change by the same total."""

    key, label, form = "variation", "Contributions change, and the lines with them", VariationForm
    needs = ("lines", "amounts", "participants", "contributions")

    def months(self, alliance: Alliance, terms: dict) -> list[Month]:
        budget = _budget(alliance, terms)
        return [posting.first_open_month(alliance.pk, from_month=budget.year.months[0])] if budget else []

    def unequal(self, budget: Budget, terms: dict, moved: Decimal) -> dict[str, str]:
        agreed = {one.participant_id: one for one in budget.contributions.as_now()}
        varied = dict(zip(terms["participants"], _amounts(terms, "contributions"), strict=True))
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
        varied = zip(terms["participant_names"], _amounts(terms, "contributions"), strict=True)
        return [
            f"Contributions to {terms['budget_name']}: "
            + _listed(f"{name} {_signed(by)}" for name, by in varied),
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
                for pk, amount in zip(terms["lines"], _amounts(terms, "amounts"), strict=True)
            },
            contributions={
                agreed[pk]: amount
                for pk, amount in zip(terms["participants"], _amounts(terms, "contributions"), strict=True)
            },
            decision=decision,
            by=by,
        )


# ── Share of gain and pain ──

PERCENTS = ("neutral_band", "gain_share", "pain_share", "gain_cap", "pain_cap")


def _percent(label: str, help_text: str = "") -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        help_text=help_text,
        min_value=0,
        max_value=100,
        decimal_places=3,
        widget=NumberInput({"class": "govuk-input--width-5"}),
    )


class ShareForm(TermsForm):
    kind = "share_terms"
    target = MoneyField(label="Target cost of the year")
    neutral_band = _percent(
        "Neutral band, in percent of the target", "A variance within it is shared by nobody."
    )
    gain_share = _percent("Providers' share of a saving, in percent")
    gain_cap = _percent("Cap on what providers gain, in percent of the target")
    pain_share = _percent("Providers' share of an overspend, in percent")
    pain_cap = _percent("Cap on what providers bear, in percent of the target")

    def prepare(self, alliance: Alliance) -> None:
        self.budget = next(iter(budgets_to_change(alliance)), None)
        given = dict(zip(self.given.get("participants", []), self.given.get("weights", []), strict=False))
        for name in PERCENTS:
            if self.given.get(name):
                self.initial[name] = Decimal(self.given[name])
        self.parties = list(
            Participant.objects.filter(alliance=alliance, kind=Participant.Kind.PROVIDER)
            .active()
            .order_by("place")
        )
        for one in self.parties:
            self.fields[f"weight_{one.pk}"] = forms.DecimalField(
                label=f"{one.name}'s part of the split",
                min_value=0,
                max_value=99999,
                decimal_places=4,
                required=False,
                widget=NumberInput({"class": "govuk-input--width-5"}),
            )
            if one.pk in given:
                self.initial[f"weight_{one.pk}"] = Decimal(given[one.pk])
        self.groups = [
            Group(
                "Beyond the band",
                ("What is shared", "Providers' share (%)", "At most, in % of the target"),
                [
                    Row("A saving", ("gain_share", "gain_cap")),
                    Row("An overspend", ("pain_share", "pain_cap")),
                ],
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
            **{name: _plain(said[name]) for name in ("target", *PERCENTS)},
            "participants": [one.pk for one, _ in split],
            "participant_names": [one.name for one, _ in split],
            "weights": [_plain(weight) for _, weight in split],
        }


@register
class Share(AtFounding):
    """Rule 38."""

    key, label, form = "share_terms", "How gain and pain are shared", ShareForm
    needs = ("target", *PERCENTS)

    def problems(self, alliance: Alliance, terms: dict) -> dict[str, str]:
        if not _budget(alliance, terms):
            return {"": "Open a year of the book first: gain and pain are shared for a year."}
        if Decimal(terms["target"]) <= 0:
            return {"target": "Enter a target of more than nothing."}
        if not terms["participants"]:
            return {"": "Say among which providers gain and pain are split."}
        active = set(Participant.objects.filter(alliance=alliance).active().values_list("pk", flat=True))
        if not set(terms["participants"]) <= active:
            return {"": "Somebody in the split is no longer in the alliance."}
        return {}

    def sentences(self, alliance: Alliance, terms: dict) -> list[str]:
        said = {name: _short(terms[name]) for name in PERCENTS}
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
            "Among the providers: " + _listed(f"{name} {_short(weight)}" for name, weight in split),
        ]

    def agree(self, alliance: Alliance, terms: dict, *, decision=None, by: User) -> None:
        parties = Participant.objects.in_bulk(terms["participants"])
        services.agree_share_terms(
            budget=Budget.objects.get(pk=terms["budget"], alliance=alliance),
            target=Decimal(terms["target"]),
            split=[
                (parties[pk], weight)
                for pk, weight in zip(terms["participants"], _amounts(terms, "weights"), strict=True)
            ],
            decision=decision,
            by=by,
            **{name: Decimal(terms[name]) for name in PERCENTS},
        )


def _short(number: str) -> str:
    return format(Decimal(number).normalize(), "f")


# ── How the book is kept ──


class BookTermsForm(TermsForm):
    kind = "book_terms"
    forecast_percent = _percent(
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
                f"A forecast more than {_short(terms['forecast_percent'])} % from a line's budget asks for an action "
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


# ── Overheads ──


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
        given = dict(zip(self.given.get("participants", []), self.given.get("quantities", []), strict=False))
        self.parties = list(Participant.objects.filter(alliance=alliance).active().order_by("place"))
        for one in self.parties:
            self.fields[f"quantity_{one.pk}"] = forms.DecimalField(
                label=f"{one.name} has",
                min_value=0,
                max_value=9_999_999,
                decimal_places=2,
                required=False,
                widget=NumberInput({"class": "govuk-input--width-5"}),
            )
            if one.pk in given:
                self.initial[f"quantity_{one.pk}"] = Decimal(given[one.pk])
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
            "quantities": [_plain(quantity) for _, quantity in basis],
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
            said.append("There are: " + _listed(f"{name} {_short(quantity)}" for name, quantity in basis))
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
                for pk, quantity in zip(terms["participants"], _amounts(terms, "quantities"), strict=True)
            ],
            decision=decision,
            by=by,
        )


# ── Money that leaves the pool ──


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

    def carry_out(self, decision, terms: dict, *, by: User) -> None:
        services.agree_transfer(
            participant=participant_of(decision.alliance, terms),
            amount=Decimal(terms["amount"]),
            purpose=terms["purpose"],
            decision=decision,
            by=by,
        )


# ── Restatement ──


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
            "original": _plain(original),
            "restated": _plain(pounds(said["restated"])),
        }


@register
class RestatementKind(OfBook):
    """Rule 33: original, correction and restated; the correction is restated minus original."""

    key, label, form = "restatement", "A closed month is restated", RestatementForm
    needs = ("month", "participant", "participant_name", "budget_line", "category", "original", "restated")

    def months(self, alliance: Alliance, terms: dict) -> list[Month]:
        return [posting.first_open_month(alliance.pk, from_month=_month(terms))]

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
