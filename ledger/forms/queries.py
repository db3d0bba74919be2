"""The forms of queries on a line and of evidence."""

from collections.abc import Sequence

from django import forms

from alliance.core.forms import Form, Radios, WordsField
from alliance.core.questions import Question
from alliance.core.uploads import KeptFileField
from ledger.asking import everybody
from ledger.forms.whose import among
from ledger.lifecycle import QueryState
from ledger.models import BudgetLine, Evidence, QueryReply
from participants.models import Alliance, Participant

Verb = QueryReply.Verb
MOST_WORDS = 4000
OPEN = "open"


@Question
def _lines(alliance: int):
    lines = BudgetLine.objects.filter(alliance_id=alliance).order_by("-budget__starts_on", "place")
    return lines.values_list("slug", "name")


class QueriesForm(Form):
    """Which queries are shown; kept in the address. An answer that means nothing here is no answer.

    `about` is one line of the book, as "journal.line".
    """

    state = forms.ChoiceField(
        label="State",
        required=False,
        choices=[("", "All"), (OPEN, "Unresolved"), *QueryState.choices],
    )
    participant = forms.ChoiceField(label="Whose line", required=False)
    asking = forms.ChoiceField(label="Who asks", required=False)
    line = forms.ChoiceField(label="Budget line", required=False)
    about = forms.RegexField(
        r"^[1-9]\d{0,8}\.[1-9]\d{0,8}$", label="Journal and line", required=False, widget=forms.HiddenInput
    )

    def __init__(self, data, *, alliance: Alliance):
        super().__init__({name: data.get(name, "") for name in self.base_fields})
        self.participants = {one.slug: one for one in everybody(alliance)}
        who = [("", "All"), *((slug, one.name) for slug, one in self.participants.items())]
        self.fields["participant"].choices = self.fields["asking"].choices = who
        names = dict(reversed(_lines(alliance=alliance.pk)))  # one that comes back each year is there once
        self.fields["line"].choices = [("", "All"), *reversed(names.items())]
        self.full_clean()

    @property
    def narrowed(self) -> dict:
        """The answers that leave something out, by their names in the address."""
        return {name: value for name, value in self.cleaned_data.items() if value}

    def within(self, queries):
        """The queries that were asked for."""
        given = self.narrowed
        if state := given.get("state"):
            queries = queries.unresolved() if state == OPEN else queries.filter(state=state)
        if slug := given.get("participant"):
            queries = queries.filter(answering=self.participants[slug])
        if slug := given.get("asking"):
            queries = queries.filter(asking=self.participants[slug])
        if slug := given.get("line"):
            queries = queries.filter(budget_line__slug=slug)
        if about := given.get("about"):
            journal, line = about.split(".")
            queries = queries.filter(journal__number=journal, line=line)
        return queries


class AskForm(Form):
    asks = {"words": "what you want to know", "asking": "in whose name you ask"}

    asking = forms.ModelChoiceField(label="In whose name do you ask?", queryset=Participant.objects.none())
    words = WordsField(
        label="What do you want to know?",
        max_length=MOST_WORDS,
        rows=4,
        help_text="Everybody in the alliance reads the question and the answer. No names of people who use services.",
    )

    def __init__(self, *args, participants: Sequence[Participant], **kwargs):
        super().__init__(*args, **kwargs)
        among(self.fields["asking"], participants)


class ReplyForm(Form):
    """What to reply: `verbs` are those that this person can take now."""

    CHOICES = {
        Verb.ANSWER: ("Answer", "Everybody in the alliance reads it."),
        Verb.SETTLE: ("Settle it", "The answer is enough. The query is closed and stays in sight."),
        Verb.ASK_AGAIN: ("Ask again", "The answer leaves something open; say what."),
        Verb.WITHDRAW: ("Withdraw it", "You no longer ask. What was said stays in sight."),
        Verb.CLOSE: ("Close it", "Whoever asked has left, and nobody else can settle it. Say why it ends."),
    }

    then = forms.ChoiceField(label="What do you do?", widget=Radios)
    words = WordsField(label="Your words", max_length=MOST_WORDS, rows=4, required=False)
    asks = {"then": "what you do"}
    not_optional = ("words",)

    def __init__(self, *args, verbs: Sequence[str], **kwargs):
        super().__init__(*args, **kwargs)
        then, words = self.fields["then"], self.fields["words"]
        then.choices = [(verb, self.CHOICES[verb][0]) for verb in verbs]
        then.widget.hints = {verb: self.CHOICES[verb][1] for verb in verbs}
        if len(verbs) == 1:
            then.initial = verbs[0]
            then.widget = forms.HiddenInput()
        if tuple(verbs) == (Verb.ANSWER,):
            words.label, words.help_text = "Your answer", self.CHOICES[Verb.ANSWER][1]
        elif tuple(verbs) == (Verb.CLOSE,):
            words.label, words.help_text = "Why is it closed?", "Everybody in the alliance reads it."
        elif set(verbs) <= {Verb.SETTLE, Verb.WITHDRAW}:
            words.help_text = "You can leave this empty."
        else:
            words.help_text = "Needed for a question and for an answer; otherwise you can leave it empty."

    def clean(self):
        given = super().clean()
        needed = {
            Verb.ANSWER: "Enter your answer",
            Verb.ASK_AGAIN: "Enter what the answer leaves open",
            Verb.CLOSE: "Enter why it is closed",
        }
        if given.get("then") in needed and not given.get("words", "").strip() and not self.has_error("words"):
            self.add_error("words", needed[given["then"]])
        return given


class EvidenceForm(Form):
    """A file that shows a return or a row; `instead` is the file whose place it takes."""

    asks = {"file": "the file", "reason": "why it takes the other file’s place"}

    file = KeptFileField(label="The file")
    reason = WordsField(
        label="Why does it take the other file’s place?",
        max_length=1000,
        rows=3,
        help_text="Both files stay in sight, with your reason between them.",
    )

    def __init__(self, *args, instead: Evidence | None, **kwargs):
        super().__init__(*args, **kwargs)
        if instead is None:
            del self.fields["reason"]
