"""The year's money: opening it, what arrives, and closing its months."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.text import slugify

from alliance.core.money import ZERO, pounds
from alliance.core.periods import FinancialYear, Month
from alliance.core.record import record
from alliance.core.refusals import NotPossible
from decisions.models import Decision
from ledger import chart, permissions, possible, posting
from ledger.models import Balance, Budget, BudgetLine, Contribution, Fund, Journal, Period
from participants.models import Alliance, Participant

CONTINGENCY = "Contingency"


@transaction.atomic
def open_year(
    *,
    alliance: Alliance,
    year: FinancialYear,
    contributions: Mapping[Participant, Decimal],
    lines: Sequence[tuple[str, Decimal]],
    contingency: Decimal = ZERO,
    brought_forward: Decimal = ZERO,
    decision: Decision | None = None,
    by,
) -> Budget:
    """Open a financial year: its months, its budget (rule 30), and what each participant agreed to contribute.

    The first year opens the fund too. From the alliance's first proposal on a year opens by a decision's seal (rule
    30). Refused when lines plus contingency do not equal contributions plus brought forward exactly, when the year is
    open already, or when it brings forward another sum than the year before was closed with (rule 42).
    """
    if decision is None:
        permissions.found_the_book.check(by, alliance=alliance)
    if year.begins != alliance.year_starts_in:
        raise NotPossible(f"{alliance}'s financial year starts in another month.")
    fund = _fund(alliance, by)
    posting.hold_fund(alliance.pk)
    if Budget.objects.filter(alliance=alliance, starts_on=year.start).exists():
        raise NotPossible(f"The year {year.label} is open already.")
    if why_not := possible.wrong_brought_forward(alliance, year, pounds(brought_forward)):
        raise NotPossible(why_not)
    planned, funded = _adds_up(lines, contingency, contributions, brought_forward)
    if planned != funded:
        raise NotPossible(possible.unbalanced_budget(planned, funded))
    budget = Budget.objects.create(
        alliance=alliance,
        starts_on=year.start,
        brought_forward=pounds(brought_forward),
        decision=decision,
        opened_by=by,
    )
    named = [(name, amount, False) for name, amount in lines]
    if contingency:
        named.append((CONTINGENCY, contingency, True))
    BudgetLine.objects.bulk_create(
        BudgetLine(
            alliance=alliance,
            budget=budget,
            place=place,
            name=name.strip(),
            slug=slugify(name)[:60],
            amount=pounds(amount),
            is_contingency=last_resort,
        )
        for place, (name, amount, last_resort) in enumerate(named, 1)
    )
    Contribution.objects.bulk_create(
        Contribution(alliance=alliance, budget=budget, participant=participant, amount=pounds(amount))
        for participant, amount in contributions.items()
    )
    Period.objects.bulk_create(
        [Period(alliance=alliance, month=month.start) for month in year.months], ignore_conflicts=True
    )
    accounts = chart.open_accounts(alliance.pk)
    told = {"year": year.slug, "fund": fund.name, "brought_forward": budget.brought_forward}
    told |= {"decision": decision.number} if decision else {}
    if contributions:
        said = f"Contributions agreed for {year.label}"
        journal, _ = posting.post(
            alliance_id=alliance.pk,
            month=year.months[0],
            day=year.start,
            kind=Journal.Kind.CONTRIBUTIONS_AGREED,
            description=said,
            source="contributions agreed",
            key=year.slug,
            lines=[
                posting.Line(accounts[code], participant, pounds(amount) * sign, description=said)
                for participant, amount in contributions.items()
                for code, sign in ((chart.DUE, 1), (chart.CONTRIBUTIONS, -1))
            ],
            by=by,
        )
        told |= {"journal": journal.number, "digest": posting.digest_of(journal)}
    record(
        "ledger.year_opened",
        budget,
        by=by,
        lines=[{"name": name, "amount": pounds(amount), "contingency": last} for name, amount, last in named],
        contributions=[
            {"participant": who, "amount": pounds(amount)} for who, amount in contributions.items()
        ],
        **told,
    )
    return budget


def _adds_up(lines, contingency, contributions, brought_forward) -> tuple[Decimal, Decimal]:
    planned = sum((pounds(amount) for _, amount in lines), pounds(contingency))
    return planned, sum((pounds(amount) for amount in contributions.values()), pounds(brought_forward))


def _fund(alliance: Alliance, by) -> Fund:
    host = Participant.objects.filter(alliance=alliance, is_host=True).order_by("place").first()
    if host is None:
        raise NotPossible("No participant keeps the shared budget. Name the host first.")
    fund, _ = Fund.objects.get_or_create(
        alliance=alliance,
        defaults={"host": host, "name": f"Pooled fund of {alliance}"[:160], "opened_by": by},
    )
    return fund


@transaction.atomic
def receive_contribution(
    *, contribution: Contribution, amount: Decimal, on: date, reference: str, by
) -> Journal:
    """Money that arrived in the pool. `reference` (the bank's) makes telling it twice telling it once."""
    permissions.keep_the_pool.check(by, alliance=contribution.alliance_id)
    amount = pounds(amount)
    if amount <= 0:
        raise NotPossible("A contribution received is more than nothing.")
    if on > timezone.localdate():
        raise NotPossible("A contribution cannot arrive tomorrow. Enter the day on which it arrived.")
    accounts = chart.accounts(contribution.alliance_id)
    who = contribution.participant
    said = f"Contribution from {who.name}"
    journal, is_new = posting.post(
        alliance_id=contribution.alliance_id,
        month=Month.containing(on),
        day=on,
        kind=Journal.Kind.CONTRIBUTION_RECEIVED,
        description=said,
        source="contribution received",
        key=posting.free_key(
            contribution.alliance_id, "contribution received", f"{contribution.pk}/{reference.strip()}"
        ),
        lines=[
            posting.Line(accounts[chart.BANK], who, amount, description=said, reference=reference.strip()),
            posting.Line(accounts[chart.DUE], who, -amount, description=said, reference=reference.strip()),
        ],
        by=by,
    )
    if is_new:
        record(
            "ledger.contribution_received",
            journal,
            by=by,
            participant=who,
            amount=amount,
            on=on,
            reference=reference,
            journal=journal.number,
            digest=posting.digest_of(journal),
        )
    return journal


@transaction.atomic
def close_period(*, period: Period, by) -> Period:
    """Close a month for good, with its totals in the record (rule 33). Closing it twice is closing it once."""
    permissions.keep_the_pool.check(by, alliance=period.alliance_id)
    period = Period.objects.select_for_update().get(pk=period.pk)
    if period.closed_at:
        return period
    if why_not := possible.not_closable(period):
        raise NotPossible(why_not)
    period.closed_at, period.closed_by = timezone.now(), by
    period.save(update_fields=["closed_at", "closed_by"])
    rows = (
        Balance.objects.filter(alliance_id=period.alliance_id, month=period.month)
        .values("account__code")
        .order_by("account__code")
        .annotate(debit=_sum("debit"), credit=_sum("credit"), entries=_sum("count"))
    )
    record(
        "ledger.period_closed",
        period,
        by=by,
        month=period.value.slug,
        totals=[
            {
                "account": row["account__code"],
                "debit": row["debit"],
                "credit": row["credit"],
                "entries": row["entries"],
            }
            for row in rows
        ],
        spent=Balance.objects.filter(alliance_id=period.alliance_id, month=period.month).costs().net(),
    )
    return period


def _sum(column: str) -> Sum:
    return Sum(column, default=0)
