"""Finding reports. Every list begins with `visible_to(user)` (house 7)."""

from django.db import models
from django.db.models import CharField, Exists, OuterRef, Subquery
from django.db.models.functions import Cast

from alliance.core.models import Errand
from participants.querysets import OfAllianceQuerySet


class ReportQuerySet(OfAllianceQuerySet):
    def sealed(self):
        return self.filter(sealed_at__isnull=False)

    def in_the_making(self):
        return self.filter(sealed_at__isnull=True)

    def newest_first(self):
        return self.order_by("-number")

    def for_lists(self):
        """With whoever asked, and the PDF's size without its bytes; `is_parked` tells which one needs somebody;
        `newer` is the number of the quarter's newest sealed report, if that is another one."""
        errand = Errand.objects.parked().filter(kind=self.model.ERRAND, key=Cast(OuterRef("pk"), CharField()))
        same_quarter = self.model.objects.sealed().filter(
            alliance=OuterRef("alliance"), quarter=OuterRef("quarter"), version__gt=OuterRef("version")
        )
        return (
            self.select_related("requested_by", "pdf", "snapshot")
            .defer("pdf__content", "snapshot__content")
            .annotate(
                is_parked=Exists(errand),
                newer=Subquery(same_quarter.order_by("-version").values("number")[:1]),
            )
        )

    def of_as_far_as(self, quarter, day):
        """Those of the quarter that cover it up to that day: gathered, or asked for, when that was over."""
        return self.filter(quarter=quarter.slug, covers_until__gte=day)


class DownloadQuerySet(models.QuerySet):
    def newest_first(self):
        return self.order_by("-downloaded_at", "-pk")
