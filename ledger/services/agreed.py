"""What a decision changes about the agreed money. Called by its seal (ledger/effects); nobody does these alone.

Before the alliance has put its first proposal the pool manager enters what the founders signed, without a decision.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.db import transaction

from alliance.core.money import ZERO, pounds
from alliance.core.record import record
from alliance.core.refusals import NotPossible
from decisions.models import Decision
from ledger import chart, permissions, posting
from ledger.models import (
    BookTerms,
    Budget,
    BudgetChange,
    BudgetLine,
    Contribution,
    ContributionChange,
    Journal,
    Move,
    Overhead,
    OverheadBasis,
    ShareTerms,
    SplitShare,
)
from participants.models import Alliance, Participant


@transaction.atomic
def change_budget(
    *,
    budget: Budget,
    moves: Mapping[BudgetLine, Decimal],
    contributions: Mapping[Contribution, Decimal] | None = None,
    decision: Decision,
    by,
) -> BudgetChange:
    """Move agreed money between lines (rule 31), or change contributions and lines by the same total (rule 30).

    A decision changes the budget once: carrying it out again is the change that is there.
    """
    posting.hold_fund(budget.alliance_id)
    if there := BudgetChange.objects.filter(decision=decision).first():
        return there
    varied = {one: pounds(amount) for one, amount in (contributions or {}).items()}
    moved = {one: pounds(amount) for one, amount in moves.items()}
    if sum(moved.values(), ZERO) != sum(varied.values(), ZERO):
        raise NotPossible(
            "What the lines change by and what the contributions change by must be equal (rule 30)."
        )
    change = BudgetChange.objects.create(
        alliance_id=budget.alliance_id,
        budget=budget,
        number=BudgetChange.objects.filter(alliance_id=budget.alliance_id).count() + 1,
        kind=BudgetChange.Kind.VARIATION if varied else BudgetChange.Kind.VIREMENT,
        decision=decision,
        made_by=by,
    )
    Move.objects.bulk_create(
        Move(alliance_id=budget.alliance_id, change=change, budget_line=line, amount=amount)
        for line, amount in moved.items()
    )
    ContributionChange.objects.bulk_create(
        ContributionChange(alliance_id=budget.alliance_id, change=change, contribution=one, amount=amount)
        for one, amount in varied.items()
    )
    told = {}
    if varied:
        journal = _due(change, varied, by)
        told = {"journal": journal.number, "digest": posting.digest_of(journal)}
    record(
        "ledger.budget_changed",
        change,
        by=by,
        number=change.number,
        what=change.get_kind_display(),
        year=budget.year.slug,
        decision=decision.number,
        moves=[{"line": line.name, "amount": amount} for line, amount in moved.items()],
        contributions=[{"participant": one.participant, "amount": amount} for one, amount in varied.items()],
        **told,
    )
    return change


def _due(change: BudgetChange, varied: Mapping[Contribution, Decimal], by) -> Journal:
    """What is due from each participant from now on, in the first open month of the year or after it."""
    accounts = chart.accounts(change.alliance_id)
    month = posting.first_open_month(change.alliance_id, from_month=change.budget.year.months[0])
    said = f"{change} of {change.budget.year.label}"
    journal, _ = posting.post(
        alliance_id=change.alliance_id,
        month=month,
        day=month.start,
        kind=Journal.Kind.CONTRIBUTIONS_VARIED,
        description=said,
        source="variation",
        key=str(change.number),
        lines=[
            posting.Line(accounts[code], one.participant, amount * sign, description=said)
            for one, amount in varied.items()
            for code, sign in ((chart.DUE, 1), (chart.CONTRIBUTIONS, -1))
        ],
        by=by,
    )
    return journal


@transaction.atomic
def agree_share_terms(
    *,
    budget: Budget,
    target: Decimal,
    neutral_band: Decimal,
    gain_share: Decimal,
    pain_share: Decimal,
    gain_cap: Decimal,
    pain_cap: Decimal,
    split: Sequence[tuple[Participant, Decimal]],
    decision: Decision | None = None,
    by,
) -> ShareTerms:
    """How the year's gain or pain is shared from now on (rule 38). `split` is in the order of the agreement.

    What the founders entered twice just so is entered once.
    """
    _founding_or_decided(budget.alliance, decision, by)
    posting.hold_fund(budget.alliance_id)
    if not split:
        raise NotPossible("Say among which providers gain and pain are split.")
    said = {
        "target": pounds(target),
        "neutral_band": neutral_band,
        "gain_share": gain_share,
        "pain_share": pain_share,
        "gain_cap": gain_cap,
        "pain_cap": pain_cap,
        "decision": decision,
    }
    last = ShareTerms.objects.filter(budget=budget).order_by("-version").first()
    if decision is None and _says(last, said):
        parts = SplitShare.objects.filter(terms=last).order_by("place").values_list("participant", "weight")
        if list(parts) == [(who.pk, weight) for who, weight in split]:
            return last
    terms = ShareTerms.objects.create(
        alliance_id=budget.alliance_id,
        budget=budget,
        version=last.version + 1 if last else 1,
        agreed_by=by,
        **said,
    )
    SplitShare.objects.bulk_create(
        SplitShare(alliance_id=budget.alliance_id, terms=terms, participant=who, place=place, weight=weight)
        for place, (who, weight) in enumerate(split, 1)
    )
    record(
        "ledger.share_agreed",
        terms,
        by=by,
        year=budget.year.slug,
        version=terms.version,
        decision=decision and decision.number,
        target=terms.target,
        neutral_band=neutral_band,
        gain_share=gain_share,
        pain_share=pain_share,
        gain_cap=gain_cap,
        pain_cap=pain_cap,
        split=[{"participant": who, "weight": weight} for who, weight in split],
    )
    return terms


@transaction.atomic
def agree_book_terms(
    *,
    alliance: Alliance,
    forecast_percent: Decimal,
    plan_days: int,
    report_cycle: str,
    contributions_vary: str,
    decision: Decision | None = None,
    by,
) -> BookTerms:
    """How the book is kept from now on: when a forecast asks for a plan (rule 40), how often reports come.

    What the founders entered twice just so is entered once.
    """
    _founding_or_decided(alliance, decision, by)
    posting.hold_fund(alliance.pk)
    said = {
        "forecast_percent": forecast_percent,
        "plan_days": plan_days,
        "report_cycle": report_cycle,
        "contributions_vary": contributions_vary,
        "decision": decision,
    }
    last = BookTerms.objects.filter(alliance=alliance).order_by("-version").first()
    if decision is None and _says(last, said):
        return last
    terms = BookTerms.objects.create(
        alliance=alliance, version=last.version + 1 if last else 1, agreed_by=by, **said
    )
    record(
        "ledger.book_terms_agreed",
        terms,
        by=by,
        version=terms.version,
        decision=decision and decision.number,
        forecast_percent=forecast_percent,
        plan_days=plan_days,
        report_cycle=report_cycle,
        contributions_vary=contributions_vary,
    )
    return terms


@transaction.atomic
def share_overhead(
    *,
    budget_line: BudgetLine,
    driver: Overhead.Driver,
    basis: Sequence[tuple[Participant, Decimal]],
    decision: Decision | None = None,
    by,
) -> Overhead:
    """By what an overhead is shared, the same all year (rule 35). `basis` is empty for spend: the book itself says."""
    budget = budget_line.budget
    _founding_or_decided(budget.alliance, decision, by)
    posting.hold_fund(budget.alliance_id)
    if Overhead.objects.filter(budget_line=budget_line).exists():
        raise NotPossible(f"{budget_line} has its driver for the whole year (rule 35).")
    if driver == Overhead.Driver.SPEND and basis:
        raise NotPossible("What each participant spent is in the book: it is not entered again.")
    if driver != Overhead.Driver.SPEND and not any(quantity for _, quantity in basis):
        raise NotPossible("Say how much of the driver each participant has.")
    overhead = Overhead.objects.create(
        alliance_id=budget.alliance_id,
        budget=budget,
        budget_line=budget_line,
        driver=driver,
        decision=decision,
        agreed_by=by,
    )
    OverheadBasis.objects.bulk_create(
        OverheadBasis(
            alliance_id=budget.alliance_id, overhead=overhead, participant=who, place=place, quantity=quantity
        )
        for place, (who, quantity) in enumerate(basis, 1)
    )
    record(
        "ledger.overhead_shared",
        overhead,
        by=by,
        year=budget.year.slug,
        line=budget_line.name,
        driver=overhead.get_driver_display(),
        decision=decision and decision.number,
        basis=[{"participant": who, "quantity": quantity} for who, quantity in basis],
    )
    return overhead


def _founding_or_decided(alliance: Alliance, decision: Decision | None, by) -> None:
    if decision is None:
        permissions.found_the_book.check(by, alliance=alliance)


def _says(last: ShareTerms | BookTerms | None, said: Mapping) -> bool:
    return last is not None and all(getattr(last, name) == value for name, value in said.items())
