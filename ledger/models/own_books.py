"""What a participant's own ledger says of a month, beside what the open book says."""

from datetime import date
from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from alliance.core.models import OfAlliance, Words
from alliance.core.periods import Month
from ledger.models.fields import pounds, somebody
from ledger.querysets import OwnBooksQuerySet
from participants.models import Participant, RoleAppointment


class OwnBooks(OfAlliance):
    """A participant confirms what its own books say that it spent for the alliance in a month.

    `book` is what the open book said at that moment; a difference is explained in words. Confirmed again, it is
    another version; the newest one counts.
    """

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="own_books")
    month = models.DateField()
    version = models.PositiveIntegerField()
    book = pounds()
    own = pounds()
    words = models.ForeignKey(Words, on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(default=timezone.now)
    confirmed_by = somebody()
    confirmed_by_name = models.CharField(max_length=120)
    appointment = models.ForeignKey(RoleAppointment, on_delete=models.PROTECT, related_name="+")
    capacity = models.CharField(max_length=20, choices=RoleAppointment.Role.choices)

    objects = OwnBooksQuerySet.as_manager()

    class Meta:
        ordering = ["-month", "participant__place", "-version"]
        verbose_name_plural = "own books"
        constraints = [
            models.UniqueConstraint(
                fields=["alliance", "participant", "month", "version"], name="own_books_have_a_version"
            ),
            models.CheckConstraint(
                condition=Q(own=F("book")) | Q(words__isnull=False),
                name="difference_from_own_books_is_explained",
            ),
        ]

    def __str__(self) -> str:
        return f"Own books of {self.participant}, {self.period.label}"

    @property
    def period(self) -> Month:
        return Month.containing(self.month)

    @property
    def confirmed_on(self) -> date:
        return timezone.localdate(self.confirmed_at)

    @property
    def difference(self) -> Decimal:
        """What its own books say more than the open book said; negative for less."""
        return self.own - self.book

    @property
    def short_by(self) -> Decimal:
        return -self.difference

    @property
    def since_then(self) -> Decimal:
        """How much more the open book says today than it did then; of rows `with_the_book_now()`."""
        return self.book_now - self.book
