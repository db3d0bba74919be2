"""Where each participant stands, who said so, and the objections that somebody has to meet."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from alliance.core.models import Document, OfAlliance, Words, both_or_neither
from decisions.lifecycle import ObjectionState
from decisions.models.proposal import Proposal, Wording
from decisions.querysets import ObjectionQuerySet, PositionQuerySet
from participants.models import Participant, RoleAppointment

PERSON = settings.AUTH_USER_MODEL


class Spoken(OfAlliance):
    """Who spoke, for whom, in which capacity: kept as it was that day, "A for B, Organisation"."""

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField()
    taken_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    taken_by_name = models.CharField(max_length=120)
    appointment = models.ForeignKey(RoleAppointment, on_delete=models.PROTECT, related_name="+")
    capacity = models.CharField(
        max_length=20,
        choices=[
            ("representative", "Representative"),
            ("deputy", "Deputy"),
            ("senior", "Senior representative"),
        ],
    )
    in_place_of = models.CharField(max_length=120, blank=True)  # a deputy's representative, as named that day

    class Meta:
        abstract = True

    @property
    def spoken_by(self) -> str:
        """ "Dev for Pat, Haven", or "Pat, Haven"."""
        in_place = f" for {self.in_place_of}" if self.in_place_of else ""
        return f"{self.taken_by_name}{in_place}, {self.participant.short_name}"


class Position(Spoken):
    """Where a participant stands on one wording. A later one replaces it; both acts stay (rule 4).

    Given elsewhere and recorded on behalf, `taken_by` is who said it, `typed_by` who wrote it down and `evidence`
    what shows it (rule 24). TAKEN_BACK undoes the answer before it: the participant has not answered.
    """

    class Stance(models.TextChoices):
        AGREE = "agree", "Agrees"
        RESERVATION = "reservation", "Agrees with a reservation"
        STAND_ASIDE = "stand_aside", "Stands aside"
        ABSTAIN = "abstain", "Abstains"
        OBJECT = "object", "Objects"
        TAKEN_BACK = "taken_back", "Took the answer back"

    class Heard(models.TextChoices):
        """How an answer came that was not given in the application."""

        MEETING = "meeting", "In a meeting"
        TELEPHONE = "telephone", "By telephone"
        LETTER = "letter", "By letter or e-mail"

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="positions")
    wording = models.ForeignKey(Wording, on_delete=models.PROTECT, related_name="positions")
    stance = models.CharField(max_length=20, choices=Stance.choices)
    reason = models.ForeignKey(Words, on_delete=models.PROTECT, null=True, related_name="+")
    replaces = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="replaced_by")
    meeting = models.ForeignKey("Meeting", on_delete=models.PROTECT, null=True, related_name="positions")
    typed_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    typed_by_name = models.CharField(max_length=120, blank=True)
    heard = models.CharField(max_length=10, choices=Heard.choices, blank=True)
    evidence = models.ForeignKey(Words, on_delete=models.PROTECT, null=True, related_name="+")
    evidence_file = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, related_name="+")
    # The last day on which the participant can contest what was recorded on its behalf; until then it does not seal.
    contestable_until = models.DateField(null=True)

    objects = PositionQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["proposal", "participant"],
                condition=Q(replaces__isnull=True),
                name="participant_takes_its_first_position_once",
            ),
            models.CheckConstraint(
                condition=Q(stance__in=["agree", "taken_back"]) | Q(reason__isnull=False),
                name="only_agreeing_needs_no_reason",
            ),
            models.CheckConstraint(
                condition=Q(
                    typed_by__isnull=True,
                    typed_by_name="",
                    heard="",
                    evidence__isnull=True,
                    evidence_file__isnull=True,
                    contestable_until__isnull=True,
                )
                | Q(typed_by__isnull=False, evidence__isnull=False, contestable_until__isnull=False)
                & ~Q(typed_by_name="")
                & ~Q(heard=""),
                name="answer_on_behalf_says_what_shows_it",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.participant.short_name}: {self.get_stance_display().lower()}"

    @property
    def is_on_behalf(self) -> bool:
        return self.typed_by_id is not None

    @property
    def told_by(self) -> str:
        """Who spoke; and who wrote it down, where it was recorded on behalf (rule 24: labelled so everywhere)."""
        return f"{self.spoken_by}; recorded by {self.typed_by_name}" if self.is_on_behalf else self.spoken_by

    @property
    def is_current(self) -> bool:
        """Not replaced; `PositionQuerySet.current` prefetches exactly these."""
        return not hasattr(self, "replaced_by")


class Objection(Spoken):
    """A named concern that stops a proposal until whoever raised it resolves it, in words; never deleted (rule 17).

    `principles` holds the ids of the principles it names; with none of them it names a legal limit.
    """

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="objections")
    number = models.PositiveSmallIntegerField()
    wording = models.ForeignKey(Wording, on_delete=models.PROTECT, related_name="objections")
    position = models.OneToOneField(Position, on_delete=models.PROTECT, related_name="objection")
    principles = ArrayField(models.BigIntegerField(), default=list, blank=True)
    legal_limit = models.CharField(max_length=300, blank=True)
    concern = models.ForeignKey(Words, on_delete=models.PROTECT, related_name="+")
    remedy = models.ForeignKey(Words, on_delete=models.PROTECT, related_name="+")
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    resolved_by_name = models.CharField(max_length=120, blank=True)
    resolved_as = models.ForeignKey(RoleAppointment, on_delete=models.PROTECT, null=True, related_name="+")
    resolution = models.ForeignKey(Words, on_delete=models.PROTECT, null=True, related_name="+")

    objects = ObjectionQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "number"], name="objection_has_its_own_number"),
            both_or_neither("resolved", "objection_is_resolved_by_somebody"),
            models.CheckConstraint(
                condition=~Q(legal_limit="") | Q(principles__len__gt=0),
                name="objection_names_a_principle_or_a_legal_limit",
            ),
            models.CheckConstraint(
                condition=Q(resolved_at__isnull=True, resolution__isnull=True, resolved_as__isnull=True)
                | Q(resolved_at__isnull=False, resolution__isnull=False, resolved_as__isnull=False),
                name="objection_is_resolved_in_words",
            ),
        ]

    def __str__(self) -> str:
        return f"Objection {self.number} by {self.participant.short_name}"

    @property
    def state(self) -> str:
        return ObjectionState.RESOLVED if self.resolved_at else ObjectionState.STANDS


class ObjectionSteward(OfAlliance):
    """Who looks after an objection until it is met: not to win, but to see that it is worked on. The last one holds."""

    objection = models.ForeignKey(Objection, on_delete=models.PROTECT, related_name="stewards")
    person = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    named_at = models.DateTimeField()
    named_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.person}, steward of {self.objection}"
