"""Finding things in the book. Lists begin with `visible_to(user)`; pages of entries are keyset pages, never counted."""

from datetime import date
from decimal import Decimal

from django.db.models import DecimalField, Exists, F, OuterRef, Prefetch, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from alliance.core.periods import Period as Span
from ledger.telling import Costs
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


class EntryQuerySet(OnAccounts):
    def costs(self):
        """A cost has a budget line, and nothing else has one (rule 28): the entry itself says it."""
        return self.filter(budget_line__isnull=False)


class StretchQuerySet(OnAccounts):
    def costs(self):
        """Nothing else is in a stretch."""
        return self

    def told(self) -> Costs:
        """The costs in them, newest first."""
        return Costs(self)


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
        """With what a list says of each; never the bytes. `is_open`: it shows a row, which is understood and no pay."""
        lines = self.model._meta.apps.get_model("ledger", "ReturnLine").objects.filter(
            alliance_id=OuterRef("alliance_id"),
            cost_return_id=OuterRef("cost_return_id"),
            reading=OuterRef("cost_return__reading"),
            row=OuterRef("row"),
        )
        open_rows = lines.exclude(account__category="direct_staff").filter(account__isnull=False)
        rows = self.select_related("document", "added_by", "reason", "superseded_by__reason")
        return rows.annotate(is_open=Exists(open_rows)).defer("document__content")


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
