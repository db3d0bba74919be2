"""Putting a return right in the page: its rows, and the names that are a participant's own."""

from collections.abc import Mapping
from decimal import Decimal

from django.db import transaction

from alliance.core.money import format_pounds
from alliance.core.record import record
from alliance.core.refusals import NotPossible
from ledger import importing, permissions
from ledger.importing import LEAVE, Meaning
from ledger.lifecycle import RETURN
from ledger.models import BudgetLine, Category, CostReturn, OwnName, ReturnLine, RowFix
from ledger.services.shared import ask_for_a_check, locked, move

IN_THE_RECORD = {"date", "amount", "category", "budget_line"}  # fields that hold nobody's own words


@transaction.atomic
def fix_rows(*, cost_return: CostReturn, fixes: Mapping[int, Mapping[str, str]], by) -> CostReturn:
    """Put texts in the place of those of the file, and have it read again.

    fixes: row → field (of importing.COLUMNS) → text; the field "" with "leave" leaves the row out, with "" takes it
    in again. The file and the rows as they were read stay; who changed what is kept beside them.
    """
    cost_return = locked(cost_return)
    permissions.handle_return.check(by, cost_return=cost_return)
    RETURN.require(cost_return.status, "fix_rows")
    stands = {number: dict(row) for number, row in rows_as_they_stand(cost_return, fixes).items()}
    made = []
    for number, texts in fixes.items():
        if number not in stands:
            raise NotPossible(f"Row {number} is not one of the rows that were read.")
        made += [
            RowFix(
                alliance_id=cost_return.alliance_id,
                cost_return=cost_return,
                sheet=cost_return.sheet,
                row=number,
                field=field,
                was=stands[number].get(field, ""),
                now=text,
                fixed_by=by,
            )
            for field, text in texts.items()
            if field == "" or field in importing.COLUMNS
        ]
    if not made:
        return cost_return
    RowFix.objects.bulk_create(made)
    move(cost_return, "fix_rows")
    ask_for_a_check(cost_return)
    told = IN_THE_RECORD
    if cost_return.tells_pay or any(one.field == "category" for one in made):
        told = told - {"amount"}  # everybody reads the record, and it may be what somebody is paid (rule 29)
    record(
        "ledger.return_fixed",
        cost_return,
        by=by,
        participant=cost_return.participant,
        month=cost_return.period.slug,
        number=cost_return.number,
        rows=sorted({one.row for one in made}),
        changes=[
            {"row": one.row, "field": one.field or "left out"}
            | ({"was": one.was} if one.field in told and not cost_return.tells_pay else {})
            | ({"now": one.now} if one.field in told else {})
            for one in made
        ][:500],
    )
    return cost_return


@transaction.atomic
def declare_total(*, cost_return: CostReturn, total: Decimal | None, by) -> CostReturn:
    """Say another total than the one that was declared with the file, or None, and have the file read again.

    The first total and every later one stay in sight, with who said them.
    """
    cost_return = locked(cost_return)
    permissions.handle_return.check(by, cost_return=cost_return)
    RETURN.require(cost_return.status, "fix_rows")
    before = cost_return.declared_now
    if total == before:
        return cost_return
    was, now = (format_pounds(one) if one is not None else "" for one in (before, total))
    RowFix.objects.create(
        alliance_id=cost_return.alliance_id,
        cost_return=cost_return,
        row=0,
        field=RowFix.DECLARED,
        was=was,
        now=now,
        fixed_by=by,
    )
    move(cost_return, "fix_rows")
    ask_for_a_check(cost_return)
    record(
        "ledger.total_declared",
        cost_return,
        by=by,
        participant=cost_return.participant,
        month=cost_return.period.slug,
        number=cost_return.number,
        was=before,
        now=total,
    )
    return cost_return


def rows_as_they_stand(cost_return: CostReturn, numbers) -> dict[int, dict[str, str]]:
    """Row → field → the text that counts now: the file's, or what was put in its place."""
    meaning = Meaning.from_json(cost_return.mapping)
    lines = ReturnLine.objects.filter(
        alliance_id=cost_return.alliance_id,
        cost_return=cost_return,
        reading=cost_return.reading,
        row__in=numbers,
    )
    rows = {line.row: importing.texts(meaning, line.cells) for line in lines}
    for fix in cost_return.fixes.filter(row__in=numbers, sheet=cost_return.sheet).order_by("pk"):
        if fix.row in rows:
            rows[fix.row][fix.field] = fix.now
        elif fix.now == LEAVE:
            rows[fix.row] = {"": LEAVE}  # a row that is left out is not staged, and can be taken in again
    return rows


@transaction.atomic
def explain_names(*, cost_return: CostReturn, meanings: Mapping[tuple[str, str], str], by) -> CostReturn:
    """Say what the participant's own names mean here, for this file and the next ones, and have it read again.

    meanings: (field, name) → a category's value, a budget line's name, "leave" or (for a supplier) "cost".
    """
    cost_return = locked(cost_return)
    permissions.handle_return.check(by, cost_return=cost_return)
    year = cost_return.alliance.financial_year(cost_return.month)
    lines = set(
        BudgetLine.objects.filter(
            alliance_id=cost_return.alliance_id, budget__starts_on=year.start
        ).values_list("name", flat=True)
    )
    RETURN.require(cost_return.status, "explain_names")
    known = {
        "category": {LEAVE, *Category.values},
        "budget_line": {LEAVE, *lines},
        "supplier": {LEAVE, importing.COST},
    }
    for (field, said), meaning in meanings.items():
        if meaning not in known.get(field, ()):
            raise NotPossible(f"“{said}” cannot mean “{meaning}” here.")
    if not meanings:
        return cost_return
    OwnName.objects.bulk_create(
        OwnName(
            alliance_id=cost_return.alliance_id,
            participant=cost_return.participant,
            field=field,
            said=importing.plain(said)[:200],
            meaning=meaning,
            explained_by=by,
        )
        for (field, said), meaning in meanings.items()
    )
    move(cost_return, "explain_names")
    ask_for_a_check(cost_return)
    record(
        "ledger.names_explained",
        cost_return,
        by=by,
        participant=cost_return.participant,
        month=cost_return.period.slug,
        number=cost_return.number,
        names=[
            {"field": field, "meaning": meaning} | ({} if cost_return.tells_pay else {"said": said})
            for (field, said), meaning in meanings.items()
            if field != "supplier"
        ],
        count=len(meanings),
    )
    return cost_return
