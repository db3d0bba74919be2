"""Which risks and opportunities an experiment touches."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods

from alliance.core.htmx import redirect, render
from learning import permissions, services
from learning.forms import RisksForm
from learning.models import Experiment
from participants.models import Alliance
from participants.web import in_alliance


@require_http_methods(["GET", "HEAD", "POST"])
@in_alliance
def tie_risks(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    found = Experiment.objects.visible_to(request.user).filter(alliance=alliance).select_related("alliance")
    experiment = get_object_or_404(found, number=number)
    permissions.tie_risks.check(request.user, experiment=experiment)
    form = RisksForm(request.POST if request.method == "POST" else None, experiment=experiment)
    if request.method == "POST" and form.is_valid():
        services.tie_risks(experiment=experiment, risks=list(form.cleaned_data["risks"]), by=request.user)
        messages.success(request, "Kept.")
        return redirect(request, experiment)
    page = {"form": form, "experiment": experiment}
    return render(request, "learning/tie_risks.html", page, status=422 if form.errors else 200)
