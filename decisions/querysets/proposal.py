"""Finding proposals: by their state at the clock, by what they are about, with what is told of them."""

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from decisions.querysets.telling import said
from participants.querysets import OfAllianceQuerySet

# Of a wording: what a line about its proposal does not tell.
LONG = (
    *("text", "why", "alternatives", "affected", "heard", "legal_basis", "consulted"),
    *("effect", "risks", "files", "body", "hash"),
)


class ProposalQuerySet(OfAllianceQuerySet):
    def visible_to(self, user):
        """What the person's alliances put to themselves; a draft only to those who speak for whoever drafts it."""
        from participants.models import RoleAppointment
        from participants.standing import kept_standings

        if entered := kept_standings(user):
            speaking = frozenset().union(*(one.speaks_for_ids for one in entered))
        else:
            held = RoleAppointment.objects.speaking().filter(person_id=user.pk)
            speaking = held.values("participant_id")
        return super().visible_to(user).seen_with(speaking)

    def seen_with(self, own):
        """Without the drafts of other participants than `own`, by their ids."""
        return self.filter(~Q(state__in=["draft", "discarded"]) | Q(participant_id__in=own))

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

    def in_state(self, state: str):
        """By a `State`'s value, read by the clock."""
        match state:
            case "open":
                return self.open()
            case "not_agreed":
                return self.not_agreed()
            case "status_quo":
                return self.status_quo()
            case "awaiting":
                return self.agreed().filter(Exists(_ratifications().filter(state="awaited")))
            case "superseded":
                from decisions.models import Decision

                after = Decision.objects.successors_of(OuterRef("decision"))
                return self.agreed().filter(Exists(after))
        return self.filter(state=state)

    def touching(self, letter: str):
        """Whose current wording supports the principle of that letter, or is in tension with it."""
        from decisions.models import PrincipleTest

        tests = PrincipleTest.objects.filter(
            wording_id=OuterRef("current_wording_id"), principle__letter=letter
        )
        return self.filter(Exists(tests.exclude(effect="not_engaged")))

    def put_by(self, slug: str):
        return self.filter(participant__slug=slug)

    def within(self, period):
        """Opened or decided in the period (rule 25: by the days of England)."""
        return self.filter(
            Q(opened_at__date__range=(period.start, period.end))
            | Q(decision__decided_on__range=(period.start, period.end))
        )

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
        return self._related().prefetch_related(*said().values())

    def with_what_there_is(self):
        """What `told` goes by: `has_objections` and so on."""
        from decisions.models import Declaration, Objection, Position, Ratification

        said = {
            "declarations": Declaration.objects.filter(proposal=OuterRef("pk")),
            "positions": Position.objects.filter(proposal=OuterRef("pk")),
            "objections": Objection.objects.filter(proposal=OuterRef("pk")),
            "ratifications": Ratification.objects.filter(decision__proposal=OuterRef("pk")),
        }
        return self._related().annotate(**{f"has_{name}": Exists(rows) for name, rows in said.items()})

    def in_brief(self):
        """For a line each: without what only a page of its own tells, and without the alliance, which the reader's
        standing has (`within`)."""
        related = ("participant", "current_wording", "decision", "deadlock")
        long = (f"current_wording__{name}" for name in LONG)
        return self.select_related(None).select_related(*related).defer(*long)

    def _related(self):
        return self.select_related("alliance", "participant", "current_wording", "decision", "deadlock")


def _ratifications():
    from decisions.models import Ratification

    return Ratification.objects.filter(decision=OuterRef("decision"))
