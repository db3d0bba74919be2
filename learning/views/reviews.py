"""Reviews and actions in the browser."""

import json

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alliance.core.addresses import reverse
from alliance.core.htmx import is_htmx, redirect, render
from alliance.core.models import Event
from alliance.core.paging import page_of
from alliance.core.questions import Question
from learning import permissions, services
from learning.forms import ROWS, CallOffForm, LookForm, PrepareReviewForm, ReviewForm
from learning.lifecycle import ACTION
from learning.models import Action, Answer, Review
from participants.models import Alliance
from participants.web import in_alliance


def _find(request: HttpRequest, alliance: Alliance, number: int) -> Review:
    if found := _review.first(alliance=alliance.pk, number=number):
        return found
    raise Http404("No such review.")


@Question
def _review(alliance: int, number: int):
    said = ("alliance", "prepared_by", "drafted_by", "held_by", "called_off_by", "called_off_because")
    return Review.objects.filter(alliance_id=alliance, number=number).select_related(*said)


@require_safe
@in_alliance
def review_list(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    rows = Review.objects.visible_to(request.user).filter(alliance=alliance).with_counts().order_by("-number")
    page = {
        "page": page_of(request, rows),
        "why_not_prepare": permissions.prepare_review.reason(request.user, alliance=alliance),
    }
    return render(request, "learning/reviews.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@in_alliance
def prepare(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    permissions.prepare_review.check(request.user, alliance=alliance)
    form = PrepareReviewForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        review = services.prepare_review(alliance=alliance, by=request.user, **form.cleaned_data)
        messages.success(request, "The review is prepared. Everybody in the alliance can write into it.")
        return redirect(request, review)
    return render(
        request, "learning/prepare_review.html", {"form": form}, status=422 if form.is_bound else 200
    )


@require_safe
@in_alliance
def review(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    """While it is prepared, the sheet to write on; afterwards what it says."""
    found = _find(request, alliance, number)
    if found.status == Review.State.PREPARING:
        rows = int(rows) if (rows := request.GET.get("actions", "")).isdecimal() and len(rows) < 3 else ROWS
        typed = found.draft | ReviewForm.day_of_writing(found)
        form = ReviewForm.as_typed(_as_query(typed), review=found, rows=min(rows, 30))
        return _sheet(request, found, form, seen=found.draft)
    return _held(request, found)


def _held(request: HttpRequest, found: Review) -> HttpResponse:
    answers = {one.question: one for one in found.answers.select_related("words")}
    room = list(found.attendances.all())
    page = {
        "review": found,
        "answers": [
            answers[q]
            for q in Answer.Question
            if q in answers and q not in Answer.GOVERNANCE and q != "missing"
        ],
        "governance": [answers[q] for q in Answer.GOVERNANCE if q in answers],
        "missing": answers.get(Answer.Question.MISSING),
        "nothing_unexpected": Answer.Question.UNEXPECTED not in answers,
        "present": [one for one in room if one.present],
        "absent": [one for one in room if not one.present],
        "looks": found.looks.select_related("action", "action__alliance", "words"),
        "actions": found.actions.with_takers(),
        "events": Event.objects.about(found).order_by("seq"),
    }
    return render(request, "learning/review.html", page)


def _sheet(
    request: HttpRequest, found: Review, form: ReviewForm, *, seen: dict, status: int = 200, **more
) -> HttpResponse:
    page = {
        "review": found,
        "form": form,
        "seen": json.dumps(seen),
        "more_actions": len(form.rows) + ROWS,
        "why_not_write": permissions.write_review.reason(request.user, review=found),
        "why_not_hold": permissions.hold_review.reason(request.user, review=found),
        "why_not_call_off": permissions.call_off_review.reason(request.user, review=found),
    } | more
    return render(request, "learning/review_sheet.html", page, status=status)


@require_POST
@in_alliance
def draft(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    """Keep what was typed. htmx calls this by itself while somebody writes; without it there is a button."""
    found, typed, seen = (
        _find(request, alliance, number),
        ReviewForm.typed(request.POST),
        ReviewForm.seen(request.POST),
    )
    contested = services.save_draft(review=found, typed=typed, seen=seen, by=request.user)
    found = _find(request, alliance, number)
    if is_htmx(request):
        known = found.draft | {name: seen.get(name, "") for name in contested}
        page = {"review": found, "seen": json.dumps(known), "contested": bool(contested)}
        return render(request, "learning/review_sheet.html", page, partial="saved")
    if contested:
        return _contested(request, found, contested)
    if "more" in request.POST:
        rows = sum(name.startswith("action_") and name.endswith("_what") for name in typed) + ROWS
        return redirect(request, f"{found.get_absolute_url()}?actions={rows}#new-actions")
    messages.success(request, "The draft is saved.")
    return redirect(request, found)


@require_POST
@in_alliance
def hold(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    """Close the review. Whatever is wrong, what was typed is kept first."""
    found = _find(request, alliance, number)
    if found.is_held:
        return redirect(request, found)
    permissions.hold_review.check(request.user, review=found)
    contested = services.save_draft(
        review=found,
        typed=ReviewForm.typed(request.POST),
        seen=ReviewForm.seen(request.POST),
        by=request.user,
    )
    found = _find(request, alliance, number)
    if contested:
        return _contested(request, found, contested)
    form = ReviewForm(request.POST, review=found)
    if form.is_valid():
        try:
            found = services.hold_review(review=found, by=request.user, **form.to_hold())
        except services.AskOnce:
            return _sheet(request, found, form, seen=found.draft, status=422, ask_once=True)
        messages.success(request, "The review is held. What it says stays as it is.")
        return redirect(request, found)
    return _sheet(request, found, form, seen=found.draft, status=422)


def _contested(request: HttpRequest, found: Review, contested: dict) -> HttpResponse:
    form = ReviewForm.as_typed(request.POST, review=found)
    form.contest(contested, str(found.drafted_by))
    return _sheet(request, found, form, seen=found.draft, status=422)


def _as_query(draft: dict) -> QueryDict:
    query = QueryDict(mutable=True)
    for name, said in draft.items():
        query.setlist(name, said if isinstance(said, list) else [said])
    return query


@require_http_methods(["GET", "HEAD", "POST"])
@in_alliance
def call_off(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    found = _find(request, alliance, number)
    permissions.call_off_review.check(request.user, review=found)
    form = CallOffForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.call_off_review(review=found, by=request.user, **form.cleaned_data)
        messages.success(request, "The review is called off.")
        return redirect(request, found)
    page = {"form": form, "review": found}
    return render(request, "learning/call_off_review.html", page, status=422 if form.is_bound else 200)


@require_safe
@in_alliance
def action_list(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    rows = Action.objects.visible_to(request.user).filter(alliance=alliance).with_takers()
    closed = request.GET.get("show") == "closed"
    rows = rows.closed().order_by("-closed_at") if closed else rows.soonest_first().open()
    here = reverse("learning:actions", args=[alliance.slug])
    tabs = [
        {"label": "Open", "url": here, "current": not closed},
        {"label": "Done or let go", "url": f"{here}?show=closed", "current": closed},
    ]
    page = {"page": page_of(request, rows), "closed": closed, "tabs": tabs}
    return render(request, "learning/actions.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@in_alliance
def action(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    """What was agreed, what was said about it since, and one's own word."""
    rows = (
        Action.objects.visible_to(request.user)
        .with_takers()
        .select_related("closed_by", "alliance", "review__alliance")
    )
    found = get_object_or_404(rows, alliance=alliance, number=number)
    reason = ACTION.reason(found.status, "done") or permissions.look_at_action.reason(
        request.user, action=found
    )
    if request.method == "POST":
        permissions.look_at_action.check(request.user, action=found)
    form = LookForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        services.look_at_action(action=found, by=request.user, **form.cleaned_data)
        messages.success(request, "What you said about the action is kept.")
        return redirect(request, found)
    page = {
        "action": found,
        "form": form,
        "reason": reason,
        "looks": found.looks.select_related("words", "looked_by", "review", "review__alliance"),
    }
    return render(request, "learning/action.html", page, status=422 if form.is_bound else 200)
