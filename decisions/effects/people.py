"""Appointing the best person to a key role, and letting one person decide within limits (principle f, rule 1)."""

from decimal import Decimal

from django import forms
from django.utils import timezone

from alliance.core.forms import DateInputField, MoneyField, WordsField
from decisions.effects.kind import Kind, register
from decisions.effects.terms import TermsForm, day_of, participant_of, spoken
from decisions.models import Delegation
from participants import services as participants
from participants.models import Alliance, Participant, RoleAppointment, User

Role = RoleAppointment.Role
KEY_ROLES = (Role.POOL_MANAGER, Role.LEARNING_LEAD, Role.SYSTEM_STEWARD, Role.LEARNING_PARTNER, Role.AUDITOR)


def people_in(alliance: Alliance):
    """Everybody with an appointment in force, by name."""
    held = RoleAppointment.objects.in_force().filter(alliance=alliance)
    return User.objects.filter(pk__in=held.values("person")).order_by("name")


def person_of(alliance: Alliance, terms: dict) -> User | None:
    pk = terms.get("person")
    return people_in(alliance).filter(pk=pk).first() if isinstance(pk, int) else None


class RoleForm(TermsForm):
    kind = "role"
    role = forms.ChoiceField(
        label="Which role?", choices=[("", "Select one"), *((one.value, one.label) for one in KEY_ROLES)]
    )
    person = forms.ModelChoiceField(
        label="Who takes it?",
        help_text="Somebody who already takes part in the alliance; others are invited first.",
        queryset=User.objects.none(),
        empty_label="Select one",
    )
    reasons = WordsField(
        label="Why is this the best person for it?",
        help_text="It is sealed with the decision: about the work, not about private life.",
        rows=4,
    )
    considered = WordsField(
        label="Who else was considered, and how?",
        help_text="“Nobody else offered, after we asked everywhere” is an answer.",
        rows=3,
    )
    takes_over = forms.BooleanField(label="Whoever holds the role now hands it over", required=False)

    asks = {"reasons": "why this is the best person", "considered": "who else was considered, and how"}

    def prepare(self, alliance: Alliance) -> None:
        self.fields["person"].queryset = people_in(alliance)


@register
class RoleOnBestPersonBasis(Kind):
    key, label, form = "role", "Somebody is appointed to a key role", RoleForm
    needs = ("role", "person", "person_name", "reasons", "considered")

    def _for(self, alliance: Alliance, terms: dict) -> Participant | None:
        """The pool manager works for the host; the others for all."""
        if terms["role"] != Role.POOL_MANAGER:
            return None
        return Participant.objects.filter(alliance=alliance, is_host=True).first()

    def problems(self, alliance: Alliance, terms: dict) -> dict[str, str]:
        person = person_of(alliance, terms)
        if person is None or person.name != terms["person_name"]:
            return {"person": "Choose somebody who takes part in this alliance."}
        if terms["role"] not in KEY_ROLES:
            return {"role": "Choose one of the key roles."}
        if terms["role"] == Role.POOL_MANAGER and self._for(alliance, terms) is None:
            return {
                "role": "A pool manager works for the host, and no participant keeps the shared budget yet."
            }
        held = RoleAppointment.objects.in_force().filter(alliance=alliance, person=person, role=terms["role"])
        if held.exists():
            return {"person": f"{person} holds this role already."}
        return {}

    def sentences(self, alliance: Alliance, terms: dict) -> list[str]:
        role = Role(terms["role"]).label.lower()
        said = [f"{terms['person_name']} is {role} from the seal on. Why: {terms['reasons']}"]
        if terms.get("takes_over"):
            said.append(f"Whoever is {role} now hands over that day.")
        return [*said, f"Who else was considered: {terms['considered']}"]

    def carry_out(self, decision, terms: dict, *, by: User) -> None:
        participants.appoint_by_decision(
            alliance=decision.alliance,
            person=person_of(decision.alliance, terms),
            role=terms["role"],
            participant=self._for(decision.alliance, terms),
            reasons=terms["reasons"],
            takes_over=bool(terms.get("takes_over")),
            decision=decision,
            by=by,
        )


class EndedRoleForm(TermsForm):
    kind = "role_end"
    appointment = forms.ModelChoiceField(
        label="Who is relieved of which role?",
        queryset=RoleAppointment.objects.none(),
        empty_label="Select one",
    )
    reasons = WordsField(
        label="Why, and who does the work from then on?",
        help_text="It is sealed with the decision: about the work, not about private life. "
        "Where somebody takes the role over, propose that instead.",
        rows=4,
    )

    asks = {
        "appointment": "who is relieved of which role",
        "reasons": "why, and who does the work from then on",
    }

    def prepare(self, alliance: Alliance) -> None:
        self.fields["appointment"].queryset = _key_roles_held(alliance)


def _key_roles_held(alliance: Alliance):
    held = RoleAppointment.objects.in_force().filter(alliance=alliance, role__in=KEY_ROLES)
    return held.select_related("person", "participant").order_by("role", "person__name")


@register
class EndedRole(Kind):
    key, label, form = "role_end", "Somebody is relieved of a key role", EndedRoleForm
    needs = ("appointment", "appointment_name", "reasons")

    def _appointment(self, alliance: Alliance, terms: dict) -> RoleAppointment | None:
        pk = terms["appointment"]
        return _key_roles_held(alliance).filter(pk=pk).first() if isinstance(pk, int) else None

    def problems(self, alliance: Alliance, terms: dict) -> dict[str, str]:
        found = self._appointment(alliance, terms)
        if found is None or str(found) != terms["appointment_name"]:
            return {"appointment": "Choose somebody who holds a key role today."}
        return {}

    def sentences(self, alliance: Alliance, terms: dict) -> list[str]:
        return [f"{terms['appointment_name']}: this ends with the seal. Why: {terms['reasons']}"]

    def carry_out(self, decision, terms: dict, *, by: User) -> None:
        participants.end_by_decision(
            appointment=self._appointment(decision.alliance, terms), decision=decision, by=by
        )


class DelegationForm(TermsForm):
    kind = "delegation"
    person = forms.ModelChoiceField(
        label="Who may decide alone?",
        help_text="A representative or a deputy.",
        queryset=User.objects.none(),
        empty_label="Select one",
    )
    participant = forms.ModelChoiceField(
        label="For which organisation?", queryset=Participant.objects.none(), empty_label="Select one"
    )
    scope = WordsField(
        label="What may they decide?",
        help_text="So exactly that nobody doubts later whether something was inside it.",
        rows=4,
        max_length=2000,
    )
    limit = MoneyField(
        label="Up to which amount?",
        help_text="For one decision. Leave it empty where no money is involved or no limit is wanted.",
        min_value=0,
        max_value=9_999_999_999_999,
        required=False,
    )
    until_on = DateInputField(label="Until which day?", earliest=timezone.localdate, required=False)

    def prepare(self, alliance: Alliance) -> None:
        super().prepare(alliance)
        speaking = RoleAppointment.objects.speaking().filter(alliance=alliance)
        self.fields["person"].queryset = User.objects.filter(pk__in=speaking.values("person")).order_by(
            "name"
        )


@register
class NewDelegation(Kind):
    key, label, form = "delegation", "One person may decide something alone", DelegationForm
    needs = ("person", "person_name", "participant", "participant_name", "scope")

    def problems(self, alliance: Alliance, terms: dict) -> dict[str, str]:
        person, participant = person_of(alliance, terms), participant_of(alliance, terms)
        if person is None or person.name != terms["person_name"]:
            return {"person": "Choose somebody who takes part in this alliance."}
        if participant is None or participant.name != terms["participant_name"]:
            return {"participant": "Choose a participant of this alliance."}
        speaks = RoleAppointment.objects.speaking().filter(person=person, participant=participant)
        if not speaks.exists():
            return {
                "person": f"{person} does not speak for {participant.short_name}: only then can they decide for it."
            }
        if (until := day_of(terms, "until_on")) and until < timezone.localdate():
            return {"until_on": "The last day must be today or later."}
        return {}

    def sentences(self, alliance: Alliance, terms: dict) -> list[str]:
        limit = (
            f"up to £{Decimal(terms['limit']):,.2f} a decision"
            if terms.get("limit")
            else "without a limit of money"
        )
        until = day_of(terms, "until_on")
        lasts = f"until the end of {spoken(until)}" if until else "until another decision ends it"
        return [
            f"{terms['person_name']}, {terms['participant_name']}, may decide alone, {limit}, {lasts}.",
            f"What: {terms['scope']}",
            "Each such decision is recorded with its reasons and shown to everybody.",
        ]

    def carry_out(self, decision, terms: dict, *, by: User) -> None:
        from decisions.services.deciding_alone import grant_delegation

        grant_delegation(
            decision=decision,
            person=person_of(decision.alliance, terms),
            participant=participant_of(decision.alliance, terms),
            scope=terms["scope"],
            limit=Decimal(terms["limit"]) if terms.get("limit") else None,
            until_on=day_of(terms, "until_on"),
            by=by,
        )


class EndedDelegationForm(TermsForm):
    kind = "delegation_end"
    delegation = forms.ModelChoiceField(
        label="Which delegation ends?", queryset=Delegation.objects.none(), empty_label="Select one"
    )

    asks = {"delegation": "the delegation that ends"}

    def prepare(self, alliance: Alliance) -> None:
        lasting = Delegation.objects.filter(alliance=alliance, ended_on__isnull=True)
        self.fields["delegation"].queryset = lasting.select_related("person")


@register
class EndedDelegation(Kind):
    key, label, form = "delegation_end", "A delegation ends", EndedDelegationForm
    needs = ("delegation", "delegation_name")

    def _delegation(self, alliance: Alliance, terms: dict) -> Delegation | None:
        pk = terms["delegation"]
        found = (
            Delegation.objects.filter(alliance=alliance, pk=pk)
            if isinstance(pk, int)
            else Delegation.objects.none()
        )
        return found.select_related("person", "participant").first()

    def problems(self, alliance: Alliance, terms: dict) -> dict[str, str]:
        found = self._delegation(alliance, terms)
        if found is None or str(found) != terms["delegation_name"]:
            return {"delegation": "Choose a delegation that is in force."}
        return {"delegation": f"{found} has ended."} if found.ended_on else {}

    def sentences(self, alliance: Alliance, terms: dict) -> list[str]:
        found = self._delegation(alliance, terms)
        return [f"{terms['delegation_name']} ends with the seal: {found.scope if found else ''}"]

    def carry_out(self, decision, terms: dict, *, by: User) -> None:
        from decisions.services.deciding_alone import end_delegation

        end_delegation(delegation=self._delegation(decision.alliance, terms), decision=decision, by=by)
