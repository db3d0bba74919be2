"""Pages of lists: counted ones for a register, and for what grows without end a page after a place, never counted."""

from django.core.paginator import Page, Paginator
from django.http import HttpRequest

A_PAGE = 20
LINES_A_PAGE = 50


def page_of(request: HttpRequest, rows) -> Page:
    """The page that `?page=` asks for; nonsense is the first, too far is the last."""
    return Paginator(rows, A_PAGE).get_page(request.GET.get("page"))


def place_of(request: HttpRequest, name: str) -> int | None:
    """The number after or before which to go on, as `?name=` says it; None for none and for nonsense."""
    said = request.GET.get(name, "")
    return int(said) if said.isdecimal() and len(said) < 18 else None


def first_of(rows) -> tuple[list, bool]:
    """The first page of the rows, and whether there are more."""
    found = list(rows[: LINES_A_PAGE + 1])
    return found[:LINES_A_PAGE], len(found) > LINES_A_PAGE
