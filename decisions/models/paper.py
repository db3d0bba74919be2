"""A decision or a meeting's minutes as a PDF, drawn by a worker from what was frozen and kept as it was drawn."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from alliance.core.models import Document, Errand, OfAlliance
from decisions.models.decision import Decision
from decisions.models.meeting import Minutes

PERSON = settings.AUTH_USER_MODEL


class Paper(OfAlliance):
    """Asked for once for each decision or version of minutes; `document` is there when a worker has drawn it."""

    ERRAND = "decisions.draw_paper"

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, null=True, related_name="paper")
    minutes = models.OneToOneField(Minutes, on_delete=models.PROTECT, null=True, related_name="paper")
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, related_name="+")
    drawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(decision__isnull=True, minutes__isnull=False)
                | Q(decision__isnull=False, minutes__isnull=True),
                name="paper_is_about_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(document__isnull=True, drawn_at__isnull=True)
                | Q(document__isnull=False, drawn_at__isnull=False),
                name="paper_is_drawn_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"Paper of {self.decision or self.minutes}"

    @property
    def file_name(self) -> str:
        if self.decision_id:
            return f"{self.decision.alliance.slug}-decision-{self.decision.number}.pdf"
        meeting = self.minutes.meeting
        return f"{meeting.alliance.slug}-meeting-{meeting.number}-minutes-{self.minutes.version}.pdf"

    @property
    def errand(self) -> Errand | None:
        """The work that draws it: stage, progress, trouble."""
        return Errand.objects.filter(kind=self.ERRAND, key=str(self.pk)).first()
