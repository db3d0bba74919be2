"""Finding things in the book. Lists begin with `visible_to(user)`; pages of entries are keyset pages, never counted."""

from datetime import date

from django.db.models import F, Sum
from django.db.models.fields.tuple_lookups import Tuple, TupleLessThan

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


class CostReturnQuerySet(OfAllianceQuerySet):
    def in_hand(self):
        return self.filter(status__in=["checking", "mapping", "attention", "ready"])

    def in_the_book(self):
        """Counted as reported: posted and not reversed."""
        return self.filter(status="posted")

    def being_posted(self):
        return self.filter(status="posting")


class OnAccounts(OfAllianceQuerySet):
    def costs(self):
        return self.filter(account__kind="cost")

    def within(self, span: Span):
        """In the months of a month, quarter or year."""
        return self.filter(month__gte=span.start, month__lte=span.end)


class EntryQuerySet(OnAccounts):
    def newest_first(self):
        return self.order_by("-month", "-journal_id", "-line")

    def after(self, place: tuple[date, int, int]):
        """The entries that follow `place` (month, journal's id, line) when read newest first."""
        return self.filter(TupleLessThan(Tuple(F("month"), F("journal_id"), F("line")), place))


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
