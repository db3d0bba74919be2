"""How journals come into the book: at once, balanced, numbered, once (ledger-and-record.md, Money).

Lock order: period (shared), the fund's numbers, balances (by the database), the record's head (by `record`, last).
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

import rfc8785
from django.db import connection
from django.db.models import F

from alliance.core.models import Words
from alliance.core.money import ZERO
from alliance.core.periods import Month
from alliance.core.refusals import NotPossible
from ledger.models import Account, BudgetLine, CostReturn, Entry, Fund, Journal, Period
from participants.models import Participant

SECOND_FORM = "2:"  # so begin the digests of sql/digests.sql


@dataclass(frozen=True)
class Line:
    """An entry to be: `amount` is positive for a debit, negative for a credit."""

    account: Account
    participant: Participant
    amount: Decimal
    budget_line: BudgetLine | None = None
    supplier: str = ""
    description: str = ""
    reference: str = ""

    def said(self) -> list[str]:
        """What the input hash is taken over."""
        return [
            self.account.code,
            str(self.participant.pk),
            str(self.budget_line.pk if self.budget_line else ""),
            format(self.amount, ".2f"),
            self.supplier,
            self.description,
            self.reference,
        ]


def post(
    *,
    alliance_id: int,
    month: Month,
    day: date,
    kind: Journal.Kind,
    description: str,
    source: str,
    key: str,
    lines: Sequence[Line],
    by,
) -> tuple[Journal, bool]:
    """Post a small journal; the flag says whether it is new.

    The same (source, key) with the same lines is the journal that is there; with other lines it is refused (rule 43).
    """
    given = input_hash(line.said() for line in lines)
    hold_open(alliance_id, month)
    number = next_journals(alliance_id, 1)
    if there := Journal.objects.filter(alliance_id=alliance_id, source=source, key=key).first():
        give_back(alliance_id, 1)
        if there.input_hash != given:
            raise NotPossible(
                f"“{key}” is in the book as journal {there.number}, with other figures (rule 43)."
            )
        return there, False
    journal = Journal.objects.create(
        alliance_id=alliance_id,
        number=number,
        month=month.start,
        date=day,
        kind=kind,
        description=description,
        source=source,
        key=key,
        input_hash=given,
        line_count=len(lines),
        debit=sum((line.amount for line in lines if line.amount > 0), ZERO),
        posted_by=by,
    )
    Entry.objects.bulk_create(
        Entry(
            alliance_id=alliance_id,
            journal=journal,
            line=place,
            month=journal.month,
            account=line.account,
            participant=line.participant,
            budget_line=line.budget_line,
            amount=line.amount,
            date=day,
            supplier=line.supplier,
            description=line.description,
            reference=line.reference,
        )
        for place, line in enumerate(lines, 1)
    )
    return journal, True


def post_return(cost_return: CostReturn, *, owed: Account, key: str, by) -> Journal:
    """Post the return's current reading: a debit for each row, one credit for what is owed to the participant.

    Its rows go from the reading into the book inside the database (INSERT … SELECT).
    """
    hold_open(cost_return.alliance_id, cost_return.period)
    number = next_journals(cost_return.alliance_id, 1)
    where = [cost_return.alliance_id, cost_return.pk, cost_return.reading]
    rows, total, debits = _one(
        """select count(*), coalesce(sum(amount), 0), coalesce(sum(amount) filter (where amount > 0), 0)
           from ledger_returnline where alliance_id = %s and cost_return_id = %s and reading = %s""",
        where,
    )
    journal = Journal.objects.create(
        alliance_id=cost_return.alliance_id,
        number=number,
        month=cost_return.month,
        date=cost_return.period.end,
        kind=Journal.Kind.COST_RETURN,
        description=f"Costs of {cost_return.participant.name}, {cost_return.period.label}",
        source="cost return",
        key=key,
        input_hash=cost_return.lines_hash,
        line_count=rows + bool(total),
        debit=debits + max(-total, ZERO),
        posted_by=by,
    )
    said = f"Owed for return {cost_return.number}"
    _run(
        """insert into ledger_entry (alliance_id, journal_id, line, month, account_id, participant_id, budget_line_id,
                                     amount, date, supplier, description, reference, source_row)
           select alliance_id, %s, row_number() over (order by "row"), %s, account_id, %s, budget_line_id,
                  amount, date, supplier, description, reference, "row"
           from ledger_returnline where alliance_id = %s and cost_return_id = %s and reading = %s
           union all
           select %s, %s, %s, %s, %s, %s, null, %s, %s, '', %s, '', null where %s <> 0""",
        [
            *(journal.pk, journal.month, cost_return.participant_id),
            *where,
            *(journal.alliance_id, journal.pk, rows + 1, journal.month, owed.pk, cost_return.participant_id),
            *(-total, journal.date, said, total),
        ],
    )
    return journal


def post_reversal(journal: Journal, *, month: Month, day: date, reason: Words | None, by) -> Journal:
    """The same entries with the opposite sign, line by line, in `month`."""
    hold_open(journal.alliance_id, month)
    number = next_journals(journal.alliance_id, 1)
    (credited,) = _one(
        "select coalesce(-sum(amount) filter (where amount < 0), 0) from ledger_entry "
        "where alliance_id = %s and journal_id = %s",
        [journal.alliance_id, journal.pk],
    )
    reversal = Journal.objects.create(
        alliance_id=journal.alliance_id,
        number=number,
        month=month.start,
        date=day,
        kind=Journal.Kind.REVERSAL,
        description=f"Reversal of journal {journal.number}: {journal.description}"[:300],
        source="reversal",
        key=str(journal.number),
        input_hash=journal.input_hash,
        line_count=journal.line_count,
        debit=credited,
        reverses=journal,
        reason=reason,
        posted_by=by,
    )
    _run(
        """insert into ledger_entry (alliance_id, journal_id, line, month, account_id, participant_id, budget_line_id,
                                     amount, date, supplier, description, reference, source_row)
           select alliance_id, %s, line, %s, account_id, participant_id, budget_line_id,
                  -amount, date, supplier, description, reference, source_row
           from ledger_entry where alliance_id = %s and journal_id = %s order by line""",
        [reversal.pk, reversal.month, journal.alliance_id, journal.pk],
    )
    return reversal


def hold_open(alliance_id: int, month: Month) -> None:
    """Share the month's row until commit, so that it cannot be closed meanwhile; a closed one is refused (rule 33)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select closed_at from ledger_period where alliance_id = %s and month = %s for share",
            [alliance_id, month.start],
        )
        row = cursor.fetchone()
    if row is None:
        raise NotPossible(f"{month.label} is not a month of this book: its year has not been opened.")
    if row[0] is not None:
        raise NotPossible(f"{month.label} is closed: it takes no posting (rule 33).")


def hold_fund(alliance_id: int) -> None:
    """Whoever numbers, pays or changes what was agreed takes turns here, until the commit."""
    Fund.objects.select_for_update().filter(alliance_id=alliance_id).values_list("pk").first()


def first_open_month(alliance_id: int, *, from_month: Month) -> Month:
    """Where a correction of `from_month` goes (rule 27), shared until the commit."""
    if found := hold_first_open(alliance_id, from_month=from_month):
        return found
    raise NotPossible(f"Every month from {from_month.label} on is closed. Open the next year first.")


def hold_first_open(alliance_id: int, *, from_month: Month) -> Month | None:
    """Share the first open month from `from_month` on until the commit; one that is being closed is passed over."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select month from ledger_period where alliance_id = %s and month >= %s and closed_at is null "
            "order by month limit 1 for share",
            [alliance_id, from_month.start],
        )
        row = cursor.fetchone()
    return row and Month.containing(row[0])


def need_month(alliance_id: int, month: Month) -> None:
    """The month is of the book from now on, though its year may have no budget yet: an accrual of March needs April."""
    Period.objects.bulk_create([Period(alliance_id=alliance_id, month=month.start)], ignore_conflicts=True)


def next_journals(alliance_id: int, count: int) -> int:
    """Take `count` numbers, without a gap; the first of them. Whoever has them, has them until the commit."""
    Fund.objects.filter(alliance_id=alliance_id).update(last_journal=F("last_journal") + count)
    return Fund.objects.values_list("last_journal", flat=True).get(alliance_id=alliance_id) - count + 1


def give_back(alliance_id: int, count: int) -> None:
    Fund.objects.filter(alliance_id=alliance_id).update(last_journal=F("last_journal") - count)


def free_key(alliance_id: int, source: str, key: str) -> str:
    """The key, or "key (2)" once what was posted under it was reversed: then the right figures come under it."""
    tries = 1
    while Journal.objects.filter(
        alliance_id=alliance_id,
        source=source,
        key=key if tries == 1 else f"{key} ({tries})",
        reversed_by__isnull=False,
    ).exists():
        tries += 1
    return key if tries == 1 else f"{key} ({tries})"


def digest_of(journal: Journal) -> str:
    """SHA-256 over all of a journal's lines, for its event, as sql/digests.sql says; made where the lines are."""
    return _one("select ledger_journal_digest_2(%s, %s)", [journal.alliance_id, journal.pk])[0]


class Said(NamedTuple):
    """What a reading says: how many lines, their sum, and their digest; two files with one are the same return."""

    reading: int
    lines: int
    total: Decimal
    digest: str


def said_by(cost_return: CostReturn, reading: int) -> Said:
    found = _one(
        "select lines, total, digest from ledger_reading_said(%s, %s, %s)",
        [cost_return.alliance_id, cost_return.pk, reading],
    )
    return Said(reading, *found)


def digests_of(cost_return: CostReturn, reading: int) -> set[str]:
    """What a reading says, in both forms: returns that were read before there was a second have the first."""
    first = _one(
        "select ledger_reading_digest(%s, %s, %s)", [cost_return.alliance_id, cost_return.pk, reading]
    )
    return {*first, said_by(cost_return, reading).digest}


def input_hash(lines: Iterable[list[str]]) -> str:
    return hashlib.sha256(rfc8785.dumps(list(lines))).hexdigest()


def take_your_time() -> None:
    """A posting of a million lines is one statement: let this transaction have it."""
    _run("set local statement_timeout = '15min'", [])


def _one(statement: str, values: list) -> tuple:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()


def _run(statement: str, values: list) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
