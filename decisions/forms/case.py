"""The case in questions: one step at a time while it is a draft, all together when its wording changes."""

import hashlib
import json
from dataclasses import replace

from django import forms
from django.db.models import TextChoices
from django.utils import timezone

from alliance.core.forms import Checkboxes, DateInputField, Form, MoneyField, Radios, WordsField
from alliance.core.uploads import KeptFileField
from decisions import guidance
from decisions.case import TEXTS, Bearing, Case, Effect, File, effect_field, words_field
from decisions.forms.deliberation import VoiceForm
from decisions.models import Attachment, Proposal, Risk
from participants.models import Participant, Principle

# Which questions a step asks; the test against the principles has two for each of them.
PARTS = {
    "question": ("title", "text"),
    "reasons": ("why", "alternatives"),
    "people": ("affected", "heard"),
    "principles": (),
    "money": ("amount", "risks"),
    "time": ("review_on", "answer_by"),
}


class Then(TextChoices):
    """What follows when a step is saved."""

    NEXT = "next", "Save and continue"
    LATER = "later", "Save and finish later"


class CaseForm(Form):
    """A case, or the `part` of it that one step asks. With `complete` every gap is an error (rules 15, 16).

    `risks` are those of the alliance that are open; without any, or any touched, nothing is asked about them.
    """

    title = forms.CharField(
        label="What is the question, in one line?",
        help_text="For example: Shall we open a night shelter in January?",
        max_length=200,
        required=False,
    )
    text = WordsField(
        label="The wording",
        help_text="The very words that everybody is asked to agree to: who does what, where, from when.",
        rows=7,
        required=False,
    )
    why = WordsField(
        label="Why?",
        help_text="The reasons, so that a newcomer understands them in two years.",
        required=False,
    )
    alternatives = WordsField(
        label="What else was considered, and why not?",
        help_text="“None considered, because…” is an answer.",
        required=False,
    )
    affected = WordsField(label="Who is affected?", rows=4, required=False)
    heard = WordsField(
        label="How were people using services heard?",
        help_text="Or why they were not. Without anybody’s name.",
        rows=4,
        required=False,
    )
    amount = MoneyField(
        label="Money",
        help_text="The amount it commits, where it does.",
        min_value=0,
        max_value=9_999_999_999_999,
        required=False,
    )
    risks = forms.TypedMultipleChoiceField(
        label="Which risks or opportunities does it touch?",
        help_text="It makes them smaller or greater, or depends on them.",
        coerce=int,
        widget=Checkboxes(small=True),
        required=False,
    )
    review_on = DateInputField(
        label="When shall we look back at it?",
        help_text="Is this what we intended? What next?",
        required=False,
    )
    answer_by = DateInputField(label="Last day to answer", earliest=timezone.localdate, required=False)

    asks = {"answer_by": "the last day to answer"}

    def __init__(
        self,
        *args,
        principles: list[Principle],
        risks: list[Risk] | tuple = (),
        case: Case | None = None,
        complete: bool = False,
        part: str = "",
        **kwargs,
    ):
        case = case or Case()
        initial = {name: getattr(case, name) for name in (*TEXTS, "amount", "review_on", "risks")}
        for pk, bearing in case.tests.items():
            initial |= {effect_field(pk): bearing.effect, words_field(pk): bearing.words}
        self.principles = principles if part in ("", "principles") else []
        self.before, self.complete, self.part = case, complete, part
        super().__init__(*args, initial=initial | kwargs.pop("initial", {}), **kwargs)
        self.fields["risks"].choices = [
            (one.number, f"{one.get_kind_display()} {one.number}: {one.title}") for one in risks
        ]
        if not risks:
            del self.fields["risks"]
        if part:
            for name in {*sum(PARTS.values(), ())} - {*PARTS[part]}:
                self.fields.pop(name, None)
        for one in self.principles:
            self.fields[effect_field(one.pk)] = forms.ChoiceField(
                label=f"({one.letter}) {one.title}",
                help_text=one.wording,
                choices=Effect.choices,
                widget=Radios(inline=True),
                required=False,
                error_messages={"invalid_choice": "Select one of the three answers"},
            )
            self.fields[words_field(one.pk)] = WordsField(
                label=f"{one.title}: how, or why not?", rows=2, required=False
            )

    @property
    def not_optional(self) -> set[str]:
        """What a draft may leave empty is needed before it opens."""
        return set(self.fields) - {"amount", "risks", "review_on", "answer_by", "files", "file", "file_title"}

    @property
    def bearings(self):
        """The pairs of questions about each principle, best-for-people first."""
        return [(self[effect_field(one.pk)], self[words_field(one.pk)]) for one in self.principles]

    @property
    def case(self) -> Case:
        """The case with what this form asked for; what it did not ask stays as it was."""
        given = self.cleaned_data
        said = {name: given.get(name) or "" for name in TEXTS if name in self.fields}
        said |= {name: given.get(name) for name in ("amount", "review_on") if name in self.fields}
        if "risks" in self.fields:
            said["risks"] = tuple(given.get("risks") or ())
        if self.principles:
            said["tests"] = {
                one.pk: Bearing(given.get(effect_field(one.pk)) or "", given.get(words_field(one.pk)) or "")
                for one in self.principles
                if given.get(effect_field(one.pk)) or given.get(words_field(one.pk))
            }
        return replace(self.before, **said).tidy()

    def clean(self):
        given = super().clean()
        if self.complete:
            for name, sentence in self.case.missing(self.principles).items():
                if name in self.fields and name not in self.errors:
                    self.add_error(name, sentence)
        return given


class Saved(Form):
    """What every step shares: what follows, and what it showed when it was drawn (`shown`, a SHA-256)."""

    then = forms.ChoiceField(choices=Then.choices, required=False, widget=forms.HiddenInput())
    shown = forms.CharField(required=False, widget=forms.HiddenInput())

    @property
    def finishes(self) -> bool:
        return self.cleaned_data.get("then") == Then.LATER


class StepForm(Saved, CaseForm):
    """One step of a draft. Two people may write at once: what changed since it was shown is never written over."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.hash = digest([(name, self.initial.get(name)) for name in sorted(self.fields)])
        self.initial["shown"] = self.hash
        self.moved = False

    @property
    def asked(self):
        """The questions in their order, for templates."""
        return list(self.visible_fields())

    def clean(self):
        given = super().clean()
        if given.get("shown") and given["shown"] != self.hash:
            self.moved = True
            self.data = self.data.copy()
            self.data[self.add_prefix("shown")] = self.hash
            self.add_error(
                None,
                "Somebody else saved this step while you were writing. Your words are below; what they wrote is "
                "struck through where yours would take its place.",
            )
        return given


class StartForm(Saved):
    """Of which sort the proposal is; and, for a new one, in whose name."""

    participant = forms.ModelChoiceField(
        label="In whose name?", queryset=Participant.objects.none(), widget=Radios()
    )
    template = forms.ChoiceField(label="What is it about?", widget=Radios())

    asks = {"template": "what it is about"}

    def __init__(self, *args, participants: list[Participant] | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        offered = list(guidance.offered())
        self.fields["template"].choices = [(one.key, one.label) for one in offered]
        self.fields["template"].widget.hints = {one.key: one.words for one in offered}
        field = self.fields["participant"]
        if participants is None:
            del self.fields["participant"]
            return
        field.queryset = Participant.objects.filter(pk__in=[one.pk for one in participants]).order_by("place")
        if len(participants) == 1:
            self.initial["participant"] = participants[0].pk
            field.widget = forms.HiddenInput()

    @property
    def sorts(self) -> list[tuple[str, list]]:
        """The answers under their headings."""
        groups: dict[str, list] = {heading: [] for heading in (*guidance.GROUPS, guidance.OTHER)}
        for option in self["template"].options:
            groups[guidance.template(option["value"]).group].append(option)
        return [(heading, options) for heading, options in groups.items() if options]


class FileForm(Saved):
    """A file for the case. Under a title that is there already it becomes the next version."""

    file = KeptFileField(label="Choose a file", required=False)
    file_title = forms.CharField(
        label="What is it?",
        help_text="Like “Floor plan of the hall”. The title of a file that is there already makes it the next version.",
        max_length=160,
        required=False,
    )

    def clean(self):
        given = super().clean()
        if given.get("file_title") and not given.get("file") and "file" not in self.errors:
            self.add_error("file", "Choose the file that has this title")
        return given

    @property
    def not_optional(self) -> set[str]:
        return {"file"}


def title_of(upload, title: str) -> str:
    """The title that was given, or the file's own name without its ending."""
    return " ".join(title.split()) or upload.name.rpartition(".")[0][:160] or upload.name


class WordingForm(CaseForm):
    """The next version of a wording; `shown` is the hash of the one that is edited.

    A file that is chosen is kept as soon as it comes, so that it is there when the page comes back.
    """

    keeps_files = True

    class Then(TextChoices):
        LOOK = "look", "Show what changes"
        ASK = "ask", "Ask everybody again"

    files = forms.TypedMultipleChoiceField(
        label="Which files belong to it?", coerce=int, widget=Checkboxes(small=True), required=False
    )
    file = KeptFileField(label="Add a file, or the next version of one", required=False)
    file_title = forms.CharField(
        label="What is it?",
        help_text="The title of a file that is there already makes this its next version.",
        max_length=160,
        required=False,
    )
    note = WordsField(
        label="What changes, and why?",
        help_text="Shown beside the difference to everybody who is asked again.",
        rows=3,
        required=False,
    )
    then = forms.ChoiceField(choices=Then.choices, required=False, widget=forms.HiddenInput())
    shown = forms.CharField(widget=forms.HiddenInput())

    asks = {**CaseForm.asks, "note": "what changes, and why"}

    def __init__(self, *args, attachments: list[Attachment], **kwargs):
        super().__init__(*args, **kwargs)
        self.offer(attachments)
        chosen = {(one.title, one.version) for one in self.before.files}
        self.initial["files"] = [one.pk for one in attachments if (one.title, one.version) in chosen]

    def offer(self, attachments: list[Attachment]) -> None:
        """The newest version of each title, and the ones that the wording names now."""
        self.attachments = {one.pk: one for one in attachments}
        named = {(one.title, one.version) for one in self.before.files}
        newest = {one.title: one for one in sorted(attachments, key=lambda one: one.version)}
        offered = [
            one for one in attachments if (one.title, one.version) in named or newest[one.title] == one
        ]
        self.fields["files"].choices = [(one.pk, str(one)) for one in offered]

    def choose(self, added: Attachment, attachments: list[Attachment]) -> None:
        """Take a file that just came among those that belong to it, in the place of its earlier version."""
        self.offer(attachments)
        same = {one.pk for one in attachments if one.title == added.title}
        kept = [pk for pk in self.cleaned_data.get("files", []) if pk not in same]
        self.cleaned_data["files"] = [*kept, added.pk]
        self.data = self.data.copy()
        self.data.setlist("files", [str(pk) for pk in self.cleaned_data["files"]])
        self.data["file_title"] = ""

    @property
    def only_looks(self) -> bool:
        return self.cleaned_data.get("then") == self.Then.LOOK

    @property
    def case(self) -> Case:
        chosen = [
            self.attachments[pk] for pk in self.cleaned_data.get("files") or () if pk in self.attachments
        ]
        files = tuple(File(one.title, one.version, one.document.sha256) for one in chosen)
        return replace(super().case, files=files).tidy()

    @property
    def section(self) -> dict:
        """The bound questions by name, for a page that arranges them; a question that is not asked is not there."""
        return {name: self[name] for name in self.fields}

    def clean(self):
        given = super().clean()
        titles = [self.attachments[pk].title for pk in given.get("files") or () if pk in self.attachments]
        if twice := {one for one in titles if titles.count(one) > 1}:
            self.add_error("files", f"Choose one version of “{sorted(twice)[0]}”")
        if not given.get("note") and given.get("then") != self.Then.LOOK:
            self.add_error("note", "Enter what changes, and why")
        return given


class AgainstForm(Form):
    """With which version another one is compared."""

    against = forms.TypedChoiceField(label="Compare with", coerce=int, required=False)

    not_optional = ("against",)

    def __init__(self, *args, versions: list[int], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["against"].choices = [(one, f"Version {one}") for one in versions]


class SuccessorForm(VoiceForm):
    """In whose name a decision is superseded by another."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["participant"].label = "In whose name?"


def digest(said) -> str:
    """SHA-256 (hexadecimal) of what a step shows."""
    return hashlib.sha256(json.dumps(said, default=str, sort_keys=True).encode()).hexdigest()


def open_risks(proposal: Proposal | None, alliance_id: int) -> list[Risk]:
    """What can be touched: the open ones, and those that the case names already."""
    named = proposal.case.risks if proposal else ()
    found = Risk.objects.filter(alliance_id=alliance_id, current_version__isnull=False)
    return [
        one
        for one in found.select_related("current_version").order_by("number")
        if one.state == Risk.State.OPEN or one.number in named
    ]
