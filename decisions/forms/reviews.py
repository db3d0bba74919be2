"""Looking back at a decision: the three questions, and when to look again."""

from datetime import date, timedelta

from django import forms
from django.utils import timezone

from alliance.core.forms import DateInputField, Form, Radios, WordsField
from decisions.models import DecisionReview

Conclusion = DecisionReview.Conclusion


def _tomorrow() -> date:
    return timezone.localdate() + timedelta(days=1)


class ReviewForm(Form):
    """The three questions, what follows from the answers, and the day of the next look."""

    held_on = DateInputField(label="When did you look back?", latest=timezone.localdate)
    intended = WordsField(
        label="Is this what we intended?",
        help_text="What happened, for whom, and how you know. Good and bad; without anybody’s name.",
        rows=5,
    )
    what_next = WordsField(label="What next?", rows=4)
    who_are_we = WordsField(
        label="Who are “we” to say so?",
        help_text="Who took part in this look back, who was missing, and how people using services were heard.",
        rows=4,
    )
    conclusion = forms.ChoiceField(
        label="And the decision?",
        choices=Conclusion.choices,
        widget=Radios(
            hints={
                Conclusion.CHANGE: "A decision is never changed: another one supersedes it.",
                Conclusion.LEARN: "A small experiment first, then another proposal.",
            }
        ),
    )
    review_again_on = DateInputField(label="When shall we look again?", earliest=_tomorrow, required=False)

    asks = {
        "held_on": "the day on which you looked back",
        "conclusion": "what follows for the decision",
    }

    def __init__(self, *args, not_before: date, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["held_on"].earliest = not_before


class PlanForm(Form):
    """The day on which a decision is looked back at."""

    review_on = DateInputField(
        label="When shall we look back at it?",
        help_text="A day by which you will have seen what came of it.",
        earliest=_tomorrow,
    )

    asks = {"review_on": "the day on which you look back"}
