"""What was put to the alliance: the question, the roll that answers it and the wordings it went through."""

from datetime import date
from functools import cached_property

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from alliance.core.addresses import reverse
from alliance.core.models import Document, OfAlliance, Words, both_or_neither
from alliance.core.questions import Question
from decisions.case import Bearing, Case, Effect, File
from decisions.lifecycle import DeclarationState, State
from decisions.querysets import ProposalQuerySet
from decisions.tally import Stand, Tally, joined
from participants.models import Participant, Principle

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
    and `independent` are the alliance's settings as they were when the proposal opened (rule 6). `answer_by` is the
    last day to answer. An operational or a reserved one has no roll: one person decides it, by `delegation` or
    because of `matter`, and the draft becomes a decision in one step (rules 1, 12).
    """

    class Kind(models.TextChoices):
        """Rule 1: only a key decision needs unanimity."""

        KEY = "key", "Key decision"
        OPERATIONAL = "operational", "Operational decision"
        RESERVED = "reserved", "Reserved decision"

    class FollowsAs(models.TextChoices):
        MONEY = "money", "the money that a reserved decision moves"  # rule 13
        REFUSAL = "refusal", "a refusal to ratify"  # rule 14

    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=20, choices=Kind.choices, default=Kind.KEY)
    state = models.CharField(max_length=20, choices=State.choices, default=State.DRAFT)
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="proposals")
    draft = models.JSONField(default=dict, blank=True)
    current_wording = models.OneToOneField("Wording", on_delete=models.PROTECT, null=True, related_name="+")
    answer_by = models.DateField("answers by", null=True)
    standing_aside = models.BooleanField("standing aside is possible", default=False)
    independent = models.BooleanField("nobody sees others’ answers before their own", default=False)
    template = models.CharField(max_length=30, blank=True)  # a key of decisions.guidance.TEMPLATES
    delegation = models.ForeignKey(
        "Delegation", on_delete=models.PROTECT, null=True, related_name="proposals"
    )
    matter = models.ForeignKey(
        "ReservedMatter", on_delete=models.PROTECT, null=True, related_name="proposals"
    )
    supersedes = models.ForeignKey("Decision", on_delete=models.PROTECT, null=True, related_name="successors")
    follows = models.ForeignKey("Decision", on_delete=models.PROTECT, null=True, related_name="consequences")
    follows_as = models.CharField(max_length=10, choices=FollowsAs.choices, blank=True)
    drafted_at = models.DateTimeField()
    drafted_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(null=True)
    opened_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawal_reason = models.ForeignKey(Words, on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)  # no decision was possible any more (rule 10)
    ended_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    ended_because = models.CharField(max_length=300, blank=True)

    objects = ProposalQuerySet.as_manager()
    is_veiled = False  # `decisions.veil.over` took out of this copy what its reader may not see yet

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["alliance", "number"], name="proposal_has_its_own_number"),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "open", "agreed", "withdrawn", "discarded", "no_decision"]),
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
            models.CheckConstraint(
                condition=Q(kind="operational", delegation__isnull=False, matter__isnull=True)
                | Q(kind="reserved", matter__isnull=False, delegation__isnull=True)
                | Q(kind="key", matter__isnull=True, delegation__isnull=True),
                name="who_decides_alone_says_by_what_right",
            ),
            models.CheckConstraint(
                condition=Q(follows__isnull=True, follows_as="")
                | Q(follows__isnull=False) & ~Q(follows_as=""),
                name="what_follows_a_decision_says_why",
            ),
            models.CheckConstraint(
                condition=~Q(state="no_decision") | Q(ended_at__isnull=False) & ~Q(ended_because=""),
                name="no_decision_says_why",
            ),
            models.CheckConstraint(  # the clock ends one too, when a participant has left (rule 10)
                condition=Q(ended_at__isnull=False) | Q(ended_by__isnull=True),
                name="who_ends_a_proposal_does_so_at_a_time",
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
            return State.STATUS_QUO if self.has_deadlock else State.NOT_AGREED
        return State(self.state)

    @property
    def has_deadlock(self) -> bool:
        """Free of queries after `with_positions()`."""
        return hasattr(self, "deadlock")

    @property
    def is_decided_alone(self) -> bool:
        """Operational and reserved decisions have no roll (rules 1, 12)."""
        return self.kind != self.Kind.KEY

    @property
    def state_now(self) -> str:
        """What it is by the clock and the record, whether or not any job has run (rule 25)."""
        return self.state_on(timezone.localdate())

    @cached_property
    def tally(self) -> Tally:
        """Who stands where on the current wording. Free of queries after `with_positions()`.

        Whoever left the roll neither assents nor blocks: its answer and its objections stay, and no longer count.
        """
        current = {one.participant_id: one for one in self.positions.all() if one.is_current}
        roll = self.roll.all()
        gone = _gone(roll) if self.state_now == State.OPEN else []
        left = {one.participant_id for one in roll if one.has_left or one in gone}
        return Tally(
            stands=tuple(
                Stand(
                    entry.participant,
                    position=position
                    if position and position.wording_id == self.current_wording_id
                    else None,
                    lapsed=position if position and position.wording_id != self.current_wording_id else None,
                )
                for entry in roll
                if entry.participant_id not in left
                for position in [_counted(current.get(entry.participant_id))]
            ),
            objections=tuple(
                one for one in self.objections.all() if not one.resolved_at and one.participant_id not in left
            ),
            standing_aside=self.standing_aside,
            declarations=tuple(
                one
                for one in self.declarations.all()
                if one.state == "declared" and one.participant_id not in left
            ),
        )

    @property
    def gone(self) -> "list[RollEntry]":
        """On the roll, and by the clock in the alliance no more, or suspended: not asked, before anybody has noted it
        (rule 25). Free of queries after `with_positions()`."""
        return _gone(self.roll.all()) if self.state == State.OPEN else []

    def entry_of(self, participant) -> "RollEntry | None":
        """Its entry on the roll, with what says that it left it. Free of queries after `with_positions()`, else one."""
        if "roll" in getattr(self, "_prefetched_objects_cache", ()):
            return next((one for one in self.roll.all() if one.participant_id == participant.pk), None)
        return _entry.first(proposal=self.pk, participant=participant.pk)

    def has_declared(self, participant) -> bool:
        """Whether its conflict of interest is not settled yet. Free of queries after `with_positions()`, else one."""
        if "declarations" in getattr(self, "_prefetched_objects_cache", ()):
            there = (one for one in self.declarations.all() if one.participant_id == participant.pk)
            return any(one.state == DeclarationState.DECLARED for one in there)
        return bool(_declared(proposal=self.pk, participant=participant.pk))

    def is_unanimous(self) -> bool:
        return self.tally.is_agreed

    @property
    def held_until(self) -> date | None:
        """The day until whose end an answer recorded on behalf can be contested and holds the seal (rule 24)."""
        days = [one.position.contestable_until for one in self.tally.answered if one.position.is_on_behalf]
        last = max(days, default=None)
        return last if last and last >= timezone.localdate() else None

    @property
    def outcome(self) -> str:
        """The state in a line: "Open until 4 December", "Not agreed: no response from Harbour"."""
        match self.state_now:
            case State.NOT_AGREED | State.STATUS_QUO as state:
                return f"{state.label}: {self.tally.why_not}"
            case State.NO_DECISION:
                return f"No decision: {self.ended_because}"
            case State.AGREED if refusing := self.decision.refusing:
                return f"Agreed, not ratified by {_names(refusing)}: without effect"
            case State.AGREED if awaiting := self.decision.awaiting:
                return f"Agreed, awaiting ratification by {_names(awaiting)}"
            case State.AGREED if self.is_decided_alone:
                return f"Decided by {self.decision.decided_by_name}"
            case State.AGREED if aside := self.tally.standing_by:
                return f"Agreed, {' and '.join(one.participant.short_name for one in aside)} standing aside"
        return State(self.state_now).label


def _gone(roll) -> "list[RollEntry]":
    today = timezone.localdate()
    return [one for one in roll if not one.has_left and not one.participant.is_active(today)]


def _names(participants) -> str:
    return joined(one.short_name for one in participants)


def _counted(position):
    """A position that was taken back is none."""
    return None if position is None or position.stance == "taken_back" else position


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
    legal_basis = models.TextField(blank=True)  # of a reserved decision (rule 12)
    consulted = models.TextField(blank=True)
    amount = models.DecimalField(max_digits=15, decimal_places=2, null=True)
    review_on = models.DateField(null=True)
    effect = models.JSONField(default=dict)  # what the seal carries out (decisions.effects), {} for nothing
    risks = ArrayField(models.PositiveIntegerField(), default=list)  # numbers of the risks that it touches
    files = models.JSONField(default=list)  # [{"title", "version", "sha256"}] of its attachments
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
            legal_basis=self.legal_basis,
            consulted=self.consulted,
            amount=self.amount,
            review_on=self.review_on,
            effect=self.effect,
            risks=tuple(self.risks),
            files=tuple(File(**one) for one in self.files),
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

    @property
    def has_left(self) -> bool:
        """No longer asked on this proposal. Free of queries after `with_positions()`."""
        return hasattr(self, "departure")


_entry = Question(
    lambda proposal, participant: RollEntry.objects.filter(
        proposal_id=proposal, participant_id=participant
    ).select_related("departure")
)


@Question
def _declared(proposal: int, participant: int):
    from decisions.models import Declaration

    return Declaration.objects.filter(
        proposal_id=proposal, participant_id=participant, state=DeclarationState.DECLARED
    )


class Attachment(OfAlliance):
    """A file that belongs to a case, in one version. The wording names title, version and hash, so a changed file is
    a changed wording (rule 20)."""

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="attachments")
    title = models.CharField(max_length=160)
    version = models.PositiveSmallIntegerField()
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["title", "version"]
        constraints = [
            models.UniqueConstraint(
                fields=["proposal", "title", "version"], name="attachment_has_its_own_version"
            )
        ]

    def __str__(self) -> str:
        return f"{self.title}, version {self.version}"
