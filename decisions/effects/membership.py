"""Joining, leaving, suspending, readmitting and excluding: decisions of their own kind (rule 22)."""

from django import forms
from django.utils import timezone

from alliance.core.forms import DateInputField, Radios, WordsField
from alliance.core.outbox import enqueue
from alliance.core.workdays import add_working_days
from decisions.effects.kind import Kind, register
from decisions.effects.terms import TermsForm, day_of, not_before_today, participant_of, spoken
from decisions.models import Ratification
from participants import services as participants
from participants.models import Alliance, Participant, User

TO_BE_HEARD = 5  # working days that whoever is to be excluded or suspended has to make its statement


class AccessionForm(TermsForm):
    kind = "accession"
    name = forms.CharField(label="Name of the organisation", max_length=160)
    short_name = forms.CharField(
        label="What do we call it in short?", help_text="For example: Harbour House.", max_length=40
    )
    role = forms.ChoiceField(
        label="As what does it join?", choices=Participant.Kind.choices, widget=Radios(inline=True)
    )
    form = forms.ChoiceField(label="What kind of organisation is it?", choices=Participant.Form.choices)
    joined_on = DateInputField(label="The day on which it joins", earliest=timezone.localdate)
    signed_by = forms.CharField(
        label="Who signs the principles for it?",
        help_text="Name and office of the person who has signed, or signs by that day, the principles as they stand.",
        max_length=160,
    )

    asks = {"form": "what kind of organisation it is", "signed_by": "who signs the principles for it"}


@register
class Accession(Kind):
    key, label, form = "accession", "An organisation joins", AccessionForm
    needs = ("name", "short_name", "role", "form", "joined_on", "signed_by")

    def problems(self, alliance: Alliance, terms: dict) -> dict[str, str]:
        found = {}
        there = Participant.objects.filter(alliance=alliance, name__iexact=terms["name"].strip()).first()
        if there and there.left_on:
            found["name"] = (
                f"{there.name} left on {spoken(there.left_on)}. Enter a name that tells the two memberships apart, "
                f"for example “{there.name} ({timezone.localdate().year})”."
            )
        elif there:
            found["name"] = f"{there.name} is a participant already."
        if Participant.objects.filter(
            alliance=alliance, short_name__iexact=terms["short_name"].strip()
        ).exists():
            found["short_name"] = (
                f"Another participant is called {terms['short_name']}. Enter another short name."
            )
        if terms["role"] not in Participant.Kind.values or terms["form"] not in Participant.Form.values:
            found["form"] = "Say what kind of organisation it is, and as what it joins."
        return found

    def sentences(self, alliance: Alliance, terms: dict) -> list[str]:
        as_what = Participant.Kind(terms["role"]).label.lower()
        return [
            f"{terms['name']} joins the alliance as a {as_what} on {spoken(day_of(terms, 'joined_on'))}.",
            f"It signs the principles as they stand that day; {terms['signed_by']} signs for it.",
            "It is asked on every key decision that opens from then on, not on those that are open (rule 2).",
        ]

    def carry_out(self, decision, terms: dict, *, by: User) -> None:
        participants.admit_participant(
            alliance=decision.alliance,
            name=terms["name"],
            short_name=terms["short_name"],
            kind=terms["role"],
            form=terms["form"],
            joined_on=not_before_today(terms, "joined_on"),
            signed_by=terms["signed_by"],
            decision=decision,
            by=by,
        )


class OfParticipant(Kind):
    """What the kinds share that are about one participant of the alliance."""

    def problems(self, alliance: Alliance, terms: dict) -> dict[str, str]:
        found = participant_of(alliance, terms)
        if found is None or found.name != terms.get("participant_name"):
            return {"participant": "Choose a participant of this alliance."}
        if found.left_on:
            return {"participant": f"{found.name} leaves, or has left, on {spoken(found.left_on)}."}
        return {}


def _members(label: str, **how) -> forms.ModelChoiceField:
    return forms.ModelChoiceField(
        label=label, queryset=Participant.objects.none(), empty_label="Select one", **how
    )


class ExitForm(TermsForm):
    kind = "exit"
    participant = _members("Which organisation leaves?")
    left_on = DateInputField(
        label="The first day on which it is no longer a participant", earliest=timezone.localdate
    )
    hand_over = WordsField(
        label="What does it hand over, and to whom?",
        help_text="People it supports, work in hand, money and records.",
        rows=4,
    )

    asks = {"participant": "the organisation that leaves", "hand_over": "what it hands over, and to whom"}


@register
class Exit(OfParticipant):
    key, label, form = "exit", "An organisation leaves", ExitForm
    needs = ("participant", "participant_name", "left_on", "hand_over")

    def problems(self, alliance: Alliance, terms: dict) -> dict[str, str]:
        return super().problems(alliance, terms) or _awaited_of(alliance, terms)

    def sentences(self, alliance: Alliance, terms: dict) -> list[str]:
        name, day = terms["participant_name"], spoken(day_of(terms, "left_on"))
        return [
            f"{name} is no longer a participant from {day}.",
            "From then on its people see nothing of the alliance, and it is not asked any more, not on what is open.",
            "Until then they can take the whole record of the alliance along.",
            f"It hands over: {terms['hand_over']}",
        ]

    def carry_out(self, decision, terms: dict, *, by: User) -> None:
        _leaves(decision, terms, by)


def _awaited_of(alliance: Alliance, terms: dict, **which) -> dict[str, str]:
    """A board's word that could never come any more: nobody speaks for an organisation that has left (rule 14)."""
    awaited = Ratification.objects.of(alliance).awaited().filter(participant=terms["participant"], **which)
    first = awaited.select_related("decision").order_by("due_on", "pk").first()
    if first is None:
        return {}
    name, number = terms["participant_name"], first.decision.number
    return {
        "participant": f"The board of {name} has still to ratify decision {number}, or to refuse: it says so first."
    }


def _leaves(decision, terms: dict, by: User) -> None:
    participant = participants.note_leaving(
        participant=participant_of(decision.alliance, terms),
        left_on=not_before_today(terms, "left_on"),
        decision=decision,
        by=by,
    )
    _off_the_rolls(participant, decision)


def _off_the_rolls(participant: Participant, decision) -> None:
    """Asked for, and done at once after the seal: each proposal in its own turn. No seal counts it meanwhile."""
    enqueue(
        "decisions.note_departures",
        key=f"{participant.alliance_id}/decision-{decision.number}",
        alliance_id=participant.alliance_id,
    )


class Heard(OfParticipant):
    """Whoever it is about is not asked, and is heard first (rule 22)."""

    def off_the_roll(self, alliance: Alliance, terms: dict) -> tuple[int, ...]:
        return (terms["participant"],)

    def before_the_seal(self, proposal, terms: dict) -> str:
        until = add_working_days(timezone.localdate(proposal.opened_at), TO_BE_HEARD)
        heard = proposal.statements.filter(occasion="exclusion", participant_id=terms["participant"]).exists()
        if heard or timezone.localdate() > until:
            return ""
        return (
            f"{terms['participant_name']} has not made its statement, and has until the end of {spoken(until)} "
            "to make it (rule 22)."
        )


class SuspensionForm(TermsForm):
    kind = "suspension"
    participant = _members("Which organisation is suspended?")
    suspended_on = DateInputField(label="The first day of the suspension", earliest=timezone.localdate)
    reasons = WordsField(
        label="The reasons, and what would end it",
        help_text="They are sealed with the decision: write about the matter, not about persons.",
        rows=4,
    )

    asks = {
        "participant": "the organisation that is suspended",
        "reasons": "the reasons, and what would end it",
    }


@register
class Suspension(Heard):
    key, label, form = "suspension", "An organisation is suspended", SuspensionForm
    needs = ("participant", "participant_name", "suspended_on", "reasons")

    def problems(self, alliance: Alliance, terms: dict) -> dict[str, str]:
        if found := super().problems(alliance, terms):
            return found
        if participant_of(alliance, terms).suspended_on:
            return {"participant": f"{terms['participant_name']} is suspended already."}
        return {}

    def sentences(self, alliance: Alliance, terms: dict) -> list[str]:
        name, day = terms["participant_name"], spoken(day_of(terms, "suspended_on"))
        return [
            f"{name} is suspended from {day}: nobody speaks for it, and it is not asked, until it is readmitted.",
            "It is not asked about this either, and can make a statement, which is kept with the decision.",
            f"Why, and what would end it: {terms['reasons']}",
        ]

    def carry_out(self, decision, terms: dict, *, by: User) -> None:
        participant = participants.suspend_participant(
            participant=participant_of(decision.alliance, terms),
            suspended_on=not_before_today(terms, "suspended_on"),
            decision=decision,
            by=by,
        )
        _off_the_rolls(participant, decision)


class ReadmissionForm(TermsForm):
    kind = "readmission"
    participant = _members("Which organisation is readmitted?")
    reasons = WordsField(label="What has changed?", rows=4)

    asks = {"participant": "the organisation that is readmitted", "reasons": "what has changed"}

    def prepare(self, alliance: Alliance) -> None:
        suspended = Participant.objects.filter(
            alliance=alliance, suspended_on__isnull=False, left_on__isnull=True
        )
        self.fields["participant"].queryset = suspended.order_by("place")


@register
class Readmission(OfParticipant):
    key, label, form = "readmission", "A suspended organisation is readmitted", ReadmissionForm
    needs = ("participant", "participant_name", "reasons")

    def problems(self, alliance: Alliance, terms: dict) -> dict[str, str]:
        if found := super().problems(alliance, terms):
            return found
        if not participant_of(alliance, terms).suspended_on:
            return {"participant": f"{terms['participant_name']} is not suspended."}
        return {}

    def sentences(self, alliance: Alliance, terms: dict) -> list[str]:
        return [
            f"{terms['participant_name']} is no longer suspended: its people speak for it again from the seal.",
            "It is asked on what opens from then on, not on proposals whose roll it has left (rule 2).",
        ]

    def carry_out(self, decision, terms: dict, *, by: User) -> None:
        participants.readmit_participant(
            participant=participant_of(decision.alliance, terms), decision=decision, by=by
        )


class ExclusionForm(TermsForm):
    kind = "exclusion"
    participant = _members("Which organisation is excluded?")
    left_on = DateInputField(
        label="The first day on which it is no longer a participant", earliest=timezone.localdate
    )
    reasons = WordsField(
        label="The reasons, and what was tried before",
        help_text="They are sealed with the decision: write about the matter, not about persons.",
        rows=4,
    )

    asks = {
        "participant": "the organisation that is excluded",
        "reasons": "the reasons, and what was tried before",
    }


@register
class Exclusion(Heard):
    key, label, form = "exclusion", "An organisation is excluded", ExclusionForm
    needs = ("participant", "participant_name", "left_on", "reasons")

    def problems(self, alliance: Alliance, terms: dict) -> dict[str, str]:
        """Until its board's time is over, so that its silence keeps nobody in."""
        return super().problems(alliance, terms) or _awaited_of(
            alliance, terms, due_on__gte=timezone.localdate()
        )

    def sentences(self, alliance: Alliance, terms: dict) -> list[str]:
        name, day = terms["participant_name"], spoken(day_of(terms, "left_on"))
        return [
            f"{name} is no longer a participant from {day}, and its people see nothing of the alliance from then on.",
            "It is not asked about this, and can make a statement, which is kept with the decision.",
            f"Why, and what was tried: {terms['reasons']}",
        ]

    def carry_out(self, decision, terms: dict, *, by: User) -> None:
        _leaves(decision, terms, by)
