"""Finding reviews, actions, experiments and measures. Every list begins with `visible_to(user)` (house 7)."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from participants.querysets import OfAllianceQuerySet


class ReviewQuerySet(OfAllianceQuerySet):
    def held(self):
        return self.filter(status="held")

    def preparing(self):
        return self.filter(status="preparing")

    def held_between(self, start, end):
        """Held on days from `start` to `end`, both included."""
        return self.held().filter(held_on__gte=start, held_on__lte=end)

    def with_counts(self):
        """Each with `in_the_room` and `agreed`, how many people were there and how many actions came of it."""
        from learning.models import Action, Attendance

        def count(rows):
            of_this = rows.filter(review=models.OuterRef("pk")).order_by().values("review")
            return Coalesce(models.Subquery(of_this.annotate(n=models.Count("pk")).values("n")), 0)

        return self.annotate(
            in_the_room=count(Attendance.objects.filter(present=True)), agreed=count(Action.objects.all())
        )

    def with_answers(self):
        return self.prefetch_related("answers__words", "attendances")


class ActionQuerySet(OfAllianceQuerySet):
    def open(self):
        return self.filter(status="open")

    def closed(self):
        return self.exclude(status="open")

    def with_takers(self):
        return self.select_related("person", "participant", "review")

    def taken_by(self, standing):
        """Those of the person, and of the participants that the person speaks for."""
        return self.filter(Q(person=standing.person) | Q(participant__in=standing.speaks_for_ids))

    def soonest_first(self):
        return self.order_by(models.F("due_on").asc(nulls_last=True), "number")


class ExperimentQuerySet(OfAllianceQuerySet):
    def proposed(self):
        return self.filter(status="proposed")

    def running(self):
        return self.filter(status="running")

    def ended(self):
        return self.filter(status__in=["embedded", "adapted", "stopped"])

    def past_their_end(self, today=None):
        return self.running().filter(ends_on__lt=today or timezone.localdate())

    def with_proposer(self):
        return self.select_related("proposed_by")

    def with_answers_at_gates(self):
        """What `waits_for` asks."""
        return self.prefetch_related("gates")

    def with_gates(self):
        return self.prefetch_related("gates__answered_by", "gates__words")


class GateAnswerQuerySet(models.QuerySet):
    def newest_first(self):
        return self.order_by("-pk")


class MeasureQuerySet(OfAllianceQuerySet):
    def alphabetical(self):
        """The only order there is: no ranking (rules 47, 48)."""
        return self.order_by("name")

    def with_figures(self):
        """What a chart needs, in a constant number of queries: see `learning.analysis`."""
        from learning.models import Annotation, Observation, Rebase

        return self.prefetch_related(
            models.Prefetch("observations", Observation.objects.current(), to_attr="current_observations"),
            models.Prefetch(
                "annotations", Annotation.objects.select_related("review", "experiment", "decision__wording")
            ),
            models.Prefetch("rebases", Rebase.objects.select_related("review")),
        )

    def for_cards(self):
        """What a small chart needs: figures and where the limits begin anew; notes are not drawn on it."""
        from learning.models import Observation

        figures = Observation.objects.current().only("measure", "on", "value")
        return self.prefetch_related(
            models.Prefetch("observations", figures, to_attr="current_observations"), "rebases"
        )


class ObservationQuerySet(models.QuerySet):
    def current(self):
        """The figures that stand: those that nothing replaces, oldest month first."""
        return self.filter(replaced_by__isnull=True).order_by("on")
