"""A draft in steps: which there are, what each still lacks, and what it says so far."""

from dataclasses import dataclass, field

from alliance.core.addresses import reverse
from decisions import effects, guidance
from decisions.models import Proposal
from participants.models import Principle

TITLES = {
    "start": "What sort it is",
    "effect": "What it carries out",
    "question": "The question",
    "reasons": "Why, and what else",
    "people": "For whom",
    "principles": "Our principles",
    "money": "Money",
    "files": "Files",
    "time": "Time",
}
ASKED = {
    "start": "What is it about?",
    "effect": "What does it carry out?",
    "question": "What is the question?",
    "reasons": "Why, and what else was considered?",
    "people": "Whom does it affect, and how were they heard?",
    "principles": "How does it stand to our principles?",
    "money": "Does it commit money?",
    "files": "Does a file belong to it?",
    "time": "Until when, and when do we look back?",
}
FREE = frozenset({"start", "money", "files", "time"})  # where nothing needs to be said
STEP_OF = {
    "effect": "effect",
    "title": "question",
    "text": "question",
    "why": "reasons",
    "alternatives": "reasons",
    "affected": "people",
    "heard": "people",
}


@dataclass(frozen=True)
class DraftStep:
    """One step: `missing` are the sentences that ask for what it lacks; `said` whether it says anything yet."""

    key: str
    title: str
    asked: str
    url: str
    guidance: str
    said: bool
    missing: list[str] = field(default_factory=list)

    @property
    def state(self) -> str:
        """ "done", "begun" or "open"; "free" where nothing was said and nothing needs to be."""
        if self.missing:
            return "begun" if self.said else "open"
        return "done" if self.said else "free"


def steps_of(proposal: Proposal, principles: list[Principle], *, has_risks: bool = False) -> list[DraftStep]:
    """The steps of a draft in their order. No queries."""
    case, template = proposal.case, guidance.template(proposal.template)
    missing = missing_in(proposal, principles)
    said = {
        "start": True,
        "effect": bool(case.effect),
        "question": bool(case.title or case.text),
        "reasons": bool(case.why or case.alternatives),
        "people": bool(case.affected or case.heard),
        "principles": bool(case.tests),
        "money": case.amount is not None or bool(case.risks),
        "files": bool(case.files),
        "time": bool(case.review_on or proposal.answer_by),
    }
    kind = effects.KINDS.get(template.effect)
    keys = [key for key in TITLES if key != "effect" or (kind and kind.form)]
    return [
        DraftStep(
            key=key,
            title="Money and risks" if key == "money" and has_risks else TITLES[key],
            asked="Does it commit money, or touch a risk?" if key == "money" and has_risks else ASKED[key],
            url=reverse("decisions:draft_step", args=[proposal.alliance.slug, proposal.number, key]),
            guidance=template.steps.get(key, ""),
            said=said[key],
            missing=missing.get(key, []),
        )
        for key in keys
    ]


def missing_in(proposal: Proposal, principles: list[Principle]) -> dict[str, list[str]]:
    """What a draft lacks before it can open: {step: sentences} (rules 15, 16, 22)."""
    case, found = proposal.case, {}
    if unsaid := guidance.effect_is_missing(proposal.template, case.effect):
        found["effect"] = [unsaid]
    elif case.effect:
        kind = effects.KINDS.get(case.effect.get("kind"))
        if (
            wrong := kind.complaints(proposal.alliance, case.effect)
            if kind
            else ["Choose what it carries out"]
        ):
            found["effect"] = [one.rstrip(".") for one in wrong]
    for name, sentence in case.missing(principles).items():
        found.setdefault(STEP_OF.get(name, "principles"), []).append(sentence)
    return found


def next_after(steps: list[DraftStep], key: str) -> DraftStep | None:
    """The step that follows, or None after the last one."""
    place = next(place for place, one in enumerate(steps) if one.key == key)
    return steps[place + 1] if place + 1 < len(steps) else None
