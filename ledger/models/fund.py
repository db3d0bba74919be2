"""The pooled fund and its months."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from alliance.core.models import OfAlliance, both_or_neither
from alliance.core.periods import Month
from ledger.models.fields import somebody
from ledger.querysets import PeriodQuerySet


class Fund(models.Model):
    """The pooled fund of one alliance, kept by its host. Its row also hands out the numbers of journals and returns."""

    alliance = models.OneToOneField("participants.Alliance", on_delete=models.PROTECT, related_name="fund")
    host = models.ForeignKey("participants.Participant", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=160)
    last_journal = models.BigIntegerField(default=0)
    last_return = models.BigIntegerField(default=0)
    opened_at = models.DateTimeField(default=timezone.now)
    opened_by = somebody()

    def __str__(self) -> str:
        return self.name


class Period(OfAlliance):
    """A month of the book. Closed, it takes no posting and does not reopen (rule 33)."""

    month = models.DateField("first day of the month")
    closed_at = models.DateTimeField(null=True)
    closed_by = somebody(null=True)

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
