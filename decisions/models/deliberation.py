"""What is said about a proposal before it is decided: comments, questions, and other people's words for it."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from alliance.core.addresses import reverse
from alliance.core.models import OfAlliance, Words, both_or_neither
from decisions.lifecycle import AmendmentState
from decisions.models.position import Objection, Spoken
from decisions.models.proposal import Proposal, Wording
from participants.models import Participant

PERSON = settings.AUTH_USER_MODEL


class Comment(OfAlliance):
    """A remark or a question in a thread: on the proposal, on one objection or on one amendment. Never changed;
    its words can be redacted leaving a mark (rule 50). `number` counts within the proposal."""

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="comments")
    number = models.PositiveIntegerField()
    objection = models.ForeignKey(Objection, on_delete=models.PROTECT, null=True, related_name="comments")
    amendment = models.ForeignKey("Amendment", on_delete=models.PROTECT, null=True, related_name="comments")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="replies")
    is_question = models.BooleanField(default=False)
    words = models.ForeignKey(Words, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    written_by_name = models.CharField(max_length=120)
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "number"], name="comment_has_its_own_number"),
            models.CheckConstraint(
                condition=Q(objection__isnull=True) | Q(amendment__isnull=True),
                name="comment_is_in_one_thread",
            ),
        ]

    def __str__(self) -> str:
        return f"Comment {self.number} by {self.written_by_name}"

    def get_absolute_url(self) -> str:
        """Its place beside what it is about."""
        page = (self.amendment if self.amendment_id else self.proposal).get_absolute_url()
        return f"{page}#remark-{self.number}"


class Mention(OfAlliance):
    """A person named in a comment, who is told."""

    comment = models.ForeignKey(Comment, on_delete=models.PROTECT, related_name="mentions")
    person = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["comment", "person"], name="person_is_mentioned_once_a_comment")
        ]

    def __str__(self) -> str:
        return f"{self.person} in {self.comment}"


class Amendment(Spoken):
    """Other words for a proposal, offered by another participant on one version of its wording.

    Taken over by the proposer it becomes the next wording (`became`), and every assent lapses (rule 20).
    """

    State = AmendmentState

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="amendments")
    number = models.PositiveIntegerField()
    wording = models.ForeignKey(Wording, on_delete=models.PROTECT, related_name="amendments")
    text = models.TextField()
    why = models.ForeignKey(Words, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=20, choices=State.choices, default=State.OFFERED)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    answer = models.ForeignKey(Words, on_delete=models.PROTECT, null=True, related_name="+")
    became = models.OneToOneField(Wording, on_delete=models.PROTECT, null=True, related_name="amended_by")

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "number"], name="amendment_has_its_own_number"),
            both_or_neither("settled", "amendment_is_settled_by_somebody"),
            models.CheckConstraint(
                condition=Q(state="offered", settled_at__isnull=True)
                | Q(state="taken_over", settled_at__isnull=False, became__isnull=False)
                | Q(state="declined", settled_at__isnull=False, answer__isnull=False)
                | Q(state="taken_back", settled_at__isnull=False),
                name="amendment_is_declined_in_words",
            ),
        ]

    def __str__(self) -> str:
        return f"Amendment {self.number} by {self.participant.short_name}"

    def get_absolute_url(self) -> str:
        put = self.proposal
        return reverse("decisions:amendment", args=[put.alliance.slug, put.number, self.number])
