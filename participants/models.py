"""Who is in the alliance: organisations, the people who speak and work for them, and what they all signed."""

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import connection, models
from django.db.models import F, Q
from django.utils import timezone

from alliance.core.addresses import reverse
from alliance.core.models import OfAlliance, Words, both_or_neither
from alliance.core.periods import FinancialYear, Month
from alliance.core.workdays import add_working_days
from participants.querysets import (
    AllianceQuerySet,
    InvitationQuerySet,
    ParticipantQuerySet,
    PrincipleQuerySet,
    RoleAppointmentQuerySet,
)


class UserManager(BaseUserManager):
    def create_user(self, email: str, name: str, password: str | None = None, **fields) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), name=name, **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email: str, name: str, password: str | None = None) -> "User":
        return self.create_user(email, name, password, is_staff=True, is_superuser=True)

    def members_of(self, alliance):
        """Everybody with an appointment in force there today, by name."""
        held = RoleAppointment.objects.in_force().filter(alliance=alliance)
        return self.filter(pk__in=held.values("person_id")).order_by("name")


class User(AbstractBaseUser, PermissionsMixin):
    """A person. What a person may see and do comes from appointments alone, never from is_staff."""

    email = models.EmailField("e-mail address", unique=True)
    name = models.CharField("full name", max_length=120)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    date_joined = models.DateTimeField(default=timezone.now)

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split()[0]

    # What the door of a request found (participants/standing.py), in which transaction, and whether to ask again.
    _standings, _door, _must_ask = (), None, False

    def hold_still(self) -> None:
        """None of this person's appointments ends before the transaction does; what was known of them is asked again.

        So an act comes before the end of what it leans on, or after it and is refused (rule 8). A page that asks at
        its own door whether to show itself goes by what the door found.
        """
        if connection.in_atomic_block and connection.savepoint_ids != self._door:
            with connection.cursor() as cursor:
                cursor.execute(HOLD, [self.pk])
            self._must_ask = bool(self._standings)


# Ordered, so that two who act at once do not wait in a ring. Whatever ends an appointment changes its row.
HOLD = """
    select from participants_roleappointment where person_id = %s and ended_at is null order by id for share
"""


def usual_ladder() -> list[dict]:
    """Rule 18: stages with their length, and the time for statements, in working days."""
    return [
        {"stage": "leadership", "days": 10},
        {"stage": "senior", "days": 20, "statements": 5},
        {"stage": "independent", "days": 20},
    ]


class Alliance(models.Model):
    """One alliance contract. It is not a legal entity: each participant keeps its own identity."""

    slug = models.SlugField("address", max_length=60, unique=True)
    name = models.CharField(max_length=160)
    purpose = models.TextField()
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    year_starts_in = models.PositiveSmallIntegerField(
        "financial year starts in", default=4, validators=[MinValueValidator(1), MaxValueValidator(12)]
    )
    # Settings of the agreement; a decision copies those that matter to it when it opens (rules 2, 6).
    standing_aside = models.BooleanField("standing aside is possible", default=False)
    answer_within = models.PositiveSmallIntegerField("working days to answer a proposal", default=10)
    independent = models.BooleanField("nobody sees others’ answers before their own", default=False)
    ladder = models.JSONField("stages of a deadlock", default=usual_ladder)
    ratify_within = models.PositiveSmallIntegerField("working days to ratify", default=30)
    risk_scores = models.BooleanField("risks carry a score", default=False)
    accept_for = models.PositiveSmallIntegerField("months for which a risk is accepted", default=12)
    is_demonstration = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)

    objects = AllianceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
                name="alliance_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(year_starts_in__gte=1, year_starts_in__lte=12),
                name="financial_year_starts_in_a_month",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def alliance_id(self) -> int:
        """An alliance is a subject of its own record."""
        return self.pk

    def get_absolute_url(self) -> str:
        return reverse("alliance_home", args=[self.slug])

    def usual_deadline(self, today=None):
        """The last day to answer what is asked today: the agreed number of working days, in England's calendar."""
        return add_working_days(today or timezone.localdate(), self.answer_within)

    def accepts_until(self, today=None):
        """The last day on which a risk that is accepted today counts as accepted."""
        today = today or timezone.localdate()
        month = Month.containing(today).shifted(self.accept_for)
        return month.start.replace(day=min(today.day, month.end.day))

    def financial_year(self, on=None) -> FinancialYear:
        return FinancialYear.containing(on or timezone.localdate(), self.year_starts_in)


class Participant(OfAlliance):
    """An organisation as a party to the alliance. `place` is its order in the agreement (rule 37)."""

    class Kind(models.TextChoices):
        COMMISSIONER = "commissioner", "Commissioner"
        PROVIDER = "provider", "Provider"

    class Form(models.TextChoices):
        COUNCIL = "council", "Council"
        ICB = "icb", "Integrated care board"
        NHS = "nhs", "NHS trust"
        CHARITY = "charity", "Charity"
        CIC = "cic", "Community interest company"
        COMPANY = "company", "Company"
        HOUSING = "housing", "Housing association"

    name = models.CharField(max_length=160)
    short_name = models.CharField(max_length=40)
    slug = models.SlugField(max_length=60)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    form = models.CharField("kind of organisation", max_length=20, choices=Form.choices)
    place = models.PositiveSmallIntegerField("order in the agreement")
    is_host = models.BooleanField("keeps the shared budget", default=False)
    joined_on = models.DateField()
    suspended_on = models.DateField(null=True, blank=True)
    left_on = models.DateField(null=True, blank=True)

    objects = ParticipantQuerySet.as_manager()

    class Meta:
        ordering = ["place"]
        constraints = [
            models.UniqueConstraint(fields=["alliance", "slug"], name="participant_has_its_own_address"),
            models.UniqueConstraint(
                fields=["alliance", "place"], name="participant_has_one_place_in_the_agreement"
            ),
            models.UniqueConstraint(fields=["alliance", "name"], name="participant_joins_once"),
            models.CheckConstraint(
                condition=Q(left_on__isnull=True) | Q(left_on__gte=F("joined_on")),
                name="participant_leaves_after_joining",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("participants:participant", args=[self.alliance.slug, self.slug])

    def is_active(self, on=None) -> bool:
        on = on or timezone.localdate()
        return (
            self.joined_on <= on
            and (self.left_on is None or self.left_on > on)
            and (self.suspended_on is None or self.suspended_on > on)
        )


class Principle(OfAlliance):
    """One of the Alliance Principles, in one version. A new version supersedes; nothing is overwritten (rule 20)."""

    letter = models.CharField(max_length=2)
    version = models.PositiveSmallIntegerField(default=1)
    title = models.CharField(max_length=80)
    wording = models.TextField()
    is_best_for_people = models.BooleanField(default=False)  # rule 15: always asked, first
    in_force_from = models.DateField()
    superseded_on = models.DateField(null=True, blank=True)

    objects = PrincipleQuerySet.as_manager()

    class Meta:
        ordering = ["letter", "version"]
        constraints = [
            models.UniqueConstraint(
                fields=["alliance", "letter", "version"], name="principle_version_is_unique"
            ),
            models.UniqueConstraint(
                fields=["alliance", "letter"],
                condition=Q(superseded_on__isnull=True),
                name="principle_has_one_current_version",
            ),
        ]

    def __str__(self) -> str:
        return f"({self.letter}) {self.title}"


class Behaviour(OfAlliance):
    """A value, or a behaviour that shows it, as the alliance wrote them."""

    class Kind(models.TextChoices):
        VALUE = "value", "Value"
        BEHAVIOUR = "behaviour", "Behaviour"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    place = models.PositiveSmallIntegerField()
    wording = models.CharField(max_length=300)

    class Meta:
        ordering = ["-kind", "place"]  # values, then the behaviours that show them
        constraints = [
            models.UniqueConstraint(fields=["alliance", "kind", "place"], name="behaviour_has_its_own_place")
        ]

    def __str__(self) -> str:
        return self.wording


class RoleAppointment(OfAlliance):
    """A person in a role, from a day, until a day. Everything that a person may see or do follows from these.

    A representative or deputy speaks for the participant; a finance lead sends its returns; the others serve the
    whole alliance and may belong to a participant or to none.
    """

    class Role(models.TextChoices):
        REPRESENTATIVE = "representative", "Representative"
        DEPUTY = "deputy", "Deputy"
        FINANCE_LEAD = "finance_lead", "Finance lead"
        POOL_MANAGER = "pool_manager", "Pool manager"
        LEARNING_LEAD = "learning_lead", "Learning lead"
        SYSTEM_STEWARD = "system_steward", "System steward"
        WORKER = "worker", "Front-line worker"
        LIVED_EXPERIENCE = "lived_experience", "Person with lived experience"
        SENIOR_REPRESENTATIVE = "senior", "Senior representative"
        BOARD_MEMBER = "board_member", "Board member"
        AUDITOR = "auditor", "Auditor"
        LEARNING_PARTNER = "learning_partner", "Learning partner"

    ORDER = {role: place for place, role in enumerate(Role.values)}
    FOR_A_PARTICIPANT = (
        Role.REPRESENTATIVE,
        Role.DEPUTY,
        Role.FINANCE_LEAD,
        Role.POOL_MANAGER,
        Role.SENIOR_REPRESENTATIVE,
        Role.BOARD_MEMBER,
    )
    # Who acts for all: appointed on a best-person basis by everybody, once the founding is over (principle f).
    # Auditors and learning partners come from outside and only read: a representative may let them in.
    BY_DECISION = (Role.POOL_MANAGER, Role.LEARNING_LEAD, Role.SYSTEM_STEWARD)

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="appointments"
    )
    role = models.CharField(max_length=20, choices=Role.choices)
    participant = models.ForeignKey(
        Participant, on_delete=models.PROTECT, null=True, blank=True, related_name="people"
    )
    reasons = models.ForeignKey(Words, on_delete=models.PROTECT, null=True, related_name="+")
    from_on = models.DateField("from")
    until_on = models.DateField("until", null=True, blank=True)  # the last day in the role
    appointed_at = models.DateTimeField(default=timezone.now)
    appointed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    objects = RoleAppointmentQuerySet.as_manager()

    class Meta:
        ordering = ["participant__place", "role", "person__name"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(
                    role__in=[
                        "representative",
                        "deputy",
                        "finance_lead",
                        "pool_manager",
                        "senior",
                        "board_member",
                    ],
                    participant__isnull=True,
                ),
                name="who_speaks_or_answers_for_an_organisation_names_it",
            ),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")),
                name="appointment_ends_after_it_starts",
            ),
            both_or_neither("ended", "appointment_is_ended_by_somebody"),
        ]
        indexes = [models.Index(fields=["person", "alliance"], name="appointment_by_person")]

    def __str__(self) -> str:
        return f"{self.person}, {self.in_words}"

    @property
    def in_words(self) -> str:
        """ "Finance lead, Haven Homes": in which capacity the person acts."""
        return self.get_role_display() + (f", {self.participant}" if self.participant_id else "")


class DelegatedLimit(OfAlliance):
    """Up to which amount in pounds an appointment's word binds its organisation without its board (rule 14).

    Append-only: the latest one by day holds. `amount` None lifts the limit.
    """

    appointment = models.ForeignKey(RoleAppointment, on_delete=models.PROTECT, related_name="limits")
    amount = models.DecimalField(max_digits=15, decimal_places=2, null=True)
    from_on = models.DateField()
    reasons = models.ForeignKey(Words, on_delete=models.PROTECT, null=True, related_name="+")
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["from_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | Q(amount__gte=0), name="limit_is_not_negative"
            )
        ]

    def __str__(self) -> str:
        return f"limit of {self.appointment}"


class Invitation(OfAlliance):
    """A letter that lets one person take up one role. The secret in the link is kept only as a hash."""

    email = models.EmailField("e-mail address")
    name = models.CharField("full name", max_length=120)
    role = models.CharField(max_length=20, choices=RoleAppointment.Role.choices)
    participant = models.ForeignKey(
        Participant, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reasons = models.ForeignKey(Words, on_delete=models.PROTECT, null=True, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True)
    invited_at = models.DateTimeField(default=timezone.now)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-invited_at"]
        constraints = [
            both_or_neither("accepted", "invitation_is_accepted_by_somebody"),
            both_or_neither("withdrawn", "invitation_is_withdrawn_by_somebody"),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(withdrawn_at__isnull=True),
                name="invitation_is_accepted_or_withdrawn",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>"

    @property
    def state(self) -> str:
        if self.accepted_at:
            return "Accepted"
        if self.withdrawn_at:
            return "Withdrawn"
        return "Expired" if self.expires_at <= timezone.now() else "Waiting"
