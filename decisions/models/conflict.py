"""Conflicts of interest: the register, the declaration on one decision, and who leaves its roll (rules 9 to 11)."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from alliance.core.models import OfAlliance, Words, both_or_neither
from decisions.lifecycle import DeclarationState
from decisions.models.position import Spoken
from decisions.models.proposal import Proposal, RollEntry
from decisions.querysets import DeclarationQuerySet, InterestQuerySet
from participants.models import Participant

PERSON = settings.AUTH_USER_MODEL


class Interest(OfAlliance):
    """An entry of the register of interests: what a person, or somebody close to them, has at stake elsewhere."""

    class Kind(models.TextChoices):
        FINANCIAL = "financial", "Financial"
        PROFESSIONAL = "professional", "Professional, not financial"
        PERSONAL = "personal", "Personal"
        INDIRECT = "indirect", "Indirect, through somebody close"

    person = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    what = models.ForeignKey(Words, on_delete=models.PROTECT, related_name="+")
    from_on = models.DateField()
    declared_at = models.DateTimeField()
    declared_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    ended_on = models.DateField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")

    objects = InterestQuerySet.as_manager()

    class Meta:
        ordering = ["person__name", "pk"]
        constraints = [both_or_neither("ended", "interest_is_ended_by_somebody")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} interest of {self.person}"


class Declaration(OfAlliance):
    """A conflict declared on one proposal, before its organisation takes part (rule 9), or found after the seal.

    DECLARED: the others are asked. ADMITTED: a majority of the others lets it take part. SHARED: all have the same
    interest, so nobody is disabled (rule 11). LEFT: its participant has left the roll. FOUND: after the seal; the
    decision is to be reviewed.
    """

    State = DeclarationState

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="declarations")
    number = models.PositiveSmallIntegerField()
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    person_name = models.CharField(max_length=120)
    interest = models.ForeignKey(Interest, on_delete=models.PROTECT, null=True, related_name="declarations")
    what = models.ForeignKey(Words, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.DECLARED)
    declared_at = models.DateTimeField()
    declared_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")

    objects = DeclarationQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "number"], name="declaration_has_its_own_number"),
            models.UniqueConstraint(
                fields=["proposal", "participant"],
                condition=Q(state__in=["declared", "admitted", "left"]),
                name="participant_has_one_declaration_at_work",
            ),
            models.CheckConstraint(  # the clock settles one too, when its participant has left the alliance
                condition=Q(settled_at__isnull=False) | Q(settled_by__isnull=True),
                name="who_settles_a_declaration_does_so_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"Declaration {self.number} by {self.person_name}"


class DeclarationVote(Spoken):
    """What another participant says to a declared conflict: `stance` is "admit", "leave" or "shared"."""

    class Stance(models.TextChoices):
        ADMIT = "admit", "May take part"
        LEAVE = "leave", "Should leave the roll for this decision"
        SHARED = "shared", "We all share this interest equally"

    declaration = models.ForeignKey(Declaration, on_delete=models.PROTECT, related_name="votes")
    stance = models.CharField(max_length=10, choices=Stance.choices)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["declaration", "participant"], name="participant_votes_once_on_a_declaration"
            )
        ]

    def __str__(self) -> str:
        return f"{self.participant.short_name}: {self.get_stance_display().lower()}"


class RollDeparture(OfAlliance):
    """A participant that is no longer asked on one open proposal; its row on the frozen roll stays (rules 2, 9)."""

    class Because(models.TextChoices):
        CONFLICT = "conflict", "a conflict of interest"
        LEFT = "left", "it left the alliance"
        SUSPENDED = "suspended", "it is suspended"
        CONCERNED = "concerned", "the decision is about it"

    entry = models.OneToOneField(RollEntry, on_delete=models.PROTECT, related_name="departure")
    because = models.CharField(max_length=10, choices=Because.choices)
    declaration = models.OneToOneField(
        Declaration, on_delete=models.PROTECT, null=True, related_name="departure"
    )
    departed_at = models.DateTimeField()
    departed_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(because="conflict", declaration__isnull=False)
                | ~Q(because="conflict") & Q(declaration__isnull=True),
                name="departure_for_a_conflict_has_its_declaration",
            )
        ]

    def __str__(self) -> str:
        return f"{self.entry} left the roll: {self.get_because_display()}"
