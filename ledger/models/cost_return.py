"""A participant's costs of a month, from the file to its lines and what is wrong with it."""

from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from alliance.core.addresses import reverse
from alliance.core.models import Document, OfAlliance, both_or_neither
from alliance.core.money import parse_pounds
from alliance.core.periods import Month
from ledger.lifecycle import IN_HAND, ReturnState
from ledger.models.account import Account
from ledger.models.budget import BudgetLine
from ledger.models.fields import pounds, somebody
from ledger.querysets import CostReturnQuerySet


class CostReturn(OfAlliance):
    """A participant's costs of one month, as a file that it sends. `lines_total` and `line_count` are of the current
    reading: a file is read again, as a new reading, when its columns are matched differently.

    `mapping` says what each column means (importing.Meaning). `reference` tells two returns of one month apart.
    `samples` are the first rows below the headings, `strange` the names that are not the alliance's own:
    [{field, said, rows}]; `sheets` are those that a workbook has to choose from. `tells_pay`: its file says what single
    people are paid, or it may, for nobody has understood the whole of it yet, or rows or sheets of it were left out
    (rule 29).
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
    sheets = ArrayField(models.TextField(), default=list)
    samples = models.JSONField(default=list)
    strange = models.JSONField(default=list)
    notes = ArrayField(models.TextField(), default=list)
    line_count = models.PositiveIntegerField(default=0)
    lines_total = models.DecimalField(max_digits=20, decimal_places=2, default=Decimal("0.00"))
    lines_hash = models.CharField(max_length=66, blank=True)
    tells_pay = models.BooleanField(default=True)
    problem_count = models.PositiveIntegerField(default=0)
    submitted_at = models.DateTimeField(default=timezone.now)
    submitted_by = somebody()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = somebody(null=True)
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

    @property
    def declared_now(self) -> Decimal | None:
        """The total that was declared with the file, or what was said in its place since."""
        fix = self.fixes.filter(row=0, field=RowFix.DECLARED).order_by("pk").last()
        if fix is None:
            return self.declared_total
        return parse_pounds(fix.now) if fix.now else None

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
    # Of pay alone, and of three or more: what is fewer is merged before it is staged (ledger/pay.py).
    grade = models.CharField(max_length=60, blank=True, default="", db_default="")
    fte = models.DecimalField(
        max_digits=9, decimal_places=2, default=Decimal("0.00"), db_default=Decimal("0.00")
    )

    class Meta:
        ordering = ["row"]
        constraints = [
            models.CheckConstraint(
                condition=Q(fte__gte=3) | Q(fte=0, grade=""), name="pay_is_told_of_three_people_or_more"
            )
        ]


class ReturnProblem(OfAlliance):
    """One thing that stands in the way of a return, in words, by row and column (house 23)."""

    cost_return = models.ForeignKey(CostReturn, on_delete=models.PROTECT, related_name="problems")
    reading = models.PositiveIntegerField()
    place = models.PositiveIntegerField()
    row = models.PositiveIntegerField(null=True)
    column = models.CharField(max_length=120, blank=True)
    value = models.CharField(max_length=200, blank=True)
    field = models.CharField(max_length=20, blank=True)  # of importing.COLUMNS
    sentence = models.TextField()

    class Meta:
        ordering = ["place"]
        constraints = [
            models.UniqueConstraint(
                fields=["alliance", "cost_return", "reading", "place"],
                name="problem_is_told_once_per_reading",
            )
        ]


class RowFix(OfAlliance):
    """What somebody put in the place of a row's text, in the page: the file and what was read of it stay as they are.

    `field` is one of importing.COLUMNS; "" says that the whole row is no cost, or is one after all. The newest counts.
    Row 0 is the file as a whole, of which the declared total (DECLARED) can be put right: pounds, "" for none.
    """

    DECLARED = "declared_total"

    cost_return = models.ForeignKey(CostReturn, on_delete=models.PROTECT, related_name="fixes")
    sheet = models.CharField(max_length=120, blank=True)
    row = models.PositiveIntegerField()
    field = models.CharField(max_length=20, blank=True)
    was = models.TextField(blank=True)
    now = models.TextField(blank=True)
    fixed_at = models.DateTimeField(default=timezone.now)
    fixed_by = somebody()

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["alliance", "cost_return", "row"], name="row_fix_by_row")]


class OwnName(OfAlliance):
    """What a participant's own name for a category or a budget line means here; asked once, the newest counts.

    `said` is the name without case and punctuation; `meaning` a category, a budget line's name, "leave" or "cost".
    """

    participant = models.ForeignKey(
        "participants.Participant", on_delete=models.PROTECT, related_name="own_names"
    )
    field = models.CharField(max_length=20)
    said = models.CharField(max_length=200)
    meaning = models.CharField(max_length=120)
    explained_at = models.DateTimeField(default=timezone.now)
    explained_by = somebody()

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["alliance", "participant", "field"], name="own_name_by_field")]

    @classmethod
    def of(cls, participant) -> dict[str, dict[str, str]]:
        """Field → plain name → what it means, as importing.Reading takes it."""
        names: dict[str, dict[str, str]] = {}
        rows = cls.objects.filter(alliance_id=participant.alliance_id, participant=participant)
        for field, said, meaning in rows.order_by("pk").values_list("field", "said", "meaning"):
            names.setdefault(field, {})[said] = meaning
        return names
