"""People and organisations: who comes in, by whom, and what a door says to everybody else."""

import re
from datetime import date, timedelta

import pytest
from django.core import mail
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from alliance.core.models import Event
from alliance.core.refusals import NotAllowed, NotPossible
from participants import permissions, services
from participants.models import Alliance, Participant, Principle, RoleAppointment, User
from participants.standing import standing
from tests.factories.participants import give_role, make_participant, make_user

Role = RoleAppointment.Role


def invite(cast, by, role="deputy", participant="haven", email="nia@example.org"):
    return services.invite(
        alliance=cast.alliance, name="Nia New", email=email, role=role,
        participant=participant and getattr(cast, participant), by=by, reasons="She knows the night shelters.",
    )  # fmt: skip


def link_in_the_letter() -> str:
    return re.search(r"http://localhost:8000(/invitations/\S+)", mail.outbox[-1].body)[1]


def token_in_the_letter() -> str:
    return link_in_the_letter().split("/")[2]


def test_a_new_alliance_starts_with_the_seven_principles_best_for_people_first(cast):
    current = Principle.objects.filter(alliance=cast.alliance).current()
    assert [one.letter for one in current] == ["b", "a", "c", "d", "e", "f", "g"]
    assert [one.is_best_for_people for one in current] == [True] + [False] * 6


def test_only_an_appointment_in_force_makes_an_alliance_visible(cast, django_user_model):
    administrator = django_user_model.objects.create_superuser("root@example.org", "Root", "x")
    former = make_user("Una Until")
    give_role(cast.alliance, former, Role.WORKER, until_on=timezone.localdate() - timedelta(days=1))
    coming = make_user("Fay Future")
    give_role(cast.alliance, coming, Role.WORKER, from_on=timezone.localdate() + timedelta(days=1))
    seen = {
        person.name: [one.name for one in Alliance.objects.visible_to(person)]
        for person in (cast.pat, cast.bea, cast.stranger, administrator, former, coming)
    }
    assert seen == {
        "Pat Provider": ["Harbour Alliance"],
        "Bea Board": ["Harbour Alliance"],
        "Sam Stranger": ["Elsewhere Alliance"],
        "Root": [],
        "Una Until": [],
        "Fay Future": [],
    }


def test_a_person_may_be_in_several_alliances(cast):
    give_role(cast.elsewhere, cast.pat, Role.LEARNING_PARTNER)
    assert [one.name for one in Alliance.objects.visible_to(cast.pat).order_by("name")] == [
        "Elsewhere Alliance",
        "Harbour Alliance",
    ]
    assert standing(cast.pat, cast.elsewhere).only_reads
    assert not standing(cast.pat, cast.alliance).only_reads


def test_when_an_organisation_has_left_its_people_see_nothing_more(cast):
    Participant.objects.filter(pk=cast.beacon.pk).update(left_on=timezone.localdate())
    assert not Alliance.objects.visible_to(cast.rosa).exists()
    assert Participant.objects.filter(alliance=cast.alliance).active().count() == 2


def test_standing_says_for_whom_and_in_which_capacity_a_person_speaks(cast):
    pat, dev, finn = (standing(person, cast.alliance) for person in (cast.pat, cast.dev, cast.finn))
    assert (pat.capacity_for(cast.haven), dev.capacity_for(cast.haven), finn.capacity_for(cast.haven)) == (
        "representative",
        "deputy",
        "",
    )
    assert pat.speaks_for(cast.haven)
    assert not pat.speaks_for(cast.beacon)


@pytest.mark.parametrize(
    ("who", "role", "participant", "allowed"),
    [
        ("pat", "deputy", "haven", True),
        ("pat", "deputy", "beacon", False),
        ("carol", "deputy", "haven", False),  # the commissioner has no say over a provider's people
        ("dev", "finance_lead", "haven", False),
        ("carol", "auditor", None, True),
        ("pat", "system_steward", None, True),
        ("lena", "auditor", None, False),
        ("bea", "auditor", None, False),
        ("ari", "auditor", None, False),
        ("stranger", "auditor", None, False),
    ],
)
def test_each_organisation_brings_in_its_own_people(cast, who, role, participant, allowed):
    person = getattr(cast, who)
    asked = {
        "alliance": cast.alliance,
        "role": role,
        "participant": participant and getattr(cast, participant),
    }
    assert permissions.invite.allows(person, **asked) is allowed
    if not allowed:
        with pytest.raises(NotAllowed):
            invite(cast, person, role, participant)


def test_a_new_organisation_with_nobody_yet_gets_its_first_person_from_any_representative(cast):
    quay = make_participant(cast.alliance, "Quay Advice")
    assert permissions.invite.allows(
        cast.pat, alliance=cast.alliance, role="representative", participant=quay
    )


def test_an_organisation_whose_speaker_is_gone_gets_no_speaker_from_another(cast):
    services.end_appointment(appointment=RoleAppointment.objects.get(person=cast.rosa), by=cast.rosa)
    with pytest.raises(NotAllowed, match="Only a representative of Beacon"):
        services.appoint(
            alliance=cast.alliance,
            person=cast.finn,
            role=Role.REPRESENTATIVE,
            participant=cast.beacon,
            by=cast.pat,
        )
    with pytest.raises(NotAllowed, match="Only a representative of Beacon"):
        invite(cast, cast.pat, role=Role.REPRESENTATIVE, participant="beacon")


def test_where_nobody_represents_an_organisation_any_more_its_deputy_or_board_finds_somebody(cast):
    asked = {"alliance": cast.alliance, "role": Role.REPRESENTATIVE, "participant": cast.haven}
    may = {
        one: permissions.invite_anybody.allows(one, alliance=cast.alliance) for one in (cast.dev, cast.bea)
    }
    assert may == {cast.dev: False, cast.bea: False}
    assert not permissions.invite.allows(cast.dev, **asked)
    services.end_appointment(appointment=RoleAppointment.objects.get(person=cast.pat), by=cast.pat)
    for one in (cast.dev, cast.bea):
        assert permissions.invite.allows(one, **asked)
        assert permissions.invite_anybody.allows(one, alliance=cast.alliance)
    assert not permissions.invite.allows(cast.finn, **asked)
    assert not permissions.invite.allows(cast.rosa, **asked)


def test_nobody_else_ends_the_roles_of_a_suspended_organisation(cast):
    Participant.objects.filter(pk=cast.beacon.pk).update(suspended_on=timezone.localdate())
    held = RoleAppointment.objects.select_related("participant", "alliance").get(person=cast.rosa)
    with pytest.raises(NotAllowed, match="Only a representative of Beacon"):
        services.end_appointment(appointment=held, by=cast.pat)
    with pytest.raises(NotAllowed, match="Only a representative of Beacon"):
        invite(cast, cast.pat, role=Role.REPRESENTATIVE, participant="beacon")


def test_an_invitation_is_a_letter_with_a_link_that_only_the_letter_knows(cast, run_errands):
    invitation = invite(cast, cast.pat)
    assert mail.outbox == []
    run_errands()
    assert mail.outbox[-1].to == ["nia@example.org"]
    assert mail.outbox[-1].subject == "Pat Provider invites you to Harbour Alliance"
    token = token_in_the_letter()
    invitation.refresh_from_db()
    assert invitation.token_hash == services.hash_of(token)
    assert token not in str(Event.objects.values_list("body", flat=True))
    assert invite(cast, cast.pat) == invitation
    run_errands()
    assert len(mail.outbox) == 1


def test_somebody_new_accepts_and_is_in(cast, run_errands, client):
    invite(cast, cast.pat)
    run_errands()
    link = link_in_the_letter()
    assert "Welcome, Nia New" in client.get(link).content.decode()
    answer = client.post(link, {"name": "Nia Newcomb", "password": "three random words"})
    assert (answer.status_code, answer.url) == (303, "/alliances/harbour-alliance/")
    nia = User.objects.get(email="nia@example.org")
    assert standing(nia, cast.alliance).capacity_for(cast.haven) == "deputy"
    assert client.get(answer.url).status_code == 200
    assert client.get(link).status_code == 404


def test_a_weak_password_gets_a_sentence_and_the_name_is_kept(cast, run_errands, client):
    invite(cast, cast.pat)
    run_errands()
    answer = client.post(link_in_the_letter(), {"name": "Nia Newcomb", "password": "short"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "at least 12 characters" in page
    assert "Nia Newcomb" in page
    assert not User.objects.filter(email="nia@example.org").exists()


def test_an_invitation_to_somebody_with_an_account_is_accepted_by_that_person_alone(
    cast, run_errands, client_of, client
):
    invite(cast, cast.pat, email=cast.lee.email)
    run_errands()
    link, token = link_in_the_letter(), token_in_the_letter()
    assert "Sign in to accept" in client.get(link).content.decode()
    with pytest.raises(NotPossible, match="already an account"):
        services.accept_invitation(token=token, by=None, name="Lee", password="three random words")
    with pytest.raises(NotPossible, match="another e-mail address"):
        services.accept_invitation(token=token, by=cast.stranger)
    assert client_of(cast.lee).post(link).status_code == 303
    assert standing(cast.lee, cast.alliance).speaks_for(cast.haven)


def test_the_invitation_of_somebody_who_has_lost_the_right_to_invite_is_worth_nothing(cast, run_errands):
    invite(cast, cast.pat)
    run_errands()
    services.end_appointment(appointment=cast.pat.appointments.get(), by=cast.pat)
    with pytest.raises(NotAllowed):
        services.accept_invitation(
            token=token_in_the_letter(), by=None, name="Nia", password="three random words"
        )
    assert not User.objects.filter(email="nia@example.org").exists()


@pytest.mark.parametrize("how", ["withdrawn", "expired", "accepted", "made up"])
def test_a_link_that_is_no_longer_open_says_so(cast, run_errands, client, how, time_machine):
    invitation = invite(cast, cast.pat)
    run_errands()
    token = token_in_the_letter()
    if how == "withdrawn":
        services.withdraw_invitation(invitation=invitation, by=cast.pat)
    elif how == "expired":
        time_machine.move_to(timezone.now() + services.INVITATION_LASTS)
    elif how == "accepted":
        services.accept_invitation(token=token, by=None, name="Nia", password="three random words")
    else:
        token = "x" * 43
    answer = client.get(f"/invitations/{token}/")
    assert answer.status_code == 404
    assert "no longer open" in answer.content.decode()
    with pytest.raises(NotPossible, match="no longer open"):
        services.accept_invitation(token=token, by=None, name="Nia", password="three random words")


def test_an_appointment_ends_once_and_stays_in_the_history(cast):
    appointment = cast.dev.appointments.get()
    services.end_appointment(appointment=appointment, by=cast.pat)
    services.end_appointment(appointment=appointment, by=cast.pat)
    assert Event.objects.filter(kind="participants.appointment_ended").count() == 1
    assert not standing(cast.dev, cast.alliance).appointments
    with pytest.raises(NotAllowed):
        services.end_appointment(appointment=cast.rosa.appointments.get(), by=cast.carol)


def test_who_speaks_for_an_organisation_names_it_says_the_database(cast):
    with (
        pytest.raises(IntegrityError, match="who_speaks_or_answers_for_an_organisation_names_it"),
        transaction.atomic(),
    ):
        RoleAppointment.objects.create(
            alliance=cast.alliance, person=cast.lee, role="representative", from_on=date(2026, 1, 1)
        )


def test_the_people_page_asks_as_many_questions_with_nine_people_as_with_three(
    cast, client_of, django_assert_num_queries
):
    client = client_of(cast.pat)
    client.get("/alliances/harbour-alliance/people/")
    with django_assert_num_queries(11):
        client.get("/alliances/harbour-alliance/people/")
    for number in range(3):
        participant = make_participant(cast.alliance, f"Quay {number}")
        give_role(cast.alliance, make_user(f"Rep {number}"), Role.REPRESENTATIVE, participant)
        invite(cast, cast.pat, email=f"n{number}@example.org")
    with django_assert_num_queries(11):
        page = client.get("/alliances/harbour-alliance/people/").content.decode()
    assert "Rep 2" in page
    assert page.count("Nia New") >= 3


def test_the_form_says_what_is_missing_and_keeps_what_was_typed(cast, client_of):
    answer = client_of(cast.pat).post(
        "/alliances/harbour-alliance/people/invite/", {"name": "Nia New", "email": "nia@", "role": "deputy"}
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Nia New" in page
    assert "Choose the organisation that the deputy speaks or answers for." in page


def test_sign_in_as_offers_people_of_demonstrations_only(cast, client, settings):
    Alliance.objects.filter(pk=cast.alliance.pk).update(is_demonstration=True)
    give_role(cast.elsewhere, cast.rosa, Role.AUDITOR)  # Rosa is in a real alliance as well
    page = client.get("/sign-in-as/").content.decode()
    assert "Pat Provider" in page
    assert "Sam Stranger" not in page
    assert "Rosa Recovery" not in page
    assert client.post("/sign-in-as/", {"person": cast.rosa.pk}).status_code == 200
    assert client.get("/alliances/harbour-alliance/").status_code == 302
    assert client.post("/sign-in-as/", {"person": cast.pat.pk}).status_code == 303
    assert client.get("/alliances/harbour-alliance/").status_code == 200
    settings.DEMO = False
    assert client.get("/sign-in-as/").status_code == 404


def test_nobody_signs_up_alone(client, db):
    page = client.get("/account/signup/").content.decode()
    assert 'name="password1"' not in page
    client.post(
        "/account/signup/",
        {"email": "x@example.org", "password1": "three random words", "password2": "three random words"},
    )
    assert not User.objects.filter(email="x@example.org").exists()


@pytest.mark.parametrize(
    ("rows", "change"),
    [
        (lambda cast: cast.dev.appointments, {"role": "representative"}),
        (lambda cast: cast.dev.appointments, {"from_on": date(2020, 1, 1)}),
        (lambda cast: cast.dev.appointments, {"until_on": date(2030, 1, 1)}),
        (
            lambda cast: Principle.objects.filter(alliance=cast.alliance),
            {"wording": "The commissioner decides."},
        ),
        (lambda cast: Participant.objects.filter(pk=cast.haven.pk), {"kind": "commissioner"}),
    ],
    ids=["role", "date", "last day", "principle", "kind"],
)
def test_what_was_signed_is_not_rewritten(cast, rows, change):
    with pytest.raises(IntegrityError), transaction.atomic():
        rows(cast).update(**change)


def test_a_superseded_principle_does_not_come_back(cast):
    old = Principle.objects.filter(alliance=cast.alliance, letter="a")
    old.update(superseded_on=timezone.localdate())
    with pytest.raises(IntegrityError, match="does not come back"), transaction.atomic():
        old.update(superseded_on=None)


def test_an_alliance_cannot_be_deleted(cast):
    with (
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("delete from participants_alliance")
