"""Finding interests and declared conflicts."""

from django.db import models

from participants.querysets import OfAllianceQuerySet


class InterestQuerySet(OfAllianceQuerySet):
    def current(self):
        """Those that have not ended."""
        return self.filter(ended_at__isnull=True)


class DeclarationQuerySet(models.QuerySet):
    def at_work(self):
        """Not settled, or settled for its participant alone; what all share disables nobody (rule 11)."""
        return self.filter(state__in=["declared", "admitted", "left"])

    def found(self):
        """After the seal: each marks its decision as one to be reviewed (rule 9)."""
        return self.filter(state="found")
