"""The story of who is in it: the founding, who came later, who handed over, who is still awaited."""

from functools import partial

from allauth.account.models import EmailAddress
from django.utils import timezone

from alliance.core.workdays import add_working_days
from alliance.demo import cast
from alliance.demo.agenda import moment
from alliance.demo.story.alone import list_what_is_reserved
from alliance.demo.story.questions import WELCOMED
from alliance.demo.story.world import World
from participants import services
from participants.models import Invitation, Participant, RoleAppointment, User

Role = RoleAppointment.Role


def plan(world: World) -> None:
    world.agenda.at(moment(world.start, 9), partial(found, world))
    world.on(world.agenda.ago(WELCOMED), partial(welcome_the_eighth, world), 9)
    world.on(world.agenda.ago(160), partial(hand_over_at_longquay, world), 9)
    world.on(world.agenda.ago(74), partial(invite_and_think_again, world), 9)
    world.on(add_working_days(world.agenda.today, -6), partial(invite_two, world), 9)


def found(world: World) -> None:
    world.alliance = services.found_alliance(
        name=cast.NAME,
        slug=cast.SLUG,
        purpose=cast.PURPOSE,
        starts_on=world.start,
        is_demonstration=True,
        by=None,
    )
    world.within(partial(_sign, world))


def _sign(world: World) -> None:
    for one in cast.ORGANISATIONS:
        if not one.joins:
            world.participants[one.key] = _admit(world, one, by=None)
    list_what_is_reserved(world)
    for person in cast.PEOPLE:
        make_person(world, person)
        if all(org in world.participants or not org for _, org, _ in person.roles):
            _appoint(world, person, by=None)


def _admit(world: World, one: cast.Organisation, by: User | None) -> Participant:
    return services.admit_participant(
        alliance=world.alliance,
        name=one.name,
        short_name=one.short_name,
        kind=one.kind,
        form=one.form,
        is_host=one.is_host,
        joined_on=timezone.localdate(),
        by=by,
    )


def make_person(world: World, person: cast.Person) -> User:
    """A person whom nobody knows the password of: one signs in as them from the page for that."""
    user = User.objects.create_user(person.email, person.name)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    world.people[person.key] = user
    return user


def _appoint(world: World, person: cast.Person, by: User | None) -> None:
    for role, org, why in person.roles:
        services.appoint(
            alliance=world.alliance,
            person=world.people[person.key],
            role=role,
            participant=world.participants.get(org),
            reasons=why,
            by=by,
        )


def welcome_the_eighth(world: World) -> None:
    """The seal has let it in. Its first person is let in by the Council, and brings in the others."""
    for one in cast.ORGANISATIONS:
        if one.joins:
            world.participants[one.key] = Participant.objects.get(alliance=world.alliance, name=one.name)
            theirs = [person for person in cast.PEOPLE if person.roles[0][1] == one.key]
            speaker = cast.SPEAKS[one.key]
            for person in sorted(theirs, key=lambda person: person.key != speaker):
                _appoint(world, person, by=world.people["marguerite" if person.key == speaker else speaker])


def hand_over_at_longquay(world: World) -> None:
    """The deputy becomes the representative; the one who leaves sees nothing from that day on."""
    martin, joanna, longquay = world.people["martin"], world.people["joanna"], world.participants["longquay"]
    held = RoleAppointment.objects.in_force().filter(alliance=world.alliance, participant=longquay)
    services.appoint(
        alliance=world.alliance,
        person=joanna,
        role=Role.REPRESENTATIVE,
        participant=longquay,
        reasons="She has deputised in eleven decisions and knows all of you. I leave you in better hands.",
        by=martin,
    )
    services.end_appointment(appointment=held.get(person=joanna, role=Role.DEPUTY), by=martin)
    services.end_appointment(appointment=held.get(person=martin), by=martin)
    bryony = cast.Person("bryony", "Bryony Sage", "longquay.example", ((Role.DEPUTY, "longquay", ""),))
    make_person(world, bryony)
    _appoint(world, bryony, by=joanna)


def invite_and_think_again(world: World) -> None:
    invitation = services.invite(
        alliance=world.alliance,
        name="Noor Haddad",
        email="noor.haddad@bollardrowe.example",
        role=Role.DEPUTY,
        participant=world.participants["rowe"],
        by=world.people["marcus"],
    )
    services.withdraw_invitation(
        invitation=Invitation.objects.get(pk=invitation.pk), by=world.people["marcus"]
    )


def invite_two(world: World) -> None:
    services.invite(
        alliance=world.alliance,
        name="Amir Haddad",
        email="amir.haddad@secondtide.example",
        role=Role.WORKER,
        participant=world.participants["tide"],
        reasons="He has slept in every hostel that we run and wants to work in none of them. He will tell us why.",
        by=world.people["kezia"],
    )
    services.invite(
        alliance=world.alliance,
        name="Maeve Donnelly",
        email="maeve.donnelly@icb.merrowcoast.example",
        role=Role.BOARD_MEMBER,
        participant=world.participants["icb"],
        by=world.people["imran"],
    )
