"""People and organisations in the browser."""

from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alliance.core.htmx import redirect, render
from participants import founding, permissions, services
from participants.forms import InvitationForm, LimitForm, NewAccountForm
from participants.limits import limit_of, limits_of
from participants.models import Alliance, Behaviour, Invitation, Participant, Principle, RoleAppointment, User
from participants.serving import serving
from participants.web import in_alliance

Role = RoleAppointment.Role
SPEAK = (Role.REPRESENTATIVE, Role.DEPUTY, Role.SENIOR_REPRESENTATIVE)


@require_safe
@in_alliance
def people(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    """Every organisation with its people, those who serve the whole alliance, and who was invited."""
    appointments = sorted(
        serving(alliance), key=lambda one: (RoleAppointment.ORDER[one.role], one.person.name)
    )
    participants = list(
        Participant.objects.filter(alliance=alliance).select_related("alliance").order_by("place")
    )
    for participant in participants:
        participant.appointments = [one for one in appointments if one.participant_id == participant.pk]
    page = {
        "participants": participants,
        "for_all": [one for one in appointments if one.participant_id is None],
        "invitations": Invitation.objects.waiting()
        .filter(alliance=alliance)
        .select_related("participant", "invited_by"),
        "principles": Principle.objects.filter(alliance=alliance).current().order_by("letter"),
        "behaviours": Behaviour.objects.filter(alliance=alliance),
        "why_not_invite": permissions.invite_anybody.reason(request.user, alliance=alliance),
    }
    return render(request, "participants/people.html", page)


@require_safe
@in_alliance
def participant(request: HttpRequest, alliance: Alliance, slug: str) -> HttpResponse:
    """One organisation: since when, who speaks for it, who did before."""
    found = get_object_or_404(Participant, alliance=alliance, slug=slug)
    appointments = list(
        found.people.select_related("person", "participant", "alliance", "reasons").order_by(
            "role", "-from_on"
        )
    )
    limits = limits_of(appointments)
    for one in appointments:
        one.why_not_end = permissions.end_appointment.reason(request.user, appointment=one)
        one.limit, one.speaks = limits.get(one.pk), one.role in SPEAK
        one.may_set_limit = permissions.set_limit.allows(request.user, appointment=one)
    in_force = set(found.people.in_force().values_list("pk", flat=True))
    appointments.sort(key=lambda one: (RoleAppointment.ORDER[one.role], one.person.name))
    page = {
        "participant": found,
        "current": [one for one in appointments if one.pk in in_force],
        "former": [one for one in appointments if one.pk not in in_force],
    }
    return render(request, "participants/participant.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@in_alliance
def invite(request: HttpRequest, alliance: Alliance) -> HttpResponse:
    permissions.invite_anybody.check(request.user, alliance=alliance)
    form = InvitationForm(request.POST or None, alliance=alliance)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        reason = permissions.invite.reason(
            request.user, alliance=alliance, role=asked["role"], participant=asked["participant"]
        )
        if reason:
            form.add_error("role" if asked["role"] in RoleAppointment.BY_DECISION else "participant", reason)
        else:
            invitation = services.invite(alliance=alliance, by=request.user, **asked)
            messages.success(
                request, f"{invitation.name} is invited. The letter is on its way to {invitation.email}."
            )
            return redirect(request, "participants:people", alliance.slug)
    status = 422 if form.is_bound else 200
    page = {"form": form, "key_roles_are_decided": founding.is_over(alliance)}
    return render(request, "participants/invite.html", page, status=status)


@require_POST
@in_alliance
def withdraw_invitation(request: HttpRequest, alliance: Alliance, pk: int) -> HttpResponse:
    invitation = get_object_or_404(Invitation, alliance=alliance, pk=pk)
    services.withdraw_invitation(invitation=invitation, by=request.user)
    messages.success(request, f"The invitation to {invitation.name} is withdrawn; its link no longer works.")
    return redirect(request, "participants:people", alliance.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@in_alliance
def end_appointment(request: HttpRequest, alliance: Alliance, pk: int) -> HttpResponse:
    """Asked twice: what ends is somebody's voice."""
    appointment = get_object_or_404(
        RoleAppointment.objects.in_force().select_related("person", "participant", "alliance"),
        alliance=alliance,
        pk=pk,
    )
    permissions.end_appointment.check(request.user, appointment=appointment)
    if request.method == "POST":
        services.end_appointment(appointment=appointment, by=request.user)
        messages.success(
            request, f"{appointment.person} is no longer {appointment.get_role_display().lower()}."
        )
        return redirect(
            request,
            "participants:people" if appointment.person != request.user else "home",
            *([alliance.slug] if appointment.person != request.user else []),
        )
    return render(request, "participants/end_appointment.html", {"appointment": appointment})


@require_http_methods(["GET", "HEAD", "POST"])
@in_alliance
def set_limit(request: HttpRequest, alliance: Alliance, pk: int) -> HttpResponse:
    """Up to which amount somebody's word binds their organisation without its board."""
    appointment = get_object_or_404(
        RoleAppointment.objects.in_force().select_related("person", "participant", "alliance"),
        alliance=alliance,
        pk=pk,
    )
    permissions.set_limit.check(request.user, appointment=appointment)
    form = LimitForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        services.set_limit(
            appointment=appointment,
            amount=said["amount"],
            from_on=said["from_on"],
            reasons=said["reasons"],
            by=request.user,
        )
        messages.success(request, f"The limit of {appointment.person} is recorded.")
        return redirect(request, appointment.participant)
    page = {"form": form, "appointment": appointment, "limit": limit_of(appointment)}
    return render(
        request, "participants/set_limit.html", page, status=422 if form.is_bound and form.errors else 200
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def accept_invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Signed in as the invited: one button. Without an account: name and password. Spent links say so."""
    invitation = (
        Invitation.objects.waiting()
        .filter(token_hash=services.hash_of(token))
        .select_related("alliance", "participant", "invited_by")
        .first()
    )
    if invitation is None:
        return render(request, "participants/invitation_closed.html", status=404)
    person = request.user if request.user.is_authenticated else None
    has_account = User.objects.filter(email=invitation.email).exists()
    form = (
        None
        if has_account or person
        else NewAccountForm(request.POST or None, email=invitation.email, initial={"name": invitation.name})
    )
    if request.method == "POST" and (person or (form and form.is_valid())):
        given = form.cleaned_data if form else {}
        appointment = services.accept_invitation(token=token, by=person, **given)
        if person is None:
            login(request, appointment.person, backend="allauth.account.auth_backends.AuthenticationBackend")
        messages.success(
            request,
            f"Welcome. You are now {appointment.get_role_display().lower()} in {invitation.alliance}.",
        )
        return redirect(request, invitation.alliance)
    page = {
        "invitation": invitation,
        "form": form,
        "has_account": has_account,
        "wrong_person": person is not None and person.email != invitation.email,
    }
    return render(
        request, "participants/accept_invitation.html", page, status=422 if form and form.is_bound else 200
    )
