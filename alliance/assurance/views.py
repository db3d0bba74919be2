"""The pages of assurance: the list, the request, one report, its file."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from alliance.assurance import permissions, services
from alliance.assurance.contents import Contents
from alliance.assurance.forms import RequestForm
from alliance.assurance.models import Report
from alliance.core.downloads import download_file
from alliance.core.htmx import is_htmx, redirect, render
from alliance.core.models import Errand
from alliance.core.outbox import PARKED_AFTER
from alliance.core.paging import page_of
from participants.models import Alliance
from participants.web import in_alliance

DOWNLOADS_SHOWN = 50


def find_report(request: HttpRequest, alliance: Alliance, number: int) -> Report:
    visible = Report.objects.visible_to(request.user).filter(alliance=alliance).select_related("alliance")
    return get_object_or_404(visible.for_lists(), number=number)


@require_safe
@in_alliance
def reports(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """Every report of the alliance, newest first, and the way to ask for one."""
    found = Report.objects.visible_to(request.user).filter(alliance=alliance).select_related("alliance")
    page = {
        "page": page_of(request, found.for_lists().newest_first()),
        "why_not_request": permissions.request_report.reason(request.user, alliance=alliance),
    }
    return render(request, "assurance/reports.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@in_alliance
def request_report(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    permissions.request_report.check(request.user, alliance=alliance)
    form = RequestForm(request.POST or None, alliance=alliance)
    if request.method == "POST" and form.is_valid():
        made = services.request_report(
            alliance=alliance, quarter=form.cleaned_data["quarter"], by=request.user
        )
        return redirect(request, made)
    return render(request, "assurance/request.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
@in_alliance
def report(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    """One report: how far it is; once sealed what is in it, the file, its hash, and who fetched it."""
    found = find_report(request, alliance, number)
    if found.is_sealed and is_htmx(request):
        return HttpResponse(headers={"HX-Refresh": "true"})  # whoever waited gets the whole page
    errand = None if found.is_sealed else found.errand
    versions = Report.objects.filter(alliance=alliance, quarter=found.quarter).order_by("-version")
    page = {
        "report": found,
        "errand": errand,
        "once_more": _once_more(errand),
        "contents": found.contents if found.is_sealed else None,
        "reported": _reported(found.contents) if found.is_sealed else "",
        "versions": versions.exclude(pk=found.pk).select_related("alliance"),
        "downloads": found.downloads.newest_first().select_related("downloaded_by")[:DOWNLOADS_SHOWN],
        "why_not_request": permissions.request_report.reason(request.user, alliance=alliance),
    }
    return render(request, "assurance/report.html", page, partial="progress")


def _once_more(errand: Errand | None) -> str:
    if errand is None or not errand.trouble:
        return ""
    return (
        f"Attempt {errand.attempts} did not work. It is tried again by itself, {PARKED_AFTER} times in all."
    )


def _reported(contents: Contents) -> str:
    """The denominator of what was spent: "Jul 2025: 3 of 3 reported. Aug 2025: 2 of 3 reported." (rule 54)"""
    months = contents.money.months_of_quarter if contents.money else ()
    return " ".join(f"{one.label}: {one.reported} of {one.expected} reported." for one in months)


@require_POST
@in_alliance
def attempt(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    """Try again what was given up."""
    return redirect(
        request, services.try_again(report=find_report(request, alliance, number), by=request.user)
    )


@never_cache
@require_GET
@in_alliance
def download(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    """The sealed bytes as they were sealed; each time is logged (rule 52)."""
    found = find_report(request, alliance, number)
    services.download_report(report=found, by=request.user)
    return download_file(bytes(found.pdf.content), name=found.file_name, media_type="application/pdf")
