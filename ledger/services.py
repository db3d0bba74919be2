"""What people do with the open book. Each function is one act: lock, check, change, record (house 10)."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Count, F, Sum
from django.utils import timezone
from django.utils.text import slugify

from alliance.core.models import Document, Words
from alliance.core.money import ZERO, format_pounds, pounds
from alliance.core.outbox import enqueue
from alliance.core.periods import FinancialYear, Month
from alliance.core.record import record
from alliance.core.refusals import NotPossible
from ledger import chart, permissions, possible, posting
from ledger.comparing import differing_row
from ledger.importing import Problem
from ledger.lifecycle import RETURN, ReturnState
from ledger.models import (
    Balance,
    Budget,
    BudgetLine,
    Contribution,
    CostReturn,
    Fund,
    Journal,
    Period,
    ReturnLine,
    ReturnProblem,
)
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
    by,
) -> Budget:
    """Open a financial year: its months, its budget (rule 30), and what each participant agreed to contribute.

    The first year opens the fund too. Refused when lines plus contingency do not equal contributions plus brought
    forward exactly, or when the year is open already.
    """
    permissions.keep_the_pool.check(by, alliance=alliance)
    if year.begins != alliance.year_starts_in:
        raise NotPossible(f"{alliance}'s financial year starts in another month.")
    fund = _fund(alliance, by)
    if Budget.objects.filter(alliance=alliance, starts_on=year.start).exists():
        raise NotPossible(f"The year {year.label} is open already.")
    planned, funded = _adds_up(lines, contingency, contributions, brought_forward)
    if planned != funded:
        raise NotPossible(possible.unbalanced_budget(planned, funded))
    budget = Budget.objects.create(
        alliance=alliance, starts_on=year.start, brought_forward=pounds(brought_forward), opened_by=by
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
        key=f"{contribution.pk}/{reference.strip()}",
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


# ── Cost returns ─────────────────────────────────────────────────────────────


@transaction.atomic
def submit_cost_return(
    *,
    participant: Participant,
    month: Month,
    name: str,
    content: bytes | UploadedFile,
    media_type: str = "application/octet-stream",
    reference: str = "",
    declared_total: Decimal | None = None,
    by,
) -> CostReturn:
    """Take a participant's file for a month and ask for it to be checked.

    The same file again while it is in hand is the same return; if something stood in its way, it is read again, for
    that may be gone. Another file under the same reference replaces the one in hand; what is posted is never replaced
    (the check tells, rule 43). `reference` is the month unless given.
    """
    permissions.send_return.check(by, participant=participant)
    reference = reference.strip() or month.slug
    data = content if isinstance(content, bytes) else b"".join(content.chunks())
    posting.hold_open(participant.alliance_id, month)
    Participant.objects.select_for_update(no_key=True).get(pk=participant.pk)
    earlier = (
        CostReturn.objects.filter(participant=participant, reference=reference)
        .in_hand()
        .select_for_update(of=("self",))
        .select_related("document")
        .defer("document__content")
        .first()
    )
    if earlier:
        same_facts = (earlier.month, earlier.declared_total) == (month.start, declared_total)
        if same_facts and earlier.document.sha256 == hashlib.sha256(data).hexdigest():
            if earlier.status == ReturnState.ATTENTION:
                _read_again(earlier)
            return earlier
        _move(earlier, "replace")
    document = Document.keep(
        alliance_id=participant.alliance_id, name=name, content=data, media_type=media_type, by=by
    )
    cost_return = CostReturn.objects.create(
        alliance_id=participant.alliance_id,
        number=_next_return(participant.alliance_id),
        participant=participant,
        month=month.start,
        reference=reference,
        declared_total=declared_total,
        document=document,
        submitted_by=by,
    )
    if earlier:
        earlier.replaced_by = cost_return
        earlier.save(update_fields=["replaced_by"])
    _ask_for_a_check(cost_return)
    record(
        "ledger.return_submitted",
        cost_return,
        by=by,
        participant=participant,
        month=month.slug,
        number=cost_return.number,
        reference=reference,
        file=document.name,
        sha256=document.sha256,
        declared_total=declared_total,
        replaces=earlier.number if earlier else None,
    )
    return cost_return


@transaction.atomic
def match_columns(*, cost_return: CostReturn, mapping: dict, by) -> CostReturn:
    """Say what the file's columns mean (importing.Mapping, as JSON) and have it read again."""
    cost_return = _locked(cost_return)
    permissions.handle_return.check(by, cost_return=cost_return)
    _move(cost_return, "match_columns", mapping=mapping)
    _ask_for_a_check(cost_return)
    return cost_return


@dataclass
class Found:
    """What a worker found in a return's file (checking.py)."""

    reading: int
    headings: list[str] = field(default_factory=list)
    heading_row: int | None = None
    sheet: str = ""
    mapping: dict = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    problem_count: int = 0

    def add(self, problem: Problem) -> None:
        self.problems.append(problem)
        self.problem_count += 1


@transaction.atomic
def finish_check(*, cost_return: CostReturn, found: Found, by=None) -> CostReturn:
    """Make a reading count: the return is ready, known, or says everything that stands in its way.

    The worker's own act. A return that was withdrawn or replaced meanwhile stays so.
    """
    cost_return = _locked(cost_return)
    if cost_return.status != ReturnState.CHECKING:
        return cost_return
    of_reading = ReturnLine.objects.filter(
        alliance_id=cost_return.alliance_id, cost_return=cost_return, reading=found.reading
    )
    sums = of_reading.aggregate(lines=Count("row"), total=Sum("amount", default=ZERO))
    told = {
        "reading": found.reading,
        "headings": found.headings,
        "heading_row": found.heading_row,
        "sheet": found.sheet[:120],
        "mapping": found.mapping,
        "notes": found.notes,
        "line_count": sums["lines"],
        "lines_total": sums["total"],
    }
    verb = "find_it_ready"
    if found.missing and not found.problems:
        verb = "ask_for_columns"
    elif not found.problems:
        told["lines_hash"] = posting.reading_digest(cost_return, found.reading)
        declared = cost_return.declared_total
        if declared is not None and declared != sums["total"]:
            found.add(_not_as_declared(declared, sums["total"]))
        if same := _same_lines(cost_return, told["lines_hash"]):
            verb, told["same_as"] = "recognise", same
        elif standing := _posted_under(cost_return):
            found.add(
                differing_row(cost_return, found.reading, standing) or Problem("These lines are being posted")
            )
    if found.problems and verb != "recognise":
        verb = "find_problems"
        told["problem_count"] = max(found.problem_count, len(found.problems))
        ReturnProblem.objects.bulk_create(
            [
                ReturnProblem(
                    alliance_id=cost_return.alliance_id,
                    cost_return=cost_return,
                    reading=found.reading,
                    place=place,
                    row=problem.row,
                    column=problem.column[:120],
                    value=problem.value[:200],
                    sentence=problem.sentence,
                )
                for place, problem in enumerate(found.problems, 1)
            ],
            batch_size=1000,
        )
    else:
        told["problem_count"] = 0
    _move(cost_return, verb, **told)
    return cost_return


def _not_as_declared(declared: Decimal, total: Decimal) -> Problem:
    apart = format_pounds(abs(declared - total))
    return Problem(
        f"The lines sum to {format_pounds(total)} and the declared total is {format_pounds(declared)}: "
        f"{apart} {'is missing from' if declared > total else 'too much is in'} the lines"
    )


def _same_lines(cost_return: CostReturn, lines_hash: str) -> CostReturn | None:
    """The return with which these very lines came into the book already, under whatever reference (rule 43)."""
    return (
        CostReturn.objects.filter(
            alliance_id=cost_return.alliance_id,
            participant_id=cost_return.participant_id,
            month=cost_return.month,
            lines_hash=lines_hash,
            status__in=[ReturnState.POSTING, ReturnState.POSTED],
        )
        .exclude(pk=cost_return.pk)
        .first()
    )


@transaction.atomic
def accept_cost_return(*, cost_return: CostReturn, by) -> CostReturn:
    """Confirm a return on the participant's behalf; a worker posts it. Confirming twice is confirming once.

    Refused when another return came first, under the same reference or with these very lines (rule 43).
    """
    Participant.objects.select_for_update(no_key=True).get(pk=cost_return.participant_id)
    cost_return = _locked(cost_return)
    permissions.handle_return.check(by, cost_return=cost_return)
    if cost_return.status in (ReturnState.POSTING, ReturnState.POSTED):
        return cost_return
    RETURN.require(cost_return.status, "accept")
    posting.hold_open(cost_return.alliance_id, cost_return.period)
    if first := _posted_under(cost_return):
        raise NotPossible(
            f"“{cost_return.reference}” is in the book already: it came with return {first.number}."
        )
    if first := _same_lines(cost_return, cost_return.lines_hash):
        raise NotPossible(
            f"These very lines are in the book already: they came with return {first.number}. Withdraw this one."
        )
    _move(cost_return, "accept", accepted_at=timezone.now(), accepted_by=by)
    enqueue(
        "ledger.post_return",
        key=str(cost_return.pk),
        alliance_id=cost_return.alliance_id,
        return_id=cost_return.pk,
    )
    record(
        "ledger.return_accepted",
        cost_return,
        by=by,
        participant=cost_return.participant,
        month=cost_return.period.slug,
        number=cost_return.number,
        lines=cost_return.line_count,
        total=cost_return.lines_total,
        lines_hash=cost_return.lines_hash,
    )
    return cost_return


@transaction.atomic
def post_cost_return(*, cost_return: CostReturn, by=None) -> Journal:
    """Put an accepted return into the book. Done by a worker for whoever accepted it; done twice it is done once."""
    cost_return = _locked(cost_return)
    if cost_return.status == ReturnState.POSTED:
        return cost_return.journal
    RETURN.require(cost_return.status, "post")
    posting.take_your_time()
    before = CostReturn.objects.filter(
        participant=cost_return.participant, reference=cost_return.reference, status=ReturnState.REVERSED
    ).count()
    journal = posting.post_return(
        cost_return,
        owed=chart.accounts(cost_return.alliance_id)[chart.OWED],
        key=f"{cost_return.participant.slug}/{cost_return.reference}" + (f"/{before + 1}" if before else ""),
        by=cost_return.accepted_by,
    )
    _move(cost_return, "post", journal=journal, posted_at=journal.posted_at)
    record(
        "ledger.return_posted",
        cost_return,
        by=cost_return.accepted_by,
        participant=cost_return.participant,
        month=cost_return.period.slug,
        number=cost_return.number,
        journal=journal.number,
        lines=cost_return.line_count,
        total=cost_return.lines_total,
        digest=posting.digest_of(journal),
        lines_hash=cost_return.lines_hash,
        sha256=cost_return.document.sha256,
    )
    return journal


@transaction.atomic
def withdraw_cost_return(*, cost_return: CostReturn, by) -> CostReturn:
    """Take a return back before it is posted. The file stays, so that everybody can see what was sent."""
    cost_return = _locked(cost_return)
    permissions.handle_return.check(by, cost_return=cost_return)
    if cost_return.status == ReturnState.WITHDRAWN:
        return cost_return
    _move(cost_return, "withdraw")
    record(
        "ledger.return_withdrawn",
        cost_return,
        by=by,
        participant=cost_return.participant,
        month=cost_return.period.slug,
        number=cost_return.number,
    )
    return cost_return


# ── Corrections and closing ──────────────────────────────────────────────────


@transaction.atomic
def reverse_journal(*, journal: Journal, reason: str, by) -> Journal:
    """Undo a journal by its exact opposite, in the first open month from its own on; once, with a reason (rule 27)."""
    permissions.reverse.check(by, journal=journal)
    cost_return = CostReturn.objects.filter(journal=journal).select_for_update(of=("self",)).first()
    journal = Journal.objects.select_related("alliance").get(pk=journal.pk)
    if why_not := possible.not_reversible(journal):
        raise NotPossible(why_not)
    words = Words.need(journal.alliance_id, reason, "Say why the journal is reversed.")
    posting.take_your_time()
    month = possible.first_open_month(journal)
    if month is None:
        raise NotPossible("Every month from this journal's on is closed. Open the next year first.")
    posting.hold_open(journal.alliance_id, month)
    # Two who reverse at once take turns here.
    Fund.objects.select_for_update().get(alliance_id=journal.alliance_id)
    if Journal.objects.filter(reverses=journal).exists():
        raise NotPossible(possible.not_reversible(journal))
    today = timezone.localdate()
    reversal = posting.post_reversal(
        journal, month=month, day=min(max(today, month.start), month.end), reason=words, by=by
    )
    if cost_return:
        _move(cost_return, "reverse")
        _clear_the_way(cost_return)
    record(
        "ledger.journal_reversed",
        reversal,
        by=by,
        journal=reversal.number,
        reverses=journal.number,
        was=journal.description,
        month=month.slug,
        lines=reversal.line_count,
        debit=reversal.debit,
        digest=posting.digest_of(reversal),
        reason=words,
    )
    return reversal


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


# ── Shared ───────────────────────────────────────────────────────────────────


def _sum(column: str) -> Sum:
    return Sum(column, default=0)


def _locked(cost_return: CostReturn) -> CostReturn:
    return (
        CostReturn.objects.select_for_update(of=("self",))
        .select_related("participant", "journal", "accepted_by", "document")
        .defer("document__content")
        .get(pk=cost_return.pk)
    )


def _move(cost_return: CostReturn, verb: str, **changes) -> None:
    cost_return.status = RETURN.after(cost_return.status, verb)
    for name, value in changes.items():
        setattr(cost_return, name, value)
    cost_return.save(update_fields=["status", *changes])


def _posted_under(cost_return: CostReturn) -> CostReturn | None:
    """The return that holds this one's reference in the book, if another does."""
    return (
        CostReturn.objects.filter(
            participant_id=cost_return.participant_id,
            reference=cost_return.reference,
            status__in=[ReturnState.POSTING, ReturnState.POSTED],
        )
        .exclude(pk=cost_return.pk)
        .select_related("journal")
        .first()
    )


def _next_return(alliance_id: int) -> int:
    Fund.objects.filter(alliance_id=alliance_id).update(last_return=F("last_return") + 1)
    return Fund.objects.values_list("last_return", flat=True).get(alliance_id=alliance_id)


def _clear_the_way(reversed_return: CostReturn) -> None:
    """A file that waits under the reference of what was reversed is read again: it may be right now."""
    waiting = CostReturn.objects.filter(
        participant_id=reversed_return.participant_id,
        reference=reversed_return.reference,
        status=ReturnState.ATTENTION,
    )
    for one in waiting.select_for_update(of=("self",)).defer("document__content"):
        _read_again(one)


def _read_again(cost_return: CostReturn) -> None:
    _move(cost_return, "read_again")
    _ask_for_a_check(cost_return)


def _ask_for_a_check(cost_return: CostReturn) -> None:
    """One errand for each time that the file is to be read; the last one asked for is what the page shows."""
    from alliance.core.models import Errand

    asked = Errand.objects.filter(kind="ledger.check_return", key__startswith=f"{cost_return.pk}.").count()
    enqueue(
        "ledger.check_return",
        key=f"{cost_return.pk}.{asked + 1}",
        alliance_id=cost_return.alliance_id,
        return_id=cost_return.pk,
    )
