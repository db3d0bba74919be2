"""The register of everything that was put to the alliance, and of what came of it."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from alliance.core.htmx import render
from alliance.core.paging import page_of
from decisions import permissions
from decisions.forms.register import RegisterForm
from decisions.lifecycle import State
from decisions.models import Proposal
from decisions.showing.register import lines_of, with_these
from participants.models import Alliance
from participants.web import in_alliance


def asked(request: HttpRequest, alliance: Alliance):
    """The form of filters, and the proposals that they leave, newest first."""
    form = RegisterForm(request.GET, alliance=alliance)
    mine = Proposal.objects.visible_to(request.user).filter(alliance=alliance)
    return form, form.of(mine.exclude(state=State.DISCARDED)).order_by("-number")


@require_safe
@in_alliance
def register(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    form, found = asked(request, alliance)
    keys = found.values_list("pk", flat=True)
    page = page_of(
        request, list(keys) if "q" in form.asked else keys
    )  # words are looked for once, not to count too
    # Asked for by their ids: a late page passes over the earlier ones without looking into them.
    page.object_list = with_these(alliance, list(page.object_list))
    context = {
        "form": form,
        "page": page,
        "lines": lines_of(page.object_list, request.standing),
        "active": bool(form.asked),
        "query": request.GET.urlencode(),
        "result": f"{page.paginator.count:,} found" if form.asked else "",
        "why_not_propose": permissions.propose.reason(request.user, alliance=alliance),
    }
    return render(request, "decisions/register.html", context, partial="decisions")
