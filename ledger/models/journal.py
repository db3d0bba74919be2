"""Postings, their lines, and the balances that the database folds them into."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from alliance.core.addresses import reverse
from alliance.core.models import OfAlliance
from alliance.core.periods import Month
from ledger.models.account import Account
from ledger.models.budget import BudgetLine
from ledger.models.fields import pounds, somebody
from ledger.querysets import BalanceQuerySet, EntryQuerySet
from participants.querysets import OfAllianceQuerySet


class Journal(OfAlliance):
    """One posting: at least two entries that sum to 0.00, checked by the database at commit.

    `debit` is the sum of its debits. (`source`, `key`) makes posting twice posting once; `input_hash` tells whether
    it would have been the same. A hidden column `txid` (xid8) names the one transaction that may add its entries.
    """

    class Kind(models.TextChoices):
        CONTRIBUTIONS_AGREED = "contributions_agreed", "Contributions agreed"
        CONTRIBUTION_RECEIVED = "contribution_received", "Contribution received"
        COST_RETURN = "cost_return", "Cost return"
        COSTS_LOADED = "costs_loaded", "Costs loaded"
        CONTRIBUTIONS_VARIED = "contributions_varied", "Contributions varied"
        PAYMENT = "payment", "Payment to a participant"
        TRANSFER_OUT = "transfer_out", "Transfer out of the pool"
        ACCRUAL = "accrual", "Accrual"
        PREPAYMENT = "prepayment", "Prepayment"
        PREPAYMENT_USED = "prepayment_used", "Prepayment used"
        CORRECTION = "correction", "Correction"
        RESTATEMENT = "restatement", "Restatement"
        YEAR_END = "year_end", "Year-end shares"
        REVERSAL = "reversal", "Reversal"

    number = models.BigIntegerField()
    month = models.DateField()
    date = models.DateField()
    kind = models.CharField(max_length=30, choices=Kind.choices)
    description = models.CharField(max_length=300)
    source = models.CharField(max_length=40)
    key = models.CharField(max_length=160)
    input_hash = models.CharField(max_length=66)
    line_count = models.PositiveIntegerField()
    debit = models.DecimalField(max_digits=20, decimal_places=2)
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="reversed_by")
    reason = models.ForeignKey("core.Words", on_delete=models.PROTECT, null=True, related_name="+")
    posted_at = models.DateTimeField(default=timezone.now)
    posted_by = somebody(null=True)

    objects = OfAllianceQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["alliance", "number"], name="journal_has_its_own_number"),
            models.UniqueConstraint(fields=["alliance", "source", "key"], name="journal_is_posted_once"),
            models.CheckConstraint(condition=Q(line_count__gte=2), name="journal_has_two_lines_or_more"),
            models.CheckConstraint(condition=~Q(reverses=F("id")), name="journal_does_not_reverse_itself"),
            models.CheckConstraint(
                condition=Q(kind="reversal", reverses__isnull=False)
                | ~Q(kind="reversal") & Q(reverses__isnull=True),
                name="reversal_and_nothing_else_reverses",
            ),
        ]
        indexes = [models.Index(fields=["alliance", "month", "date", "number"], name="journal_by_month")]

    def __str__(self) -> str:
        return f"Journal {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("ledger:journal", args=[self.alliance.slug, self.number])

    @property
    def period(self) -> Month:
        return Month.containing(self.month)


class Entry(models.Model):
    """One line of a journal: an amount on an account, for a participant. It is never zero and never changes.

    Its references are kept sound by the balance that it is folded into, which has the foreign keys; so ten million
    entries cost no ten million look-ups. Costs are found by their stretches (stretch.py), the few lines beside them
    by an index of their own. `source_row` is its row in the file that it came from.
    """

    pk = models.CompositePrimaryKey("alliance_id", "journal_id", "line")
    alliance = models.ForeignKey(
        "participants.Alliance",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    journal = models.ForeignKey(
        Journal, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="entries"
    )
    line = models.PositiveIntegerField()
    month = models.DateField()
    account = models.ForeignKey(
        Account, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    participant = models.ForeignKey(
        "participants.Participant",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    budget_line = models.ForeignKey(
        BudgetLine,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="+",
    )
    amount = pounds()
    date = models.DateField()
    supplier = models.CharField(max_length=200, blank=True)
    description = models.CharField(max_length=300, blank=True)
    reference = models.CharField(max_length=120, blank=True)
    source_row = models.PositiveIntegerField(null=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(amount=0), name="entry_is_never_zero"),
            models.CheckConstraint(condition=Q(line__gte=1), name="entries_count_from_one"),
        ]
        indexes = [
            models.Index(
                fields=["alliance", "account", "month", "journal", "line"],
                name="entry_of_no_cost",
                condition=Q(budget_line__isnull=True),
            )
        ]

    @property
    def debit(self) -> Decimal | None:
        return self.amount if self.amount > 0 else None

    @property
    def credit(self) -> Decimal | None:
        return -self.amount if self.amount < 0 else None

    @property
    def what(self) -> str:
        """For a list: whom it was paid to, and for what."""
        return " · ".join(part for part in (self.supplier, self.description) if part)


class Balance(OfAlliance):
    """The sums of one account for one participant, budget line and month; folded by the database from the entries."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    participant = models.ForeignKey("participants.Participant", on_delete=models.PROTECT, related_name="+")
    budget_line = models.ForeignKey(BudgetLine, on_delete=models.PROTECT, null=True, related_name="+")
    month = models.DateField()
    debit = models.DecimalField(max_digits=20, decimal_places=2)
    credit = models.DecimalField(max_digits=20, decimal_places=2)
    count = models.BigIntegerField()

    objects = BalanceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["alliance", "account", "participant", "budget_line", "month"],
                nulls_distinct=False,
                name="balance_is_kept_once",
            )
        ]
        indexes = [models.Index(fields=["alliance", "month"], name="balance_by_month")]
