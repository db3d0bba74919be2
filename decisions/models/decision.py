"""What was decided, by what right, whether it is in effect, and what was learned from it."""

from django.conf import settings
from django.db import connection, models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property

from alliance.core.addresses import reverse
from alliance.core.models import Document, OfAlliance, Words, both_or_neither
from alliance.core.questions import Question
from decisions.lifecycle import RatificationState, UrgentState
from decisions.models.position import Position, Spoken
from decisions.models.proposal import Proposal, Wording
from decisions.querysets import DecisionQuerySet, RatificationQuerySet, RightQuerySet, UrgentActionQuerySet
from participants.models import Participant, RoleAppointment

PERSON = settings.AUTH_USER_MODEL


class Decision(OfAlliance):
    """What was agreed, sealed in the transaction of the last assent and never changed (rule 20).

    Its roll is the proposal's without those that left it, its positions are those on `wording` that were never
    replaced: once sealed the database takes no further ones. `decided_on` is the day of the last assent. Who decides
    alone (rules 1, 12) does so by `decided_as`; a key decision has none. A hidden column `txid` (xid8) names the
    transaction of the seal: what the seal carries out happens in that one or in the one of the last ratification.
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
    decided_as = models.ForeignKey(RoleAppointment, on_delete=models.PROTECT, null=True, related_name="+")
    decided_by_name = models.CharField(max_length=200, blank=True)  # "Carol, Northshire Council"

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

    @property
    def awaiting(self) -> list[Participant]:
        """Whose boards are still asked; nobody's once one has refused. Free of queries after `with_positions()`."""
        asked = [
            one.participant for one in self.ratifications.all() if one.state == RatificationState.AWAITED
        ]
        return [] if self.refusing else asked

    @property
    def refusing(self) -> list[Participant]:
        """Whose boards have refused: the decision stays as it was sealed, without effect (rule 14)."""
        return [one.participant for one in self.ratifications.all() if one.state == RatificationState.REFUSED]

    def is_in_effect(self, on=None) -> bool:
        """Ratified where that is needed, and not superseded (rules 14, 31). One query."""
        return Decision.objects.in_effect(on).filter(pk=self.pk).exists()

    def held_in_effect(self) -> bool:
        """Whether it is in effect, and so it stays until the transaction ends: for acts that it allows.

        A seal in its place and a board's answer hold its proposal; the alliance comes before it, as for every seal.
        """
        with connection.cursor() as cursor:
            cursor.execute("select from participants_alliance where id = %s for share", [self.alliance_id])
            cursor.execute("select from decisions_proposal where id = %s for share", [self.proposal_id])
        return self.is_in_effect()

    @cached_property
    def put_after(self) -> list[Proposal]:
        """What was put because of it, drafts too: in its place, about its money, or again after a refusal."""
        return _put_after(decision=self.pk)

    @property
    def superseded_by(self) -> "Decision | None":
        """What was sealed in its place, unless a board refused that (rules 14, 20). One query."""
        return Decision.objects.successors_of(self).select_related("alliance", "wording").first()

    @property
    def review_due_on(self):
        """The day on which it is looked back at, as it was said last: in its wording, a plan, a review; or None."""
        return Decision.objects.with_review().values_list("review_due", flat=True).get(pk=self.pk)


@Question
def _put_after(decision: int):
    because = Proposal.objects.filter(Q(supersedes_id=decision) | Q(follows_id=decision)).order_by("number")
    related = ("alliance", "participant", "current_wording", "decision__wording", "deadlock")
    return because.select_related(*related).prefetch_related("decision__ratifications__participant")


class Delegation(OfAlliance):
    """What one person may decide alone, because a key decision said so (rule 1). `limit` is in pounds; None is none."""

    number = models.PositiveIntegerField()
    scope = models.TextField()
    limit = models.DecimalField(max_digits=15, decimal_places=2, null=True)
    person = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="+")
    from_on = models.DateField()
    until_on = models.DateField(null=True)  # the last day
    granted_by = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="delegation")
    ended_on = models.DateField(null=True)
    ended_with = models.ForeignKey(
        Decision, on_delete=models.PROTECT, null=True, related_name="ended_delegations"
    )

    objects = RightQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["alliance", "number"], name="delegation_has_its_own_number"),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True, ended_with__isnull=True)
                | Q(ended_on__isnull=False, ended_with__isnull=False),
                name="delegation_is_ended_by_a_decision",
            ),
        ]

    def __str__(self) -> str:
        return f"Delegation {self.number} to {self.person}"

    def in_force(self, on=None) -> bool:
        on = on or timezone.localdate()
        return (
            self.from_on <= on
            and (self.until_on is None or on <= self.until_on)
            and (self.ended_on is None or on < self.ended_on)
        )


class ReservedMatter(OfAlliance):
    """What the agreement reserves to one participant before any such decision opens (rule 12)."""

    class Category(models.TextChoices):
        STATUTE = "statute", "A duty that the law gives to it alone"
        SAFETY = "safety", "Safeguarding and safety"
        REGULATION = "regulation", "Registration and regulation"
        EMPLOYMENT = "employment", "Its own staff"
        OTHER = "other", "Another matter that the agreement names"

    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    category = models.CharField(max_length=20, choices=Category.choices)
    legal_basis = models.CharField(max_length=300)
    holder = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="+")
    listed_at = models.DateTimeField()
    listed_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    listed_with = models.ForeignKey(
        Decision, on_delete=models.PROTECT, null=True, related_name="listed_matters"
    )
    ended_on = models.DateField(null=True)
    ended_with = models.ForeignKey(
        Decision, on_delete=models.PROTECT, null=True, related_name="ended_matters"
    )

    objects = RightQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["alliance", "number"], name="reserved_matter_has_its_own_number")
        ]

    def __str__(self) -> str:
        return self.title


class Ratification(OfAlliance):
    """A home board's word on an assent above its representative's delegated limit (rule 14).

    While one of a decision's awaits, the decision has no effect. A refusal reopens the question as a new proposal.
    """

    State = RatificationState

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="ratifications")
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="+")
    position = models.OneToOneField(Position, on_delete=models.PROTECT, related_name="ratification")
    limit = models.DecimalField(max_digits=15, decimal_places=2)
    amount = models.DecimalField(max_digits=15, decimal_places=2)
    due_on = models.DateField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.AWAITED)
    board_met_on = models.DateField(null=True)
    minute = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, related_name="+")
    words = models.ForeignKey(Words, on_delete=models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    settled_by_name = models.CharField(max_length=200, blank=True)

    objects = RatificationQuerySet.as_manager()

    class Meta:
        ordering = ["participant__place"]
        constraints = [
            models.UniqueConstraint(
                fields=["decision", "participant"], name="participant_ratifies_a_decision_once"
            ),
            models.CheckConstraint(
                condition=Q(state="awaited", settled_at__isnull=True)
                | Q(state="ratified", settled_at__isnull=False, minute__isnull=False)
                | Q(state="refused", settled_at__isnull=False, words__isnull=False),
                name="ratification_has_its_minute_or_its_reason",
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=False) | Q(settled_by__isnull=True),
                name="who_settles_a_ratification_does_so_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"Ratification of {self.decision} by {self.participant.short_name}"


class DecisionReview(OfAlliance):
    """Looking back: is this what we intended? What next? Who are “we” to say so?"""

    class Conclusion(models.TextChoices):
        STANDS = "stands", "It stands as it is"
        CHANGE = "change", "We propose something else"
        LEARN = "learn", "We try something first"

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="reviews")
    held_on = models.DateField()
    intended = models.ForeignKey(Words, on_delete=models.PROTECT, related_name="+")
    next = models.ForeignKey(Words, on_delete=models.PROTECT, related_name="+")
    who_are_we = models.ForeignKey(Words, on_delete=models.PROTECT, related_name="+")
    conclusion = models.CharField(max_length=10, choices=Conclusion.choices)
    review_again_on = models.DateField(null=True)
    reviewed_at = models.DateTimeField()
    reviewed_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    reviewed_by_name = models.CharField(max_length=200)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"Review of {self.decision}"


class ReviewPlan(OfAlliance):
    """The day chosen for looking back at a decision whose wording named none, or another one; the last one counts."""

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="review_plans")
    review_on = models.DateField()
    planned_at = models.DateTimeField()
    planned_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    planned_by_name = models.CharField(max_length=200)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.decision} is looked back at on {self.review_on}"


class UrgentAction(Spoken):
    """What somebody with the duty did at once for people's safety, without the roll; reported afterwards (rule 23)."""

    State = UrgentState

    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    duty = models.CharField(max_length=300)  # whose duty, by which law or policy
    what = models.ForeignKey(Words, on_delete=models.PROTECT, related_name="+")
    acted_at = models.DateTimeField()
    report_by = models.DateField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.TAKEN)
    reported_at = models.DateTimeField(null=True)
    reported_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    report = models.ForeignKey(Words, on_delete=models.PROTECT, null=True, related_name="+")
    meeting = models.ForeignKey("Meeting", on_delete=models.PROTECT, null=True, related_name="urgent_actions")

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["alliance", "number"], name="urgent_action_has_its_own_number"),
            both_or_neither("reported", "urgent_action_is_reported_by_somebody"),
            models.CheckConstraint(
                condition=Q(state="taken", reported_at__isnull=True, report__isnull=True)
                | Q(state="reported", reported_at__isnull=False, report__isnull=False),
                name="urgent_action_is_reported_in_words",
            ),
        ]

    objects = UrgentActionQuerySet.as_manager()

    def __str__(self) -> str:
        return f"Urgent safety action {self.number}: {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("decisions:urgent", args=[self.alliance.slug, self.number])

    @property
    def is_late(self) -> bool:
        """Reported after its 5 working days, or not reported although they are over."""
        return timezone.localdate(self.reported_at or timezone.now()) > self.report_by
