"""The words of a proposal as they change: the next version, any two beside each other, the very bytes."""

from dataclasses import replace

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from alliance.core.downloads import download_file
from alliance.core.htmx import redirect, render
from alliance.core.refusals import NotPossible
from decisions import effects, permissions, services
from decisions.case import Case
from decisions.forms.case import AgainstForm, WordingForm, open_risks, title_of
from decisions.lifecycle import PROPOSAL
from decisions.models import Proposal, Wording
from decisions.showing.differences import case_differences, differences
from decisions.views.finding import find, principles_of, status_of, tells, wordings_of
from participants.models import Alliance
from participants.web import in_alliance


@tells
@in_alliance
def change_wording(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    """All of the case at once; what would change is shown word by word before everybody is asked again."""
    found = find(request, alliance, number)
    permissions.change_wording.check(request.user, proposal=found)
    PROPOSAL.require(found.state_now, "change_wording")
    principles, usual = principles_of(alliance), alliance.usual_deadline()
    form = WordingForm(
        request.POST or None,
        request.FILES or None,
        case=found.case,
        complete=True,
        principles=principles,
        risks=open_risks(found, alliance.pk),
        attachments=_kept(found),
        initial={"shown": found.current_wording.hash, "answer_by": max(usual, found.answer_by)},
    )
    does = _effect_form(request, found)
    page = {"form": form, "does": does, "proposal": found, "usual": usual}
    if request.method == "POST":
        sound = form.is_valid() & (does is None or does.is_valid())
        if form.is_bound:
            _keep_file(request, found, form)
        if sound and not form.errors:
            case = _case(form, does)
            if form.only_looks:
                page["preview"] = case_differences(found.case, case, principles, alliance)
                page["looked"] = True
            elif written := _ask_again(request, found, form, case, page):
                return redirect(request, written.proposal)
    return render(request, "decisions/change_wording.html", page, status=status_of(form, does))


def _ask_again(request: HttpRequest, found: Proposal, form: WordingForm, case: Case, page: dict):
    """The new version; or None, with what stands in its way in the form."""
    said = form.cleaned_data
    try:
        written = services.change_wording(
            proposal=found,
            case=case,
            shown=said["shown"],
            note=said["note"],
            answer_by=said["answer_by"],
            by=request.user,
        )
    except services.WordingChanged as changed:
        form.add_error(
            None,
            "Somebody changed the wording while you were writing. Read what changed; your words are below.",
        )
        form.data = form.data.copy()
        form.data["shown"] = changed.current.hash
        if changed.shown:
            page["differences"] = differences(changed.shown, changed.current)
        return None
    except NotPossible as refusal:
        form.add_error(None, refusal.reason)
        return None
    if written.pk == found.current_wording_id:
        messages.info(request, "Nothing changed, so nobody is asked again.")
    else:
        messages.success(request, f"Version {written.version} is open: everybody is asked again.")
    return written


def _keep_file(request: HttpRequest, found: Proposal, form: WordingForm) -> None:
    """A file that came is kept at once, whatever else is still to be mended, and chosen for the wording."""
    if not (upload := form.cleaned_data.get("file")):
        return
    try:
        added = services.add_file(
            proposal=found,
            title=title_of(upload, form.cleaned_data.get("file_title", "")),
            name=upload.name,
            content=upload.content,
            by=request.user,
        )
    except NotPossible as refusal:
        form.add_error("file", refusal.reason)
    else:
        form.choose(added, _kept(found))


def _effect_form(request: HttpRequest, found: Proposal):
    kind = effects.KINDS.get(found.case.effect.get("kind"))
    if kind is None or kind.form is None:
        return None
    return kind.form(request.POST or None, prefix="does", alliance=found.alliance, terms=found.case.effect)


def _case(form: WordingForm, does) -> Case:
    return replace(form.case, effect=does.terms) if does is not None else form.case


def _kept(found: Proposal) -> list:
    return list(found.attachments.select_related("document").defer("document__content"))


@require_safe
@in_alliance
def wording(request: HttpRequest, alliance: Alliance, number: int, version: int) -> HttpResponse:
    """One version, and word by word how it differs from another one: the one before, unless `against` names it."""
    found = find(request, alliance, number)
    written = get_object_or_404(wordings_of(found), version=version)
    others = [one.version for one in found.wordings.all() if one.version != version]
    form = AgainstForm(request.GET or None, versions=others)
    asked = form.cleaned_data.get("against") if form.is_valid() else None
    before = wordings_of(found).filter(version=asked or version - 1).first()
    page = {
        "proposal": found,
        "wording": written,
        "before": before,
        "differences": differences(*sorted((before, written), key=lambda one: one.version)) if before else [],
        "is_later": before is not None and before.version > version,
        "is_current": written.pk == found.current_wording_id,
        "after": found.current_wording.version,
        "form": AgainstForm(versions=others, initial={"against": before.version if before else None}),
        "others": others,
    }
    return render(request, "decisions/wording.html", page)


@require_safe
@in_alliance
def wording_bytes(request: HttpRequest, alliance: Alliance, number: int, version: int) -> HttpResponse:
    """The very bytes that were hashed, to check a hash without trusting anybody."""
    found = find(request, alliance, number)
    written = get_object_or_404(Wording.objects.filter(proposal=found), version=version)
    name = f"proposal-{number}-wording-{version}.json"
    return download_file(bytes(written.body), name=name, media_type="application/json")
