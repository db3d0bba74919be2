"""What an experiment has to do with the risks and opportunities that all hold."""

from django.conf import settings
from django.db import models

from alliance.core.models import OfAlliance
from learning.models.experiment import Experiment


class RiskTouched(OfAlliance):
    """An experiment touches a risk or an opportunity, until somebody says that it does not (`untied_at`)."""

    experiment = models.ForeignKey(Experiment, on_delete=models.PROTECT, related_name="risks_touched")
    risk = models.ForeignKey("decisions.Risk", on_delete=models.PROTECT, related_name="+")
    tied_at = models.DateTimeField()
    tied_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    untied_at = models.DateTimeField(null=True)
    untied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        ordering = ["risk__number"]
        constraints = [
            models.UniqueConstraint(
                fields=["experiment", "risk"],
                condition=models.Q(untied_at__isnull=True),
                name="experiment_touches_a_risk_once",
            ),
            models.CheckConstraint(
                condition=models.Q(untied_at__isnull=True, untied_by__isnull=True)
                | models.Q(untied_at__isnull=False, untied_by__isnull=False),
                name="risk_is_untied_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.experiment} touches {self.risk}"
