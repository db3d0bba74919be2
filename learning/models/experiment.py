"""An experiment: a good idea, two gates, and what was learned (rule 46)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from alliance.core.addresses import reverse
from alliance.core.models import OfAlliance, Words, both_or_neither
from learning.lifecycle import ExperimentState
from learning.querysets import ExperimentQuerySet, GateAnswerQuerySet


class Experiment(OfAlliance):
    """Anybody in the alliance may propose one. A change before the start makes a new `version`, and the gates are
    asked again. `size` is big enough to be meaningful, small enough for it to be all right when things go wrong."""

    State = ExperimentState
    ENDED = (ExperimentState.EMBEDDED, ExperimentState.ADAPTED, ExperimentState.STOPPED)

    class Turned(models.TextChoices):
        AS_HOPED = "as_hoped", "As we hoped"
        PARTLY = "partly", "Partly as we hoped"
        NOT_AS_HOPED = "not_as_hoped", "Not as we hoped"

    number = models.PositiveIntegerField()
    title = models.CharField("name", max_length=160)
    question = models.TextField("what do we want to find out?", blank=True)
    trying = models.TextField("what will we try?", blank=True)
    how_we_learn = models.TextField("how will we learn?", blank=True)
    size = models.TextField("how big is it?", blank=True)
    place = models.CharField("where?", max_length=160, blank=True)
    ends_on = models.DateField("end date", null=True, blank=True)
    version = models.PositiveSmallIntegerField(default=1)
    follows = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="followed_by",
        verbose_name="grew out of",
    )
    status = models.CharField(
        max_length=10, choices=ExperimentState.choices, default=ExperimentState.PROPOSED
    )
    proposed_at = models.DateTimeField(default=timezone.now)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField(null=True)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    turned_out = models.CharField("how did it turn out?", max_length=12, choices=Turned.choices, blank=True)
    learned = models.ForeignKey(Words, on_delete=models.PROTECT, null=True, related_name="+")

    objects = ExperimentQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["alliance", "number"], name="experiment_has_its_own_number"),
            both_or_neither("started", "experiment_is_started_by_somebody"),
            both_or_neither("ended", "experiment_is_ended_by_somebody"),
            models.CheckConstraint(
                condition=Q(status__in=["proposed", "withdrawn"], started_at__isnull=True)
                | (
                    Q(started_at__isnull=False, ends_on__isnull=False)
                    & ~Q(question="")
                    & ~Q(how_we_learn="")
                    & ~Q(size="")
                    & ~Q(status__in=["proposed", "withdrawn"])
                ),
                name="an_experiment_starts_with_question_learning_size_and_end",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["proposed", "running"], ended_at__isnull=True)
                | Q(status="withdrawn", ended_at__isnull=False)
                | (
                    Q(
                        status__in=["embedded", "adapted", "stopped"],
                        ended_at__isnull=False,
                        learned__isnull=False,
                    )
                    & ~Q(turned_out="")
                ),
                name="an_experiment_ends_with_what_was_learned",
            ),
        ]

    def __str__(self) -> str:
        return f"Experiment {self.number}: {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("learning:experiment", args=[self.alliance.slug, self.number])

    @property
    def is_ended(self) -> bool:
        return self.status in self.ENDED

    def is_past_its_end(self, today=None) -> bool:
        """Running after its end date: asked for its learning, from the clock (rule 25)."""
        today = today or timezone.localdate()
        return self.status == ExperimentState.RUNNING and self.ends_on < today

    @property
    def lacks(self) -> list[str]:
        """What rule 46 still asks for before a start, in words; the gates come on top."""
        asked = {
            "a question": self.question.strip(),
            "how we will learn": self.how_we_learn.strip(),
            "a size": self.size.strip(),
            "an end date": self.ends_on,
        }
        return [what for what, given in asked.items() if not given]

    @property
    def told(self) -> list[tuple[str, str]]:
        """What was said, each with its question."""
        return [
            ("What we try", self.trying),
            ("How we learn", self.how_we_learn),
            ("How big", self.size),
            ("Where", self.place),
        ]

    def gate(self, gate: str) -> "GateAnswer | None":
        """The latest answer at that gate to the experiment as it now stands. Uses prefetched `gates`."""
        answers = [one for one in self.gates.all() if one.gate == gate and one.version == self.version]
        return max(answers, key=lambda one: one.pk, default=None)

    @property
    def waits_for(self) -> list[str]:
        """The gates without a yes: "legal", "safe"."""
        return [gate for gate in GateAnswer.Gate.values if not ((given := self.gate(gate)) and given.yes)]


class GateAnswer(OfAlliance):
    """One answer at a gate, with a name, a date and words. A later one replaces it; both stay."""

    class Gate(models.TextChoices):
        LEGAL = "legal", "Is it legal?"
        SAFE = "safe", "Is it safe?"

    experiment = models.ForeignKey(Experiment, on_delete=models.PROTECT, related_name="gates")
    version = models.PositiveSmallIntegerField()
    gate = models.CharField(max_length=5, choices=Gate.choices)
    yes = models.BooleanField()
    words = models.ForeignKey(Words, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(default=timezone.now)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = GateAnswerQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
