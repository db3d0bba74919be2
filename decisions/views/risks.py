"""Risks and opportunities in the browser."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from alliance.core.downloads import download_csv
from alliance.core.htmx import redirect, render
from alliance.core.models import Event
from alliance.core.paging import page_of
from alliance.core.questions import Question
from alliance.core.refusals import NotPossible
from decisions import permissions, services
from decisions.forms.risks import AcceptanceForm, CloseRiskForm, RiskForm, RiskListForm
from decisions.lifecycle import RISK
from decisions.models import Risk
from decisions.showing.risks import acceptances, differences, links, rows
from participants.models import Alliance, Participant
from participants.web import in_alliance

tells = require_http_methods(["GET", "HEAD", "POST"])


def _active(alliance: Alliance) -> list[Participant]:
    return list(Participant.objects.filter(alliance=alliance).active().order_by("place"))


def _asked(request: HttpRequest, alliance: Alliance):
    """The form of filters, what it asked, and what it leaves."""
    form = RiskListForm(request.GET)
    form.is_valid()
    asked = {name: form.cleaned_data.get(name) or "" for name in ("q", "kind", "state")}
    found = Risk.objects.visible_to(request.user).filter(alliance=alliance)
    if asked["kind"]:
        found = found.filter(kind=asked["kind"])
    if asked["q"]:
        found = found.about(asked["q"])
    match asked["state"]:
        case "closed":
            found = found.filter(state=Risk.State.CLOSED)
        case "mine":
            found = found.open().not_accepted_by(request.standing.speaks_for_ids)
        case "":
            found = found.open()
    return form, asked, found.order_by("number")


def _find(request: HttpRequest, alliance: Alliance, number: int) -> Risk:
    if found := _risk.first(alliance=alliance.pk, number=number):
        return found
    raise Http404("No such risk.")


@Question
def _risk(alliance: int, number: int):
    found = Risk.objects.filter(alliance_id=alliance, number=number).with_acceptances()
    return found.select_related("raised_by", "closed_by", "closed_because")


_whole = Question(lambda pks: Risk.objects.filter(pk__in=pks).with_acceptances().order_by("number"))


@require_safe
@in_alliance
def risk_list(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """Everything that could go wrong or right, held in common."""
    form, asked, found = _asked(request, alliance)
    page = page_of(request, list(found.values_list("pk", flat=True)))
    page.object_list = _whole(pks=page.object_list)
    context = {
        "form": form,
        "page": page,
        "rows": rows(page, _active(alliance)),
        "active": any(asked.values()),
        "result": f"{page.paginator.count} found" if any(asked.values()) else "",
        "query": request.GET.urlencode(),
        "why_not_raise": permissions.raise_risk.reason(request.user, alliance=alliance),
    }
    return render(request, "decisions/risks/list.html", context, partial="risks")


@require_safe
@in_alliance
def risk_list_csv(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """The register as it is filtered."""
    _, _, found = _asked(request, alliance)
    active = _active(alliance)
    headings = [
        "Number", "Kind", "State", "Title", "Causes", "Effects", "Controls", "Gaps", "Money at stake", "Steward",
        "Version", "Changed on", "Accepted by", "Not accepted by",
    ]  # fmt: skip
    told = []
    for one in _whole(pks=list(found.values_list("pk", flat=True))):
        version, accepted = one.current_version, one.acceptances_of(active)
        told.append(
            [
                one.number, one.get_kind_display(), one.get_state_display(), version.title, version.causes,
                version.effects, version.controls, version.gaps, version.amount, version.steward.name,
                version.version, version.written_at.date(),
                "; ".join(who.participant.short_name for who in accepted if who.holds),
                "; ".join(who.participant.short_name for who in accepted if not who.holds),
            ]
        )  # fmt: skip
    return download_csv(f"{alliance.slug}-risks", headings, told, alliance_id=alliance.pk)


@tells
@in_alliance
def raise_risk(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    permissions.raise_risk.check(request.user, alliance=alliance)
    form = RiskForm(request.POST or None, alliance=alliance, initial={"steward": request.user.pk})
    if request.method == "POST" and form.is_valid():
        risk = services.raise_risk(alliance=alliance, by=request.user, **form.cleaned_data)
        messages.success(request, f"{risk} is in the register. Every participant is asked to accept it.")
        return redirect(request, risk)
    return render(request, "decisions/risks/raise.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
@in_alliance
def risk(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    found = _find(request, alliance, number)
    active = _active(alliance)
    speaks = [one for one in active if request.standing.speaks_for(one)]
    accepted = found.acceptances_of(active)
    versions = list(found.versions.all())
    context = {
        "risk": found,
        "version": found.current_version,
        "acceptances": acceptances(accepted),
        "waiting": [one.participant.short_name for one in accepted if not one.holds],
        "why_not_change": permissions.change_risk.reason(request.user, risk=found)
        or RISK.reason(found.state, "change"),
        "why_not_accept": RISK.reason(found.state, "accept")
        or ("" if speaks else "Representatives and deputies accept risks for their organisations."),
        "mine": [one for one in accepted if one.participant in speaks],
        "differences": differences(versions[-2], versions[-1]) if len(versions) > 1 else [],
        "before": versions[-2] if len(versions) > 1 else None,
        "links": links(found),
        "events": Event.objects.about(found).order_by("seq"),
    }
    return render(request, "decisions/risks/risk.html", context)


@tells
@in_alliance
def change_risk(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    found = _find(request, alliance, number)
    permissions.change_risk.check(request.user, risk=found)
    RISK.require(found.state, "change")
    form = RiskForm(request.POST or None, alliance=alliance, version=found.current_version)
    page = {"form": form, "risk": found}
    if request.method == "POST" and form.is_valid():
        try:
            written = services.change_risk(risk=found, by=request.user, **form.cleaned_data)
        except services.RiskChanged as changed:
            form.add_error(None, changed.reason)
            form.data = form.data.copy()
            form.data["shown"] = found.current_version.hash
            page["differences"] = _since(found, form.cleaned_data["shown"])
        else:
            if written.pk == found.current_version_id:
                messages.info(request, "Nothing changed, so nobody is asked again.")
            else:
                messages.success(request, "Changed. Every participant is asked to accept it again.")
            return redirect(request, found)
    return render(request, "decisions/risks/change.html", page, status=422 if form.errors else 200)


def _since(risk: Risk, shown: str) -> list[dict]:
    before = next((one for one in risk.versions.all() if one.hash == shown), None)
    return differences(before, risk.current_version) if before else []


@tells
@in_alliance
def accept_risk(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    found = _find(request, alliance, number)
    speaks = [one for one in _active(alliance) if request.standing.speaks_for(one)]
    permissions.answer.check(request.user, alliance=alliance)
    RISK.require(found.state, "accept")
    form = AcceptanceForm(
        request.POST or None,
        participants=speaks,
        latest=alliance.accepts_until(),
        shown=found.current_version.hash,
    )
    page = {"form": form, "risk": found, "version": found.current_version}
    if request.method == "POST" and form.is_valid():
        try:
            services.accept_risk(risk=found, by=request.user, **form.cleaned_data)
        except NotPossible as refusal:
            form.add_error(None, refusal.reason)
            form.data = form.data.copy()
            form.data["shown"] = found.current_version.hash
            page["differences"] = _since(found, form.cleaned_data["shown"])
        else:
            messages.success(request, f"Recorded: {form.cleaned_data['participant'].short_name} accepts it.")
            return redirect(request, found)
    return render(request, "decisions/risks/accept.html", page, status=422 if form.errors else 200)


@tells
@in_alliance
def close_risk(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    found = _find(request, alliance, number)
    permissions.change_risk.check(request.user, risk=found)
    RISK.require(found.state, "close")
    form = CloseRiskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.close_risk(risk=found, by=request.user, **form.cleaned_data)
        messages.success(request, f"{found} is closed. What was said about it stays.")
        return redirect(request, found)
    return render(
        request,
        "decisions/risks/close.html",
        {"form": form, "risk": found},
        status=422 if form.errors else 200,
    )
