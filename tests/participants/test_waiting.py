"""What waits among people and organisations, and the command that founds an alliance."""

import getpass

import pytest
from django.core.management import CommandError, call_command

from participants import services
from participants.models import Alliance, RoleAppointment
from participants.standing import standing
from participants.waiting import waiting_on
from tests.factories.participants import make_participant

Role = RoleAppointment.Role
pytestmark = pytest.mark.django_db


def waits(cast, person) -> list[tuple[str, str]]:
    return [(one.title, one.who) for one in waiting_on(standing(person, cast.alliance))]


def test_a_participant_without_a_voice_waits_on_the_representatives_until_somebody_is_invited(cast):
    assert waits(cast, cast.carol) == []
    quay = make_participant(cast.alliance, "Quay Street")
    title = "Invite somebody to speak for Quay Street"
    assert waits(cast, cast.carol) == waits(cast, cast.pat) == [(title, "me")]
    assert waits(cast, cast.finn) == waits(cast, cast.stranger) == []
    invitation = services.invite(
        alliance=cast.alliance, name="Nia New", email="nia@example.org", role=Role.REPRESENTATIVE,
        participant=quay, by=cast.carol,
    )  # fmt: skip
    assert waits(cast, cast.carol) == []
    services.withdraw_invitation(invitation=invitation, by=cast.carol)
    assert waits(cast, cast.carol) == [(title, "me")]


def test_founding_where_nobody_can_type_a_password_says_how_to_give_one(db, monkeypatch):
    def nobody(prompt):
        raise EOFError

    monkeypatch.delenv("CONCORDAT_PASSWORD", raising=False)
    monkeypatch.setattr(getpass, "getpass", nobody)
    with pytest.raises(CommandError, match="set CONCORDAT_PASSWORD"):
        call_command(
            "found_alliance", name="Quay Alliance", purpose="Homes.", starts_on="2026-04-01",
            commissioner="Quay Council", representative="Cora New", email="cora@quay.example",
        )  # fmt: skip
    assert not Alliance.objects.filter(name="Quay Alliance").exists()
