"""The open book: one budget that everybody in the alliance can follow and nobody can bend (rules 26 to 43).

What PostgreSQL promises about these tables is in sql/book.sql. Every table begins its keys with the alliance.
Amounts are pounds with two places; in the book a debit is positive and a credit negative.
"""

from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from alliance.core.models import Document, OfAlliance, both_or_neither
from alliance.core.periods import FinancialYear, Month
from ledger.lifecycle import IN_HAND, ReturnState
from ledger.querysets import (
    BalanceQuerySet,
    BudgetQuerySet,
    CostReturnQuerySet,
    EntryQuerySet,
    PeriodQuerySet,
)
from participants.querysets import OfAllianceQuerySet


class Category(models.TextChoices):
    """What kind of cost it is (rule 28)."""

    DIRECT_STAFF = "direct_staff", "Direct staff"
    DIRECT_OTHER = "direct_other", "Direct other"
    SUBCONTRACT = "subcontract", "Subcontract"
    OVERHEAD = "overhead", "Overhead"
    IRRECOVERABLE_VAT = "irrecoverable_vat", "Irrecoverable VAT"
    MARGIN = "margin", "Margin"
    CONTINGENCY = "contingency", "Contingency"
    DISALLOWED = "disallowed", "Disallowed"


def pounds(**options) -> models.DecimalField:
    return models.DecimalField(max_digits=15, decimal_places=2, **options)


def _by(**options) -> models.ForeignKey:
    return models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", **options)


class Fund(models.Model):
    """The pooled fund of one alliance, kept by its host. Its row also hands out the numbers of journals and returns."""

    alliance = models.OneToOneField("participants.Alliance", on_delete=models.PROTECT, related_name="fund")
    host = models.ForeignKey("participants.Participant", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=160)
    last_journal = models.BigIntegerField(default=0)
    last_return = models.BigIntegerField(default=0)
    opened_at = models.DateTimeField(default=timezone.now)
    opened_by = _by()

    def __str__(self) -> str:
        return self.name


class Period(OfAlliance):
    """A month of the book. Closed, it takes no posting and does not reopen (rule 33)."""

    month = models.DateField("first day of the month")
    closed_at = models.DateTimeField(null=True)
    closed_by = _by(null=True)

    objects = PeriodQuerySet.as_manager()

    class Meta:
        ordering = ["month"]
        constraints = [
            models.UniqueConstraint(fields=["alliance", "month"], name="period_is_one_month_of_one_book"),
            models.CheckConstraint(condition=Q(month__day=1), name="period_starts_on_the_first_of_a_month"),
            both_or_neither("closed", "period_is_closed_by_somebody"),
        ]

    def __str__(self) -> str:
        return self.value.label

    @property
    def value(self) -> Month:
        return Month.containing(self.month)

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


class Account(OfAlliance):
    """One heading of the chart of accounts (ledger/chart.py): what an entry is about, in the accountants' way."""

    class Kind(models.TextChoices):
        BANK = "bank", "Money in the pool"
        DUE = "due", "Contributions due"
        OWED = "owed", "Owed to participants"
        CONTRIBUTIONS = "contributions", "Contributions"
        COST = "cost", "Costs"

    code = models.CharField(max_length=10)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    category = models.CharField(max_length=20, choices=Category.choices, blank=True)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["alliance", "code"], name="account_has_its_own_code"),
            models.UniqueConstraint(
                fields=["alliance", "category"], condition=~Q(category=""), name="category_has_one_account"
            ),
            models.CheckConstraint(
                condition=Q(kind="cost") & ~Q(category="") | ~Q(kind="cost") & Q(category=""),
                name="cost_accounts_and_no_others_have_a_category",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Budget(OfAlliance):
    """One financial year's agreed money: lines plus contingency equal contributions plus brought forward (rule 30)."""

    starts_on = models.DateField("first day of the financial year")
    brought_forward = pounds(default=Decimal("0.00"))
    opened_at = models.DateTimeField(default=timezone.now)
    opened_by = _by()

    objects = BudgetQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on"]
        constraints = [
            models.UniqueConstraint(fields=["alliance", "starts_on"], name="year_has_one_budget"),
            models.CheckConstraint(condition=Q(starts_on__day=1), name="year_starts_on_the_first_of_a_month"),
        ]

    def __str__(self) -> str:
        return f"Budget {self.year.label}"

    @property
    def year(self) -> FinancialYear:
        return FinancialYear(self.starts_on.year, self.starts_on.month)


class BudgetLine(OfAlliance):
    """What part of the budget is for; the contingency is one of them and says so."""

    budget = models.ForeignKey(Budget, on_delete=models.PROTECT, related_name="lines")
    place = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=60)
    amount = pounds()
    is_contingency = models.BooleanField(default=False)

    class Meta:
        ordering = ["place"]
        constraints = [
            models.UniqueConstraint(
                fields=["alliance", "budget", "place"], name="budget_line_has_its_own_place"
            ),
            models.UniqueConstraint(
                fields=["alliance", "budget", "slug"], name="budget_line_has_its_own_name"
            ),
            models.UniqueConstraint(
                fields=["alliance", "budget"],
                condition=Q(is_contingency=True),
                name="budget_has_one_contingency",
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="budget_line_is_not_negative"),
        ]

    def __str__(self) -> str:
        return self.name


class Contribution(OfAlliance):
    """What a participant agreed to put into the pool for a year."""

    budget = models.ForeignKey(Budget, on_delete=models.PROTECT, related_name="contributions")
    participant = models.ForeignKey(
        "participants.Participant", on_delete=models.PROTECT, related_name="contributions"
    )
    amount = pounds()

    class Meta:
        ordering = ["participant__place"]
        constraints = [
            models.UniqueConstraint(
                fields=["alliance", "budget", "participant"], name="contribution_is_agreed_once"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="contribution_is_more_than_nothing"),
        ]

    def __str__(self) -> str:
        return f"{self.participant}, {self.budget.year.label}"


class CostReturn(OfAlliance):
    """A participant's costs of one month, as a file that it sends. `lines_total` and `line_count` are of the current
    reading: a file is read again, as a new reading, when its columns are matched differently.

    `mapping` says what each column means (importing.Mapping). `reference` tells two returns of one month apart.
    """

    number = models.BigIntegerField()
    participant = models.ForeignKey(
        "participants.Participant", on_delete=models.PROTECT, related_name="cost_returns"
    )
    month = models.DateField()
    reference = models.CharField(max_length=60)
    declared_total = pounds(null=True, blank=True)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=20, choices=ReturnState.choices, default=ReturnState.CHECKING)
    reading = models.PositiveIntegerField(default=0)
    mapping = models.JSONField(default=dict)
    headings = ArrayField(models.TextField(), default=list)
    heading_row = models.PositiveIntegerField(null=True)
    sheet = models.CharField(max_length=120, blank=True)
    notes = ArrayField(models.TextField(), default=list)
    line_count = models.PositiveIntegerField(default=0)
    lines_total = models.DecimalField(max_digits=20, decimal_places=2, default=Decimal("0.00"))
    lines_hash = models.CharField(max_length=64, blank=True)
    problem_count = models.PositiveIntegerField(default=0)
    submitted_at = models.DateTimeField(default=timezone.now)
    submitted_by = _by()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = _by(null=True)
    posted_at = models.DateTimeField(null=True)
    journal = models.OneToOneField(
        "ledger.Journal", on_delete=models.PROTECT, null=True, related_name="cost_return"
    )
    same_as = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    replaced_by = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")

    objects = CostReturnQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["alliance", "number"], name="return_has_its_own_number"),
            models.UniqueConstraint(
                fields=["alliance", "participant", "reference"],
                condition=Q(status__in=["checking", "mapping", "attention", "ready"]),
                name="return_in_hand_once_per_reference",
            ),
            models.UniqueConstraint(
                fields=["alliance", "participant", "reference"],
                condition=Q(status__in=["posting", "posted"]),
                name="return_posted_once_per_reference",
            ),
            both_or_neither("accepted", "return_is_accepted_by_somebody"),
            models.CheckConstraint(
                condition=Q(status__in=["posted", "reversed"], journal__isnull=False)
                | ~Q(status__in=["posted", "reversed"]) & Q(journal__isnull=True),
                name="return_is_posted_when_it_has_a_journal",
            ),
        ]
        indexes = [
            models.Index(fields=["alliance", "month", "participant"], name="return_by_month"),
            models.Index(fields=["alliance", "status"], name="return_by_status"),
        ]

    def __str__(self) -> str:
        return f"{self.participant.short_name}, {self.period.label}"

    def get_absolute_url(self) -> str:
        return reverse("ledger:return", args=[self.alliance.slug, self.number])

    @property
    def period(self) -> Month:
        return Month.containing(self.month)

    @property
    def is_in_hand(self) -> bool:
        return self.status in IN_HAND

    @property
    def is_moving(self) -> bool:
        """A worker has it; the page that waits asks again."""
        return self.status in (ReturnState.CHECKING, ReturnState.POSTING)


class ReturnLine(models.Model):
    """One row of a return as it was read: every cell's original text, and what it was taken to mean.

    `row` is the row's number in the file. Rows that hold a problem have no meaning yet: `amount` is null.
    """

    pk = models.CompositePrimaryKey("alliance_id", "cost_return_id", "reading", "row")
    alliance = models.ForeignKey(
        "participants.Alliance",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    cost_return = models.ForeignKey(
        CostReturn, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="lines"
    )
    reading = models.PositiveIntegerField()
    row = models.PositiveIntegerField()
    cells = ArrayField(models.TextField())
    date = models.DateField(null=True)
    amount = pounds(null=True)
    account = models.ForeignKey(
        Account, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, null=True, related_name="+"
    )
    budget_line = models.ForeignKey(
        BudgetLine,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="+",
    )
    supplier = models.CharField(max_length=200, blank=True)
    description = models.CharField(max_length=300, blank=True)
    reference = models.CharField(max_length=120, blank=True)
    evidence = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["row"]


class ReturnProblem(OfAlliance):
    """One thing that stands in the way of a return, in words, by row and column (house 23)."""

    cost_return = models.ForeignKey(CostReturn, on_delete=models.PROTECT, related_name="problems")
    reading = models.PositiveIntegerField()
    place = models.PositiveIntegerField()
    row = models.PositiveIntegerField(null=True)
    column = models.CharField(max_length=120, blank=True)
    value = models.CharField(max_length=200, blank=True)
    sentence = models.TextField()

    class Meta:
        ordering = ["place"]
        constraints = [
            models.UniqueConstraint(
                fields=["alliance", "cost_return", "reading", "place"],
                name="problem_is_told_once_per_reading",
            )
        ]


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
        REVERSAL = "reversal", "Reversal"

    number = models.BigIntegerField()
    month = models.DateField()
    date = models.DateField()
    kind = models.CharField(max_length=30, choices=Kind.choices)
    description = models.CharField(max_length=300)
    source = models.CharField(max_length=40)
    key = models.CharField(max_length=160)
    input_hash = models.CharField(max_length=64)
    line_count = models.PositiveIntegerField()
    debit = models.DecimalField(max_digits=20, decimal_places=2)
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="reversed_by")
    reason = models.ForeignKey("core.Words", on_delete=models.PROTECT, null=True, related_name="+")
    posted_at = models.DateTimeField(default=timezone.now)
    posted_by = _by(null=True)

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
    entries cost no ten million look-ups. `source_row` is its row in the file that it came from.
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
        # The three ways into a statement; each is read backwards, newest first (querysets.EntryQuerySet.after).
        indexes = [
            models.Index(fields=["alliance", "account", "month", "journal", "line"], name="entry_by_account"),
            models.Index(
                fields=["alliance", "participant", "month", "journal", "line"], name="entry_by_participant"
            ),
            models.Index(
                fields=["alliance", "budget_line", "month", "journal", "line"],
                name="entry_by_budget_line",
                condition=Q(budget_line__isnull=False),
            ),
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
