"""What was taken out of the book, by whom and up to where; and which suppliers are private persons."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from alliance.core.models import OfAlliance
from ledger.models.fields import somebody
from participants.querysets import OfAllianceQuerySet


class BookExportQuerySet(OfAllianceQuerySet):
    def by(self, person):
        return self.filter(exported_by=person)

    def newest_first(self):
        return self.order_by("-pk")


class BookExport(OfAlliance):
    """One time that somebody took the book, or a part of it, along.

    `last_journal` is the number of the last journal at that moment: what came since has a higher one. `first_month`
    and `last_month` are the span's, None for the whole book.
    """

    class Kind(models.TextChoices):
        ACCOUNTS = "accounts", "Accounting journal"
        SPEND = "spend", "Spend over £500"
        LINES = "lines", "Lines"
        JOURNALS = "journals", "Journals"
        BALANCES = "balances", "Balances"
        BUDGET = "budget", "Budget and contributions"
        RETURNS = "returns", "Cost returns"
        ENTRIES = "entries", "Entries, both sides"
        ACCRUALS = "accruals", "Accruals and prepayments"
        DECIDED = "decided", "What was agreed, and what decisions changed"

    class Format(models.TextChoices):
        HLEDGER = "hledger", "hledger and Ledger"
        BEANCOUNT = "beancount", "Beancount"
        CSV = "csv", "CSV"
        XLSX = "xlsx", "XLSX"

    kind = models.CharField(max_length=20, choices=Kind.choices)
    format = models.CharField(max_length=20, choices=Format.choices)
    first_month = models.DateField(null=True)
    last_month = models.DateField(null=True)
    last_journal = models.BigIntegerField()
    exported_at = models.DateTimeField(default=timezone.now)
    exported_by = somebody()

    objects = BookExportQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(first_month__isnull=True, last_month__isnull=True)
                | Q(
                    first_month__isnull=False,
                    last_month__isnull=False,
                    last_month__gte=models.F("first_month"),
                ),
                name="export_is_of_a_span_or_of_all",
            )
        ]
        indexes = [models.Index(fields=["alliance", "exported_by", "kind", "-id"], name="export_of_a_person")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.get_format_display()})"

    @property
    def span_label(self) -> str:
        if self.first_month is None:
            return "The whole book"
        first, last = (f"{day:%B %Y}" for day in (self.first_month, self.last_month))
        return first if first == last else f"{first} to {last}"


class SupplierMark(OfAlliance):
    """Whether a supplier is a private person, whose name is not published (rule 41); the newest of a name counts.

    `supplier` is the name without its case and outer spaces.
    """

    participant = models.ForeignKey("participants.Participant", on_delete=models.PROTECT, related_name="+")
    supplier = models.CharField(max_length=200)
    is_person = models.BooleanField()
    marked_at = models.DateTimeField(default=timezone.now)
    marked_by = somebody()

    objects = OfAllianceQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["alliance", "participant", "supplier"], name="supplier_mark_by_name")]
