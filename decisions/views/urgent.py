"""Urgent safety action in the browser: written down at once, reported within five working days (rule 23)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from alliance.core.htmx import redirect, render
from alliance.core.paging import page_of
from decisions import permissions, services
from decisions.forms.alone import ReportForm, UrgentForm
from decisions.models import Meeting, UrgentAction
from decisions.views.finding import status_of, tells
from participants.models import Alliance, Participant
from participants.web import in_alliance


def _all(request: HttpRequest, alliance: Alliance):
    related = ("alliance", "participant", "what", "report", "reported_by", "meeting__alliance")
    return UrgentAction.objects.visible_to(request.user).filter(alliance=alliance).select_related(*related)


@require_safe
@in_alliance
def urgent_actions(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    page = {
        "page": page_of(request, _all(request, alliance)),
        "why_not_tell": permissions.take_urgent_action.reason(request.user, alliance=alliance),
    }
    return render(request, "decisions/urgent/list.html", page)


@tells
@in_alliance
def take_urgent_action(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    permissions.take_urgent_action.check(request.user, alliance=alliance)
    speaks_for = Participant.objects.filter(pk__in=request.standing.speaks_for_ids).order_by("place")
    form = UrgentForm(request.POST or None, participants=list(speaks_for))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        told = services.take_urgent_action(
            alliance=alliance,
            participant=said["participant"],
            title=said["title"],
            duty=said["duty"],
            what=said["what"],
            acted_at=form.acted_at,
            by=request.user,
        )
        messages.success(request, "It is written down, and everybody in the alliance can read it.")
        return redirect(request, told)
    return render(request, "decisions/urgent/take.html", {"form": form}, status=status_of(form))


@require_safe
@in_alliance
def urgent(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    found = get_object_or_404(_all(request, alliance), number=number)
    page = {
        "urgent": found,
        "why_not_report": permissions.report_urgent_action.reason(request.user, urgent=found),
    }
    return render(request, "decisions/urgent/urgent.html", page)


@tells
@in_alliance
def report_urgent_action(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    found = get_object_or_404(_all(request, alliance), number=number)
    permissions.report_urgent_action.check(request.user, urgent=found)
    if found.reported_at:
        return redirect(request, found)
    meetings = Meeting.objects.filter(
        alliance=alliance, body=Meeting.Body.LEADERSHIP, starts_at__date__gte=found.acted_at.date()
    ).exclude(state="cancelled")
    form = ReportForm(request.POST or None, meetings=meetings)
    if request.method == "POST" and form.is_valid():
        services.report_urgent_action(urgent=found, by=request.user, **form.cleaned_data)
        messages.success(request, "It is reported to the leadership team.")
        return redirect(request, found)
    page = {"form": form, "urgent": found}
    return render(request, "decisions/urgent/report.html", page, status=status_of(form))
