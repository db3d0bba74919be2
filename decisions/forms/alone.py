"""The forms of what one person decides, and of urgent safety action."""

from datetime import datetime, time

from django import forms
from django.utils import timezone

from alliance.core.forms import DateInputField, Form, MoneyField, Radios, WordsField
from decisions.case import Bearing, Case, Effect, effect_field, words_field
from decisions.models import Delegation, Meeting, ReservedMatter
from participants.models import Participant, Principle


class AloneForm(Form):
    """A decision of one person on one page, complete or not (rules 1, 12, 16)."""

    right = forms.ChoiceField(label="By what right do you decide it?", choices=(), widget=Radios())
    title = forms.CharField(
        label="The decision in one line",
        help_text="For example: The shelter’s boiler is replaced.",
        max_length=200,
        required=False,
    )
    text = WordsField(label="What is decided", rows=5, required=False)
    why = WordsField(
        label="Why?", help_text="So that a newcomer understands it in two years.", required=False
    )
    alternatives = WordsField(
        label="What else was considered, and why not?",
        help_text="“None considered, because…” is an answer.",
        rows=4,
        required=False,
    )
    legal_basis = WordsField(
        label="By which law or duty?",
        help_text="For a reserved decision. Left empty, it is what the agreement says of the matter.",
        rows=2,
        required=False,
    )
    consulted = WordsField(
        label="Whom did you consult, and what did they say?",
        help_text="For a reserved decision. Or why nobody was.",
        rows=3,
        required=False,
    )
    amount = MoneyField(
        label="Money",
        help_text="What it commits. The money of a reserved decision is then put to all: its draft is made for you.",
        min_value=0,
        max_value=9_999_999_999_999,
        required=False,
    )
    review_on = DateInputField(
        label="When shall we look back at it?",
        help_text="Is this what we intended? What next?",
        required=False,
    )

    asks = {"right": "by what right you decide it"}
    not_optional = ("title", "text", "why", "alternatives", "legal_basis", "consulted")

    def __init__(
        self,
        *args,
        delegations: list[Delegation],
        matters: list[ReservedMatter],
        best: Principle,
        case: Case | None = None,
        **kwargs,
    ):
        case = case or Case()
        names = ("title", "text", "why", "alternatives", "legal_basis", "consulted", "amount", "review_on")
        bearing = case.tests.get(best.pk, Bearing())
        initial = {name: getattr(case, name) for name in names}
        initial |= {effect_field(best.pk): bearing.effect, words_field(best.pk): bearing.words}
        self.best = best
        self.rights = {f"matter-{one.pk}": one for one in matters} | {
            f"delegation-{one.pk}": one for one in delegations
        }
        super().__init__(*args, initial=initial | kwargs.pop("initial", {}), **kwargs)
        self.fields["right"].choices = [(key, _named(one)) for key, one in self.rights.items()]
        self.fields["right"].widget.hints = {key: _told(one) for key, one in self.rights.items()}
        if len(self.rights) == 1:
            self.initial.setdefault("right", next(iter(self.rights)))
        self.fields[effect_field(best.pk)] = forms.ChoiceField(
            label=f"({best.letter}) {best.title}",
            help_text=best.wording,
            choices=Effect.choices,
            widget=Radios(inline=True),
            required=False,
            error_messages={"invalid_choice": "Select one of the three answers"},
        )
        self.fields[words_field(best.pk)] = WordsField(
            label=f"{best.title}: how, or why not?", rows=3, required=False
        )
        self.not_optional = (*self.not_optional, effect_field(best.pk), words_field(best.pk))

    @property
    def bearing(self):
        """The two questions about best for people."""
        return self[effect_field(self.best.pk)], self[words_field(self.best.pk)]

    @property
    def chosen(self) -> dict:
        """{"delegation": …} or {"matter": …}, for `draft_alone`."""
        right = self.rights[self.cleaned_data["right"]]
        return {"matter" if isinstance(right, ReservedMatter) else "delegation": right}

    @property
    def case(self) -> Case:
        given = self.cleaned_data
        right = self.rights.get(given.get("right"))
        law = given["legal_basis"] or (right.legal_basis if isinstance(right, ReservedMatter) else "")
        effect, words = given[effect_field(self.best.pk)], given[words_field(self.best.pk)]
        return Case(
            **{name: given.get(name) or "" for name in ("title", "text", "why", "alternatives", "consulted")},
            legal_basis=law,
            amount=given.get("amount"),
            review_on=given.get("review_on"),
            tests={self.best.pk: Bearing(effect, words)} if effect or words else {},
        ).tidy()


def _named(right: Delegation | ReservedMatter) -> str:
    if isinstance(right, ReservedMatter):
        return f"Reserved to {right.holder.short_name}: {right.title}"
    return f"Delegation {right.number}, for {right.participant.short_name}"


def _told(right: Delegation | ReservedMatter) -> str:
    if isinstance(right, ReservedMatter):
        return right.legal_basis
    limit = f" Up to £{right.limit:,.2f} a decision." if right.limit is not None else ""
    return f"{right.scope}{limit}"


class UrgentForm(Form):
    """What was done at once, by whose duty, and when (rule 23)."""

    participant = forms.ModelChoiceField(
        label="For which organisation?", queryset=Participant.objects.none(), widget=Radios()
    )
    title = forms.CharField(
        label="What was done, in one line",
        help_text="For example: The night shelter in Mill Lane was closed for one night.",
        max_length=200,
    )
    what = WordsField(
        label="What was done, and why could it not wait?",
        help_text="Without the name of anybody whom we support.",
        rows=5,
    )
    duty = forms.CharField(
        label="Whose duty was it, by which law or policy?",
        help_text="For example: Haven’s registered manager, under the Health and Social Care Act 2008.",
        max_length=300,
    )
    day = DateInputField(label="On which day?", latest=timezone.localdate)
    hour = forms.TimeField(
        label="At what time?",
        help_text="About: 14:30.",
        input_formats=["%H:%M", "%H.%M", "%H"],
        widget=forms.TextInput(attrs={"class": "govuk-input--width-4", "autocomplete": "off"}),
        error_messages={"invalid": "Enter the time with hours and minutes, like 14:30"},
    )

    asks = {
        "participant": "the organisation that acted",
        "what": "what was done, and why it could not wait",
        "duty": "whose duty it was",
        "day": "the day on which it was done",
        "hour": "the time at which it was done",
    }

    def __init__(self, *args, participants: list[Participant], **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["participant"]
        field.queryset = Participant.objects.filter(pk__in=[one.pk for one in participants]).order_by("place")
        if len(participants) == 1:
            self.initial["participant"] = participants[0].pk
            field.widget = forms.HiddenInput()

    def clean(self):
        given = super().clean()
        if given.get("day") and given.get("hour") and self.acted_at > timezone.now():
            self.add_error("hour", "The time must be in the past: it is written down after it was done")
        return given

    @property
    def acted_at(self) -> datetime:
        day, hour = self.cleaned_data["day"], self.cleaned_data["hour"]
        return timezone.make_aware(datetime.combine(day, time(hour.hour, hour.minute)))


class ReportForm(Form):
    """What the leadership team is told of an urgent action."""

    report = WordsField(
        label="What became of it?",
        help_text="Who is safe now, what was learned, and what still has to be decided.",
        rows=6,
    )
    meeting = forms.ModelChoiceField(
        label="In which meeting is it reported?",
        queryset=Meeting.objects.none(),
        empty_label="In none: in writing",
        required=False,
    )

    asks = {"report": "what became of it"}

    def __init__(self, *args, meetings, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["meeting"].queryset = meetings


class HeardForm(Form):
    """What a participant says to its own exclusion or suspension (rule 22)."""

    words = WordsField(
        label="Your statement",
        help_text="What do the others have to know? It is kept with the decision, in your words.",
        rows=9,
    )

    asks = {"words": "your statement"}
