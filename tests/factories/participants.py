"""People and organisations for tests, through the real services."""

from datetime import date

from participants.models import Alliance, Participant, RoleAppointment, User
from participants.services import admit_participant, appoint, found_alliance

FOUNDED = date(2025, 4, 1)


def make_user(name: str, email: str = "", password: str | None = None) -> User:
    """Without a password unless asked: hashing one takes as long as a hundred queries."""
    return User.objects.create_user(email or f"{name.lower().replace(' ', '.')}@example.org", name, password)


def make_alliance(name: str = "Harbour Alliance", **facts) -> Alliance:
    return found_alliance(
        name=name,
        purpose="People with complex needs in Harbour get the support that they choose, from whoever does it best.",
        starts_on=facts.pop("starts_on", FOUNDED),
        by=None,
        **facts,
    )


def make_participant(
    alliance: Alliance, name: str, kind: str = "provider", form: str = "charity", **facts
) -> Participant:
    return admit_participant(
        alliance=alliance,
        name=name,
        kind=kind,
        form=form,
        joined_on=facts.pop("joined_on", FOUNDED),
        by=None,
        **facts,
    )


def make_person(
    alliance: Alliance, name: str, role: str, participant: Participant | None = None, **facts
) -> User:
    """A new user who holds one role."""
    user = make_user(name, facts.pop("email", ""))
    give_role(alliance, user, role, participant, **facts)
    return user


def give_role(
    alliance: Alliance, user: User, role: str, participant: Participant | None = None, **facts
) -> RoleAppointment:
    return appoint(
        alliance=alliance,
        person=user,
        role=role,
        participant=participant,
        from_on=facts.pop("from_on", FOUNDED),
        by=None,
        **facts,
    )
