"""The book for plain-text accounting: a file that hledger and Ledger open, and one that Beancount opens.

Every journal is a transaction of its month, every entry a posting on `Costs:Direct staff:Housing first:Haven` or the
like. At each month's end the balances that the application keeps are asserted for whatever moved: a program that
opens the file without complaint has summed all lines and found the very same. Nothing personal is in it but what the
lines say; the reasons of reversals stay in the application.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Max, Min
from django.utils import timezone

from alliance.core.money import ZERO
from alliance.core.periods import Month
from alliance.core.periods import Period as Span
from alliance.core.record import head
from ledger.exporting.reading import journals_of
from ledger.models import Account, Balance, BudgetLine, Entry, Fund, Journal
from ledger.summaries import months_of
from participants.models import Alliance, Participant

ROOTS = {
    Account.Kind.BANK: "Assets",
    Account.Kind.DUE: "Assets",
    Account.Kind.PREPAID: "Assets",
    Account.Kind.OWED: "Liabilities",
    Account.Kind.ACCRUED: "Liabilities",
    Account.Kind.CONTRIBUTIONS: "Income",
    Account.Kind.TRANSFERRED: "Equity",
    Account.Kind.COST: "Costs",
}
STAYING = {
    "Assets",
    "Liabilities",
}  # what a later span begins with; the rest is summed up in what was brought forward
BROUGHT_FORWARD = ("Equity", "Brought forward")
NO_LINE = "No budget line"

Facts = dict[str, str | int | date]


# ── The dialects ─────────────────────────────────────────────────────────────


class HledgerAndLedger:
    """One file for both: what their grammars share. A fact is a comment `; name: value`, which both read as a tag."""

    key, label, extension = "hledger", "hledger and Ledger", "journal"
    comment = ";"

    def part(self, name: str) -> str:
        """One part of an account's name: letters, digits and harmless signs, never two spaces."""
        kept = "".join(letter if letter.isalnum() or letter in "-–'’&.,/+" else " " for letter in name)
        return " ".join(kept.split()) or "Unnamed"

    def opening(self, title: str) -> Iterator[str]:
        yield "commodity GBP\n    format 1000.00 GBP\n\n"
        yield "".join(f"tag {name}\n" for name in TAGS) + "\n"

    def account(self, name: str, since: date) -> str:
        return f"account {name}\n"

    def transaction(self, day: date, number: int | None, said: str, facts: Facts) -> str:
        code = f" ({number})" if number else ""
        return f"\n{day}{code} {self.text(said)}\n{self._facts(facts)}"

    def posting(self, account: str, amount: Decimal, facts: Facts) -> str:
        return f"    {account}  {amount:.2f} GBP\n{self._facts(facts)}"

    def assertions(self, month: Month, balances: Iterable[tuple[str, Decimal]]) -> Iterator[str]:
        yield f"\n{month.end} Balances at the end of {month.label}\n"
        for account, balance in balances:
            yield f"    {account}  0.00 GBP = {balance:.2f} GBP\n"

    def text(self, said: str) -> str:
        """Free text in which neither program finds a tag, a date, a comment or a code of its own."""
        said = re.sub(r"(\d):(?=\d)", r"\1.", _one_line(said)).replace(":", " -")
        return said.translate(_PLAINLY).lstrip("*!=( ") or "-"

    def _facts(self, facts: Facts) -> str:
        return "".join(f"    ; {name}: {self.text(str(value))}\n" for name, value in facts.items())


class Beancount:
    """Version 2 and 3. A fact is metadata; a journal's number is its link."""

    key, label, extension = "beancount", "Beancount", "beancount"
    comment = ";"

    def part(self, name: str) -> str:
        """Letters, digits and hyphens, beginning with a capital or a digit."""
        kept = "".join(letter if letter.isalnum() else "-" for letter in unicodedata.normalize("NFC", name))
        kept = re.sub("-+", "-", kept).strip("-")
        kept = kept[:1].upper() + kept[1:]
        return kept if kept[:1].isupper() or kept[:1].isdecimal() else f"X{kept}"

    def opening(self, title: str) -> Iterator[str]:
        yield f'option "title" {self.quoted(title)}\n'
        yield 'option "operating_currency" "GBP"\n'
        yield 'option "name_expenses" "Costs"\n\n'

    def account(self, name: str, since: date) -> str:
        return f"{since} open {name} GBP\n"

    def transaction(self, day: date, number: int | None, said: str, facts: Facts) -> str:
        link = f" ^journal-{number}" if number else ""
        return f"\n{day} * {self.quoted(said)}{link}\n{self._facts(facts, 2)}"

    def posting(self, account: str, amount: Decimal, facts: Facts) -> str:
        return f"  {account}  {amount:.2f} GBP\n{self._facts(facts, 4)}"

    def assertions(self, month: Month, balances: Iterable[tuple[str, Decimal]]) -> Iterator[str]:
        """A balance is that of the day's beginning: the first of the next month. To the penny, without tolerance."""
        yield "\n"
        for account, balance in balances:
            yield f"{month.next.start} balance {account}  {balance:.2f} ~ 0.00 GBP\n"

    def quoted(self, said: str) -> str:
        text = _one_line(said).replace("\\", "\\\\").replace('"', '\\"')
        return f'"{text}"'

    def _facts(self, facts: Facts, indent: int) -> str:
        return "".join(
            f"{' ' * indent}{name}: {self.quoted(value) if isinstance(value, str) else value}\n"
            for name, value in facts.items()
        )


DIALECTS = {dialect.key: dialect for dialect in (HledgerAndLedger(), Beancount())}
TAGS = ("kind", "posted", "new", "day", "supplier", "for", "ref", "row")
_PLAINLY = str.maketrans({"[": "(", "]": ")", ";": ",", "|": "/", "\u2028": " "})


def _one_line(said: str) -> str:
    printable = (letter if letter.isprintable() else " " for letter in said)
    return " ".join("".join(printable).split())


# ── Names of accounts ────────────────────────────────────────────────────────


Where = tuple[int, int | None, int]  # account, budget line, participant


@dataclass(frozen=True)
class Names:
    """What an account, a budget line or none, and a participant are called together, in a dialect."""

    roots: dict[int, str]
    accounts: dict[int, str]
    lines: dict[int, str]
    participants: dict[int, str]

    @classmethod
    def of(cls, alliance: Alliance, dialect) -> "Names":
        """A line of the same name in another year is the same; two participants never are."""
        accounts = list(Account.objects.filter(alliance=alliance))
        lines = list(BudgetLine.objects.filter(alliance=alliance).values_list("pk", "name"))
        participants = Participant.objects.filter(alliance=alliance)
        by_name = _distinct({name: name for _, name in lines} | {NO_LINE: NO_LINE}, dialect.part)
        return cls(
            {one.pk: ROOTS[one.kind] for one in accounts},
            _distinct({one.pk: one.name for one in accounts}, dialect.part),
            {pk: by_name[name] for pk, name in lines} | {0: by_name[NO_LINE]},
            _distinct({one.pk: one.short_name for one in participants}, dialect.part),
        )

    def __call__(self, where: Where) -> str:
        account, line, participant = where
        root = self.roots[account]
        middle = [self.lines[line or 0]] if line or root == "Costs" else []
        return ":".join([root, self.accounts[account], *middle, self.participants[participant]])


def _distinct(called: dict[Hashable, str], part: Callable[[str], str]) -> dict[Hashable, str]:
    """Each thing's part of a name; those that would be the same are numbered."""
    parts: dict[Hashable, str] = {}
    taken: set[str] = set()
    for thing, name in called.items():
        wanted = found = part(name)
        count = 1
        while found.casefold() in taken:
            count += 1
            found = part(f"{wanted} {count}")
        taken.add(found.casefold())
        parts[thing] = found
    return parts


# ── The file ─────────────────────────────────────────────────────────────────


def accounting_journal(
    alliance: Alliance, dialect_key: str, span: Span | None = None, *, new_after: int | None = None
) -> Iterator[str]:
    """The text, in parts, of the whole book or of a span. Read it within `one_moment`.

    A span begins with what its accounts hold and owe at its start; what was contributed and spent before is one sum,
    so that the costs in the file are the span's. Journals with a number beyond `new_after` are marked `new`.
    """
    dialect = DIALECTS[dialect_key]
    names = Names.of(alliance, dialect)
    months = _months(alliance, span)
    yield from _header(alliance, dialect, span, months)
    if not months:
        return
    first = months[0].start
    brought = _brought_forward(alliance, names, dialect, first)
    moved = _moves(alliance, names, months)
    called = {account for moves in moved.values() for account in moves} | set(brought)
    yield from (dialect.account(account, first) for account in sorted(called))
    if brought:
        yield dialect.transaction(first, None, f"Brought forward to {months[0].label}", {})
        yield from (dialect.posting(account, amount, {}) for account, amount in sorted(brought.items()))
    balances = defaultdict(lambda: ZERO, brought)
    journals = lines = 0
    for month in months:
        for journal, entries in journals_of(alliance.pk, month):
            journals += 1
            day = min(max(journal.date, month.start), month.end)
            yield dialect.transaction(
                day, journal.number, journal.description, _of_journal(journal, day, new_after)
            )
            for entry in entries:
                lines += 1
                where = (entry.account_id, entry.budget_line_id, entry.participant_id)
                yield dialect.posting(names(where), entry.amount, _of_entry(entry, journal, day))
        for account, amount in moved[month].items():
            balances[account] += amount
        if moved[month]:
            yield from dialect.assertions(month, [(one, balances[one]) for one in sorted(moved[month])])
    yield f"\n{dialect.comment} The end: {journals} journals with {lines} lines. A file without this line is cut off.\n"


def _months(alliance: Alliance, span: Span | None) -> list[Month]:
    """Of the span, or from the first month in the book to the last."""
    if span is not None:
        return list(months_of(span))
    ends = Journal.objects.filter(alliance=alliance).aggregate(first=Min("month"), last=Max("month"))
    if ends["first"] is None:
        return []
    return list(Month.containing(ends["first"]).through(Month.containing(ends["last"])))


def _header(alliance: Alliance, dialect, span: Span | None, months: list[Month]) -> Iterator[str]:
    fund = Fund.objects.filter(alliance=alliance).first()
    end = head(alliance.pk)
    title = fund.name if fund else str(alliance)
    told = [
        f"{_one_line(title)}: the open book of {_one_line(str(alliance))}, for {dialect.label}",
        f"Span: {span.label if span else 'the whole book'}",
        f"Made: {timezone.now():%Y-%m-%d %H:%M} UTC",
        f"Last journal in the book: {fund.last_journal if fund else 0}",
        f"Head of the record: {end.seq}:{bytes(end.hash).hex()}" if end else "The record is empty",
        "A debit is positive, a credit negative; amounts are pounds.",
        "At each month's end stand the balances that the application keeps: your program compares them with its own.",
        *(
            f"{dialect.part(one.short_name)} = {_one_line(one.name)}"
            for one in Participant.objects.filter(alliance=alliance)
        ),
        *([] if months else ["Nothing is posted yet."]),
    ]
    yield "".join(f"{dialect.comment} {line}\n" for line in told) + "\n"
    yield from dialect.opening(title)


def _brought_forward(alliance: Alliance, names: Names, dialect, first: date) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = defaultdict(lambda: ZERO)
    rest = ":".join([BROUGHT_FORWARD[0], dialect.part(BROUGHT_FORWARD[1])])
    rows = Balance.objects.filter(alliance=alliance, month__lt=first)
    for row in rows.net_by("account", "budget_line", "participant"):
        stays = names.roots[row["account"]] in STAYING
        name = names((row["account"], row["budget_line"], row["participant"])) if stays else rest
        sums[name] += row["net"]
    return {name: amount for name, amount in sums.items() if amount}


def _moves(alliance: Alliance, names: Names, months: list[Month]) -> dict[Month, dict[str, Decimal]]:
    """What each month changed on each account that it touched: the application's balances, not the lines."""
    moved: dict[Month, dict[str, Decimal]] = {month: {} for month in months}
    rows = Balance.objects.filter(alliance=alliance, month__gte=months[0].start, month__lte=months[-1].start)
    for row in rows.net_by("month", "account", "budget_line", "participant"):
        name = names((row["account"], row["budget_line"], row["participant"]))
        of_month = moved[Month.containing(row["month"])]
        of_month[name] = of_month.get(name, ZERO) + row["net"]
    return moved


def _of_journal(journal: Journal, day: date, new_after: int | None) -> Facts:
    facts: Facts = {"kind": journal.get_kind_display(), "posted": timezone.localdate(journal.posted_at)}
    if journal.date != day:
        facts["day"] = journal.date
    if new_after is not None and journal.number > new_after:
        facts["new"] = "since your last export"
    return facts


def _of_entry(entry: Entry, journal: Journal, day: date) -> Facts:
    facts: Facts = {"day": entry.date} if entry.date != day else {}
    what = "" if entry.description == journal.description else entry.description
    said = {"supplier": entry.supplier, "for": what, "ref": entry.reference}
    facts |= {name: value for name, value in said.items() if value}
    if entry.source_row:
        facts["row"] = entry.source_row
    return facts
