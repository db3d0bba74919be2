"""The ladder that a proposal climbs when the participants cannot agree (rule 18)."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from alliance.core.models import Words, both_or_neither
from decisions.lifecycle import DeadlockStage, State
from decisions.models.position import Spoken
from decisions.models.proposal import Proposal

PERSON = settings.AUTH_USER_MODEL


@dataclass(frozen=True)
class Rung:
    """One stage of a ladder, from its first day to its last; statements are made until `statements_until`."""

    stage: DeadlockStage
    starts: date
    until: date
    statements_until: date | None = None

    @classmethod
    def from_json(cls, said: dict) -> "Rung":
        statements = said.get("statements_until")
        return cls(
            DeadlockStage(said["stage"]),
            date.fromisoformat(said["from"]),
            date.fromisoformat(said["until"]),
            date.fromisoformat(statements) if statements else None,
        )


class Deadlock(Spoken):
    """A deadlock that a participant on the roll declared. At every stage the proposal can still be agreed.

    `stages` was frozen with its dates that day: [{"stage", "from", "until", "statements_until" or null}], ISO days.
    After the last one the status quo stands, by the clock (rule 25). The proposal's time to answer lasts as long.
    """

    class Independent(models.TextChoices):
        CHAIR = "chair", "Independent chair"
        MEDIATOR = "mediator", "Mediator"
        EXPERT = "expert", "Expert"

    proposal = models.OneToOneField(Proposal, on_delete=models.PROTECT, related_name="deadlock")
    reason = models.ForeignKey(Words, on_delete=models.PROTECT, related_name="+")
    stages = models.JSONField()
    independent = models.CharField(max_length=10, choices=Independent.choices, blank=True)
    independent_name = models.CharField(max_length=160, blank=True)
    named_at = models.DateTimeField(null=True)
    named_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            both_or_neither("named", "independent_is_named_by_somebody"),
            models.CheckConstraint(
                condition=Q(named_at__isnull=True, independent="", independent_name="")
                | Q(named_at__isnull=False) & ~Q(independent="") & ~Q(independent_name=""),
                name="independent_has_a_name",
            ),
        ]

    def __str__(self) -> str:
        return f"Deadlock on proposal {self.proposal.number}"

    @property
    def ends_on(self) -> date:
        """The last day on which it can be agreed; from the next the status quo stands."""
        return date.fromisoformat(self.stages[-1]["until"])

    @cached_property
    def rungs(self) -> tuple[Rung, ...]:
        """Its stages with real dates, in their order."""
        return tuple(Rung.from_json(one) for one in self.stages)

    def rung(self, stage: str) -> Rung | None:
        return next((one for one in self.rungs if one.stage == stage), None)

    def stage_on(self, day: date) -> DeadlockStage:
        """By the clock and the record: OVER once the proposal has an end, STATUS_QUO after the last day (rule 25)."""
        if self.proposal.state != State.OPEN:
            return DeadlockStage.OVER
        return next((one.stage for one in self.rungs if day <= one.until), DeadlockStage.STATUS_QUO)

    @property
    def stage_now(self) -> DeadlockStage:
        return self.stage_on(timezone.localdate())

    def seniors_speak_on(self, day: date) -> bool:
        """Has it gone up to the senior representatives by that day? From then on they speak for their participants."""
        rung = self.rung(DeadlockStage.SENIOR)
        return rung is not None and rung.starts <= day


class Statement(Spoken):
    """A participant's own account: to the senior representatives in a deadlock, or of whoever is to be excluded
    (rules 18, 22); or what the independent person said, written down by a participant."""

    class Occasion(models.TextChoices):
        DEADLOCK = "deadlock", "In a deadlock"
        EXCLUSION = "exclusion", "Before an exclusion"
        INDEPENDENT = "independent", "What the independent person said"

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="statements")
    occasion = models.CharField(max_length=20, choices=Occasion.choices)
    words = models.ForeignKey(Words, on_delete=models.PROTECT, related_name="+")
    replaces = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="replaced_by")

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"Statement of {self.participant.short_name}"
