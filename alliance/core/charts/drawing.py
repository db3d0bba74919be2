"""What every chart is: a picture, its words and its table; and how the picture is put together."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from textwrap import wrap
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from .axes import WIDTH
from .figures import Number

ROW = 22  # height of a line of words
WRAP = 46  # characters that fit across the drawing, also at the larger size that small screens ask for (18)


class ChartError(ValueError):
    """The figures given do not make a chart; a sentence for the programmer."""


@dataclass(frozen=True, slots=True)
class DataTable:
    """The chart's figures, written out: the first cell of each row is its header."""

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Chart:
    title: str
    description: str  # the text alternative: what somebody would say who describes the picture
    svg: SafeString
    table: DataTable


@dataclass(frozen=True, slots=True)
class Note:
    """Words about one point: `position` counts from 0."""

    position: int
    text: str


@dataclass(frozen=True, slots=True)
class Series:
    """`values` may be None where a line of `lines_chart` is not drawn."""

    name: str
    values: Sequence[Number | None]


def draw(
    kind: str, title: str, description: str, name: str, below: dict[str, Any], **geometry: Any
) -> SafeString:
    """The SVG of `templates/charts/<kind>.svg`; `below` is what `rows_below` says.

    Its ids follow from what is drawn; `name` sets them apart where the very same chart stands twice on a page.
    """
    context = {"title": title, "description": description, "width": str(WIDTH), **below, **geometry}
    context["id"] = "chart-" + sha256(f"{kind}{name}{context!r}".encode()).hexdigest()[:10]
    context["series"] = range(1, 7)
    return SafeString(render_to_string(f"charts/{kind}.svg", context).strip())


def rows_below(
    top: int, legend: list[dict[str, Any]], remarks: Sequence[str] = (), notes: Sequence[Note] = ()
) -> dict[str, Any]:
    """What stands under the drawing, a line of words each, and the height of it all."""
    rows = []
    for entry in legend:
        top += ROW
        rows.append({**entry, "y": top - 12, "words_y": top - 7})
    for number, note in enumerate(notes, 1):
        for n, words in enumerate(wrap(note.text, WRAP - 4) or [""]):
            top += ROW
            rows.append(
                {
                    "shape": "" if n else "note",
                    "number": number,
                    "words": words,
                    "y": top - 12,
                    "words_y": top - 7,
                }
            )
    for remark in remarks:
        for words in wrap(remark, WRAP):
            top += ROW
            rows.append({"shape": "remark", "words": words, "words_y": top - 7})
    return {"rows": rows, "height": str(top + 4)}
