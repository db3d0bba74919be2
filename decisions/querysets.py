"""Finding proposals, positions and decisions. Every list begins with `visible_to(user)` (house 7)."""

from django.db import models
from django.db.models import F, Prefetch, Q
from django.utils import timezone

from participants.models import RoleAppointment
from participants.querysets import OfAllianceQuerySet


class ProposalQuerySet(OfAllianceQuerySet):
    def visible_to(self, user):
        """What the person's alliances put to themselves; a draft only to those who speak for whoever drafts it."""
        speaking = RoleAppointment.objects.speaking().filter(person_id=user.pk)
        own = Q(participant_id__in=speaking.values("participant_id"))
        return super().visible_to(user).filter(~Q(state__in=["draft", "discarded"]) | own)

    def drafts(self):
        return self.filter(state="draft")

    def open(self, on=None):
        """Open to answers on that day (rule 25)."""
        return self.filter(state="open", answer_by__gte=on or timezone.localdate())

    def not_agreed(self, on=None):
        """Opened, not sealed, and the time to answer is over (rule 3)."""
        late = self.filter(state="open", answer_by__lt=on or timezone.localdate())
        return late.filter(deadlock__isnull=True)

    def status_quo(self, on=None):
        """The last stage of its deadlock is over: nothing changes (rule 18)."""
        late = self.filter(state="open", answer_by__lt=on or timezone.localdate())
        return late.filter(deadlock__isnull=False)

    def agreed(self):
        return self.filter(state="agreed")

    def withdrawn(self):
        return self.filter(state="withdrawn")

    def put(self):
        """All that ever opened."""
        return self.exclude(state__in=["draft", "discarded"])

    def in_state(self, state: str, on=None):
        """By a `State`'s value, read by the clock."""
        match state:
            case "open":
                return self.open(on)
            case "not_agreed":
                return self.not_agreed(on)
            case "status_quo":
                return self.status_quo(on)
        return self.filter(state=state)

    def about(self, text: str):
        """Every word of `text` is in the title, the wording or the reasons; or it is the number."""
        found = self
        for word in text.split()[:8]:
            said = (
                Q(current_wording__title__icontains=word)
                | Q(current_wording__text__icontains=word)
                | Q(current_wording__why__icontains=word)
            )
            if word.isdecimal() and len(word) < 9:
                said |= Q(decision__number=int(word)) | Q(number=int(word))
            found = found.filter(said)
        return found

    def with_positions(self):
        """Everything that `tally` needs, in a fixed number of queries."""
        from decisions.models import Declaration, Objection, Position, RollEntry

        spoken = ("participant", "reason", "wording", "evidence")
        return self.select_related(
            "alliance", "participant", "current_wording", "decision", "deadlock"
        ).prefetch_related(
            Prefetch("roll", RollEntry.objects.select_related("participant", "departure")),
            Prefetch("declarations", Declaration.objects.select_related("participant", "what")),
            Prefetch("positions", Position.objects.current().select_related(*spoken, "replaced_by")),
            Prefetch("objections", Objection.objects.with_words()),
        )


class PositionQuerySet(models.QuerySet):
    def current(self):
        """The last word of each participant; it may be about an older wording."""
        return self.filter(replaced_by__isnull=True)

    def on_the_current_wording(self):
        """Without those that were taken back."""
        answered = self.current().exclude(stance="taken_back")
        return answered.filter(wording_id=F("proposal__current_wording_id"))

    def blocking(self):
        """Those that do not assent (rules 3, 6)."""
        return self.on_the_current_wording().exclude(
            Q(stance__in=["agree", "reservation"]) | Q(stance="stand_aside", proposal__standing_aside=True)
        )


class ObjectionQuerySet(models.QuerySet):
    def unresolved(self):
        return self.filter(resolved_at__isnull=True)

    def with_words(self):
        return self.select_related("participant", "concern", "remedy", "resolution", "wording")


class DecisionQuerySet(OfAllianceQuerySet):
    def decided_between(self, start, end):
        """Decided from `start` to `end`, both days included."""
        return self.filter(decided_on__gte=start, decided_on__lte=end)

    def in_order(self):
        return self.order_by("number")
