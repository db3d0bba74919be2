"""One view, two answers: the whole page, or for htmx the part of it that changed.

A partial's name is the element's id and htmx's target (house rule 27): `page.html#positions` is `<div id="positions">`.
"""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render as render_template
from django.shortcuts import resolve_url
from django.utils.cache import patch_vary_headers


def is_htmx(request: HttpRequest) -> bool:
    """Did htmx ask for a part? Boosted links and restored history want the whole page."""
    asked = request.headers.get("HX-Request") == "true"
    whole = (
        request.headers.get("HX-Boosted") == "true"
        or request.headers.get("HX-History-Restore-Request") == "true"
    )
    return asked and not whole


def render(request, page, context=None, *, partial=None, status=200) -> HttpResponse:
    """The page; or, when htmx asks, the partial of it that is named.

    `partial` is a name, or several, of which htmx's target chooses; a target that is none of them gets the first.
    Use `status=422` for a refused form: the page's htmx settings swap it in.
    """
    template = page
    if partial and is_htmx(request):
        names = [partial] if isinstance(partial, str) else list(partial)
        target = request.headers.get("HX-Target")
        template = f"{page}#{target if target in names else names[0]}"
    response = render_template(request, template, context, status=status)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


class SeeOther(HttpResponseRedirect):
    """303: fetch the next page with GET, whatever was sent. htmx follows it too and receives its partial."""

    status_code = 303


def redirect(request, to, *args, **kwargs) -> SeeOther:
    """Go to a URL, a URL's name or an object's page."""
    return SeeOther(resolve_url(to, *args, **kwargs))
