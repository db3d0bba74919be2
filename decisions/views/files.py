"""Files of a case: to download, and to take out of a draft."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST, require_safe

from alliance.core.downloads import download_file
from alliance.core.htmx import redirect
from decisions import permissions, services
from decisions.models import Attachment, Proposal
from decisions.views.finding import find
from participants.models import Alliance
from participants.web import in_alliance


@require_safe
@in_alliance
def attachment(request: HttpRequest, alliance: Alliance, number: int, file: int) -> HttpResponse:
    """The bytes as they came, always as a download. What no wording names is its proposer's own."""
    found = find(request, alliance, number)
    kept = _kept(found, file)
    if not permissions.edit_draft.allows(request.user, proposal=found) and not _is_named(found, kept):
        raise Http404("No wording names this file.")
    document = kept.document
    return download_file(bytes(document.content), name=document.name, media_type=document.media_type)


@require_POST
@in_alliance
def take_out_file(request: HttpRequest, alliance: Alliance, number: int, file: int) -> HttpResponse:
    found = find(request, alliance, number)
    kept = _kept(found, file)
    services.take_out_file(proposal=found, title=kept.title, by=request.user)
    messages.success(request, f"“{kept.title}” is no longer part of the draft.")
    return redirect(request, "decisions:draft_step", alliance.slug, number, "files")


def _kept(found: Proposal, file: int) -> Attachment:
    return get_object_or_404(found.attachments.select_related("document"), pk=file)


def _is_named(found: Proposal, kept: Attachment) -> bool:
    return any(
        (one["title"], one["version"]) == (kept.title, kept.version)
        for written in found.wordings.all()
        for one in written.files
    )
