"""Who acts for all is appointed by all, once the alliance decides together (principle f)."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from alliance.core.models import Event
from alliance.core.refusals import NotAllowed, NotPossible
from decisions.effects import people
from participants import services
from participants.models import Invitation, RoleAppointment
from tests.factories.decisions import again, make_draft, make_proposal
from tests.factories.effects import carry_out, propose_effect

pytestmark = pytest.mark.django_db
Role = RoleAppointment.Role
BY_ALL = "a key role: the alliance appoints the best person by a decision of all"


def refused(sql: str, *values) -> str:
    with pytest.raises(DatabaseError) as trouble, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
    return str(trouble.value)


def holders(cast, role: str) -> list[str]:
    held = RoleAppointment.objects.in_force().filter(alliance=cast.alliance, role=role)
    return sorted(one.person.name for one in held.select_related("person"))


@pytest.fixture
def begun(cast):
    make_proposal(cast.council, cast.carol)
    return cast


class TestAppointing:
    def test_at_the_founding_a_representative_does_it_and_a_draft_changes_nothing(self, cast):
        make_draft(cast.haven, cast.pat)
        services.appoint(alliance=cast.alliance, person=cast.finn, role=Role.LEARNING_LEAD, by=cast.carol)
        assert holders(cast, "learning_lead") == ["Finn Finance", "Lena Learning"]

    @pytest.mark.parametrize("role", RoleAppointment.BY_DECISION)
    def test_afterwards_nobody_does_it_alone(self, begun, role):
        cast, before = begun, holders(begun, role)
        for act in (
            lambda: services.appoint(
                alliance=cast.alliance, person=cast.pat, role=role, participant=cast.council, by=cast.carol
            ),
            lambda: services.invite(
                alliance=cast.alliance,
                name="Nell New",
                email="nell@example.org",
                role=role,
                participant=cast.council,
                by=cast.carol,
            ),
        ):
            with pytest.raises(NotAllowed, match=BY_ALL):
                act()
        assert holders(cast, role) == before
        assert not Invitation.objects.exists()

    def test_an_invitation_from_the_founding_is_too_late_and_can_be_withdrawn(self, cast):
        invitation = services.invite(
            alliance=cast.alliance,
            name="Nell New",
            email="nell@example.org",
            role=Role.LEARNING_LEAD,
            participant=None,
            by=cast.carol,
        )
        Invitation.objects.filter(pk=invitation.pk).update(token_hash=services.hash_of("secret"))
        make_proposal(cast.council, cast.carol)
        with pytest.raises(NotAllowed, match=BY_ALL):
            services.accept_invitation(
                token="secret", by=None, name="Nell New", password="three random words"
            )
        services.withdraw_invitation(invitation=invitation, by=cast.carol)
        assert again(invitation).withdrawn_by == cast.carol

    def test_whoever_only_reads_may_still_be_let_in(self, begun):
        services.appoint(alliance=begun.alliance, person=begun.bea, role=Role.AUDITOR, by=begun.carol)
        assert holders(begun, "auditor") == ["Ari Auditor", "Bea Board"]

    def test_the_decision_appoints_and_the_record_cites_it(self, begun):
        decision = carry_out(
            begun.alliance,
            "role",
            role="system_steward",
            person=begun.lee,
            reasons="She has lived it.",
            considered="Stan, who asked her to join him.",
        )
        assert holders(begun, "system_steward") == ["Lee Lived", "Stan Steward"]
        told = Event.objects.filter(kind="participants.person_appointed").order_by("seq").last().facts
        assert told["decision"]["name"] == str(decision)


class TestRelieving:
    def test_stepping_down_stays_free(self, begun):
        held = RoleAppointment.objects.get(person=begun.lena)
        services.end_appointment(appointment=held, by=begun.lena)
        assert holders(begun, "learning_lead") == []

    def test_a_representative_alone_relieves_nobody(self, begun):
        for person in (begun.lena, begun.stan, begun.hana):
            held = RoleAppointment.objects.get(person=person)
            with pytest.raises(NotAllowed, match="the alliance relieves somebody of it by a decision of all"):
                services.end_appointment(appointment=held, by=begun.carol)
            assert again(held).ended_at is None

    def test_the_alliance_does_and_the_record_cites_the_decision(self, begun):
        held = RoleAppointment.objects.select_related("person").get(person=begun.lena)
        facts = {"appointment": held, "reasons": "The work is done by all of us now."}
        decision = carry_out(begun.alliance, "role_end", **facts)
        assert holders(begun, "learning_lead") == []
        assert holders(begun, "system_steward") == ["Stan Steward"]
        told = Event.objects.get(kind="participants.appointment_ended").facts
        assert told["decision"]["name"] == str(decision)
        with pytest.raises(NotPossible, match="Choose somebody who holds a key role today"):
            propose_effect(begun.alliance, "role_end", **facts)

    def test_taking_over_relieves_who_held_it(self, begun):
        carry_out(
            begun.alliance,
            "role",
            role="pool_manager",
            person=begun.finn,
            reasons="He keeps the neatest book.",
            considered="Hana, who leaves.",
            takes_over=True,
        )
        assert holders(begun, "pool_manager") == ["Finn Finance"]

    def test_the_form_offers_who_holds_a_key_role(self, cast):
        form = people.EndedRoleForm(alliance=cast.alliance)
        offered = [str(one) for one in form.fields["appointment"].queryset]
        assert offered == [
            "Ari Auditor, Auditor",
            "Lena Learning, Learning lead",
            "Hana Host, Pool manager, Harbour City Council",
            "Stan Steward, System steward",
        ]


SNEAKY = [
    """insert into participants_roleappointment (alliance_id, person_id, role, from_on, appointed_at, appointed_by_id)
       select alliance_id, {pat}, 'learning_lead', from_on, now(), {pat}
       from participants_roleappointment where person_id = {lena}""",
    "update participants_roleappointment set ended_at = now(), ended_by_id = {pat} where person_id = {lena}",
    "update participants_roleappointment set until_on = current_date - 1 where person_id = {lena}",
    "delete from participants_roleappointment where person_id = {lena}",
]


@pytest.mark.parametrize("change", SNEAKY)
def test_sql_does_it_without_a_decision_neither(begun, change):
    who = {"pat": begun.pat.pk, "lena": begun.lena.pk}
    assert refused(change.format(**who))
    assert holders(begun, "learning_lead") == ["Lena Learning"]


def test_in_the_seal_of_one_appointment_nobody_else_is_appointed(begun, monkeypatch):
    """The seal may do what its decision says, and nothing beside it."""
    real = services.appoint_by_decision

    def and_a_friend(**facts):
        real(**facts)
        real(**facts | {"person": begun.pat, "takes_over": False})

    monkeypatch.setattr(services, "appoint_by_decision", and_a_friend)
    with pytest.raises(DatabaseError, match="A key role is given by a key decision"):
        carry_out(
            begun.alliance,
            "role",
            role="learning_lead",
            person=begun.lee,
            reasons="She listens.",
            considered="Nobody else offered.",
        )


class TestThePages:
    def test_who_invites_is_pointed_to_a_decision(self, begun, client_of):
        url = reverse("participants:invite", args=[begun.alliance.slug])
        propose = reverse("decisions:propose", args=[begun.alliance.slug]) + "?template=role"
        browser = client_of(begun.carol)
        assert propose in browser.get(url).content.decode()
        said = {"name": "Nell New", "email": "nell@example.org", "role": "learning_lead"}
        page = browser.post(url, said)
        assert page.status_code == 422
        assert BY_ALL in page.content.decode()
        assert "nell@example.org" in page.content.decode()
        assert list(page.context["form"].errors) == ["role"]
        started = browser.get(propose)
        assert started.context["form"]["template"].value() == "role"

    def test_nobody_is_pointed_anywhere_at_the_founding(self, cast, client_of):
        url = reverse("participants:invite", args=[cast.alliance.slug])
        assert "?template=role" not in client_of(cast.carol).get(url).content.decode()

    def test_the_end_of_a_key_role_is_offered_to_its_holder_alone(self, begun, client_of):
        held = RoleAppointment.objects.get(person=begun.hana)
        url = reverse("participants:end_appointment", args=[begun.alliance.slug, held.pk])
        page = reverse("participants:participant", args=[begun.alliance.slug, begun.council.slug])
        assert url not in client_of(begun.carol).get(page).content.decode()
        assert client_of(begun.carol).post(url).status_code == 403
        assert url in client_of(begun.hana).get(page).content.decode()
        assert client_of(begun.hana).post(url).status_code == 303
        assert again(held).ended_at <= timezone.now()


def test_the_key_roles_that_can_be_given_include_all_that_must_be():
    assert set(RoleAppointment.BY_DECISION) <= set(people.KEY_ROLES)
