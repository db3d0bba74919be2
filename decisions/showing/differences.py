"""What changed between two cases, part by part, with both texts: for {% difference old new %}."""

import json
from collections.abc import Iterable

from decisions import effects
from decisions.case import Case, Effect
from decisions.models import Wording
from participants.models import Alliance, Principle

HEADINGS = {
    "title": "The question",
    "text": "The wording",
    "why": "Why",
    "alternatives": "Alternatives",
    "affected": "Who is affected",
    "heard": "How people were heard",
    "legal_basis": "The legal basis",
    "consulted": "Who was consulted",
}


def differences(old: Wording, new: Wording) -> list[dict]:
    """Each part of the case that changed. Free of queries where the tests were fetched with their principles."""
    principles = [one.principle for one in [*old.tests.all(), *new.tests.all()]]
    return case_differences(old.case, new.case, principles, new.alliance)


def case_differences(old: Case, new: Case, principles: Iterable[Principle], alliance: Alliance) -> list[dict]:
    """The same between cases; `principles` are those that either of them is tested against."""
    told = [(heading, getattr(old, name), getattr(new, name)) for name, heading in HEADINGS.items()]
    told.append(("What it carries out", _effect(old, alliance), _effect(new, alliance)))
    told.append(("Money", _money(old), _money(new)))
    told.append(("Risks that it touches", _numbers(old), _numbers(new)))
    told.append(("Files", _files(old), _files(new)))
    told.append(("Review", _review(old), _review(new)))
    letters = {one.letter: one for one in sorted(principles, key=lambda one: one.version)}
    bearings = _bearings(old, principles), _bearings(new, principles)
    told += [
        (f"Principle {letters[letter]}", bearings[0].get(letter, ""), bearings[1].get(letter, ""))
        for letter in sorted(letters, key=lambda one: (not letters[one].is_best_for_people, one))
    ]
    return [{"heading": heading, "old": a, "new": b} for heading, a, b in told if a != b]


def _effect(case: Case, alliance: Alliance) -> str:
    said = "\n".join(effects.sentences(alliance, case.effect)) if case.effect else ""
    terms = {name: value for name, value in case.effect.items() if name != "kind"}
    return said or (json.dumps(terms, ensure_ascii=False, sort_keys=True) if terms else "")


def _money(case: Case) -> str:
    return f"£{case.amount:,.2f}" if case.amount is not None else "none"


def _review(case: Case) -> str:
    return f"{case.review_on.day} {case.review_on:%B %Y}" if case.review_on else "none"


def _numbers(case: Case) -> str:
    return ", ".join(str(one) for one in case.risks) or "none"


def _files(case: Case) -> str:
    return (
        "\n".join(f"{one.title}, version {one.version} ({one.sha256[:12]}…)" for one in case.files) or "none"
    )


def _bearings(case: Case, principles: Iterable[Principle]) -> dict[str, str]:
    """By the principle's letter: a newer version of a principle is compared with the older one."""
    return {
        one.letter: f"{Effect(test.effect).label if test.effect else 'Not said'}: {test.words}"
        for one in principles
        if (test := case.tests.get(one.pk))
    }
