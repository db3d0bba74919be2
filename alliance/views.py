"""Home ("waiting on me"), the record, health, and the demonstration's way in."""

import json
from pathlib import Path

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render as render_template
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

import decisions.waiting
import learning.waiting
import ledger.waiting
import participants.waiting
from alliance import health
from alliance.assurance import waiting as assurance_waiting
from alliance.core import export, invariants
from alliance.core.downloads import download_file
from alliance.core.htmx import redirect, render
from alliance.core.kept_post import is_waiting
from alliance.core.models import Event
from alliance.core.paging import first_of, place_of
from alliance.core.questions import Question
from alliance.core.record import head, record
from alliance.core.waiting import Sources
from alliance.glossary import GLOSSARY
from decisions import veil
from participants.forms import SignInAsForm
from participants.models import Alliance, User
from participants.web import in_alliance

waiting_on = Sources(
    [
        *participants.waiting.waiting_on,
        *decisions.waiting.waiting_on,
        *ledger.waiting.waiting_on,
        *learning.waiting.waiting_on,
        *assurance_waiting.waiting_on,
    ]
)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """One alliance: straight in. Several, or none: the page to choose. Signed out: what this is."""
    if not request.user.is_authenticated:
        return render(request, "home/welcome.html")
    alliances = Alliance.objects.visible_to(request.user)[:2]
    return redirect(request, alliances[0] if len(alliances) == 1 else "choose")


@require_safe
@login_required
def choose(request: HttpRequest) -> HttpResponse:
    """All of the person's alliances; or, when there is none, how one comes in."""
    return render(
        request, "home/choose.html", {"alliances": Alliance.objects.visible_to(request.user).order_by("name")}
    )


@require_safe
@in_alliance
def alliance_home(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """What waits on me, on my organisation, on others; and what happened last."""
    waiting = waiting_on(request.standing)
    page = {
        "groups": [
            ("On you", [one for one in waiting if one.who == "me"]),
            ("On your organisation", [one for one in waiting if one.who == "organisation"]),
            ("On others", [one for one in waiting if one.who == "others"]),
        ],
        "events": veil.over_events(_latest(alliance=alliance.pk), request.standing),
    }
    return render(request, "home/alliance.html", page)


_latest = Question(lambda alliance: Event.objects.filter(alliance_id=alliance).newest_first()[:8])


@require_safe
@in_alliance
def the_record(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """Every act in the alliance's chain, newest first; and its head, to compare with a paper."""
    events = Event.objects.filter(alliance=alliance).newest_first()
    if before := place_of(request, "before"):
        events = events.filter(seq__lt=before)
    shown, more = first_of(events)
    hidden = veil.hidden_numbers(request.standing)
    page = {
        "events": veil.over_events(shown, request.standing, hidden),
        "why_not_export": veil.why_no_export(request.standing, hidden),
        "older": f"?before={shown[-1].seq}" if more else "",
        "newest": "?" if before else "",
        "head": (end := head(alliance.pk)),
        "head_hash": bytes(end.hash).hex() if end else "",
        "self_check": invariants.last_self_check(alliance.pk),
        "promises": [one.promise for one in invariants.REGISTER],
    }
    return render(request, "record/record.html", page)


@require_POST
@in_alliance
def record_export(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """The whole record as lines of JSON, which the stand-alone verifier reads. The export is itself recorded."""
    veil.require_lifted(request.standing)
    record("core.record_exported", alliance, by=request.user)
    lines = (json.dumps(line, ensure_ascii=False) + "\n" for line in export.record_lines(alliance))
    # Read within this request's transaction, so that the export is of one moment.
    return download_file(
        "".join(lines),
        name=f"{alliance.slug}-record.jsonl",
        media_type="application/x-ndjson; charset=utf-8",
    )


@require_safe
@in_alliance
def record_verifier(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """The one file that checks an export without trusting anybody, this application included."""
    text = (Path(settings.BASE_DIR) / "alliance" / "core" / "verify_export.py").read_text()
    return download_file(text, name="verify_export.py", media_type="text/x-python; charset=utf-8")


@never_cache
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """The web process answers."""
    return JsonResponse({"web": "ok"})


@never_cache
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Web, database, queue, worker and scheduler: 200 when all are well, else 503 that names what is not."""
    parts = health.parts()
    return JsonResponse(parts, status=200 if all(said == "ok" for said in parts.values()) else 503)


@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_as(request: HttpRequest) -> HttpResponse:
    """Sign in as a person of the demonstration: only where DEMO is on, and only as people of demonstrations."""
    if not settings.DEMO:
        raise Http404
    form = SignInAsForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        person: User = form.cleaned_data["person"]
        login(request, person, backend="allauth.account.auth_backends.AuthenticationBackend")
        return redirect(request, "what_you_typed" if is_waiting(request) else "home")
    return render(request, "home/sign_in_as.html", {"form": form, "people": form.people()})


@require_safe
def glossary(request: HttpRequest) -> HttpResponse:
    return render(request, "help/glossary.html", {"words": GLOSSARY})


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render_template(request, "404.html", status=404)
