"""The forms of people and organisations."""

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils import timezone

from alliance.core.forms import DateInputField, Form, MoneyField, Radios, WordsField
from participants.models import Alliance, Participant, RoleAppointment, User

ROLE_HINTS = {
    "representative": "Says where the organisation stands; binds it.",
    "deputy": "Speaks for the organisation when the representative cannot.",
    "finance_lead": "Sends the organisation's cost returns.",
    "pool_manager": "Keeps the shared budget for the host and closes its periods.",
    "board_member": "Reads everything and downloads the assurance reports.",
    "worker": "Brings ideas, stories and experiments.",
    "auditor": "Reads everything, changes nothing.",
    "learning_partner": "Reads everything, changes nothing.",
}


class InvitationForm(Form):
    name = forms.CharField(label="Full name", max_length=120)
    email = forms.EmailField(
        label="E-mail address", help_text="The invitation is sent here, and only this person can use it."
    )
    role = forms.ChoiceField(
        label="Role", choices=RoleAppointment.Role.choices, widget=Radios(hints=ROLE_HINTS)
    )
    participant = forms.ModelChoiceField(
        label="Organisation",
        queryset=Participant.objects.none(),
        required=False,
        empty_label="None: serves the whole alliance",
    )
    reasons = WordsField(
        label="Why this person?",
        help_text="Key roles are appointed on a best person basis (principle f). Personal words can be redacted later.",
        rows=3,
        required=False,
        max_length=2000,
    )

    def __init__(self, *args, alliance: Alliance, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["participant"].queryset = Participant.objects.filter(alliance=alliance).active()

    def clean(self):
        given = super().clean()
        role, participant = given.get("role"), given.get("participant")
        if role in RoleAppointment.FOR_A_PARTICIPANT and not participant and "participant" not in self.errors:
            label = RoleAppointment.Role(role).label.lower()
            self.add_error("participant", f"Choose the organisation that the {label} speaks or answers for.")
        return given


class NewAccountForm(Form):
    """What a person without an account gives when they accept an invitation."""

    name = forms.CharField(label="Your full name", max_length=120)
    password = forms.CharField(
        label="Choose a password",
        help_text="At least 12 characters. Three random words make a good one.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
    )

    def __init__(self, *args, email: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.email = email

    def clean_password(self) -> str:
        password = self.cleaned_data["password"]
        validate_password(password, User(email=self.email, name=self.cleaned_data.get("name", "")))
        return password


class SignInAsForm(Form):
    """Choose a person of a demonstration. Nobody else can be chosen: real alliances' people are not in the list."""

    person = forms.ModelChoiceField(queryset=User.objects.none())

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        in_demonstrations = RoleAppointment.objects.in_force().filter(alliance__is_demonstration=True)
        in_real_ones = RoleAppointment.objects.filter(alliance__is_demonstration=False)
        self.fields["person"].queryset = User.objects.filter(
            pk__in=in_demonstrations.values("person"), is_staff=False, is_superuser=False
        ).exclude(pk__in=in_real_ones.values("person"))

    def people(self) -> list[tuple[Alliance, list[RoleAppointment]]]:
        """(alliance, its people's appointments) in the order of the agreement."""
        rows = (
            RoleAppointment.objects.in_force()
            .filter(alliance__is_demonstration=True, person__in=self.fields["person"].queryset)
            .select_related("alliance", "participant", "person")
            .order_by("alliance", "participant__place", "role", "person__name")
        )
        grouped: dict[Alliance, list[RoleAppointment]] = {}
        for row in rows:
            grouped.setdefault(row.alliance, []).append(row)
        return list(grouped.items())


class LimitForm(Form):
    """How far somebody's word reaches without their board (rule 14)."""

    reach = forms.ChoiceField(
        label="How far does their word bind the organisation?",
        choices=[("limit", "Up to an amount"), ("all", "Without a limit")],
        widget=Radios(),
        error_messages={"required": "Select how far their word reaches"},
    )
    amount = MoneyField(
        label="Up to which amount?",
        help_text="Above it their “agree” is subject to ratification by the board.",
        min_value=0,
        max_value=9_999_999_999_999,
        required=False,
    )
    from_on = DateInputField(
        label="From when?",
        help_text="Left empty, from today. What was agreed before stays as it was.",
        earliest=timezone.localdate,
        required=False,
    )
    reasons = WordsField(
        label="By which right?",
        help_text="For example: standing orders of June, paragraph 4.",
        rows=2,
        required=False,
        max_length=1000,
    )

    reveals = {"reach": {"limit": ["amount"]}}
    not_optional = ("amount",)

    def clean(self):
        given = super().clean()
        if given.get("reach") == "limit" and given.get("amount") is None and "amount" not in self.errors:
            self.add_error("amount", "Enter the amount up to which their word binds")
        if given.get("reach") == "all":
            self.errors.pop("amount", None)
            given["amount"] = None
        return given
