"""The border: what people type, before services see it."""

import json
import re

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils import timezone

from alliance.core.forms import Checkboxes, DateInputField, Form, ModelForm, NumberInput, Radios, WordsField
from alliance.core.periods import Month
from decisions.models import Decision, Risk
from learning.models import ActionLook, Answer, Experiment, GateAnswer, Measure, Review
from learning.reading import Figures, parse_figure, parse_month, read_figures, read_pasted
from learning.services import NewAction
from participants.models import Alliance, Participant, RoleAppointment

Question = Answer.Question
WORDS_AT_MOST = 10_000


# ── Reviews ──────────────────────────────────────────────────────────────────


class PrepareReviewForm(Form):
    title = forms.CharField(
        label="What do we look at?",
        max_length=200,
        help_text="For example: the first three months of shared hand-overs",
    )
    about = WordsField(label="Why now?", required=False, rows=3)
    planned_for = DateInputField(label="When will it be?")


class CallOffForm(Form):
    because = WordsField(label="Why is it called off?", rows=3, max_length=1000)


ASKED = {
    Question.EXPECTED: ("What we said would happen, before it did.", 3),
    Question.FACTS: ("What anybody could check: dates, numbers, what was done and said.", 5),
    Question.VIEWS: ("What we make of it, and who sees it differently. Feelings belong here.", 4),
    Question.UNEXPECTED: ("Good or bad. The bad news is welcome.", 3),
    Question.WHY: ("No fault, no blame: what made sense to people at the time?", 4),
    Question.KEEP_OR_CHANGE: ("", 4),
    Question.INTENDED: ("", 3),
    Question.NEXT: ("", 3),
    Question.WE: ("Whose knowledge are we using? Whose are we missing?", 3),
    Question.MISSING: ("Whose voice should have been there? If nobody is missed, say so.", 2),
}
ROWS = 2  # empty rows for new actions
A_FEW = 15  # people who can be looked through at a glance
USUAL, NO_ORGANISATION = "Who usually come", "For the alliance as a whole"
TYPED = re.compile(
    r"held_on_(day|month|year)|guests|" + "|".join(Question.values) + r"|look_\d+_(outcome|words)"
    r"|action_\d{1,2}_(what|who|due_(day|month|year))",
    re.ASCII,
)


class ReviewForm(Form):
    """One sheet for the whole review. As a draft it is shown unchecked (`as_typed`); checked only when it is closed."""

    held_on = DateInputField(label="When was it?", latest=timezone.localdate)
    people = forms.MultipleChoiceField(
        label="Who was in the room?",
        widget=Checkboxes(small=True),
        error_messages={"required": "Tick who was in the room"},
    )
    guests = WordsField(
        label="Anybody else in the room?", required=False, rows=2, help_text="One name a line."
    )
    asked = forms.BooleanField(required=False, widget=forms.HiddenInput)

    asks = {"held_on": "the day of the meeting"}

    def __init__(self, data=None, *, review: Review, rows: int = ROWS, **kwargs):
        self.review = review
        self.actions = list(review.open_actions())
        self.people = _people(review.alliance)
        typed = [
            int(name.split("_")[1])
            for name in data or ()
            if re.fullmatch(r"action_\d{1,2}_what", name, re.ASCII)
        ]
        self.rows = range(max(rows, *typed, 0) + 1 if typed else rows)
        self.base_fields = type(self).base_fields | self._questions() | self._looks() | self._new_actions()
        super().__init__(data, **kwargs)
        self.groups = _by_organisation(self.people, review.usual_people())
        self.fields["people"].choices = [
            (one.pk, str(one)) for group in self.groups.values() for one in group
        ]

    @classmethod
    def as_typed(cls, data, **kwargs) -> "ReviewForm":
        """Shows exactly what was typed, half-written dates too, without judging it."""
        form = cls(data, **kwargs)
        form._errors, form.cleaned_data = forms.utils.ErrorDict(), {}
        return form

    @staticmethod
    def day_of_writing(review: Review) -> dict:
        """Today as the day of the meeting, once the planned day has come; before, nobody has met yet."""
        today = timezone.localdate()
        parts = {f"held_on_{part}": str(getattr(today, part)) for part in ("day", "month", "year")}
        is_said = any(review.draft.get(part) for part in parts)
        return {} if is_said or today < review.planned_for else parts

    @staticmethod
    def seen(post) -> dict:
        """The draft as the sheet showed it when somebody began to type."""
        try:
            seen = json.loads(post.get("seen", "{}"))
        except (ValueError, RecursionError):
            seen = {}
        return seen if isinstance(seen, dict) else {}

    @staticmethod
    def typed(post) -> dict:
        """What a browser sent, as the draft keeps it: {name: text}, and "people" a list."""
        said = {name: _storable(post[name]) for name in post if TYPED.fullmatch(name)}
        return said | {"people": [_storable(one) for one in post.getlist("people")]}

    @staticmethod
    def _questions() -> dict:
        return {
            question.value: WordsField(
                label=question.label,
                help_text=hint,
                rows=rows,
                required=question not in Answer.OPTIONAL,
                validators=[MaxLengthValidator(WORDS_AT_MOST)],
            )
            for question, (hint, rows) in ASKED.items()
        }

    def _looks(self) -> dict:
        fields = {}
        for action in self.actions:
            fields[f"look_{action.pk}_outcome"] = forms.ChoiceField(
                label="How does it stand?",
                choices=ActionLook.Outcome.choices,
                widget=Radios(inline=True, small=True),
                error_messages={
                    "required": f"Say whether “{action.what}” is done, still matters or is let go"
                },
            )
            fields[f"look_{action.pk}_words"] = forms.CharField(
                label="In a few words",
                max_length=1000,
                error_messages={"required": f"Say in a few words how “{action.what}” stands"},
            )
        return fields

    def _new_actions(self) -> dict:
        takers = _takers(self.review.alliance, self.people)
        fields = {}
        for row in self.rows:
            fields[f"action_{row}_what"] = forms.CharField(
                label="What will be done?", max_length=300, required=False
            )
            fields[f"action_{row}_who"] = forms.ChoiceField(
                label="Who takes it?", choices=takers, required=False
            )
            fields[f"action_{row}_due"] = DateInputField(label="By when?", required=False)
        return fields

    @property
    def room(self) -> list[dict]:
        """The people to tick, group by group. In a big alliance a group is closed until somebody in it is ticked."""
        field = self["people"]
        options = {option["value"]: option for option in field.options}
        rows = []
        for name, people in self.groups.items():
            ticks = [options[str(one.pk)] | {"hint": one.roles} for one in people]
            ticked = sum(one["checked"] for one in ticks)
            is_open = name == USUAL or ticked or field.errors or len(self.people) <= A_FEW
            rows.append({"name": name, "options": ticks, "ticked": ticked, "is_open": bool(is_open)})
        return rows

    @property
    def answers(self):
        """The questions in their order, those of the governance last."""
        return [self[question] for question in ASKED if question in GROUND]

    @property
    def governance(self):
        return [self[question] for question in Answer.GOVERNANCE]

    @property
    def looks(self):
        return [
            {"action": one, "outcome": self[f"look_{one.pk}_outcome"], "words": self[f"look_{one.pk}_words"]}
            for one in self.actions
        ]

    @property
    def new_actions(self):
        return [[self[f"action_{row}_{part}"] for part in ("what", "who", "due")] for row in self.rows]

    def contest(self, contested: dict, by: str) -> None:
        """Put what somebody else wrote meanwhile beside what was typed here."""
        for name, theirs in contested.items():
            field = next((one for one in self.fields if name == one or name.startswith(f"{one}_")), None)
            said = theirs if isinstance(theirs, str) else "another choice"
            self.add_error(
                field,
                f"{by} changed this while you were writing, to: “{said}”. Write what should stay, then save again.",
            )

    def clean_people(self):
        return [self.people[int(pk)] for pk in self.cleaned_data["people"]]

    def clean(self):
        cleaned = super().clean()
        for row in self.rows:
            what, who = cleaned.get(f"action_{row}_what"), cleaned.get(f"action_{row}_who")
            if what and not who and f"action_{row}_who" not in self.errors:
                self.add_error(f"action_{row}_who", f"Say who takes “{what}”")
            if not what and (who or cleaned.get(f"action_{row}_due")):
                self.add_error(f"action_{row}_what", "Say what will be done, or empty the row")
        return cleaned

    def to_hold(self) -> dict:
        """The arguments of `services.hold_review`."""
        said = self.cleaned_data
        return {
            "held_on": said["held_on"],
            "answers": {question: said[question] for question in ASKED},
            "present": said["people"],
            "guests": said["guests"].splitlines(),
            "looks": {
                one: (said[f"look_{one.pk}_outcome"], said[f"look_{one.pk}_words"]) for one in self.actions
            },
            "actions": [
                NewAction(
                    what, _taker(self.review.alliance, said[f"action_{row}_who"]), said[f"action_{row}_due"]
                )
                for row in self.rows
                if (what := said[f"action_{row}_what"])
            ],
            "asked": said["asked"],
        }


def _storable(text: str) -> str:
    """PostgreSQL keeps every character but NUL."""
    return text.replace("\x00", "")


GROUND = [
    question for question in ASKED if question not in Answer.GOVERNANCE and question != Question.MISSING
]


class LookForm(Form):
    """A word about an action between two reviews."""

    outcome = forms.ChoiceField(
        label="How does it stand?",
        choices=ActionLook.Outcome.choices,
        widget=Radios(
            hints={
                "still_matters": "It stays open.",
                "let_go": "It no longer matters, and that is all right.",
            }
        ),
        error_messages={"required": "Say whether it is done, still matters or is let go"},
    )
    words = WordsField(
        label="In a few words", rows=3, max_length=1000, help_text="What came of it, or why it is let go."
    )


def _people(alliance: Alliance) -> dict:
    """{pk: person}, in the order of the agreement, each with `roles` in words and the name of an `organisation`."""
    people = {}
    for one in (
        RoleAppointment.objects.in_force().filter(alliance=alliance).select_related("person", "participant")
    ):
        person = people.setdefault(one.person_id, one.person)
        said = one.get_role_display() + (f", {one.participant.short_name}" if one.participant_id else "")
        person.roles = f"{person.roles}; {said}" if hasattr(person, "roles") else said
        if one.participant_id and getattr(person, "organisation", NO_ORGANISATION) == NO_ORGANISATION:
            person.organisation = one.participant.name
        elif not hasattr(person, "organisation"):
            person.organisation = NO_ORGANISATION
    return people


def _by_organisation(people: dict, usual: set[int]) -> dict:
    """{name: people}: those who usually come first, then each organisation in the order of the agreement."""
    groups = {USUAL: [one for pk, one in people.items() if pk in usual]}
    for pk, one in people.items():
        if pk not in usual:
            groups.setdefault(one.organisation, []).append(one)
    groups[NO_ORGANISATION] = groups.pop(NO_ORGANISATION, [])
    return {name: group for name, group in groups.items() if group}


def _takers(alliance: Alliance, people: dict) -> list:
    parties = Participant.objects.active().filter(alliance=alliance)
    return [
        ("", "Choose a person or an organisation"),
        ("People", [(f"person:{pk}", str(one)) for pk, one in people.items()]),
        ("Organisations", [(f"participant:{one.pk}", str(one)) for one in parties]),
    ]


def _taker(alliance: Alliance, said: str):
    kind, _, pk = said.partition(":")
    if kind == "participant":
        return Participant.objects.get(alliance=alliance, pk=pk)
    return _people(alliance)[int(pk)]


# ── Experiments ──────────────────────────────────────────────────────────────


class ExperimentForm(ModelForm):
    """An idea needs a name; the rest may follow, but it starts only when rule 46 has what it asks."""

    ends_on = DateInputField(label="When does it end?", required=False)

    class Meta:
        model = Experiment
        fields = ["title", "question", "trying", "how_we_learn", "size", "place", "ends_on"]
        field_classes = dict.fromkeys(("question", "trying", "how_we_learn", "size"), WordsField)
        help_texts = {
            "question": "A question that trying something could answer.",
            "how_we_learn": "Whom will we ask, what will we watch, and when?",
            "size": "Big enough to be meaningful, small enough for it to be all right when things go wrong.",
        }
        widgets = {
            name: forms.Textarea({"rows": 3}) for name in ("question", "trying", "how_we_learn", "size")
        }

    asks = {"title": "a name for the experiment"}

    def clean_ends_on(self):
        ends_on = self.cleaned_data["ends_on"]
        if ends_on and ends_on != self.instance.ends_on and ends_on <= timezone.localdate():
            raise ValidationError("The end date must be in the future", code="date")
        return ends_on


class GateForm(Form):
    answer = forms.ChoiceField(
        label="Answer", choices=[("yes", "Yes"), ("no", "No, not as it stands")], widget=Radios(inline=True)
    )
    words = WordsField(
        label="Why?",
        rows=2,
        max_length=2000,
        help_text="What you looked at. With a no: what would make it a yes.",
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)  # the words that the answer is about
    asks = {"answer": "yes or no", "words": "a few words: what you looked at"}

    def __init__(self, *args, gate: str, **kwargs):
        self.gate = GateAnswer.Gate(gate)
        super().__init__(*args, prefix=gate, **kwargs)
        self.fields["answer"].label = self.gate.label


class EndExperimentForm(Form):
    outcome = forms.ChoiceField(
        label="What happens with it?",
        choices=[(one.value, one.label) for one in Experiment.ENDED],
        widget=Radios(
            hints={
                "embedded": "It becomes how we work.",
                "adapted": "We try again, differently.",
                "stopped": "We leave it. That is a result too.",
            }
        ),
    )
    turned_out = forms.ChoiceField(
        label="How did it turn out?",
        choices=Experiment.Turned.choices,
        widget=Radios(hints={"not_as_hoped": "Just as welcome: somebody else need not find out again."}),
    )
    learned = WordsField(
        label="What did we learn, good and bad?",
        rows=7,
        validators=[MaxLengthValidator(WORDS_AT_MOST)],
        help_text="Write about what happened, not about who. Leave out whatever would tell who somebody is.",
    )
    asks = {
        "outcome": "what happens with it",
        "turned_out": "how it turned out",
        "learned": "what was learned",
    }


# ── Measures ─────────────────────────────────────────────────────────────────


class MeasureForm(ModelForm):
    class Meta:
        model = Measure
        fields = [
            "name", "tells", "unit", "source", "direction", "mandatory_return", "asked_by", "screening", "baseline",
        ]  # fmt: skip
        widgets = {
            "tells": forms.Textarea({"rows": 3}),
            "direction": Radios,
            "baseline": NumberInput({"class": "govuk-input--width-4"}),
        }
        labels = {"mandatory_return": "This is a mandatory return. We use it for learning"}
        help_texts = {
            "unit": "The word after the figure: people, days, %.",
            "mandatory_return": "Somebody outside asks for it. It never drives a colour, a rank or a payment.",
            "screening": "Limits are made without unusually large jumps between two months. The chart says so.",
            "baseline": "How many months make the mean and the limits. Empty: all of them.",
        }

    asks = {"name": "a name for the measure"}

    def __init__(self, *args, alliance: Alliance, **kwargs):
        super().__init__(*args, **kwargs)
        self.alliance = alliance

    def clean_name(self):
        name = self.cleaned_data["name"]
        if Measure.objects.filter(alliance=self.alliance, name__iexact=name).exists():
            raise ValidationError("There is already a measure with this name")
        return name


class MonthField(forms.CharField):
    """A month as people write it, to a Month."""

    def __init__(self, **kwargs):
        super().__init__(**{"help_text": "For example: Nov 2026", "max_length": 30} | kwargs)
        self.widget.attrs["class"] = "govuk-input--width-10"

    def clean(self, value):
        said = super().clean(value)
        if not said:
            return None
        try:
            return parse_month(said)
        except ValueError as problem:
            raise ValidationError(_sentence(problem)) from None


class FigureField(forms.CharField):
    """A number with at most four decimals, exactly."""

    def __init__(self, **kwargs):
        super().__init__(**{"max_length": 30} | kwargs)
        self.widget.attrs |= {"inputmode": "decimal", "class": "govuk-input--width-10"}

    def clean(self, value):
        try:
            return parse_figure(super().clean(value))
        except ValidationError:
            raise
        except ValueError as problem:
            raise ValidationError(_sentence(problem)) from None


class ObservationForm(Form):
    month = MonthField(label="Month")
    figure = FigureField(label="Figure")
    note = forms.CharField(
        label="Note", max_length=200, required=False, help_text="What should be known beside it?"
    )

    def clean_month(self):
        month = self.cleaned_data["month"]
        if month > Month.containing(timezone.localdate()):
            raise ValidationError(f"{month.label} is still to come")
        return month


class ManyForm(Form):
    """Many months at once: pasted, or a file. `read` holds what was read, with every problem (house 23)."""

    pasted = WordsField(
        label="Paste two columns: month and figure",
        required=False,
        rows=8,
        help_text="For example: Nov 2026, then 31",
    )
    file = forms.FileField(label="Or choose a spreadsheet", required=False, help_text="CSV, XLSX or ODS.")
    read: Figures | None = None

    def clean(self):
        said = super().clean()
        today = timezone.localdate()
        if said.get("file"):
            self.read = read_figures(said["file"], said["file"].name, today=today)
            where = "file"
        elif said.get("pasted"):
            self.read = read_pasted(said["pasted"], today=today)
            where = "pasted"
        else:
            raise ValidationError("Paste the figures, or choose a spreadsheet")
        for problem in self.read.problems:
            self.add_error(where, problem)
        return said


class CorrectionForm(Form):
    figure = FigureField(label="The right figure")
    reason = forms.CharField(label="Why is it corrected?", max_length=200)


class AnnotationForm(Form):
    month = MonthField(label="At which month?")
    text = forms.CharField(label="Note", max_length=120, help_text="A few words: what happened then?")
    about = forms.ChoiceField(label="Which review, experiment or decision is it about?", required=False)

    def __init__(self, *args, measure: Measure, **kwargs):
        super().__init__(*args, **kwargs)
        alliance_id = measure.alliance_id
        self.linkable = {
            "review": _by_pk(Review.objects.filter(alliance_id=alliance_id).held()),
            "experiment": _by_pk(Experiment.objects.filter(alliance_id=alliance_id)),
            "decision": _by_pk(Decision.objects.filter(alliance_id=alliance_id).select_related("wording")),
        }
        self.fields["about"].choices = [
            ("", "None of them"),
            *(
                (f"{kind.capitalize()}s", [(f"{kind}:{pk}", str(one)) for pk, one in found.items()])
                for kind, found in self.linkable.items()
            ),
        ]

    @property
    def links(self) -> dict:
        """{"review": Review}, or experiment, or decision; empty for none."""
        kind, _, pk = self.cleaned_data["about"].partition(":")
        return {kind: self.linkable[kind][int(pk)]} if kind else {}


class RebaseForm(Form):
    month = MonthField(
        label="From which month on?", help_text="The first month of the new way, for example: Apr 2026"
    )
    reason = WordsField(label="Why does the chart need new limits?", rows=3, max_length=1000)
    review = forms.ChoiceField(label="Which review agreed on it?")

    def __init__(self, *args, measure: Measure, **kwargs):
        super().__init__(*args, **kwargs)
        self.reviews = _by_pk(Review.objects.filter(alliance_id=measure.alliance_id).held())
        self.fields["review"].choices = [("", "Choose a review")] + [
            (pk, str(one)) for pk, one in self.reviews.items()
        ]

    def clean_review(self):
        return self.reviews[int(self.cleaned_data["review"])]


def _by_pk(rows) -> dict:
    """The latest hundred, newest first."""
    return {one.pk: one for one in rows.order_by("-number")[:100]}


def _sentence(problem: Exception) -> str:
    said = str(problem)
    return said[:1].upper() + said[1:]


class RisksForm(Form):
    """Which open risks and opportunities of the alliance an experiment touches."""

    risks = forms.ModelMultipleChoiceField(
        label="Which risks and opportunities does it touch?",
        queryset=Risk.objects.none(),
        widget=Checkboxes(small=True),
        required=False,
    )

    def __init__(self, *args, experiment: Experiment, **kwargs):
        tied = list(experiment.risks_touched.filter(untied_at__isnull=True).values_list("risk_id", flat=True))
        super().__init__(*args, initial={"risks": tied}, **kwargs)
        found = Risk.objects.filter(alliance=experiment.alliance_id).select_related("current_version")
        field = self.fields["risks"]
        field.queryset = (found.open() | found.filter(pk__in=tied)).order_by("number")
        field.label_from_instance = lambda one: f"{one}: {one.title}"
