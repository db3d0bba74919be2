"""Proposals, the wordings they went through, where each participant stood, and what was decided."""

from datetime import date
from functools import cached_property

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from alliance.core.models import OfAlliance, Words, both_or_neither
from decisions.case import Bearing, Case, Effect
from decisions.lifecycle import ObjectionState, State
from decisions.querysets import (
    DecisionQuerySet,
    ObjectionQuerySet,
    PositionQuerySet,
    ProposalQuerySet,
)
from decisions.tally import Stand, Tally
from participants.models import Participant, Principle, RoleAppointment

PERSON = settings.AUTH_USER_MODEL


class Numbering(models.Model):
    """The last numbers given in an alliance: gapless, and the lock of whoever gives the next one."""

    alliance = models.OneToOneField(
        "participants.Alliance", on_delete=models.PROTECT, primary_key=True, related_name="+"
    )
    proposals = models.PositiveIntegerField(default=0)
    decisions = models.PositiveIntegerField(default=0)


class Proposal(OfAlliance):
    """A question put to the alliance by a participant. `number` counts within the alliance.

    The case itself is in its wordings; a draft keeps an incomplete one in `draft` (Case.to_json). `standing_aside`
    is the alliance's setting as it was when the proposal opened (rule 6). `answer_by` is the last day to answer.
    """

    class Kind(models.TextChoices):
        """Rule 1. Operational and reserved decisions have no roll and come by their own doors."""

        KEY = "key", "Key decision"

    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=20, choices=Kind.choices, default=Kind.KEY)
    state = models.CharField(max_length=20, choices=State.choices, default=State.DRAFT)
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="proposals")
    draft = models.JSONField(default=dict, blank=True)
    current_wording = models.OneToOneField("Wording", on_delete=models.PROTECT, null=True, related_name="+")
    answer_by = models.DateField("answers by", null=True)
    standing_aside = models.BooleanField("standing aside is possible", default=False)
    drafted_at = models.DateTimeField()
    drafted_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(null=True)
    opened_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawal_reason = models.ForeignKey(Words, on_delete=models.PROTECT, null=True, related_name="+")

    objects = ProposalQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["alliance", "number"], name="proposal_has_its_own_number"),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "open", "agreed", "withdrawn", "discarded"]),
                name="proposal_is_not_agreed_by_the_clock_alone",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "discarded"])
                | Q(current_wording__isnull=False, answer_by__isnull=False, opened_at__isnull=False),
                name="open_proposal_has_a_wording_and_a_deadline",
            ),
            models.CheckConstraint(
                condition=~Q(state="withdrawn")
                | Q(withdrawn_at__isnull=False, withdrawal_reason__isnull=False),
                name="withdrawal_has_its_reason",
            ),
            both_or_neither("opened", "proposal_is_opened_by_somebody"),
            both_or_neither("withdrawn", "proposal_is_withdrawn_by_somebody"),
        ]
        indexes = [models.Index(fields=["alliance", "state", "answer_by"], name="proposal_by_state")]

    def __str__(self) -> str:
        return f"Proposal {self.number}: {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("decisions:proposal", args=[self.alliance.slug, self.number])

    @property
    def title(self) -> str:
        if self.current_wording_id:
            return self.current_wording.title
        return self.draft.get("title") or "Untitled draft"

    @property
    def case(self) -> Case:
        """The case as it stands: the current wording's, or the draft's."""
        return self.current_wording.case if self.current_wording_id else Case.from_json(self.draft)

    def state_on(self, day: date) -> str:
        if self.state == State.OPEN and day > self.answer_by:
            return State.NOT_AGREED
        return State(self.state)

    @property
    def state_now(self) -> str:
        """What it is by the clock and the record, whether or not any job has run (rule 25)."""
        return self.state_on(timezone.localdate())

    @cached_property
    def tally(self) -> Tally:
        """Who stands where on the current wording. Free of queries after `with_positions()`."""
        current = {one.participant_id: one for one in self.positions.all() if one.is_current}
        return Tally(
            stands=tuple(
                Stand(
                    entry.participant,
                    position=position
                    if position and position.wording_id == self.current_wording_id
                    else None,
                    lapsed=position if position and position.wording_id != self.current_wording_id else None,
                )
                for entry in self.roll.all()
                for position in [current.get(entry.participant_id)]
            ),
            objections=tuple(one for one in self.objections.all() if not one.resolved_at),
            standing_aside=self.standing_aside,
        )

    def is_unanimous(self) -> bool:
        return self.tally.is_agreed

    @property
    def outcome(self) -> str:
        """The state in a line: "Open until 4 December", "Not agreed: no response from Harbour"."""
        match self.state_now:
            case State.NOT_AGREED:
                return f"Not agreed: {self.tally.why_not}"
            case State.AGREED if aside := self.tally.standing_by:
                return f"Agreed, {' and '.join(one.participant.short_name for one in aside)} standing aside"
        return State(self.state_now).label


class Wording(OfAlliance):
    """One version of a case, never changed. `hash` is the SHA-256 (hexadecimal) that positions bind to.

    `body` holds the very bytes that were hashed (case.body): verification never writes them again.
    """

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="wordings")
    version = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=200)
    text = models.TextField("wording")
    why = models.TextField()
    alternatives = models.TextField()
    affected = models.TextField()
    heard = models.TextField()
    amount = models.DecimalField(max_digits=15, decimal_places=2, null=True)
    review_on = models.DateField(null=True)
    body = models.BinaryField()
    hash = models.CharField(max_length=64)
    note = models.ForeignKey(
        Words, on_delete=models.PROTECT, null=True, related_name="+"
    )  # why it was changed
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["version"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "version"], name="wording_has_its_own_version"),
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | Q(amount__gte=0), name="amount_is_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"version {self.version}"

    @cached_property
    def case(self) -> Case:
        return Case(
            title=self.title,
            text=self.text,
            why=self.why,
            alternatives=self.alternatives,
            affected=self.affected,
            heard=self.heard,
            amount=self.amount,
            review_on=self.review_on,
            tests={one.principle_id: Bearing(one.effect, one.words) for one in self.tests.all()},
        )


class PrincipleTest(OfAlliance):
    """What a wording does to one principle of that day (rule 15)."""

    wording = models.ForeignKey(Wording, on_delete=models.PROTECT, related_name="tests")
    principle = models.ForeignKey(Principle, on_delete=models.PROTECT, related_name="+")
    effect = models.CharField(max_length=20, choices=Effect.choices)
    words = models.TextField()

    class Meta:
        ordering = ["-principle__is_best_for_people", "principle__letter"]
        constraints = [
            models.UniqueConstraint(
                fields=["wording", "principle"], name="principle_is_tested_once_a_wording"
            ),
            models.CheckConstraint(condition=~Q(words=""), name="test_against_a_principle_has_words"),
        ]

    def __str__(self) -> str:
        return f"{self.principle}: {self.get_effect_display()}"


class RollEntry(OfAlliance):
    """A participant whose assent a proposal needs; the roll is frozen when it opens (rule 2)."""

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="roll")
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="+")
    place = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["place"]
        constraints = [
            models.UniqueConstraint(
                fields=["proposal", "participant"], name="participant_is_once_on_the_roll"
            )
        ]

    def __str__(self) -> str:
        return str(self.participant)


class Spoken(OfAlliance):
    """Who spoke, for whom, in which capacity: kept as it was that day, "A for B, Organisation"."""

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField()
    taken_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    taken_by_name = models.CharField(max_length=120)
    appointment = models.ForeignKey(RoleAppointment, on_delete=models.PROTECT, related_name="+")
    capacity = models.CharField(
        max_length=20, choices=[("representative", "Representative"), ("deputy", "Deputy")]
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
    """Where a participant stands on one wording. A later one replaces it; both acts stay (rule 4)."""

    class Stance(models.TextChoices):
        AGREE = "agree", "Agrees"
        STAND_ASIDE = "stand_aside", "Stands aside"
        ABSTAIN = "abstain", "Abstains"
        OBJECT = "object", "Objects"

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="positions")
    wording = models.ForeignKey(Wording, on_delete=models.PROTECT, related_name="positions")
    stance = models.CharField(max_length=20, choices=Stance.choices)
    reason = models.ForeignKey(Words, on_delete=models.PROTECT, null=True, related_name="+")
    replaces = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="replaced_by")

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
                condition=Q(stance="agree") | Q(reason__isnull=False), name="only_agreeing_needs_no_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.participant.short_name}: {self.get_stance_display().lower()}"

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


class Decision(OfAlliance):
    """What was agreed, sealed in the transaction of the last assent and never changed (rule 20).

    Its roll is the proposal's, its positions are those on `wording` that were never replaced: once sealed the
    database takes no further ones. `decided_on` is the day of the last assent.
    """

    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=20, choices=Proposal.Kind.choices, default=Proposal.Kind.KEY)
    proposal = models.OneToOneField(Proposal, on_delete=models.PROTECT, related_name="decision")
    wording = models.OneToOneField(Wording, on_delete=models.PROTECT, related_name="decision")
    wording_hash = models.CharField(max_length=64)
    decided_on = models.DateField()
    sealed_at = models.DateTimeField()
    sealed_by = models.ForeignKey(
        PERSON, on_delete=models.PROTECT, related_name="+"
    )  # who gave the last assent

    objects = DecisionQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["alliance", "number"], name="decision_has_its_own_number")
        ]

    def __str__(self) -> str:
        return f"Decision {self.number}: {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("decisions:decision", args=[self.alliance.slug, self.number])

    @property
    def title(self) -> str:
        return self.wording.title
