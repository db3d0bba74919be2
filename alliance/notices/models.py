"""What people are told by e-mail: a row for each person and occasion, sent once and only while it still matters."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from alliance.core.models import OfAlliance
from participants.querysets import OfAllianceQuerySet


class NoticeQuerySet(OfAllianceQuerySet):
    def waiting(self):
        """Neither sent nor found to be no longer needed."""
        return self.filter(sent_at__isnull=True, dropped_at__isnull=True)

    def to(self, person):
        return self.filter(person=person)


class Notice(OfAlliance):
    """One letter to one person about one thing, once for each occasion (`occasion`: a version, a deadline, an event).

    `kind` is a key of `letters.KINDS`. It is written with the change that it tells of, and sent afterwards by a worker,
    unless it is no longer needed by then (`dropped_at`).
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=30)
    subject_type = models.CharField(max_length=80)
    subject_id = models.BigIntegerField()
    occasion = models.CharField(max_length=80)
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    dropped_at = models.DateTimeField(null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind", "subject_type", "subject_id", "occasion"],
                name="person_is_told_once",
            ),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(dropped_at__isnull=True),
                name="notice_is_sent_or_dropped",
            ),
        ]
        indexes = [
            models.Index(
                fields=["alliance", "subject_type", "subject_id"],
                name="notice_waiting",
                condition=Q(sent_at__isnull=True, dropped_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.person}"


class Preference(OfAlliance):
    """Whether a person wants letters of one kind from one alliance; without a row: yes."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=30)
    wanted = models.BooleanField()
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["alliance", "person", "kind"], name="person_wants_a_kind_or_not")
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {'yes' if self.wanted else 'no'}"
