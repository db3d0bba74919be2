"""Talking a proposal over in the browser: remarks and questions, stewards of objections, amendments."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST, require_safe

from alliance.core.htmx import is_htmx, redirect, render
from alliance.core.paging import page_of, place_of
from alliance.core.refusals import NotPossible
from decisions import permissions, services
from decisions.forms.deliberation import (
    AmendmentForm,
    RedactionForm,
    RemarkForm,
    SettlementForm,
    StewardForm,
)
from decisions.lifecycle import AMENDMENT, OBJECTION, PROPOSAL
from decisions.models import Amendment, Comment, Objection, Proposal
from decisions.showing.deliberation import Talk, about_of, fill, in_sight, talks
from decisions.showing.differences import differences
from decisions.showing.proposals import people_of
from decisions.views.finding import find, find_objection, status_of, tells
from participants.models import Alliance
from participants.web import in_alliance


@tells
@in_alliance
def conversation(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    """All that is said on a proposal, or with ?objection= or ?amendment= on that; ?reply= opens the form below one."""
    found = _opened(request, alliance, number)
    talk = _talk(request, found)
    talk.replying, talk.written = _replied_to(request, talk), place_of(request, "new") or 0
    if request.method == "POST":
        permissions.comment.check(request.user, proposal=found)
        PROPOSAL.require(found.state_now, "comment")
    if not talk.why_not and (request.method == "POST" or talk.replying or place_of(request, "say")):
        talk.form = RemarkForm(request.POST or None, alliance=alliance, reply=bool(talk.replying))
    if request.method == "POST" and talk.form.is_valid():
        said = talk.form.cleaned_data
        thing = about_of(talk)
        written = services.comment(
            proposal=found,
            words=said["words"],
            is_question=said.get("is_question", False),
            objection=thing if isinstance(thing, Objection) else None,
            amendment=thing if isinstance(thing, Amendment) else None,
            parent=Comment.objects.get(proposal=found, number=talk.replying) if talk.replying else None,
            told=[said["told"]] if said["told"] else [],
            by=request.user,
        )
        if is_htmx(request):
            return redirect(request, talk.url_with(new=written.number))
        messages.success(
            request, "Your question is there." if written.is_question else "Your words are there."
        )
        return redirect(request, written)
    page = page_of(request, talk.all_threads)
    talk.show(in_sight(talk) if is_htmx(request) else list(page.object_list))
    _keep_in_sight(talk)
    fill([talk], found, whole=not is_htmx(request))
    context = {"proposal": found, "talk": talk, "page": page, "thing": about_of(talk), "back": _page_of(talk)}
    context["form"] = talk.form
    return render(
        request,
        "decisions/deliberation/conversation.html",
        context,
        partial="talk",
        status=status_of(talk.form),
    )


def _keep_in_sight(talk: Talk) -> None:
    """The thread that is replied to, or was just written in, is there whichever page is shown."""
    for number in filter(None, (talk.replying, talk.written)):
        thread = next((one for one in talk.all_threads if one.number == number), None)
        if thread and thread not in talk.threads:
            talk.threads.insert(0, thread)


def _replied_to(request: HttpRequest, talk: Talk) -> int:
    """The number of the thread that ?reply= names, or 0; one that is not here is a 404."""
    asked = place_of(request, "reply")
    if asked is None:
        return 0
    if all(one.number != asked for one in talk.all_threads):
        raise Http404("No such remark.")
    return asked


def _talk(request: HttpRequest, found: Proposal) -> Talk:
    """The conversation that the address names; of a thing that is not there, a 404."""
    why_not = PROPOSAL.reason(found.state_now, "comment")
    why_not = why_not or permissions.comment.reason(request.user, proposal=found)
    held = talks(found, found.amendments.all(), why_not=why_not)
    for kind in ("objection", "amendment"):
        if request.GET.get(kind):
            asked = place_of(request, kind)
            for key, talk in held.items():
                if key[0] == kind and talk.number == asked:
                    return talk
            raise Http404(f"No such {kind}.")
    return held["", 0]


def _page_of(talk: Talk) -> str:
    """Where the conversation is shown beside what it is about."""
    thing = about_of(talk)
    return thing.get_absolute_url() if isinstance(thing, Amendment) else talk.proposal.get_absolute_url()


@tells
@in_alliance
def redact_remark(request: HttpRequest, alliance: Alliance, number: int, remark: int) -> HttpResponse:
    """Asked twice: words that were removed do not come back."""
    found = _opened(request, alliance, number)
    related = ("words", "amendment__proposal__alliance", "proposal__alliance")
    said = get_object_or_404(found.comments.select_related(*related), number=min(remark, 2**31 - 1))
    if said.objection_id:
        in_sight_of_reader = {one.pk for one in found.objections.all()}
        if said.objection_id not in in_sight_of_reader:
            raise Http404("No such remark.")
    permissions.redact_remark.check(request.user, comment=said)
    if said.words.redacted_at:
        return redirect(request, said)
    form = RedactionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.redact_remark(comment=said, reason=form.cleaned_data["reason"], by=request.user)
        messages.success(request, "The words are removed. That there were some, and why they went, stays.")
        return redirect(request, said)
    page = {"form": form, "proposal": found, "comment": said}
    return render(request, "decisions/deliberation/redact_remark.html", page, status=status_of(form))


# ── Stewards ─────────────────────────────────────────────────────────────────────────────────────────────────


@tells
@in_alliance
def name_steward(request: HttpRequest, alliance: Alliance, number: int, objection: int) -> HttpResponse:
    found = find(request, alliance, number)
    raised = find_objection(found, objection)
    permissions.name_steward.check(request.user, objection=raised)
    OBJECTION.require(raised.state, "name_steward")
    PROPOSAL.require(found.state_now, "comment")
    last = raised.stewards.last()
    form = StewardForm(
        request.POST or None, alliance=alliance, initial={"person": last.person_id if last else None}
    )
    if request.method == "POST" and form.is_valid():
        named = services.name_steward(objection=raised, person=form.cleaned_data["person"], by=request.user)
        messages.success(request, f"{named.person} looks after objection {raised.number}.")
        return redirect(request, f"{found.get_absolute_url()}#objection-{raised.number}")
    page = {"form": form, "proposal": found, "objection": raised}
    return render(request, "decisions/deliberation/name_steward.html", page, status=status_of(form))


# ── Amendments ───────────────────────────────────────────────────────────────────────────────────────────────


@tells
@in_alliance
def offer_amendment(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    found = find(request, alliance, number)
    permissions.offer_amendment.check(request.user, proposal=found)
    PROPOSAL.require(found.state_now, "amend")
    wording = found.current_wording
    form = AmendmentForm(
        request.POST or None,
        participants=[
            one
            for one in people_of(request.standing, found)
            if permissions.offer_amendment.allows(request.user, proposal=found, participant=one)
        ],
        initial={"text": wording.text, "shown": wording.hash},
    )
    page = {"form": form, "proposal": found}
    if request.method == "POST" and form.is_valid():
        try:
            offered = services.offer_amendment(proposal=found, by=request.user, **form.cleaned_data)
        except services.WordingChanged as changed:
            form.add_error(
                None, "The wording changed while you were writing. Read what changed; your words are below."
            )
            form.data = form.data.copy()
            form.data["shown"] = changed.current.hash
            if changed.shown:
                page["differences"] = differences(changed.shown, changed.current)
        except NotPossible as refusal:
            form.add_error("text", refusal.reason)
        else:
            messages.success(
                request, f"Amendment {offered.number} is offered. {found.participant.short_name} answers it."
            )
            return redirect(request, offered)
    return render(request, "decisions/deliberation/offer_amendment.html", page, status=status_of(form))


@require_safe
@in_alliance
def amendment(request: HttpRequest, alliance: Alliance, number: int, amendment: int) -> HttpResponse:
    """Other words for a proposal: what they change, why, what became of them, and what was said about them."""
    found = find(request, alliance, number)
    return _show(request, found, _amendment(found, amendment))


@require_POST
@in_alliance
def settle_amendment(request: HttpRequest, alliance: Alliance, number: int, amendment: int) -> HttpResponse:
    """The proposer's answer: take it over, or keep the wording and say why."""
    found = find(request, alliance, number)
    offered = _amendment(found, amendment)
    permissions.settle_amendment.check(request.user, amendment=offered)
    PROPOSAL.require(found.state_now, "amend")
    AMENDMENT.require(offered.state, "decline")
    form = SettlementForm(request.POST)
    if not form.is_valid():
        return _show(request, found, offered, form)
    said = form.cleaned_data
    try:
        if said["then"] == "take_over":
            settled = services.take_over_amendment(
                amendment=offered, shown=said["shown"], note=said["note"], by=request.user
            )
            words = f"Version {settled.became.version} is open: everybody is asked again."
        else:
            services.decline_amendment(amendment=offered, answer=said["answer"], by=request.user)
            words = "Your answer is recorded; the wording stays as it is."
    except NotPossible as refusal:
        form.add_error(None, refusal.reason)
        form.data = form.data.copy()
        form.data["shown"] = found.current_wording.hash
        return _show(request, found, offered, form)
    messages.success(request, words)
    return redirect(request, found if said["then"] == "take_over" else offered)


@require_POST
@in_alliance
def take_back_amendment(
    request: HttpRequest, alliance: Alliance, number: int, amendment: int
) -> HttpResponse:
    found = find(request, alliance, number)
    taken_back = services.take_back_amendment(amendment=_amendment(found, amendment), by=request.user)
    messages.success(request, f"Amendment {taken_back.number} is taken back.")
    return redirect(request, taken_back)


def _amendment(found: Proposal, number: int) -> Amendment:
    related = ("participant", "wording", "why", "answer", "became", "settled_by")
    offered = get_object_or_404(found.amendments.select_related(*related), number=number)
    offered.proposal = found
    return offered


def _show(
    request: HttpRequest, found: Proposal, offered: Amendment, form: SettlementForm | None = None
) -> HttpResponse:
    current, state = found.current_wording, found.state_now
    why_not = PROPOSAL.reason(state, "comment") or permissions.comment.reason(request.user, proposal=found)
    talk = talks(found, [offered, *found.amendments.exclude(pk=offered.pk)], why_not=why_not)[
        "amendment", offered.pk
    ]
    fill([talk.show(in_sight(talk))], found)
    waits = AMENDMENT.permits(offered.state, "decline") and PROPOSAL.permits(state, "amend")
    if form is None and waits and permissions.settle_amendment.allows(request.user, amendment=offered):
        form = SettlementForm(initial={"shown": current.hash})
    page = {
        "proposal": found,
        "amendment": offered,
        "waits": waits,
        "moved": waits and offered.wording_id != current.pk,
        "current": current,
        "form": form,
        "may_take_back": waits and permissions.take_back_amendment.allows(request.user, amendment=offered),
        "talk": talk,
    }
    return render(request, "decisions/deliberation/amendment.html", page, status=status_of(form))


def _opened(request: HttpRequest, alliance: Alliance, number: int) -> Proposal:
    found = find(request, alliance, number)
    if found.current_wording_id is None:
        raise Http404("A draft is not talked over yet.")
    return found
