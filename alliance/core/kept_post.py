"""Nothing typed is lost, also when the session ended while somebody wrote (ADR 10).

What is sent to a page inside an alliance by somebody who is signed out meanwhile, or with a token that is too old,
waits in the browser's own session for an hour, for the person who was signed in there last and for nobody else.
Passwords are never sent to those pages; files are not kept, only their names.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.signals import user_logged_in
from django.core import signing
from django.core.exceptions import DisallowedHost
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseRedirectBase
from django.shortcuts import render, resolve_url
from django.utils import timezone
from django.views import csrf
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from alliance.core.htmx import is_htmx, redirect
from alliance.core.typed import Typed, typed

KEY = "what was typed"  # in the session: {"of": a person's pk, "sent": [oldest first]}
COOKIE, COOKIE_AGE = "last_person", timedelta(days=90)
KEPT_FOR = timedelta(hours=1)
AT_MOST = 5  # pages on which somebody may have been writing at once


@dataclass(frozen=True)
class Sent:
    """One form as it was sent: where to, from which page, when; fields as (name, values), files by their names."""

    address: str
    page: str
    at: datetime
    signed_out: bool
    fields: list[tuple[str, list[str]]]
    files: list[str]

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Every field once for each value: what is sent again."""
        return [(name, value) for name, values in self.fields for value in values]

    @property
    def typed(self) -> list[Typed]:
        return typed(self.fields, address=self.address)

    @property
    def is_fresh(self) -> bool:
        return timezone.now() - self.at < KEPT_FOR

    def as_json(self) -> dict:
        return vars(self) | {"at": self.at.isoformat()}

    @classmethod
    def from_json(cls, said: dict) -> "Sent":
        return cls(**said | {"at": datetime.fromisoformat(said["at"])})


# ── Keeping ──────────────────────────────────────────────────────────────────


class KeptPostMiddleware:
    """Keeps what a signed-out person sent and leads them to sign in; remembers who was here last.

    htmx cannot follow to a page to sign in: it gets 401 and enhance.js sends the form whole.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not request.session.accessed:
            return response
        if request.user.is_authenticated:
            _remember(request, response)
            if request.method == "POST" and response.status_code < 500:
                _was_sent(request)
        elif _asks_to_sign_in(response):
            if is_htmx(request):
                return HttpResponse("You were signed out. Send the form, or load the page again.", status=401)
            if request.method == "POST" and _keep(request, _last_person(request), signed_out=True):
                return redirect(request, "what_you_typed")  # which asks to sign in and comes back here
        return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """settings.CSRF_FAILURE_VIEW: a token that is too old costs one more click, not the words.

    Only what the browser says came from a page of ours is kept: another site's forgery gets the 403 it deserves.
    """
    person = request.user.pk or _last_person(request)
    from_here = not is_htmx(request) and _came_from_our_own_page(request)
    if from_here and _keep(request, person, signed_out=not request.user.is_authenticated):
        return redirect(request, "what_you_typed")
    return csrf.csrf_failure(request, reason)


def _keep(request: HttpRequest, person: int | None, *, signed_out: bool) -> bool:
    """Keep the words for `person`; False where there is nobody to keep them for, or nothing inside an alliance."""
    inside = request.resolver_match and "alliance" in request.resolver_match.kwargs
    if not person or not inside or not _came_from_our_own_page(request):
        return False
    sent = Sent(
        address=request.get_full_path(),
        page=_page_before(request),
        at=timezone.now(),
        signed_out=signed_out,
        fields=[
            (name, values)
            for name, values in request.POST.lists()
            if name != "csrfmiddlewaretoken" and "password" not in name.lower()
        ],
        files=[one.name for name in request.FILES for one in request.FILES.getlist(name)],
    )
    others = [one for one in _kept(request, person) if one.address != sent.address]
    _put(request, person, [*others, sent][-AT_MOST:])
    if not request.user.is_authenticated:
        request.session.set_expiry(KEPT_FOR.seconds)
    request.has_kept = True
    return True


def _kept(request: HttpRequest, person: int) -> list[Sent]:
    kept = request.session.get(KEY)
    if not kept or kept["of"] != person:
        return []
    return [one for one in map(Sent.from_json, kept["sent"]) if one.is_fresh]


def _put(request: HttpRequest, person: int, sent: list[Sent]) -> None:
    if sent:
        request.session[KEY] = {"of": person, "sent": [one.as_json() for one in sent]}
    else:
        request.session.pop(KEY, None)


def _was_sent(request: HttpRequest) -> None:
    """It arrived: from here on its own page answers for the words."""
    if KEY in request.session and not getattr(request, "has_kept", False):
        others = [one for one in _kept(request, request.user.pk) if one.address != request.get_full_path()]
        _put(request, request.user.pk, others)


def _asks_to_sign_in(response: HttpResponse) -> bool:
    door = resolve_url(settings.LOGIN_URL)
    return isinstance(response, HttpResponseRedirectBase) and urlsplit(response.url).path == door


def _came_from_our_own_page(request: HttpRequest) -> bool:
    """Browsers name the origin of every POST; one that names none, or another, is not kept for anybody."""
    try:
        ours = f"{request.scheme}://{request.get_host()}"
    except DisallowedHost:
        return False
    return request.headers.get("Origin") in {ours, *settings.CSRF_TRUSTED_ORIGINS}


def _page_before(request: HttpRequest) -> str:
    """The page that the form was on, as a path of ours, or nothing."""
    before = urlsplit(request.headers.get("Referer", ""))
    path = before.path if before.netloc == request.get_host() else ""
    return path if path.startswith("/") and not path.startswith("//") else ""


# ── Who was here last ────────────────────────────────────────────────────────


def _remember(request: HttpRequest, response: HttpResponse) -> None:
    """A signed cookie with the person's number alone; the browser's pages cannot read it."""
    if _last_person(request) != request.user.pk:
        response.set_signed_cookie(
            COOKIE,
            request.user.pk,
            salt=COOKIE,
            max_age=COOKIE_AGE,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )


def _last_person(request: HttpRequest) -> int | None:
    try:
        return int(request.get_signed_cookie(COOKIE, salt=COOKIE, max_age=COOKIE_AGE))
    except (KeyError, ValueError, signing.BadSignature):
        return None


@receiver(user_logged_in)
def _for_nobody_else(sender, request: HttpRequest, user, **signal) -> None:
    """Somebody else signed in here: it is gone, unseen. The same person: the session lives as long as others again."""
    kept = request.session.get(KEY)
    if not kept:
        return
    if kept["of"] != user.pk:
        del request.session[KEY]
    if request.session.get("_session_expiry") == KEPT_FOR.seconds:
        request.session.set_expiry(None)


# ── Giving it back ───────────────────────────────────────────────────────────


def is_waiting(request: HttpRequest) -> bool:
    """Does something that this person typed wait to be sent again?"""
    return bool(_kept(request, request.user.pk))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def what_you_typed(request: HttpRequest) -> HttpResponse:
    """Everything that waits, each with one button that sends it again; POST throws it away."""
    if request.method == "POST":
        _put(request, request.user.pk, [])
        messages.info(request, "What you typed is thrown away.")
        return redirect(request, "home")
    return render(request, "home/what_you_typed.html", {"waiting": _kept(request, request.user.pk)})
