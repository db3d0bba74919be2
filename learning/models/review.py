"""A learning review, who was in the room, what it answered, and the actions that came of it (rule 45)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from alliance.core.addresses import reverse
from alliance.core.models import OfAlliance, Words, both_or_neither
from learning.lifecycle import ActionState, ReviewState
from learning.querysets import ActionQuerySet, ReviewQuerySet


class Review(OfAlliance):
    """A meeting that learns. While it is prepared, `draft` keeps whatever was typed (form field → text or list of
    texts); once held, the answers are rows and the draft is empty."""

    State = ReviewState

    number = models.PositiveIntegerField()
    title = models.CharField("what we look at", max_length=200)
    about = models.TextField("why now", blank=True)
    planned_for = models.DateField("planned for")
    status = models.CharField(max_length=12, choices=ReviewState.choices, default=ReviewState.PREPARING)
    draft = models.JSONField(default=dict)
    drafted_at = models.DateTimeField(null=True)
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    prepared_at = models.DateTimeField(default=timezone.now)
    prepared_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    held_on = models.DateField(null=True)  # the day of the meeting; held_at is when it was recorded
    held_at = models.DateTimeField(null=True)
    held_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    called_off_at = models.DateTimeField(null=True)
    called_off_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    called_off_because = models.ForeignKey(Words, on_delete=models.PROTECT, null=True, related_name="+")

    objects = ReviewQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["alliance", "number"], name="review_has_its_own_number"),
            both_or_neither("drafted", "review_is_drafted_by_somebody"),
            both_or_neither("held", "review_is_held_by_somebody"),
            both_or_neither("called_off", "review_is_called_off_by_somebody"),
            models.CheckConstraint(
                condition=Q(status="held", held_at__isnull=False, held_on__isnull=False, draft={})
                | (~Q(status="held") & Q(held_at__isnull=True, held_on__isnull=True)),
                name="a_held_review_has_its_day_and_no_draft",
            ),
            models.CheckConstraint(
                condition=Q(status="called_off", called_off_at__isnull=False)
                | (~Q(status="called_off") & Q(called_off_at__isnull=True)),
                name="a_review_is_called_off_on_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"Review {self.number}: {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("learning:review", args=[self.alliance.slug, self.number])

    @property
    def is_held(self) -> bool:
        return self.status == ReviewState.HELD

    def open_actions(self):
        """The alliance's open actions, of whichever review: they come first (rule 45)."""
        return Action.objects.open().filter(alliance_id=self.alliance_id).with_takers().order_by("number")

    def usual_people(self) -> set[int]:
        """Whoever was in the room at one of the last three reviews."""
        last = Review.objects.filter(alliance_id=self.alliance_id).held().order_by("-held_on", "-number")[:3]
        there = Attendance.objects.filter(review__in=last.values("pk"), present=True, person__isnull=False)
        return set(there.values_list("person", flat=True))

    @property
    def day(self):
        """When it was, or when it is planned for."""
        return self.held_on or self.planned_for


class Answer(OfAlliance):
    """What a held review says to one of its questions. Facts and views are different questions (rule 45)."""

    class Question(models.TextChoices):
        EXPECTED = "expected", "What did we expect?"
        FACTS = "facts", "What happened? The facts"
        VIEWS = "views", "How do we see it? Our views"
        UNEXPECTED = "unexpected", "What was unexpected?"
        WHY = "why", "Why did it happen as it did?"
        KEEP_OR_CHANGE = "keep_or_change", "What do we keep, and what do we change?"
        INTENDED = "intended", "Is this what we intended?"
        NEXT = "next", "What next?"
        WE = "we", "Who are “we” to be making these reflections and decisions?"
        MISSING = "missing", "Who was not in the room?"

    OPTIONAL = (Question.VIEWS, Question.UNEXPECTED)
    GOVERNANCE = (Question.INTENDED, Question.NEXT, Question.WE)

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="answers")
    question = models.CharField(max_length=16, choices=Question.choices)
    words = models.ForeignKey(Words, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "question"], name="a_question_is_answered_once")
        ]


class Attendance(OfAlliance):
    """Somebody who was in the room, or an organisation of which nobody was. Names are kept as on that day."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="attendances")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    participant = models.ForeignKey(
        "participants.Participant", on_delete=models.PROTECT, null=True, related_name="+"
    )
    name = models.CharField(max_length=160)
    role = models.CharField(max_length=200, blank=True)
    present = models.BooleanField()

    class Meta:
        ordering = ["-present", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["review", "person"],
                condition=Q(person__isnull=False),
                name="a_person_is_in_the_room_once",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="whoever_was_in_the_room_has_a_name"),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.role}" if self.role else self.name


class Action(OfAlliance):
    """Something that a review decided to do, and the person or participant that takes it."""

    State = ActionState

    number = models.PositiveIntegerField()
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="actions")
    what = models.CharField(max_length=300)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="learning_actions",
    )
    participant = models.ForeignKey(
        "participants.Participant",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="learning_actions",
    )
    due_on = models.DateField("by when", null=True, blank=True)
    status = models.CharField(max_length=8, choices=ActionState.choices, default=ActionState.OPEN)
    agreed_at = models.DateTimeField(default=timezone.now)
    agreed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    objects = ActionQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["alliance", "number"], name="action_has_its_own_number"),
            models.CheckConstraint(
                condition=Q(person__isnull=False, participant__isnull=True)
                | Q(person__isnull=True, participant__isnull=False),
                name="an_action_is_taken_by_a_person_or_a_participant",
            ),
            both_or_neither("closed", "action_is_closed_by_somebody"),
            models.CheckConstraint(
                condition=Q(status="open", closed_at__isnull=True)
                | (~Q(status="open") & Q(closed_at__isnull=False)),
                name="an_open_action_is_not_closed",
            ),
        ]
        indexes = [models.Index(fields=["alliance", "status"], name="action_by_status")]

    def __str__(self) -> str:
        return self.what

    def get_absolute_url(self) -> str:
        return reverse("learning:action", args=[self.alliance.slug, self.number])

    @property
    def taken_by(self):
        return self.person or self.participant


class ActionLook(OfAlliance):
    """One look at an action, in a later review or between two: done, still matters, or let go, with words."""

    class Outcome(models.TextChoices):
        DONE = "done", "Done"
        STILL_MATTERS = "still_matters", "Still matters"
        LET_GO = "let_go", "Let go"

    action = models.ForeignKey(Action, on_delete=models.PROTECT, related_name="looks")
    review = models.ForeignKey(Review, on_delete=models.PROTECT, null=True, related_name="looks")
    outcome = models.CharField(max_length=16, choices=Outcome.choices)
    words = models.ForeignKey(Words, on_delete=models.PROTECT, related_name="+")
    looked_at = models.DateTimeField(default=timezone.now)
    looked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["action", "review"],
                condition=Q(review__isnull=False),
                name="a_review_looks_at_an_action_once",
            )
        ]
