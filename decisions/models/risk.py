"""Risks and opportunities: held in common, looked after by a steward, accepted as they stand (rule 44)."""

from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from alliance.core.addresses import reverse
from alliance.core.models import OfAlliance, Words, both_or_neither
from decisions.lifecycle import AcceptanceState, RiskState
from decisions.models.position import Spoken
from decisions.querysets import RiskQuerySet
from participants.models import Participant

PERSON = settings.AUTH_USER_MODEL
DOMAIN = b"concordat/risk/1"


class Risk(OfAlliance):
    """A risk or an opportunity of the whole alliance. What it says is in its versions."""

    class Kind(models.TextChoices):
        RISK = "risk", "Risk"
        OPPORTUNITY = "opportunity", "Opportunity"

    State = RiskState

    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=20, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    current_version = models.OneToOneField(
        "RiskVersion", on_delete=models.PROTECT, null=True, related_name="+"
    )
    raised_at = models.DateTimeField()
    raised_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    closed_because = models.ForeignKey(Words, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["alliance", "number"], name="risk_has_its_own_number"),
            both_or_neither("closed", "risk_is_closed_by_somebody"),
            models.CheckConstraint(
                condition=~Q(state="closed") | Q(closed_because__isnull=False),
                name="risk_is_closed_for_a_reason",
            ),
        ]

    objects = RiskQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"

    @property
    def title(self) -> str:
        return self.current_version.title

    def acceptances_of(self, participants) -> "list[Acceptance]":
        """What each participant's word on it is worth today. Free of queries after `with_acceptances()`."""
        today, last = timezone.localdate(), {}
        for version in self.versions.all():
            for one in version.acceptances.all():
                last[one.participant_id] = one
        return [Acceptance(one, last.get(one.pk), self.current_version_id, today) for one in participants]

    def get_absolute_url(self) -> str:
        return reverse("decisions:risk", args=[self.alliance.slug, self.number])


@dataclass(frozen=True)
class Acceptance:
    """One participant's acceptance of one risk on a day, by the clock and the versions (rules 25, 44)."""

    participant: Participant
    last: "RiskAcceptance | None"
    current_version_id: int
    on: date

    @property
    def state(self) -> AcceptanceState:
        if self.last is None:
            return AcceptanceState.NEEDED
        if self.last.version_id != self.current_version_id:
            return AcceptanceState.CHANGED
        return AcceptanceState.EXPIRED if self.last.until_on < self.on else AcceptanceState.ACCEPTED

    @property
    def holds(self) -> bool:
        return self.state == AcceptanceState.ACCEPTED


class RiskVersion(OfAlliance):
    """One snapshot of a risk: what an acceptance binds to. Never changed; a change is the next version.

    `likelihood` and `impact` are 1 to 5, only where the alliance has scores on. `amount` is what is at stake, in
    pounds. `hash` is the SHA-256 (hexadecimal) of the canonical `body`.
    """

    SCORE = (MinValueValidator(1), MaxValueValidator(5))

    risk = models.ForeignKey(Risk, on_delete=models.PROTECT, related_name="versions")
    version = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=200)
    steward = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    causes = models.TextField()
    effects = models.TextField()
    controls = models.TextField()
    gaps = models.TextField()
    likelihood = models.PositiveSmallIntegerField(null=True, validators=SCORE)
    impact = models.PositiveSmallIntegerField(null=True, validators=SCORE)
    amount = models.DecimalField(max_digits=15, decimal_places=2, null=True)
    body = models.BinaryField()
    hash = models.CharField(max_length=64)
    note = models.CharField(max_length=300, blank=True)  # what changed, and why
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["version"]
        constraints = [
            models.UniqueConstraint(fields=["risk", "version"], name="risk_has_each_version_once"),
            models.CheckConstraint(
                condition=Q(likelihood__isnull=True, impact__isnull=True)
                | Q(likelihood__gte=1, likelihood__lte=5, impact__gte=1, impact__lte=5),
                name="risk_score_is_one_to_five_twice_or_not_at_all",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.risk}: {self.title}"


class RiskAcceptance(Spoken):
    """A participant accepts a risk as this version tells it, until a day. It lapses when the version does (rule 44)."""

    version = models.ForeignKey(RiskVersion, on_delete=models.PROTECT, related_name="acceptances")
    until_on = models.DateField()  # the last day on which it counts
    words = models.ForeignKey(Words, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.participant.short_name} accepts {self.version.risk} until {self.until_on}"
