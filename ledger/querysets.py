"""Finding things in the book. Lists begin with `visible_to(user)`; pages of entries are keyset pages, never counted."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db.models import DecimalField, F, OuterRef, Prefetch, Subquery, Sum, Value
from django.db.models.fields.tuple_lookups import Tuple, TupleLessThan
from django.db.models.functions import Coalesce
from django.db.models.query import ValuesListIterable

from alliance.core.periods import Period as Span
from participants.querysets import OfAllianceQuerySet


class PeriodQuerySet(OfAllianceQuerySet):
    def open(self):
        return self.filter(closed_at__isnull=True)

    def begun(self, on: date):
        return self.filter(month__lte=on)


class BudgetQuerySet(OfAllianceQuerySet):
    def containing(self, day: date):
        """The budget of the financial year that a day falls in."""
        return self.filter(starts_on__lte=day, starts_on__gt=date(day.year - 1, day.month, 1))

    def with_lines(self):
        """`lines_now` without further questions."""
        lines = self.model._meta.get_field("lines").related_model.objects.as_now()
        return self.prefetch_related(Prefetch("lines", lines, to_attr="lines_now"))


def _sum_of(related: str) -> Coalesce:
    """Of the amounts of what points at a row, 0.00 when nothing does."""
    return Coalesce(
        Sum(f"{related}__amount"),
        Value(Decimal("0.00")),
        output_field=DecimalField(max_digits=15, decimal_places=2),
    )


class BudgetLineQuerySet(OfAllianceQuerySet):
    def as_now(self):
        """In their order, with what virements and variations have moved so far (`BudgetLine.now`)."""
        return self.annotate(moved=_sum_of("moves")).order_by("place")


class ContributionQuerySet(OfAllianceQuerySet):
    def as_now(self):
        """In the order of the agreement, with what variations have changed so far (`Contribution.now`)."""
        return self.annotate(varied=_sum_of("changes")).order_by("participant__place")


class CostReturnQuerySet(OfAllianceQuerySet):
    def in_hand(self):
        return self.filter(status__in=["checking", "mapping", "attention", "ready"])

    def sent(self):
        """In hand or in the book: not taken back in any way, and not the same as another."""
        return self.exclude(status__in=["withdrawn", "replaced", "reversed", "known"])

    def in_the_book(self):
        """Counted as reported: posted and not reversed, or stated to be nothing."""
        return self.filter(status__in=["posted", "nil"])

    def for_lists(self):
        """Without what only its own page shows."""
        rows = self.select_related("participant", "alliance", "submitted_by")
        return rows.defer("mapping", "headings", "notes", "samples", "strange")

    def being_posted(self):
        return self.filter(status="posting")


class OnAccounts(OfAllianceQuerySet):
    """What names an account and a month."""

    def costs(self):
        return self.filter(account__kind="cost")

    def of_category(self, alliance, category: str):
        """Which account that is, is asked once and not of each entry: so they are found in their order."""
        accounts = self.model._meta.get_field("account").related_model.objects
        found = accounts.filter(alliance=alliance, category=category)
        return self.filter(account=Subquery(found.values("pk")[:1]))

    def within(self, span: Span):
        """In the months of a month, quarter or year."""
        return self.filter(month__gte=span.start, month__lte=span.end)


class CorrectionQuerySet(OfAllianceQuerySet):
    def standing(self):
        """Not taken back by a reversal."""
        return self.filter(journal__reversed_by__isnull=True)


class RestatementQuerySet(OnAccounts):
    def with_what_it_names(self):
        """But for the decision, of which `asking.restatements` needs little."""
        return self.select_related("participant", "account", "budget_line", "journal")


class Told(NamedTuple):
    """A cost as lists tell it: names instead of what they name, for a page of them is read very often.

    `journal` is the journal's number; `cost_return` is the number of the return that it came with, if with one.
    """

    month: date
    journal_id: int
    line: int
    date: date
    participant: str
    participant_short: str
    budget_line: str
    category: str
    supplier: str
    description: str
    reference: str
    amount: Decimal
    journal: int
    cost_return: int | None
    source_row: int | None

    @property
    def place(self) -> tuple[date, int, int]:
        """For `EntryQuerySet.after`."""
        return self[:3]

    @property
    def what(self) -> str:
        return " · ".join(part for part in (self.supplier, self.description) if part)


class _AsTold(ValuesListIterable):
    def __iter__(self):
        return map(Told._make, super().__iter__())


STRETCH = 256  # lines of a journal that an index finds together (ADR 29)
IN_STRETCHES = F("line") / STRETCH


class EntryQuerySet(OnAccounts):
    def costs(self):
        """A cost has a budget line, and nothing else has one (rule 28): the entry itself says it."""
        return self.filter(budget_line__isnull=False)

    def newest_first(self):
        """By month, journal and line. The stretch says nothing new; it is how the indexes know the order."""
        return self.order_by("-month", "-journal_id", IN_STRETCHES.desc(), "-line")

    def after(self, place: tuple[date, int, int]):
        """The entries that follow `place` (month, journal's id, line) when read newest first.

        The place is said before all else: PostgreSQL enters an index where the first bound of a month that it is told
        is, and from the last month of a filter it would walk past everything on the pages before.
        """
        month, journal, line = place
        order = Tuple(F("month"), F("journal_id"), IN_STRETCHES, F("line"))
        found = self.filter(TupleLessThan(order, (month, journal, line // STRETCH, line)))
        conditions = found.query.where.children
        conditions.insert(0, conditions.pop())
        return found

    def told(self):
        """These costs as `Told`, in one query."""
        rows = self.values_list(
            *("month", "journal_id", "line", "date", "participant__name", "participant__short_name"),
            *("budget_line__name", "account__name", "supplier", "description", "reference", "amount"),
            *("journal__number", "journal__cost_return__number", "source_row"),
        )
        rows._iterable_class = _AsTold
        return rows


class BalanceQuerySet(OnAccounts):
    def net(self):
        """Debits less credits, 0 when there is nothing."""
        return self.aggregate(net=Sum(F("debit") - F("credit"), default=0))["net"]

    def sums(self) -> dict:
        """`net` and `entries` of all of them."""
        return self.aggregate(net=Sum(F("debit") - F("credit"), default=0), entries=Sum("count", default=0))

    def net_by(self, *keys: str):
        """Rows of the keys with `net` and `entries`, in the keys' order."""
        return (
            self.values(*keys)
            .annotate(net=Sum(F("debit") - F("credit")), entries=Sum("count"))
            .order_by(*keys)
        )


class QueryQuerySet(OfAllianceQuerySet):
    def unresolved(self):
        """Neither settled nor withdrawn."""
        return self.filter(state__in=["asked", "answered"])

    def told(self):
        """With what a list says of each."""
        return self.select_related("alliance", "asking", "answering", "budget_line", "words", "journal")


class EvidenceQuerySet(OfAllianceQuerySet):
    def unscanned(self):
        return self.filter(scan__in=["not_scanned", "failed"])

    def told(self):
        """With what a list says of each; never the bytes."""
        rows = self.select_related("document", "added_by", "reason", "superseded_by__reason")
        return rows.defer("document__content")


class OwnBooksQuerySet(OfAllianceQuerySet):
    def told(self):
        """With what a list says of each."""
        return self.select_related("alliance", "participant", "words")

    def newest(self):
        """Of each participant the last month that it confirmed, in its newest version."""
        return self.order_by("participant_id", "-month", "-version").distinct("participant_id")

    def with_the_book_now(self):
        """`book_now`: what the open book says today of that participant's costs of that month."""
        balances = self.model._meta.apps.get_model("ledger", "Balance").objects.costs()
        said = balances.filter(
            alliance_id=OuterRef("alliance_id"),
            participant_id=OuterRef("participant_id"),
            month=OuterRef("month"),
        )
        net = said.order_by().values("month").annotate(net=Sum(F("debit") - F("credit"))).values("net")
        return self.annotate(book_now=Coalesce(Subquery(net), Value(Decimal("0.00"))))


class ForecastQuerySet(OfAllianceQuerySet):
    def standing(self):
        """The newest version of each line and participant, with what tells who said it and why."""
        newest = self.order_by("budget_line_id", "participant_id", "-version")
        return newest.distinct("budget_line_id", "participant_id").select_related("reason")


class ActionPlanQuerySet(OfAllianceQuerySet):
    def unfinished(self):
        """To be written, or written and not done."""
        return self.filter(state__in=["open", "written"])

    def to_be_written(self):
        return self.filter(state="open")

    def overdue(self, on: date):
        """To be written by a day that is over."""
        return self.to_be_written().filter(due_on__lt=on)

    def told(self):
        """With what a list says of each."""
        return self.select_related("alliance", "budget_line__budget")
