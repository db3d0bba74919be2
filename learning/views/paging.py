"""Pages of a list, newest first."""

from django.core.paginator import Page, Paginator
from django.http import HttpRequest

A_PAGE = 30


def page_of(request: HttpRequest, rows) -> Page:
    """The page that `?page=` asks for; nonsense is the first, too far is the last."""
    return Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
