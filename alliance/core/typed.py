"""What somebody typed, given back to be read and copied where their form cannot be shown again."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django import forms
from django.http import HttpRequest
from django.urls import Resolver404, resolve

from alliance.core.forms import PlainWords

DATE_PART = re.compile(r"_(day|month|year)$")
MACHINERY = re.compile(r"^csrfmiddlewaretoken$|(TOTAL|INITIAL|MIN_NUM|MAX_NUM)_FORMS$|password", re.I)
DIGEST = re.compile(r"[0-9a-f]{40,64}")


@dataclass(frozen=True)
class Typed:
    """One question's answer as it was sent, for reading: the question in its form's words, and the answer in theirs."""

    label: str
    words: str


def typed(fields: Iterable[tuple[str, list[str]]], *, address: str = "") -> list[Typed]:
    """The words among `fields` [(name, values)] for somebody to read: empty ones, digests and machinery left out.

    Labels and choices are those of the form that was sent to `address`; where it is not found, or makes its questions
    anew for each page, the field's name has to do. The three boxes of a date become one.
    """
    fields = list(fields)
    questions = _questions(address, {DATE_PART.sub("", name) for name, _ in fields})
    words: dict[str, list[str]] = {}
    for sent, values in fields:
        name = DATE_PART.sub("", sent)
        field = questions.get(name)
        if isinstance(field, forms.ModelChoiceField):  # a row's number says nothing to anybody
            continue
        said = [_in_words(field, value.strip()) for value in values if value.strip()]
        said = [one for one in said if not DIGEST.fullmatch(one)]
        if said and not MACHINERY.search(name):
            words.setdefault(name, []).append(", ".join(said))
    return [
        Typed(_label(name, questions.get(name)), (" " if len(parts) > 1 else "").join(parts))
        for name, parts in words.items()
    ]


def typed_in(request: HttpRequest) -> list[Typed]:
    """The same for what a request sent."""
    return typed(request.POST.lists(), address=request.path)


def _questions(address: str, names: set[str]) -> dict[str, forms.Field]:
    """The fields of the form of that page's room that asks most of `names`, and least besides."""
    try:
        room = resolve(address.partition("?")[0]).func.__module__.partition(".")[0]
    except Resolver404:
        return {}
    ours = (one for one in _forms(PlainWords) if one.__module__.partition(".")[0] == room)
    asked = [one.base_fields for one in ours if names & one.base_fields.keys()]
    return max(asked, key=lambda fields: (len(names & fields.keys()), -len(fields)), default={})


def _forms(kind: type) -> Iterator[type[forms.BaseForm]]:
    for one in kind.__subclasses__():
        if hasattr(one, "base_fields"):
            yield one
        yield from _forms(one)


def _in_words(field: forms.Field | None, value: str) -> str:
    """A choice's own words; anything else as it was typed."""
    if isinstance(field, forms.ChoiceField):
        return next((str(words) for key, words in _flat(field.choices) if str(key) == value), value)
    return value


def _flat(choices) -> Iterator[tuple]:
    for key, words in choices:
        if isinstance(words, list | tuple):
            yield from words
        else:
            yield key, words


def _label(name: str, field: forms.Field | None) -> str:
    words = str(field.label or "") if field else ""
    words = words or re.sub(r"[-_]+", " ", name).strip()
    return words[:1].upper() + words[1:]
