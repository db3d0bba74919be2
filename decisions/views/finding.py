"""What the views of a proposal share: finding it as its reader may see it."""

from django.db.models import Prefetch, prefetch_related_objects
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods

from decisions import veil
from decisions.models import Decision, Objection, PrincipleTest, Proposal, Wording
from decisions.querysets import leave_prefetched, told
from participants.models import Alliance, Principle

tells = require_http_methods(["GET", "HEAD", "POST"])


def whole(request: HttpRequest, alliance: Alliance, **which) -> Proposal:
    """One of those that the reader sees here, with all that its page shows; else 404."""
    seen = Proposal.objects.visible_to(request.user).filter(alliance=alliance).with_what_there_is()
    related = seen.select_related(
        "withdrawn_by",
        "withdrawal_reason",
        "opened_by",
        "current_wording__note",
        "current_wording__written_by",
        "decision__sealed_by",
        "supersedes__wording",
    )
    tests = Prefetch("current_wording__tests", PrincipleTest.objects.select_related("principle"))
    (found,) = told([get_object_or_404(related.prefetch_related(tests), **which)])
    if found.current_wording and found.current_wording.version > 1:
        prefetch_related_objects(
            [found], Prefetch("wordings", Wording.objects.select_related("written_by", "note"))
        )
    else:
        leave_prefetched(found, "wordings", found.wordings.all(), filter(None, [found.current_wording]))
    return found


def find(request: HttpRequest, alliance: Alliance, number: int) -> Proposal:
    """One, as its reader may see it: without what others answered while that is veiled."""
    return veil.over(whole(request, alliance, number=number), request.standing)


def find_objection(found: Proposal, number: int) -> Objection:
    """One of those that the reader of `found` may see; a veiled one is as absent as one that was never raised."""
    for one in found.objections.all():
        if one.number == number:
            return one
    raise Http404("No such objection.")


def find_decision(request: HttpRequest, alliance: Alliance, number: int) -> Decision:
    seen = Decision.objects.visible_to(request.user).filter(alliance=alliance)
    related = ("alliance", "wording", "proposal__participant", "proposal__alliance")
    return get_object_or_404(seen.select_related(*related), number=number)


def wordings_of(proposal: Proposal):
    tests = Prefetch("tests", PrincipleTest.objects.select_related("principle"))
    return proposal.wordings.select_related("written_by", "note").prefetch_related(tests)


def principles_of(alliance: Alliance) -> list[Principle]:
    return list(Principle.objects.current().filter(alliance=alliance))


def status_of(*forms) -> int:
    """422 for a form that was refused."""
    return 422 if any(form.is_bound and form.errors for form in forms if form is not None) else 200
