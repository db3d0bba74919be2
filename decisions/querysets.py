"""Finding proposals, positions and decisions. Every list begins with `visible_to(user)` (house 7)."""

from collections import defaultdict
from collections.abc import Iterable
from functools import cache

from django.db import models
from django.db.models import Exists, F, OuterRef, Prefetch, Q
from django.utils import timezone

from alliance.core.bringing import leave
from alliance.core.questions import Question
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
        return self._related().prefetch_related(*_said().values())

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


def told(proposals: Iterable) -> list:
    """Those that `with_what_there_is()` found, with everything that `tally` needs: a query for each kind of thing that
    there is, and none for what there is not."""
    proposals = list(proposals)
    for name, (of, some, question) in _asked().items():
        field = some.model._meta.get_field(of)
        there = {True: [], False: []}
        for one in proposals:
            holder = one if of == "proposal" else getattr(one, of, None)
            if holder and name not in getattr(holder, "_prefetched_objects_cache", ()):
                there[getattr(one, f"has_{name}", True)].append(holder)
        by_pk, rows = {one.pk: one for one in there[True]}, defaultdict(list)
        for row in question(pks=list(by_pk)):
            setattr(row, of, by_pk[getattr(row, f"{of}_id")])
            rows[getattr(row, f"{of}_id")].append(row)
        for holder in there[True]:
            leave(holder, field, some, rows[holder.pk])
        for holder in there[False]:
            leave(holder, field, _nothing(some.model), [])
    return proposals


def within(alliance, proposals: Iterable) -> list:
    """What `in_brief()` found, in that alliance."""
    proposals = list(proposals)
    for one in proposals:
        one.alliance = alliance
        if decision := getattr(one, "decision", None):
            decision.alliance = alliance
    return proposals


@cache
def _nothing(model: type[models.Model]) -> models.QuerySet:
    return model.objects.none()


def leave_prefetched(row: models.Model, name: str, found: models.QuerySet, rows: Iterable = ()) -> None:
    """As if a prefetch had asked for `found` and these were its rows."""
    found._result_cache = list(rows)
    vars(row).setdefault("_prefetched_objects_cache", {})[name] = found


def _said() -> dict[str, Prefetch]:
    from decisions.models import Declaration, Objection, Position, Ratification, RollEntry

    spoken = ("participant", "reason", "wording", "evidence", "replaced_by")
    return {
        "roll": Prefetch("roll", RollEntry.objects.select_related("participant", "departure")),
        "declarations": Prefetch("declarations", Declaration.objects.select_related("participant", "what")),
        "positions": Prefetch("positions", Position.objects.current().select_related(*spoken)),
        "objections": Prefetch("objections", Objection.objects.with_words()),
        "ratifications": Prefetch(
            "decision__ratifications", Ratification.objects.select_related("participant")
        ),
    }


@cache
def _asked() -> dict[str, tuple[str, models.QuerySet, Question]]:
    """The same as questions: by the name of what was said, of what it was said, out of what, and what is asked."""

    def question(queryset, of):
        return of, queryset, Question(lambda pks: queryset.filter(**{f"{of}__in": pks}))

    return {
        name: question(wanted.queryset, "decision" if name == "ratifications" else "proposal")
        for name, wanted in _said().items()
    }


def _ratifications():
    from decisions.models import Ratification

    return Ratification.objects.filter(decision=OuterRef("decision"))


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

    def ratified(self, on=None):
        """No board is still asked and none has refused, at the end of that day (rule 14)."""
        from decisions.models import Ratification

        on = on or timezone.localdate()
        lacking = Ratification.objects.filter(decision_id=OuterRef("pk")).exclude(
            state="ratified", settled_at__date__lte=on
        )
        return self.filter(~Exists(lacking), decided_on__lte=on)

    def in_effect(self, on=None):
        """Ratified, and not superseded by one that is (rules 14, 20, 31)."""
        from decisions.models import Decision

        successors = Decision.objects.ratified(on).filter(proposal__supersedes_id=OuterRef("pk"))
        return self.ratified(on).filter(~Exists(successors))

    def not_refused(self):
        """By any board (rule 14)."""
        from decisions.models import Ratification

        return self.filter(~Exists(Ratification.objects.filter(decision_id=OuterRef("pk"), state="refused")))

    def successors_of(self, decision):
        """What was sealed in its place, unless a board refused that (rules 14, 20)."""
        return self.not_refused().filter(proposal__supersedes=decision).order_by("number")

    def with_review(self):
        """`review_due`: the day to look back, as it was said last; `conflict_found`: one was, since the last review."""
        from decisions.models import DecisionReview, Declaration, ReviewPlan

        reviews = DecisionReview.objects.filter(decision_id=OuterRef("pk")).order_by("-pk")
        plans = ReviewPlan.objects.filter(decision_id=OuterRef("pk")).order_by("-pk")
        found = Declaration.objects.filter(proposal_id=OuterRef("proposal_id"), state="found")
        known = self.annotate(
            reviewed_last=models.Subquery(reviews.values("reviewed_at")[:1]),
            planned_last=models.Subquery(plans.values("planned_at")[:1]),
        )
        return known.annotate(
            review_due=models.Case(
                models.When(
                    Q(planned_last__isnull=False)
                    & (Q(reviewed_last__isnull=True) | Q(planned_last__gt=F("reviewed_last"))),
                    then=models.Subquery(plans.values("review_on")[:1]),
                ),
                models.When(
                    reviewed_last__isnull=False, then=models.Subquery(reviews.values("review_again_on")[:1])
                ),
                default=F("wording__review_on"),
            ),
            conflict_found=models.Case(
                models.When(reviewed_last__isnull=True, then=Exists(found)),
                default=Exists(found.filter(declared_at__gt=OuterRef("reviewed_last"))),
                output_field=models.BooleanField(),
            ),
        )

    def to_review(self, on=None):
        """Those whose day to look back has come, or in which a conflict was found since, and that still stand."""
        from decisions.models import Decision, DecisionReview, Declaration, ReviewPlan

        day = on or timezone.localdate()
        # The few of which anything was said at all: of thousands nobody asks what was said last.
        said = (
            Q(pk__in=Decision.objects.filter(wording__review_on__lte=day).values("pk"))
            | Q(pk__in=ReviewPlan.objects.values("decision"))
            | Q(pk__in=DecisionReview.objects.values("decision"))
            | Q(proposal__in=Declaration.objects.found().values("proposal"))
        )
        due = Q(review_due__lte=day) | Q(conflict_found=True)
        successors = Decision.objects.successors_of(OuterRef("pk"))
        return self.filter(said).with_review().filter(due, ~Exists(successors))


class RiskQuerySet(OfAllianceQuerySet):
    def open(self):
        return self.filter(state="open")

    def about(self, text: str):
        """Every word of `text` is in what the risk says now; or it is the number."""
        found = self
        for word in text.split()[:8]:
            said = Q()
            for name in ("title", "causes", "effects", "controls", "gaps"):
                said |= Q(**{f"current_version__{name}__icontains": word})
            if word.isdecimal() and len(word) < 9:
                said |= Q(number=int(word))
            found = found.filter(said)
        return found

    def not_accepted_by(self, participants):
        """Where one of these (ids) has not accepted the current version, or its acceptance is over."""
        from decisions.models import RiskAcceptance
        from participants.models import Participant

        holds = RiskAcceptance.objects.filter(
            version_id=OuterRef(OuterRef("current_version_id")),
            participant_id=OuterRef("pk"),
            until_on__gte=timezone.localdate(),
        )
        silent = Participant.objects.filter(pk__in=participants).exclude(Exists(holds))
        return self.filter(Exists(silent))

    def with_acceptances(self):
        """Everything that `acceptances_of` needs, in a fixed number of queries."""
        from decisions.models import RiskAcceptance, RiskVersion

        acceptances = RiskAcceptance.objects.select_related("participant", "words")
        versions = RiskVersion.objects.select_related("steward", "written_by").prefetch_related(
            Prefetch("acceptances", acceptances)
        )
        return self.select_related("alliance", "current_version__steward").prefetch_related(
            Prefetch("versions", versions)
        )


class MeetingQuerySet(OfAllianceQuerySet):
    def coming(self):
        """Planned for today or later, the next one first."""
        return self.filter(state="planned", starts_at__date__gte=timezone.localdate()).order_by(
            "starts_at", "number"
        )

    def over(self, on=None):
        """Held, cancelled, or planned for a day before that one; the last one first."""
        later = Q(state="planned", starts_at__date__gte=on or timezone.localdate())
        return self.exclude(later).order_by("-starts_at", "-number")

    def begun(self, on=None):
        """Those in which somebody can answer: not cancelled, of that day or before."""
        begun = self.filter(starts_at__date__lte=on or timezone.localdate())
        return begun.exclude(state="cancelled")

    def not_told(self):
        """Planned for a day that is over, and nobody has said whether it took place."""
        return self.filter(state="planned", starts_at__date__lt=timezone.localdate())

    def without_official_minutes(self):
        """Held, and its minutes are not written, not issued or not accepted by every attendee (rule 21)."""
        return self.filter(state="held").exclude(minutes__state="official")

    def with_minutes(self, on=None):
        """Everything that quorum, minutes and acceptances need that day, in a fixed number of queries."""
        from decisions.models import Attendance, Minutes, MinutesAcceptance
        from participants.models import RoleAppointment

        held = RoleAppointment.objects.in_force(on).filter(alliance_id=OuterRef("alliance_id"))
        attended = Attendance.objects.select_related("participant", "appointment", "person").annotate(
            is_here=Exists(held.filter(person_id=OuterRef("person_id")))
        )
        accepted = MinutesAcceptance.objects.select_related("attendance")
        written = Minutes.objects.select_related("text", "written_by", "issued_by").prefetch_related(
            Prefetch("acceptances", accepted)
        )
        return self.select_related("alliance", "called_by", "cancelled_because").prefetch_related(
            Prefetch("attendances", attended), Prefetch("minutes", written)
        )


class MinutesQuerySet(models.QuerySet):
    def waiting_for_nobody(self):
        """Issued, accepted by somebody, and everybody else who was there is gone from the alliance."""
        from decisions.models import Attendance, MinutesAcceptance
        from participants.models import RoleAppointment

        held = RoleAppointment.objects.in_force().filter(
            alliance_id=OuterRef("alliance_id"), person_id=OuterRef("person_id")
        )
        said = MinutesAcceptance.objects.filter(
            minutes_id=OuterRef(OuterRef("pk")), attendance_id=OuterRef("pk")
        )
        there = Attendance.objects.filter(meeting_id=OuterRef("meeting_id"), how__in=Attendance.ATTENDED)
        asked = there.filter(Exists(held), ~Exists(said))
        return self.filter(~Exists(asked), state="issued", acceptances__isnull=False).distinct()


class InterestQuerySet(OfAllianceQuerySet):
    def current(self):
        """Those that have not ended."""
        return self.filter(ended_at__isnull=True)


class DeclarationQuerySet(models.QuerySet):
    def at_work(self):
        """Not settled, or settled for its participant alone; what all share disables nobody (rule 11)."""
        return self.filter(state__in=["declared", "admitted", "left"])

    def found(self):
        """After the seal: each marks its decision as one to be reviewed (rule 9)."""
        return self.filter(state="found")


class RatificationQuerySet(OfAllianceQuerySet):
    def awaited(self):
        """Asked and not given, of decisions that no board has refused."""
        from decisions.models import Ratification

        refused = Ratification.objects.filter(decision_id=OuterRef("decision_id"), state="refused")
        return self.filter(~Exists(refused), state="awaited")

    def overdue(self, on=None):
        return self.awaited().filter(due_on__lt=on or timezone.localdate())


class RightQuerySet(OfAllianceQuerySet):
    """Delegations and reserved matters: by what right somebody decides alone (rules 1, 12)."""

    def lasting(self, on=None):
        """Not ended by a decision that day."""
        return self.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=on or timezone.localdate()))

    def in_force(self, on=None):
        """Of delegations: lasting, and between their days."""
        on = on or timezone.localdate()
        return self.lasting(on).filter(Q(until_on__isnull=True) | Q(until_on__gte=on), from_on__lte=on)


class UrgentActionQuerySet(OfAllianceQuerySet):
    def to_report(self):
        return self.filter(state="taken")

    def overdue(self, on=None):
        """The 5 working days are over, and it was not reported (rules 23, 54)."""
        return self.to_report().filter(report_by__lt=on or timezone.localdate())
