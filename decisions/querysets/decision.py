"""Finding decisions, their ratifications, the right to decide alone, and urgent safety actions."""

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from participants.querysets import OfAllianceQuerySet


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
