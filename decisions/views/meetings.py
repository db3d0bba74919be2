"""Meetings in the browser: called, prepared, held, minuted."""

from datetime import date, timedelta

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from alliance.core.downloads import download_file
from alliance.core.htmx import redirect, render
from alliance.core.paging import page_of, place_of
from alliance.core.questions import Question
from alliance.core.refusals import NotPossible
from decisions import calendars, permissions, services
from decisions.forms.meetings import (
    AgendaForm,
    AttendanceForm,
    CancelMeetingForm,
    MeetingForm,
    MinutesForm,
    NewMeetingForm,
    OwnAttendanceForm,
)
from decisions.lifecycle import MEETING, MINUTES, MinutesState
from decisions.minuting import first_draft
from decisions.models import Decision, Meeting, Minutes, Proposal
from decisions.services.convened import whole_on
from decisions.showing import meetings as showing
from decisions.views.finding import status_of, tells
from participants.models import Alliance
from participants.web import in_alliance

SOME = 60  # meetings to come, at most
A_YEAR = timedelta(days=366)  # how far a calendar looks back
MANY = 300  # entries of each kind in a calendar, at most


def find_meeting(request: HttpRequest, alliance: Alliance, number: int) -> Meeting:
    seen = Meeting.objects.visible_to(request.user).filter(alliance=alliance).with_minutes()
    return get_object_or_404(seen, number=min(number, 2**31 - 1))


def meeting_asked(request: HttpRequest, alliance: Alliance) -> Meeting | None:
    """The meeting in which somebody answers a proposal, as `?meeting=` says; None for none that has begun."""
    number = place_of(request, "meeting")
    found = Meeting.objects.visible_to(request.user).filter(alliance=alliance).select_related("alliance")
    return found.begun().filter(number=number).first() if number else None


@require_safe
@in_alliance
def meetings(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """What comes, then what was, the last one first."""
    found = Meeting.objects.visible_to(request.user).filter(alliance=alliance).values_list("pk", flat=True)
    page, coming = page_of(request, found.over()), list(found.coming()[:SOME])
    whole = {one.pk: one for one in whole_on(timezone.localdate())(pks=[*coming, *page])}
    context = {
        "coming": [showing.line(whole[pk]) for pk in coming],
        "page": page,
        "over": [showing.line(whole[pk]) for pk in page],
        "why_not_call": permissions.call_meeting.reason(request.user, alliance=alliance),
    }
    return render(request, "decisions/meetings/list.html", context)


@tells
@in_alliance
def call_meeting(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    permissions.call_meeting.check(request.user, alliance=alliance)
    form = NewMeetingForm(request.POST or None, proposals=showing.to_talk_about(alliance))
    if request.method == "POST" and form.is_valid():
        called = services.call_meeting(
            alliance=alliance,
            **form.facts,
            proposals=list(form.cleaned_data.get("proposals", ())),
            titles=form.own_items,
            by=request.user,
        )
        messages.success(request, "The meeting is called.")
        return redirect(request, called)
    return render(request, "decisions/meetings/call.html", {"form": form}, status=status_of(form))


@require_safe
@in_alliance
def meeting(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    found = find_meeting(request, alliance, number)
    page = showing.page(found, request.standing)
    if page["may_note"] and not permissions.say_attendance.reason(request.user, meeting=found):
        page["own_form"] = OwnAttendanceForm(
            initial={"how": page["mine"].how if page["mine"] else None}, meeting=found
        )
    return render(request, "decisions/meetings/meeting.html", page)


@tells
@in_alliance
def change_meeting(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    found = find_meeting(request, alliance, number)
    permissions.prepare_meeting.check(request.user, meeting=found)
    MEETING.require(found.state, "change")
    form = MeetingForm(request.POST or None, initial=MeetingForm.initial_of(found))
    if request.method == "POST" and form.is_valid():
        services.change_meeting(meeting=found, **form.facts, by=request.user)
        messages.success(request, "The meeting is changed. Calendars that follow it show it too.")
        return redirect(request, found)
    page = {"form": form, "meeting": found}
    return render(request, "decisions/meetings/change.html", page, status=status_of(form))


@tells
@in_alliance
def cancel_meeting(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    found = find_meeting(request, alliance, number)
    permissions.prepare_meeting.check(request.user, meeting=found)
    MEETING.require(found.state, "cancel")
    form = CancelMeetingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.cancel_meeting(meeting=found, reason=form.cleaned_data["reason"], by=request.user)
        messages.success(request, "The meeting is cancelled.")
        return redirect(request, found)
    page = {"form": form, "meeting": found}
    return render(request, "decisions/meetings/cancel.html", page, status=status_of(form))


@require_POST
@in_alliance
def hold_meeting(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    held = services.hold_meeting(meeting=find_meeting(request, alliance, number), by=request.user)
    messages.success(request, "It is held. Note who is there.")
    return redirect(request, "decisions:attendance", alliance.slug, held.number)


@tells
@in_alliance
def agenda(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    found = find_meeting(request, alliance, number)
    permissions.prepare_meeting.check(request.user, meeting=found)
    items = list(found.agenda.filter(dropped_at=None).order_by("place", "pk"))
    form = AgendaForm(
        request.POST or None, items=items, proposals=showing.to_talk_about(alliance, without=found)
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.set_agenda(meeting=found, **form.facts, by=request.user)
        except NotPossible as refusal:
            form.add_error(None, refusal.reason)
        else:
            messages.success(request, "The agenda is set.")
            return redirect(request, found)
    page = {"form": form, "meeting": found}
    return render(request, "decisions/meetings/agenda.html", page, status=status_of(form))


@tells
@in_alliance
def attendance(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    """Who is there, noted for everybody at once."""
    found = find_meeting(request, alliance, number)
    permissions.prepare_meeting.check(request.user, meeting=found)
    MEETING.require(found.state, "note_attendance")
    people, names = showing.invited(found)
    form = AttendanceForm(request.POST or None, people=people, meeting=found, names=names)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                services.note_attendance(meeting=found, people=form.noted, by=request.user)
                services.note_guests(meeting=found, guests=form.cleaned_data["guests"], by=request.user)
        except NotPossible as refusal:
            form.add_error(None, refusal.reason)
        else:
            messages.success(request, "It is noted who is there.")
            return redirect(request, found)
    page = {"form": form, "meeting": found}
    return render(request, "decisions/meetings/attendance.html", page, status=status_of(form))


@require_POST
@in_alliance
def own_attendance(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    """Say for oneself, on one's own device."""
    found = find_meeting(request, alliance, number)
    form = OwnAttendanceForm(request.POST, meeting=found)
    if form.is_valid():
        services.note_attendance(
            meeting=found, people={request.user: form.cleaned_data["how"]}, by=request.user
        )
        messages.success(request, "It is noted.")
        return redirect(request, found)
    page = showing.page(found, request.standing) | {"own_form": form}
    return render(request, "decisions/meetings/meeting.html", page, status=422)


# ── Minutes ──────────────────────────────────────────────────────────────────────────────────────────────────


@tells
@in_alliance
def write_minutes(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    """Write the draft, go on with it, or begin an amended version."""
    found = find_meeting(request, alliance, number)
    permissions.write_minutes.check(request.user, meeting=found)
    MEETING.require(found.state, "write_minutes")
    last = found.minutes_in_hand
    amends = last is not None and last.state == MinutesState.ISSUED
    if last is not None and not amends:
        MINUTES.require(last.state, "issue")
    if request.method != "POST":
        initial = {"text": str(last.text) if last else first_draft(found)}
        form = MinutesForm(initial=initial, amends=amends)
    else:
        form = MinutesForm(request.POST, amends=amends)
        if form.is_valid():
            said = {"text": form.cleaned_data["text"], "note": form.cleaned_data.get("note", "")}
            if last is not None and not amends:
                said["note"] = last.note
            written = services.write_minutes(meeting=found, by=request.user, **said)
            messages.success(request, "The draft is saved. Look it over, then issue it.")
            return redirect(request, written)
    page = {"form": form, "meeting": found, "amends": amends, "last": last}
    return render(request, "decisions/meetings/write_minutes.html", page, status=status_of(form))


def find_minutes(request: HttpRequest, alliance: Alliance, number: int, version: int):
    """The meeting and one version of its minutes. A draft is there for those who write it."""
    found = find_meeting(request, alliance, number)
    written = next((one for one in found.minutes.all() if one.version == version), None)
    if written is None:
        raise Http404("No such minutes.")
    if written.state == MinutesState.DRAFT:
        permissions.write_minutes.check(request.user, meeting=found)
    return found, written


@require_safe
@in_alliance
def minutes(request: HttpRequest, alliance: Alliance, number: int, version: int) -> HttpResponse:
    """One version: its words, who has accepted it, and whether it is official."""
    found, written = find_minutes(request, alliance, number, version)
    page = {"meeting": found, "before": _before(found, written)}
    page |= showing.minutes_of(written, found, request.user)
    return render(request, "decisions/meetings/minutes.html", page)


def _before(found: Meeting, written: Minutes) -> Minutes | None:
    """The issued version that this one amends, to show what changed."""
    return next((one for one in found.minutes.all() if one.version == written.version - 1), None)


@require_POST
@in_alliance
def issue_minutes(request: HttpRequest, alliance: Alliance, number: int, version: int) -> HttpResponse:
    _, written = find_minutes(request, alliance, number, version)
    services.issue_minutes(minutes=written, by=request.user)
    messages.success(request, "The minutes are issued: everybody who was there is asked to accept them.")
    return redirect(request, written)


@require_POST
@in_alliance
def accept_minutes(request: HttpRequest, alliance: Alliance, number: int, version: int) -> HttpResponse:
    _, written = find_minutes(request, alliance, number, version)
    services.accept_minutes(minutes=written, by=request.user)
    written.refresh_from_db()
    official = written.state == MinutesState.OFFICIAL
    messages.success(
        request,
        "You were the last to accept the minutes: they are official."
        if official
        else "You accepted the minutes.",
    )
    return redirect(request, written)


# ── Calendars ────────────────────────────────────────────────────────────────────────────────────────────────


@require_safe
@in_alliance
def meeting_ics(request: HttpRequest, alliance: Alliance, number: int) -> HttpResponse:
    """The meeting for one's own calendar; taken again it changes the entry that is there."""
    found = find_meeting(request, alliance, number)
    name = f"{alliance.slug}-meeting-{found.number}.ics"
    return download_file(calendars.of_meeting(found), name=name, media_type="text/calendar; charset=utf-8")


@require_safe
@in_alliance
def calendar(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """Meetings, last days to answer and days to look back, for whoever is signed in. There are no secret links.

    What was longer than a year ago is left out: calendars keep what they were given.
    """
    since = timezone.localdate() - A_YEAR
    seen = Meeting.objects.visible_to(request.user).filter(alliance=alliance, starts_at__date__gte=since)
    put = Proposal.objects.filter(alliance=alliance).open().select_related("alliance", "current_wording")
    content = calendars.of_alliance(
        alliance,
        meetings=seen.select_related("alliance").order_by("starts_at")[:MANY],
        proposals=put.order_by("answer_by", "number")[:MANY],
        reviews=_reviews(alliance, since),
    )
    return download_file(content, name=f"{alliance.slug}.ics", media_type="text/calendar; charset=utf-8")


def _reviews(alliance: Alliance, since: date):
    """Decisions with the day on which they are looked back at next."""
    return [(one, one.review_due) for one in _due(alliance=alliance.pk, since=since)]


@Question
def _due(alliance: int, since: date):
    decided = (
        Decision.objects.filter(alliance_id=alliance).select_related("alliance", "wording").with_review()
    )
    return decided.filter(review_due__gte=since).order_by("review_due", "number")[:MANY]
