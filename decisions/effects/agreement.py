"""Changing what everybody signed: principles, settings, what is reserved, how long it lasts (rules 12, 20)."""

from django import forms
from django.utils import timezone

from alliance.core.forms import DateInputField, NumberInput, Radios, WordsField
from decisions.effects.kind import Kind, register
from decisions.effects.terms import TermsForm, day_of, participant_of, spoken
from decisions.models import ReservedMatter
from participants import services as participants
from participants.models import Alliance, Participant, Principle, User


def _current(alliance: Alliance, letter: str) -> Principle | None:
    return Principle.objects.current().filter(alliance=alliance, letter=letter).first()


class _PrincipleForm(TermsForm):
    letter = forms.ChoiceField(label="Which principle?", choices=())

    asks = {"letter": "the principle"}

    def prepare(self, alliance: Alliance) -> None:
        current = Principle.objects.current().filter(alliance=alliance).order_by("letter")
        if not self.may_be_ended:
            current = current.filter(is_best_for_people=False)
        self.fields["letter"].choices = [("", "Select one"), *((one.letter, str(one)) for one in current)]

    may_be_ended = True


class PrincipleChangeForm(_PrincipleForm):
    kind = "principle_change"
    title = forms.CharField(label="Its new title", max_length=80)
    wording = WordsField(label="Its new wording", rows=4, max_length=2000)


@register
class PrincipleChange(Kind):
    key, label, form = "principle_change", "A principle is reworded", PrincipleChangeForm
    needs = ("letter", "title", "wording")

    def problems(self, alliance: Alliance, terms: dict) -> dict[str, str]:
        now = _current(alliance, terms["letter"])
        if now is None:
            return {"letter": "Choose one of the principles as they stand."}
        if (now.title, now.wording) == (terms["title"], terms["wording"]):
            return {"wording": "This is the principle as it stands. Say what changes."}
        return {}

    def sentences(self, alliance: Alliance, terms: dict) -> list[str]:
        return [
            f"Principle ({terms['letter']}) is then: {terms['title']}. “{terms['wording']}”",
            "The version before stays in the record. Proposals that are open keep the words they were tested against.",
        ]

    def carry_out(self, decision, terms: dict, *, by: User) -> None:
        participants.reword_principle(
            alliance=decision.alliance,
            letter=terms["letter"],
            title=terms["title"],
            wording=terms["wording"],
            decision=decision,
            by=by,
        )


class NewPrincipleForm(TermsForm):
    kind = "principle_new"
    title = forms.CharField(label="The title of the principle", max_length=80)
    wording = WordsField(label="Its wording", rows=4, max_length=2000)


@register
class NewPrinciple(Kind):
    key, label, form = "principle_new", "A principle is added", NewPrincipleForm
    needs = ("title", "wording")

    def problems(self, alliance: Alliance, terms: dict) -> dict[str, str]:
        same = Principle.objects.current().filter(alliance=alliance, title__iexact=terms["title"])
        return {"title": "There is a principle of this title already."} if same.exists() else {}

    def sentences(self, alliance: Alliance, terms: dict) -> list[str]:
        return [
            f"A principle is added: {terms['title']}. “{terms['wording']}”",
            "Every proposal that opens from then on is tested against it too.",
        ]

    def carry_out(self, decision, terms: dict, *, by: User) -> None:
        participants.add_principle(
            alliance=decision.alliance,
            title=terms["title"],
            wording=terms["wording"],
            decision=decision,
            by=by,
        )


class EndedPrincipleForm(_PrincipleForm):
    kind = "principle_end"
    may_be_ended = False


@register
class EndedPrinciple(Kind):
    key, label, form = "principle_end", "A principle is given up", EndedPrincipleForm
    needs = ("letter",)

    def problems(self, alliance: Alliance, terms: dict) -> dict[str, str]:
        now = _current(alliance, terms["letter"])
        if now is None:
            return {"letter": "Choose one of the principles as they stand."}
        if now.is_best_for_people:
            return {"letter": "“Best for people using services” is always asked; it can only be reworded."}
        return {}

    def sentences(self, alliance: Alliance, terms: dict) -> list[str]:
        now = Principle.objects.filter(alliance=alliance, letter=terms["letter"]).order_by("version").last()
        return [f"The alliance no longer signs principle {now}. It stays in the record."] if now else []

    def carry_out(self, decision, terms: dict, *, by: User) -> None:
        participants.end_principle(
            alliance=decision.alliance, letter=terms["letter"], decision=decision, by=by
        )


def _number(label: str, least: int, most: int, help_text: str = "") -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        help_text=help_text,
        min_value=least,
        max_value=most,
        widget=NumberInput({"class": "govuk-input--width-3"}),
    )


def _yes_or_no(label: str, help_text: str) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label,
        help_text=help_text,
        choices=[("True", "Yes"), ("False", "No")],
        coerce=lambda said: said == "True",
        widget=Radios(inline=True),
    )


class SettingsForm(TermsForm):
    """Every setting as it stands, to be changed; only what changes becomes a term."""

    kind = "settings"
    answer_within = _number("Working days to answer a proposal", 1, 60)
    standing_aside = _yes_or_no(
        "May a participant stand aside?",
        "Then it is agreed without it, and says so. Off, an abstention blocks.",
    )
    independent = _yes_or_no(
        "Does everybody answer before seeing the others’ answers?",
        "Then nobody sees where the others stand before everybody has answered.",
    )
    leadership_days = _number("Deadlock: working days for the leadership team", 1, 60)
    senior_days = _number("Deadlock: working days for the senior representatives", 1, 60)
    statement_days = _number(
        "Deadlock: working days of these for their statements", 1, 60, "The first of the days before."
    )
    independent_days = _number("Deadlock: working days for the independent chair, mediator or expert", 1, 60)
    ratify_within = _number("Working days for a home board to ratify", 1, 120)
    accept_for = _number("Months for which a risk is accepted", 1, 36)
    risk_scores = _yes_or_no(
        "Do risks carry a score?", "Likelihood and impact from 1 to 5. Many alliances do better without."
    )

    def __init__(self, *args, alliance: Alliance, terms: dict | None = None, **kwargs):
        super().__init__(*args, alliance=alliance, terms=settings_of(alliance) | (terms or {}), **kwargs)

    @property
    def terms(self) -> dict:
        now = settings_of(self.alliance)
        return {"kind": self.kind} | {
            name: value for name, value in self.cleaned_data.items() if value != now[name]
        }


SETTINGS = (
    "answer_within", "standing_aside", "independent", "leadership_days", "senior_days", "statement_days",
    "independent_days", "ratify_within", "accept_for", "risk_scores",
)  # fmt: skip
STAGES = {"leadership_days": "leadership", "senior_days": "senior", "independent_days": "independent"}


def settings_of(alliance: Alliance) -> dict:
    """The settings as they stand, each stage of the deadlock ladder by itself."""
    ladder = {one["stage"]: one for one in alliance.ladder}
    stages = {name: ladder[stage]["days"] for name, stage in STAGES.items()}
    kept = {name: getattr(alliance, name) for name in SETTINGS if hasattr(alliance, name)}
    return kept | stages | {"statement_days": ladder["senior"]["statements"]}


def ladder_of(settings: dict) -> list[dict]:
    return [
        {"stage": "leadership", "days": settings["leadership_days"]},
        {"stage": "senior", "days": settings["senior_days"], "statements": settings["statement_days"]},
        {"stage": "independent", "days": settings["independent_days"]},
    ]


@register
class Settings(Kind):
    key, label, form = "settings", "Settings of the alliance change", SettingsForm

    def problems(self, alliance: Alliance, terms: dict) -> dict[str, str]:
        now = settings_of(alliance)
        if set(terms) - {"kind"} - set(SETTINGS):
            return {"": "These are not settings of an alliance."}
        if not any(terms.get(name, now[name]) != now[name] for name in SETTINGS):
            return {"": "These are the settings as they stand. Change at least one."}
        after = now | terms
        if after["statement_days"] > after["senior_days"]:
            return {
                "statement_days": "The time for statements is a part of the senior representatives’ time."
            }
        return {}

    def sentences(self, alliance: Alliance, terms: dict) -> list[str]:
        fields = SettingsForm.base_fields
        said = [f"{fields[name].label}: {_said(terms[name])}." for name in SETTINGS if name in terms]
        return [*said, "What is open keeps the settings of the day on which it opened."]

    def carry_out(self, decision, terms: dict, *, by: User) -> None:
        now = settings_of(decision.alliance)
        after = now | {name: terms[name] for name in SETTINGS if name in terms}
        changes = {name: after[name] for name in terms if hasattr(decision.alliance, name)}
        changes.pop("kind", None)
        if (ladder := ladder_of(after)) != decision.alliance.ladder:
            changes["ladder"] = ladder
        participants.change_settings(alliance=decision.alliance, changes=changes, decision=decision, by=by)


def _said(value) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


class ExtensionForm(TermsForm):
    kind = "extension"
    ends_on = DateInputField(label="The new last day of the alliance", earliest=timezone.localdate)


@register
class Extension(Kind):
    key, label, form = "extension", "The alliance ends on another day", ExtensionForm
    needs = ("ends_on",)

    def problems(self, alliance: Alliance, terms: dict) -> dict[str, str]:
        day = day_of(terms, "ends_on")
        if day == alliance.ends_on:
            return {"ends_on": f"The alliance ends on {spoken(day)} already."}
        if day <= max(alliance.starts_on, timezone.localdate()):
            return {"ends_on": "The last day must be after today."}
        return {}

    def sentences(self, alliance: Alliance, terms: dict) -> list[str]:
        return [f"The last day of the alliance is {spoken(day_of(terms, 'ends_on'))}."]

    def carry_out(self, decision, terms: dict, *, by: User) -> None:
        participants.extend_alliance(
            alliance=decision.alliance, ends_on=day_of(terms, "ends_on"), decision=decision, by=by
        )


class ReservedMatterForm(TermsForm):
    kind = "reserved_matter"
    title = forms.CharField(
        label="What is reserved?", help_text="For example: Safeguarding enquiries.", max_length=200
    )
    category = forms.ChoiceField(
        label="What kind of matter is it?", choices=ReservedMatter.Category.choices, widget=Radios()
    )
    legal_basis = forms.CharField(
        label="By which law or duty?", help_text="For example: Care Act 2014, section 42.", max_length=300
    )
    participant = forms.ModelChoiceField(
        label="Who decides it alone?", queryset=Participant.objects.none(), empty_label="Select one"
    )


@register
class NewReservedMatter(Kind):
    key, label, form = "reserved_matter", "A matter is reserved to one participant", ReservedMatterForm
    needs = ("title", "category", "legal_basis", "participant", "participant_name")

    def problems(self, alliance: Alliance, terms: dict) -> dict[str, str]:
        holder = participant_of(alliance, terms)
        if holder is None or holder.name != terms["participant_name"] or holder.left_on:
            return {"participant": "Choose a participant of this alliance."}
        if terms["category"] not in ReservedMatter.Category.values:
            return {"category": "Say what kind of matter it is."}
        same = ReservedMatter.objects.filter(
            alliance=alliance, title__iexact=terms["title"], ended_on__isnull=True
        )
        return {"title": "This matter is reserved already."} if same.exists() else {}

    def sentences(self, alliance: Alliance, terms: dict) -> list[str]:
        return [
            f"{terms['participant_name']} decides alone from then on: {terms['title']} ({terms['legal_basis']}).",
            "Each such decision says its legal basis and who was consulted; money that it moves is decided by all.",
        ]

    def carry_out(self, decision, terms: dict, *, by: User) -> None:
        from decisions.services.deciding_alone import list_reserved_matter

        list_reserved_matter(
            alliance=decision.alliance,
            title=terms["title"],
            category=terms["category"],
            legal_basis=terms["legal_basis"],
            holder=participant_of(decision.alliance, terms),
            decision=decision,
            by=by,
        )


class EndedReservedMatterForm(TermsForm):
    kind = "reserved_matter_end"
    matter = forms.ModelChoiceField(
        label="Which matter is no longer reserved?",
        queryset=ReservedMatter.objects.none(),
        empty_label="Select one",
    )

    asks = {"matter": "the matter that is no longer reserved"}

    def prepare(self, alliance: Alliance) -> None:
        self.fields["matter"].queryset = ReservedMatter.objects.filter(
            alliance=alliance, ended_on__isnull=True
        )


@register
class EndedReservedMatter(Kind):
    key, label, form = "reserved_matter_end", "A matter is no longer reserved", EndedReservedMatterForm
    needs = ("matter", "matter_name")

    def _matter(self, alliance: Alliance, terms: dict) -> ReservedMatter | None:
        pk = terms["matter"]
        return (
            ReservedMatter.objects.filter(alliance=alliance, pk=pk).first() if isinstance(pk, int) else None
        )

    def problems(self, alliance: Alliance, terms: dict) -> dict[str, str]:
        matter = self._matter(alliance, terms)
        if matter is None or matter.title != terms["matter_name"]:
            return {"matter": "Choose a matter that is reserved."}
        return {"matter": f"“{matter.title}” is no longer reserved."} if matter.ended_on else {}

    def sentences(self, alliance: Alliance, terms: dict) -> list[str]:
        return [f"“{terms['matter_name']}” is no longer reserved to one participant: all decide it together."]

    def carry_out(self, decision, terms: dict, *, by: User) -> None:
        from decisions.services.deciding_alone import end_reserved_matter

        end_reserved_matter(matter=self._matter(decision.alliance, terms), decision=decision, by=by)
