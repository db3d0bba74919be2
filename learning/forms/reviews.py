"""The sheet of a review, and what is said of its actions."""

import json
import re

from django import forms
from django.core.validators import MaxLengthValidator
from django.utils import timezone

from alliance.core.forms import Checkboxes, DateInputField, Form, Radios, WordsField
from learning.forms.shared import WORDS_AT_MOST
from learning.models import ActionLook, Answer, Review
from learning.services import NewAction
from participants.models import Alliance, Participant
from participants.serving import serving

Question = Answer.Question


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
    for one in serving(alliance):
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
