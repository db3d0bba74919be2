"""The page of letters: what one wants to be told, and what one was told."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from alliance.core.htmx import redirect, render
from alliance.notices import services
from alliance.notices.forms import PreferencesForm
from alliance.notices.letters import KINDS
from alliance.notices.models import Notice, Preference
from participants.models import Alliance
from participants.web import in_alliance


@require_http_methods(["GET", "HEAD", "POST"])
@in_alliance
def preferences(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """Everybody sets their own; nothing else of anybody's is shown."""
    unwanted = Preference.objects.filter(alliance=alliance, person=request.user, wanted=False)
    wanted = KINDS.keys() - set(unwanted.values_list("kind", flat=True))
    form = PreferencesForm(
        request.POST if request.method == "POST" else None, initial={"wanted": sorted(wanted)}
    )
    if request.method == "POST" and form.is_valid():
        services.set_preferences(alliance=alliance, wanted=form.cleaned_data["wanted"], by=request.user)
        messages.success(request, "Kept. It holds for what happens from now on.")
        return redirect(request, "notices:preferences", alliance.slug)
    told = Notice.objects.visible_to(request.user).filter(alliance=alliance).to(request.user)[:30]
    always = [kind for kind in KINDS.values() if kind.always]
    page = {
        "form": form,
        "always": always,
        "told": [{"kind": KINDS[one.kind], "notice": one} for one in told],
    }
    return render(request, "notices/preferences.html", page, status=422 if form.errors else 200)
