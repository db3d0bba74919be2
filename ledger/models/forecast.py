"""What a participant says that a budget line will cost by the year's end, and what is done when it is far from agreed.

A forecast that stands is the newest of its line and participant; where none was said, or the run-rate was, the book
forecasts by itself (ledger/forecasting.py). Rule 40: a variance beyond the agreed percentage opens an action plan.
"""

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from alliance.core.addresses import reverse
from alliance.core.models import OfAlliance, Words, both_or_neither
from ledger.lifecycle import PlanState
from ledger.models.budget import BudgetLine
from ledger.models.fields import pounds, somebody
from ledger.querysets import ActionPlanQuerySet, ForecastQuerySet
from participants.models import Participant, RoleAppointment

MONTHS = 12


class Method(models.TextChoices):
    RUN_RATE = "run_rate", "Run-rate"
    EVEN = "even", "Profile, even months"
    LAST_YEAR = "last_year", "Profile, last year’s months"
    ENTERED = "entered", "Entered"


PROFILES = (Method.EVEN, Method.LAST_YEAR)


class Forecast(OfAlliance):
    """What a participant expects of its costs on a line. Append-only: the newest version stands.

    `amount` is the whole year's, spent and to come; `months` are the twelve parts of it where a profile was said, as
    they were on the day, and sum to it. The run-rate has neither: it is what the book says by itself.
    """

    Method = Method

    budget_line = models.ForeignKey(BudgetLine, on_delete=models.PROTECT, related_name="forecasts")
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()
    method = models.CharField(max_length=10, choices=Method.choices)
    amount = pounds(null=True)
    months = ArrayField(pounds(), size=MONTHS, null=True)
    reason = models.ForeignKey(Words, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField(default=timezone.now)
    said_by = somebody()
    said_by_name = models.CharField(max_length=120)
    appointment = models.ForeignKey(RoleAppointment, on_delete=models.PROTECT, related_name="+")
    capacity = models.CharField(max_length=20, choices=RoleAppointment.Role.choices)

    objects = ForecastQuerySet.as_manager()

    class Meta:
        ordering = ["budget_line__place", "participant__place", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["alliance", "budget_line", "participant", "version"], name="forecast_has_a_version"
            ),
            models.CheckConstraint(
                condition=Q(method="run_rate", amount__isnull=True, months__isnull=True)
                | Q(method="entered", amount__isnull=False, months__isnull=True)
                | Q(
                    method__in=["even", "last_year"],
                    amount__isnull=False,
                    months__isnull=False,
                    months__len=MONTHS,
                ),
                name="forecast_says_what_its_method_needs",
            ),
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | Q(amount__gte=0), name="forecast_is_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"Forecast {self.version} of {self.participant} on {self.budget_line}"

    @property
    def said_on(self) -> date:
        return timezone.localdate(self.said_at)


class ActionPlan(OfAlliance):
    """What is done about a line whose forecast is beyond the alliance's percentage; one at a time for a line.

    `agreed`, `forecast` and `percent` (the alliance's) are those of the day on which the clock opened it.
    """

    State = PlanState

    number = models.PositiveIntegerField()
    budget_line = models.ForeignKey(BudgetLine, on_delete=models.PROTECT, related_name="plans")
    state = models.CharField(max_length=10, choices=PlanState.choices, default=PlanState.OPEN)
    agreed = pounds()
    forecast = pounds()
    percent = models.DecimalField(max_digits=6, decimal_places=3)
    opened_on = models.DateField()
    due_on = models.DateField()
    ended_at = models.DateTimeField(null=True)
    ended_by = somebody(null=True)

    objects = ActionPlanQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["alliance", "number"], name="plan_has_its_own_number"),
            models.UniqueConstraint(
                fields=["alliance", "budget_line"],
                condition=Q(state__in=["open", "written"]),
                name="line_has_one_plan_at_a_time",
            ),
            models.CheckConstraint(condition=Q(due_on__gt=F("opened_on")), name="plan_is_due_later"),
            both_or_neither("ended", "plan_is_ended_by_somebody"),
            models.CheckConstraint(
                condition=Q(state__in=["open", "written"], ended_at__isnull=True)
                | Q(state__in=["done", "not_needed"], ended_at__isnull=False),
                name="plan_is_ended_when_done_or_not_needed",
            ),
        ]

    def __str__(self) -> str:
        return f"Action plan {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("ledger:plan", args=[self.alliance.slug, self.number])

    @property
    def is_unfinished(self) -> bool:
        return self.ended_at is None

    @property
    def is_overdue(self) -> bool:
        """To be written, and its day is over."""
        return self.state == PlanState.OPEN and self.due_on < timezone.localdate()


class PlanStep(OfAlliance):
    """One thing said in an action plan; each takes it a step, and none is changed.

    A plan as written says in `words` what is done, who does it (`doing`) and until when; the newest stands.
    """

    class Verb(models.TextChoices):
        WRITE = "write", "Written"
        FINISH = "finish", "Done"
        LET_GO = "let_go", "No longer needed"

    plan = models.ForeignKey(ActionPlan, on_delete=models.PROTECT, related_name="steps")
    number = models.PositiveIntegerField()
    verb = models.CharField(max_length=10, choices=Verb.choices)
    words = models.ForeignKey(Words, on_delete=models.PROTECT, related_name="+")
    doing = models.ForeignKey(Participant, on_delete=models.PROTECT, null=True, related_name="+")
    until = models.DateField(null=True)
    proposal = models.ForeignKey("decisions.Proposal", on_delete=models.PROTECT, null=True, related_name="+")
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField(default=timezone.now)
    said_by = somebody()
    said_by_name = models.CharField(max_length=120)
    appointment = models.ForeignKey(RoleAppointment, on_delete=models.PROTECT, related_name="+")
    capacity = models.CharField(max_length=20, choices=RoleAppointment.Role.choices)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="plan_step_has_its_own_number"),
            models.CheckConstraint(
                condition=Q(verb="write", doing__isnull=False, until__isnull=False)
                | Q(
                    verb__in=["finish", "let_go"],
                    doing__isnull=True,
                    until__isnull=True,
                    proposal__isnull=True,
                ),
                name="written_plan_says_who_and_until_when",
            ),
        ]

    def __str__(self) -> str:
        return f"Step {self.number} of action plan {self.plan_id}"
