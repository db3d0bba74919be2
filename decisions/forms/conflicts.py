"""Interests, conflicts on one proposal, what the others say of them."""

from django import forms
from django.utils import timezone

from alliance.core.forms import DateInputField, Form, Radios, WordsField
from decisions.models import Decision, DeclarationVote, Interest, Position, Proposal
from participants.models import Alliance, Participant, RoleAppointment, User
from participants.standing import Standing

Kind, Stance = Interest.Kind, DeclarationVote.Stance


class PersonOfField(forms.ChoiceField):
    """A person as somebody of an organisation, or of the alliance as a whole: cleans to (User, Participant | None)."""

    widget = Radios

    def offer(self, pairs: list[tuple[User, Participant | None]]) -> None:
        self.pairs = {f"{one.pk}-{of.pk if of else 0}": (one, of) for one, of in pairs}
        self.choices = [
            (key, f"{one}, {of.short_name}" if of else str(one)) for key, (one, of) in self.pairs.items()
        ]
        if len(self.pairs) == 1:
            self.initial = next(iter(self.pairs))
            self.widget = forms.HiddenInput()

    def clean(self, value):
        return self.pairs.get(super().clean(value))


class InterestForm(Form):
    """An entry of the register of interests: one's own; a representative's also of the organisation's people."""

    whose = PersonOfField(label="Whose interest is it?")
    kind = forms.ChoiceField(
        label="What kind of interest?",
        choices=Kind.choices,
        widget=Radios(
            hints={
                Kind.FINANCIAL: "You could gain or lose money, a contract or a job.",
                Kind.PROFESSIONAL: "Your standing, a post or a qualification could depend on it.",
                Kind.PERSONAL: "You could gain or lose in another way.",
                Kind.INDIRECT: "Somebody close to you could: family, a friend, a business partner.",
            }
        ),
    )
    what = WordsField(
        label="What is it?",
        help_text="What is at stake, with whom. Leave out what others have told you in confidence.",
        rows=4,
        max_length=2000,
    )
    from_on = DateInputField(label="Since when?", latest=timezone.localdate, required=False)

    asks = {"whose": "whose interest it is", "what": "what the interest is"}

    def __init__(self, *args, alliance: Alliance, standing: Standing, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["whose"].offer(_people_of(alliance, standing))


def _people_of(alliance: Alliance, standing: Standing) -> list[tuple[User, Participant | None]]:
    """Oneself first; then the people of the organisations of which one is a representative."""
    own = [(standing.person, one.participant) for one in standing.appointments]
    theirs = [
        (one.person, one.participant)
        for one in RoleAppointment.objects.in_force()
        .filter(alliance=alliance, participant__in=standing.participant_ids)
        .select_related("person", "participant")
        .order_by("participant__place", "person__name", "pk")
        if standing.has_for(one.participant_id, RoleAppointment.Role.REPRESENTATIVE)
    ]
    return list(dict.fromkeys(own + theirs))


class ConflictForm(Form):
    """A conflict on one proposal, perhaps from the register; the others are asked whether one takes part."""

    participant = forms.ModelChoiceField(
        label="Of which organisation?", queryset=Participant.objects.none(), widget=Radios()
    )
    interest = forms.ModelChoiceField(
        label="Is it in the register of interests?",
        queryset=Interest.objects.none(),
        widget=Radios(),
        empty_label="It is not in the register",
        blank=True,
        required=False,
    )
    what = WordsField(
        label="What is the conflict?",
        help_text="What you, or somebody close to you, could gain or lose by this very decision.",
        rows=4,
        max_length=2000,
    )

    asks = {"what": "what the conflict is"}
    not_optional = ("interest",)

    def __init__(self, *args, proposal: Proposal, participants: list[Participant], **kwargs):
        super().__init__(*args, **kwargs)
        _offer(self, participants)
        known = self.fields["interest"]
        known.queryset = (
            Interest.objects.of(proposal.alliance)
            .current()
            .filter(participant__in=participants)
            .select_related("person", "what")
        )
        known.label_from_instance = lambda one: f"{one.person}: {one.what}"
        if not known.queryset.exists():
            del self.fields["interest"]

    def clean(self):
        given = super().clean()
        interest, participant = given.get("interest"), given.get("participant")
        if interest and participant and interest.participant_id != participant.pk:
            self.add_error("interest", f"This interest is not one of the people of {participant.short_name}")
        return given


class VoteForm(Form):
    """What another participant says to a declared conflict (rules 9, 11)."""

    participant = forms.ModelChoiceField(
        label="For which organisation do you say it?", queryset=Participant.objects.none(), widget=Radios()
    )
    stance = forms.ChoiceField(label="", choices=Stance.choices, widget=Radios())

    def __init__(self, *args, declaration, participants: list[Participant], **kwargs):
        super().__init__(*args, **kwargs)
        _offer(self, participants)
        who = declaration.participant.short_name
        stance = self.fields["stance"]
        stance.label = f"Does {who} take part in this decision?"
        stance.error_messages["required"] = f"Select whether {who} takes part"
        stance.choices = [
            (Stance.ADMIT, f"Yes, {who} may take part"),
            (Stance.SHARED, "Yes, because we all share this interest equally"),
            (Stance.LEAVE, f"No, {who} should leave the roll for this decision"),
        ]
        stance.widget.hints = {
            Stance.SHARED.value: "What all share alike disables nobody.",
            Stance.LEAVE.value: "The others then decide without it, and the record says so.",
        }


class FoundConflictForm(Form):
    """A conflict that nobody declared, found after the seal (rule 9)."""

    whose = PersonOfField(label="Whose conflict of interest was it?")
    what = WordsField(label="What was the conflict?", rows=4, max_length=2000)

    asks = {"whose": "whose conflict it was", "what": "what the conflict was"}

    def __init__(self, *args, decision: Decision, **kwargs):
        super().__init__(*args, **kwargs)
        spoke = Position.objects.filter(proposal=decision.proposal_id).select_related(
            "taken_by", "participant"
        )
        pairs = [(one.taken_by, one.participant) for one in spoke.order_by("participant__place", "pk")]
        self.fields["whose"].offer(
            list(dict.fromkeys(pairs)) or [(decision.sealed_by, decision.proposal.participant)]
        )


def _offer(form: Form, participants: list[Participant]) -> None:
    field = form.fields["participant"]
    field.queryset = Participant.objects.filter(pk__in=[one.pk for one in participants]).order_by("place")
    if len(participants) == 1:
        form.initial["participant"] = participants[0].pk
        field.widget = forms.HiddenInput()
