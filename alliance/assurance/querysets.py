"""Finding reports. Every list begins with `visible_to(user)` (house 7)."""

from django.db import models
from django.db.models import CharField, Exists, OuterRef
from django.db.models.functions import Cast

from alliance.core.models import Errand
from participants.models import Alliance


class ReportQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The reports of the alliances in which the person holds a role: board members and auditors like the others."""
        return self.filter(alliance__in=Alliance.objects.visible_to(user))

    def sealed(self):
        return self.filter(sealed_at__isnull=False)

    def in_the_making(self):
        return self.filter(sealed_at__isnull=True)

    def newest_first(self):
        return self.order_by("-number")

    def for_lists(self):
        """With whoever asked, and the PDF's size without its bytes; `is_parked` tells which one needs somebody."""
        errand = Errand.objects.parked().filter(kind=self.model.ERRAND, key=Cast(OuterRef("pk"), CharField()))
        return (
            self.select_related("requested_by", "pdf", "snapshot")
            .defer("pdf__content", "snapshot__content")
            .annotate(is_parked=Exists(errand))
        )

    def after_the_end_of(self, quarter):
        """Those that cover the whole quarter: gathered, or asked for, when it was over."""
        return self.filter(quarter=quarter.slug, covers_until__gte=quarter.end)


class DownloadQuerySet(models.QuerySet):
    def newest_first(self):
        return self.order_by("-downloaded_at", "-pk")
