"""What a risk is linked with beyond the decisions: rooms above register where to look (imports point down)."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Link:
    """`what` is the kind of thing ("Experiment 3"); `title` links to `url`."""

    what: str
    title: str
    url: str


_finders: list[Callable] = []


def linked(finder: Callable) -> Callable:
    """`finder(risk) -> list[Link]`, at most one query each."""
    _finders.append(finder)
    return finder


def links_of(risk) -> list[Link]:
    return [link for finder in _finders for link in finder(risk)]
