"""The spend file: what was spent in a quarter in items of more than 500 pounds, for publishing (rule 41).

An item is an invoice: the lines of one participant with the same supplier, reference and day; without a reference
each line is one. A reversal or a correction counts with the line that it puts right, so that what never was does not
appear, and what is put right later appears as what it changes. Pay of own staff is left out whatever its size, and so
is what is no payment: accruals, prepayments' parts and restatements.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

from alliance.core.money import ZERO
from alliance.core.periods import Quarter
from ledger.exporting import persons
from ledger.models import Category, SupplierMark
from participants.models import Alliance

OVER = Decimal("500.00")  # 500.01 is in, 500.00 is out
REDACTED = "Redacted: personal data"
SHOWN = 50  # items before the file is taken, as many as a page of lines has
HEADINGS = (
    *("Body name", "Body URI", "Fund", "Spent by", "Service", "Date", "Transaction number", "Supplier name"),
    *("Amount net of recoverable VAT", "Of which irrecoverable VAT", "Purpose", "Category"),
)
SPENT = """
with spent as (
    select e.participant_id, trim(e.supplier) as supplier, e.description, e.amount, a.category, a.name as category_name,
           e.budget_line_id, coalesce(o.date, e.date) as day, j.number, e.line, trim(e.reference) as reference,
           coalesce(c.corrects_id, j.reverses_id, j.id) || '/' || coalesce(c.line, e.line) as origin
    from ledger_entry e
    join ledger_account a on a.id = e.account_id and a.kind = 'cost' and a.category <> %(staff)s
    join ledger_journal j on j.id = e.journal_id and j.alliance_id = e.alliance_id
    left join ledger_journal was on was.id = j.reverses_id
    left join ledger_correction c on c.journal_id = coalesce(j.reverses_id, j.id)
    left join ledger_entry o on o.alliance_id = e.alliance_id and o.journal_id = c.corrects_id and o.line = c.line
    where e.alliance_id = %(alliance)s and j.month between %(first)s and %(last)s
      and coalesce(was.kind, j.kind) in ('cost_return', 'costs_loaded', 'correction'))
select s.participant_id, p.name, p.short_name, min(s.supplier), min(l.name), count(distinct l.name), s.day,
       min(array[s.number, s.line]), sum(s.amount), coalesce(sum(s.amount) filter (where s.category = %(vat)s), 0.00),
       string_agg(distinct nullif(s.description, ''), '; '), string_agg(distinct s.category_name, '; ')
from spent s
join participants_participant p on p.id = s.participant_id
left join ledger_budgetline l on l.id = s.budget_line_id
group by s.participant_id, p.name, p.short_name, p.place, lower(s.supplier), s.day,
         case when s.reference <> '' then 'ref ' || lower(s.reference) else s.origin end
having abs(sum(s.amount)) > %(over)s
order by s.day, p.place, min(array[s.number, s.line])
"""


@dataclass(frozen=True)
class Item:
    """`amount` is with the VAT that cannot be recovered; `supplier` and `purpose` are as the book has them."""

    participant_id: int
    participant: str
    participant_short: str
    supplier: str
    service: str
    day: date
    transaction: str
    journal: int
    amount: Decimal
    vat: Decimal
    purpose: str
    category: str
    is_private: bool

    @property
    def supplier_told(self) -> str:
        """As it is published."""
        if self.is_private:
            return REDACTED
        return self.supplier or f"{self.participant} (no supplier named)"

    @property
    def purpose_told(self) -> str:
        return persons.without(self.supplier, self.purpose) if self.is_private else self.purpose


def items(alliance: Alliance, quarter: Quarter) -> Iterator[Item]:
    """In the order of their days, with flat memory; within a transaction."""
    marks = marked(alliance)
    with connection.chunked_cursor() as cursor:
        cursor.execute(
            SPENT,
            {
                "alliance": alliance.pk,
                "first": quarter.months[0].start,
                "last": quarter.months[-1].start,
                "staff": Category.DIRECT_STAFF.value,
                "vat": Category.IRRECOVERABLE_VAT.value,
                "over": OVER,
            },
        )
        while rows := cursor.fetchmany(2000):
            for row in rows:
                who, name, short, supplier, line, lines, day, (journal, place), amount, vat, *words = row
                purpose, category = (word or "" for word in words)
                yield Item(
                    participant_id=who,
                    participant=name,
                    participant_short=short,
                    supplier=supplier,
                    service=line if lines == 1 else "Several budget lines",
                    day=day,
                    transaction=f"{journal}-{place}",
                    journal=journal,
                    amount=amount,
                    vat=vat,
                    purpose=purpose,
                    category=category,
                    is_private=is_private(marks, who, supplier),
                )


def rows(alliance: Alliance, quarter: Quarter, *, body: str, body_uri: str, fund: str) -> Iterator[tuple]:
    """The file's rows, as `HEADINGS` has them."""
    for one in items(alliance, quarter):
        yield (
            *(body, body_uri, fund, one.participant, one.service, one.day, one.transaction),
            *(one.supplier_told, one.amount, one.vat, one.purpose_told, one.category),
        )


@dataclass(frozen=True)
class Preview:
    """What the file will hold: the first items, how many there are, and its suppliers by name."""

    shown: tuple[Item, ...]
    count: int
    total: Decimal
    suppliers: tuple[
        tuple[int, str, str, bool], ...
    ]  # participant, its short name, supplier, whether held back

    @property
    def held_back(self) -> list[tuple[int, str, str, bool]]:
        return [one for one in self.suppliers if one[3]]


def preview(alliance: Alliance, quarter: Quarter) -> Preview:
    """Some items to look at; count, total and suppliers are of them all."""
    shown, count, total, suppliers = [], 0, ZERO, {}
    for one in items(alliance, quarter):
        count += 1
        total += one.amount
        if len(shown) < SHOWN:
            shown.append(one)
        if one.supplier:
            key = (one.participant_id, persons.plain(one.supplier))
            suppliers.setdefault(
                key, (one.participant_id, one.participant_short, one.supplier, one.is_private)
            )
    return Preview(tuple(shown), count, total, tuple(sorted(suppliers.values(), key=lambda one: one[1:3])))


def marked(alliance: Alliance) -> dict[tuple[int, str], bool]:
    """What was said of suppliers by name: whether they are private persons. The newest counts."""
    said = SupplierMark.objects.filter(alliance=alliance).order_by("pk")
    return {
        (who, name): person for who, name, person in said.values_list("participant", "supplier", "is_person")
    }


def is_private(marks: dict[tuple[int, str], bool], participant_id: int, supplier: str) -> bool:
    """As whoever sends the costs said it, else by the look of the name."""
    said = marks.get((participant_id, persons.plain(supplier)))
    return persons.looks_private(supplier) if said is None else said
