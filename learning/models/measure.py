"""A measure, its monthly figures, the notes beside them and its rebases (rules 47 to 49). There is no target."""

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from alliance.core.addresses import reverse
from alliance.core.models import OfAlliance
from alliance.core.periods import Month
from learning.querysets import MeasureQuerySet, ObservationQuerySet
from learning.xmr import Direction


class Measure(OfAlliance):
    """Something that is counted every month in order to learn from it. `baseline` is how many points of each phase
    make its mean and limits (None: all); `screening` is rule 49's, printed on the chart."""

    class Direction(models.TextChoices):
        NEUTRAL = Direction.NEUTRAL.value, "Neither: we only want to notice a change"
        INCREASE = Direction.INCREASE.value, "More would be better"
        DECREASE = Direction.DECREASE.value, "Less would be better"

    number = models.PositiveIntegerField()
    name = models.CharField(max_length=120)
    tells = models.TextField("what does it tell us?")
    unit = models.CharField("what is counted?", max_length=60)
    source = models.CharField("where does it come from?", max_length=200)
    direction = models.CharField(
        "which way is better?", max_length=8, choices=Direction.choices, default=Direction.NEUTRAL
    )
    mandatory_return = models.BooleanField("mandatory return, used for learning", default=False)
    asked_by = models.CharField("who asks for the return?", max_length=160, blank=True)
    screening = models.BooleanField("leave out outlying moving ranges", default=True)
    baseline = models.PositiveSmallIntegerField(
        "points in the baseline", null=True, blank=True, validators=[MinValueValidator(2)]
    )
    defined_at = models.DateTimeField(default=timezone.now)
    defined_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = MeasureQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["alliance", "number"], name="measure_has_its_own_number"),
            models.UniqueConstraint(fields=["alliance", "name"], name="measure_has_its_own_name"),
            models.CheckConstraint(
                condition=Q(baseline__isnull=True) | Q(baseline__gte=2), name="a_baseline_has_two_points"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("learning:measure", args=[self.alliance.slug, self.number])


class Observation(OfAlliance):
    """One month's figure. A correction is a new one that `replaces` it, with the reason; both are kept."""

    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="observations")
    on = models.DateField("month", db_column="month")  # its first day
    value = models.DecimalField(max_digits=16, decimal_places=4)
    note = models.CharField(max_length=200, blank=True)
    replaces = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="replaced_by")
    reason = models.CharField("why it is corrected", max_length=200, blank=True)
    observed_at = models.DateTimeField(default=timezone.now)
    observed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = ObservationQuerySet.as_manager()

    class Meta:
        ordering = ["on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["measure", "on"],
                condition=Q(replaces__isnull=True),
                name="a_month_has_one_first_figure",
            ),
            models.CheckConstraint(condition=Q(on__day=1), name="a_figure_is_for_a_month"),
            models.CheckConstraint(
                condition=Q(replaces__isnull=True) | ~Q(reason=""), name="a_correction_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month.label}: {self.figure}"

    @property
    def month(self) -> Month:
        return Month.containing(self.on)

    @property
    def figure(self) -> str:
        """As people write it: "12", "12.5"."""
        whole, _, rest = f"{self.value:f}".partition(".")
        return f"{whole}.{rest}".rstrip("0").rstrip(".")


class Annotation(OfAlliance):
    """A note at a month of a measure's chart that may point to the review, experiment or decision it is about."""

    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="annotations")
    on = models.DateField("month", db_column="month")
    text = models.CharField("note", max_length=120)
    review = models.ForeignKey(
        "learning.Review", on_delete=models.PROTECT, null=True, blank=True, related_name="notes"
    )
    experiment = models.ForeignKey(
        "learning.Experiment", on_delete=models.PROTECT, null=True, blank=True, related_name="notes"
    )
    decision = models.ForeignKey(
        "decisions.Decision", on_delete=models.PROTECT, null=True, blank=True, related_name="notes"
    )
    noted_at = models.DateTimeField(default=timezone.now)
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["on", "pk"]
        constraints = [models.CheckConstraint(condition=Q(on__day=1), name="a_note_is_at_a_month")]

    def __str__(self) -> str:
        return self.text

    @property
    def month(self) -> Month:
        return Month.containing(self.on)

    @property
    def about(self):
        return self.review or self.experiment or self.decision


class Rebase(OfAlliance):
    """From this month on the chart has a new mean and limits: because of the reason, agreed in the review (rule 49)."""

    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="rebases")
    on = models.DateField("month", db_column="month")
    reason = models.TextField()
    review = models.ForeignKey("learning.Review", on_delete=models.PROTECT, related_name="rebases")
    rebased_at = models.DateTimeField(default=timezone.now)
    rebased_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["on"]
        constraints = [
            models.UniqueConstraint(fields=["measure", "on"], name="a_measure_is_rebased_once_at_a_month"),
            models.CheckConstraint(condition=Q(on__day=1), name="a_rebase_is_at_a_month"),
            models.CheckConstraint(condition=~Q(reason=""), name="a_rebase_says_why"),
        ]

    def __str__(self) -> str:
        return f"New limits from {self.month.label}"

    @property
    def month(self) -> Month:
        return Month.containing(self.on)
