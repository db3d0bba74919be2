"""What a participant gets back of the VAT that it pays (rule 36): its own statement, version by version."""

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils import timezone

from alliance.core.models import OfAlliance, Words
from ledger.models.fields import somebody
from participants.models import Participant, RoleAppointment
from participants.querysets import OfAllianceQuerySet


class VatStatement(OfAlliance):
    """How much of its VAT a participant recovers, from a day on, with the legal basis.

    Each takes the place of the earlier ones from its day on: on a day the newest version stands whose day has come
    (ledger/vat.py).
    """

    class Recovers(models.TextChoices):
        ALL = "all", "All of it"
        NONE = "none", "None of it"
        PART = "part", "A part of it"

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="vat_statements")
    version = models.PositiveIntegerField()
    recovers = models.CharField(max_length=4, choices=Recovers.choices)
    percent = models.DecimalField(max_digits=5, decimal_places=2)  # recovered, 0 to 100
    since = models.DateField("from")
    basis = models.ForeignKey(Words, on_delete=models.PROTECT, related_name="+")
    stated_at = models.DateTimeField(default=timezone.now)
    stated_by = somebody()
    stated_by_name = models.CharField(max_length=120)
    appointment = models.ForeignKey(RoleAppointment, on_delete=models.PROTECT, related_name="+")
    capacity = models.CharField(max_length=20, choices=RoleAppointment.Role.choices)

    objects = OfAllianceQuerySet.as_manager()

    class Meta:
        ordering = ["participant__place", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["alliance", "participant", "version"], name="vat_statement_has_a_version"
            ),
            models.CheckConstraint(
                condition=Q(recovers="all", percent=Decimal(100))
                | Q(recovers="none", percent=Decimal(0))
                | Q(recovers="part", percent__gt=Decimal(0), percent__lt=Decimal(100)),
                name="vat_percent_is_what_is_said",
            ),
        ]

    def __str__(self) -> str:
        return f"VAT statement {self.version} of {self.participant}"
