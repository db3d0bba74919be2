"""Evidence in the browser: added on a return or a row, handed out as a download and nothing else."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods, require_safe

from alliance.core import scanner
from alliance.core.addresses import reverse
from alliance.core.downloads import download_file
from alliance.core.htmx import redirect, render
from alliance.core.paging import place_of
from alliance.core.refusals import NotPossible
from ledger import permissions, services
from ledger.forms.queries import EvidenceForm
from ledger.lifecycle import RETURN
from ledger.models import CostReturn, Evidence, ReturnLine
from ledger.views.cost_return import find_return
from ledger.views.shared import places
from participants.models import Alliance
from participants.web import in_alliance


@require_http_methods(["GET", "HEAD", "POST"])
@in_alliance
def add_evidence(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    """With ?row= for one row of the file; with ?instead= in the place of another file."""
    found = find_return(alliance, number)
    permissions.add_evidence.check(request.user, cost_return=found)
    RETURN.require(found.status, "add_evidence")
    instead = _instead(request, found)
    row = instead.row if instead else _row(request, found)
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = EvidenceForm(*sent, instead=instead)
    if sent and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            services.add_evidence(
                cost_return=found,
                name=file.name,
                content=file.content,
                row=row,
                supersedes=instead,
                reason=form.cleaned_data.get("reason", ""),
                by=request.user,
            )
        except NotPossible as refusal:
            form.add_error("file", refusal.reason)
        else:
            messages.success(request, f"“{file.name}” is kept as evidence.")
            return redirect(request, _place(alliance, found, row))
    page = {
        "cost_return": found,
        "row": row,
        "instead": instead,
        "form": form,
        "back": _place(alliance, found, row),
        "scans": scanner.is_there(),
        "places": places(request, alliance),
    }
    return render(request, "ledger/add_evidence.html", page, status=422 if form.errors else 200)


@require_safe
@in_alliance
def evidence(request: HttpRequest, alliance: Alliance, number: int, file: int) -> HttpResponse:
    """The bytes as they came, always as a download that can do nothing in the reader's browser."""
    kept = get_object_or_404(
        Evidence.objects.of(alliance)
        .told()
        .select_related("document", "cost_return__participant")
        .defer(None),
        cost_return__number=number,
        number=file,
    )
    permissions.see_evidence.check(request.user, evidence=kept)
    if not kept.is_handed_out:
        raise NotPossible(
            f"A scanner found “{kept.found}” in “{kept.document.name}”, so it is not handed out. It stays on record; "
            "its participant can put a clean file in its place."
        )
    document = kept.document
    answer = download_file(bytes(document.content), name=document.name, media_type=document.media_type)
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def _instead(request: HttpRequest, found: CostReturn) -> Evidence | None:
    asked = place_of(request, "instead")
    if asked is None:
        return None
    kept = found.evidence.select_related("document").defer("document__content")
    return get_object_or_404(kept, number=asked)


def _row(request: HttpRequest, found: CostReturn) -> int | None:
    asked = place_of(request, "row")
    if asked is None:
        return None
    rows = ReturnLine.objects.filter(alliance_id=found.alliance_id, cost_return=found, reading=found.reading)
    return get_object_or_404(rows, row=asked).row


def _place(alliance: Alliance, found: CostReturn, row: int | None) -> str:
    if row is None:
        return f"{found.get_absolute_url()}#evidence"
    return f"{reverse('ledger:row', args=[alliance.slug, found.number, row])}#evidence"
