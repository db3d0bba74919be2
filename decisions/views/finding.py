"""What the views of a proposal share: finding it as its reader may see it."""

from django.db.models import Prefetch, prefetch_related_objects
from django.http import Http404, HttpRequest
from django.views.decorators.http import require_http_methods

from alliance.core.bringing import leave
from alliance.core.questions import Question
from decisions import veil
from decisions.models import Decision, Objection, PrincipleTest, Proposal, Wording
from decisions.querysets import told
from participants.models import Alliance, Principle

tells = require_http_methods(["GET", "HEAD", "POST"])


def whole(request: HttpRequest, alliance: Alliance, **which: int) -> Proposal:
    """One of those that the reader sees here, by its `number` or its `decision__number`, with all that its page shows;
    else 404."""
    ((by, number),) = which.items()
    own = sorted(request.standing.speaks_for_ids) or [0]
    if not (seen := _whole[by](alliance=alliance.pk, own=own, number=number)):
        raise Http404("No such proposal.")
    (found,) = told(seen)
    wording = found.current_wording
    if wording and wording.version > 1:
        prefetch_related_objects(
            [found], Prefetch("wordings", Wording.objects.select_related("written_by", "note"))
        )
    else:
        leave(found, Wording._meta.get_field("proposal"), Wording.objects.all(), [wording] if wording else [])
    return found


def _seen(alliance: int, own: list[int]):
    """What those see here who speak for `own`."""
    seen = Proposal.objects.seen_with(own).filter(alliance_id=alliance).with_what_there_is()
    tests = PrincipleTest.objects.select_related("principle")
    seen = seen.prefetch_related(Prefetch("current_wording__tests", tests))
    return seen.select_related(
        "withdrawn_by",
        "withdrawal_reason",
        "opened_by",
        "current_wording__note",
        "current_wording__written_by",
        "decision__sealed_by",
        "supersedes__wording",
    )


_whole = {
    "number": Question(lambda alliance, own, number: _seen(alliance, own).filter(number=number)),
    "decision__number": Question(
        lambda alliance, own, number: _seen(alliance, own).filter(decision__number=number)
    ),
}


def find(request: HttpRequest, alliance: Alliance, number: int) -> Proposal:
    """One, as its reader may see it: without what others answered while that is veiled."""
    return veil.over(whole(request, alliance, number=number), request.standing)


def find_objection(found: Proposal, number: int) -> Objection:
    """One of those that the reader of `found` may see; a veiled one is as absent as one that was never raised."""
    for one in found.objections.all():
        if one.number == number:
            return one
    raise Http404("No such objection.")


def find_decision(alliance: Alliance, number: int) -> Decision:
    if found := _decision.first(alliance=alliance.pk, number=number):
        return found
    raise Http404("No such decision.")


@Question
def _decision(alliance: int, number: int):
    related = ("alliance", "wording", "proposal__participant", "proposal__alliance")
    return Decision.objects.filter(alliance_id=alliance, number=number).select_related(*related)


def wordings_of(proposal: Proposal):
    tests = Prefetch("tests", PrincipleTest.objects.select_related("principle"))
    return proposal.wordings.select_related("written_by", "note").prefetch_related(tests)


def principles_of(alliance: Alliance) -> list[Principle]:
    return list(Principle.objects.current().filter(alliance=alliance))


def status_of(*forms) -> int:
    """422 for a form that was refused."""
    return 422 if any(form.is_bound and form.errors for form in forms if form is not None) else 200
