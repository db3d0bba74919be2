"""Questions about a line of the book, asked and answered in the open, by name of organisation (principle e)."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from alliance.core.addresses import reverse
from alliance.core.models import OfAlliance, Words, both_or_neither
from alliance.core.periods import Month
from ledger.lifecycle import QueryState
from ledger.models.budget import BudgetLine
from ledger.models.fields import somebody
from ledger.models.journal import Journal
from ledger.querysets import QueryQuerySet
from participants.models import Participant, RoleAppointment


class Query(OfAlliance):
    """What one organisation asks another about a line of cost of its. It changes by its replies alone.

    `answering`, `budget_line` and `month` are those of the entry, which is found by (`journal`, `line`).
    """

    State = QueryState

    number = models.PositiveIntegerField()
    journal = models.ForeignKey(Journal, on_delete=models.PROTECT, related_name="queries")
    line = models.PositiveIntegerField()
    asking = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="+")
    answering = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="+")
    budget_line = models.ForeignKey(BudgetLine, on_delete=models.PROTECT, related_name="+")
    month = models.DateField()
    words = models.ForeignKey(Words, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=QueryState.choices, default=QueryState.ASKED)
    asked_at = models.DateTimeField(default=timezone.now)
    asked_by = somebody()
    asked_by_name = models.CharField(max_length=120)
    appointment = models.ForeignKey(RoleAppointment, on_delete=models.PROTECT, related_name="+")
    capacity = models.CharField(max_length=20, choices=RoleAppointment.Role.choices)
    ended_at = models.DateTimeField(null=True)
    ended_by = somebody(null=True)

    objects = QueryQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        verbose_name_plural = "queries"
        constraints = [
            models.UniqueConstraint(fields=["alliance", "number"], name="query_has_its_own_number"),
            models.CheckConstraint(condition=~Q(asking=F("answering")), name="nobody_queries_its_own_line"),
            both_or_neither("ended", "query_is_ended_by_somebody"),
            models.CheckConstraint(
                condition=Q(state__in=["asked", "answered"], ended_at__isnull=True)
                | Q(state__in=["settled", "withdrawn", "closed"], ended_at__isnull=False),
                name="query_is_ended_when_settled_or_withdrawn",
            ),
        ]
        indexes = [
            models.Index(fields=["alliance", "journal", "line"], name="query_by_entry"),
            models.Index(
                fields=["alliance", "month"],
                name="query_unresolved_by_month",
                condition=Q(state__in=["asked", "answered"]),
            ),
        ]

    def __str__(self) -> str:
        return f"Query {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("ledger:query", args=[self.alliance.slug, self.number])

    @property
    def period(self) -> Month:
        return Month.containing(self.month)

    @property
    def asked_on(self) -> date:
        return timezone.localdate(self.asked_at)

    @property
    def is_unresolved(self) -> bool:
        return self.ended_at is None

    @property
    def days(self) -> int:
        """Its age: from the day on which it was asked until it ended, or until today."""
        until = timezone.localdate(self.ended_at) if self.ended_at else timezone.localdate()
        return (until - self.asked_on).days

    @property
    def age(self) -> str:
        """ "today", "the same day", "1 day", "12 days"."""
        if not self.days:
            return "today" if self.is_unresolved else "the same day"
        return f"{self.days} day{'' if self.days == 1 else 's'}"


class QueryReply(OfAlliance):
    """One thing said in a query, by somebody for an organisation; each takes the query a step, and none is changed."""

    class Verb(models.TextChoices):
        ANSWER = "answer", "Answered"
        ASK_AGAIN = "ask_again", "Asked again"
        SETTLE = "settle", "Settled"
        WITHDRAW = "withdraw", "Withdrawn"
        CLOSE = "close", "Closed"

    query = models.ForeignKey(Query, on_delete=models.PROTECT, related_name="replies")
    number = models.PositiveIntegerField()
    verb = models.CharField(max_length=10, choices=Verb.choices)
    words = models.ForeignKey(Words, on_delete=models.PROTECT, null=True, related_name="+")
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField(default=timezone.now)
    said_by = somebody()
    said_by_name = models.CharField(max_length=120)
    appointment = models.ForeignKey(RoleAppointment, on_delete=models.PROTECT, related_name="+")
    capacity = models.CharField(max_length=20, choices=RoleAppointment.Role.choices)

    class Meta:
        ordering = ["number"]
        verbose_name_plural = "query replies"
        constraints = [
            models.UniqueConstraint(fields=["query", "number"], name="reply_has_its_own_number"),
            models.CheckConstraint(
                condition=Q(words__isnull=False) | Q(verb__in=["settle", "withdraw"]),
                name="questions_and_answers_are_in_words",
            ),
        ]

    def __str__(self) -> str:
        return f"Reply {self.number} to query {self.query_id}"
