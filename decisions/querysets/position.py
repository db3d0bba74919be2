"""Finding positions and objections."""

from django.db import models
from django.db.models import F, Q


class PositionQuerySet(models.QuerySet):
    def current(self):
        """The last word of each participant; it may be about an older wording."""
        return self.filter(replaced_by__isnull=True)

    def on_the_current_wording(self):
        """Without those that were taken back."""
        answered = self.current().exclude(stance="taken_back")
        return answered.filter(wording_id=F("proposal__current_wording_id"))

    def blocking(self):
        """Those that do not assent (rules 3, 6)."""
        return self.on_the_current_wording().exclude(
            Q(stance__in=["agree", "reservation"]) | Q(stance="stand_aside", proposal__standing_aside=True)
        )


class ObjectionQuerySet(models.QuerySet):
    def unresolved(self):
        return self.filter(resolved_at__isnull=True)

    def with_words(self):
        return self.select_related("participant", "concern", "remedy", "resolution", "wording")
