"""A second, small alliance. Rosa and Lee are in both: they choose at the door. Standing aside is possible here."""

from datetime import date
from functools import partial

from alliance.core.workdays import add_working_days
from alliance.demo import cast
from alliance.demo.agenda import Agenda, moment
from alliance.demo.story import alone
from alliance.demo.story.joining import make_person
from alliance.demo.story.world import World
from decisions import services as decisions
from decisions.case import Bearing, Case
from decisions.models import Proposal
from learning import services as learning
from participants import services
from participants.models import Participant, Principle, RoleAppointment, User

Role = RoleAppointment.Role
PEOPLE = [
    cast.Person("hilary", "Hilary Pool", "merrowvalley.example", ((Role.REPRESENTATIVE, "district", ""),)),
    cast.Person("theo", "Theo Grant", "firstkeys.example", ((Role.REPRESENTATIVE, "keys", ""),)),
]


def plan(agenda: Agenda, people: dict[str, User]) -> World:
    """Founded half a year ago; `people` are those of the first alliance."""
    world = World(agenda, start=agenda.ago(180).replace(day=1), people=people)
    agenda.at(moment(world.start, 13), partial(found, world))
    world.on(agenda.ago(61), partial(put, world, SLEEP), 10)
    world.on(agenda.ago(58), partial(answer, world, "rosa", "lantern", "agree"), 10)
    world.on(
        agenda.ago(57),
        partial(
            answer,
            world,
            "theo",
            "keys",
            "stand_aside",
            "We would have asked the young people first.",
        ),
        11,
    )
    alone.plan_elsewhere(world)
    world.on(agenda.ago(134), partial(suspend, world), 10)
    world.on(add_working_days(agenda.ago(134), 1), partial(be_heard, world), 9)
    world.on(add_working_days(agenda.ago(134), 2), partial(agree_without, world), 11)
    world.on(agenda.ago(104), partial(readmit, world), 10)
    world.on(agenda.ago(104), partial(agree_without, world), 11)
    world.on(agenda.ago(75), partial(put, world, ROOMS), 10)
    world.on(agenda.ago(75), partial(nobody_left_to_commission, world), 16)
    world.on(agenda.ago(40), partial(try_something, world), 12)
    world.on(add_working_days(agenda.today, -4), partial(put, world, BIRTHDAY), 10)
    return world


def found(world: World) -> None:
    world.alliance = services.found_alliance(
        name=cast.SECOND_NAME,
        slug=cast.SECOND_SLUG,
        purpose=cast.SECOND_PURPOSE,
        starts_on=world.start,
        standing_aside=True,
        is_demonstration=True,
        by=None,
    )
    world.within(partial(_sign, world))


def _sign(world: World) -> None:
    form, kind = Participant.Form, Participant.Kind
    for key, name, short, what, of, host in (
        ("district", "Merrow Valley District Council", "District", kind.COMMISSIONER, form.COUNCIL, True),
        ("lantern", "Lantern Street Recovery", "Lantern Street", kind.PROVIDER, form.CHARITY, False),
        ("keys", "First Keys", "First Keys", kind.PROVIDER, form.CIC, False),
    ):
        world.participants[key] = services.admit_participant(
            alliance=world.alliance, name=name, short_name=short, kind=what, form=of, is_host=host,
            joined_on=world.start, by=None,
        )  # fmt: skip
    for person in PEOPLE:
        make_person(world, person)
    for key, role, org in (
        ("hilary", Role.REPRESENTATIVE, "district"),
        ("hilary", Role.POOL_MANAGER, "district"),
        ("theo", Role.REPRESENTATIVE, "keys"),
        ("rosa", Role.REPRESENTATIVE, "lantern"),
        ("lee", Role.LIVED_EXPERIENCE, ""),
    ):
        services.appoint(
            alliance=world.alliance,
            person=world.people[key],
            role=role,
            participant=world.participants.get(org),
            by=None,
        )


SLEEP = {
    "title": "Shall a sofa count as homeless?",
    "text": "Among us a young person who sleeps on other people’s sofas is homeless, whatever the form says.",
    "why": "Seventeen of twenty had slept on sofas for months before anybody counted them.",
    "alternatives": "Waiting for the law.",
    "affected": "Perhaps a hundred young people in the valley.",
    "heard": "Twenty of them, over pizza.",
}
BIRTHDAY = {
    "title": "Shall somebody ring on every eighteenth birthday?",
    "text": "On the day somebody in our care turns eighteen, one of us whom they like rings them.",
    "why": "On that day the letters stop being kind.",
    "alternatives": "A card: yes, as well.",
    "affected": "Thirty young people a year.",
    "heard": "“Nobody rang. Then the landlord did.”",
}
PAUSE = {
    "title": "Shall First Keys pause until it is insured again?",
    "text": "First Keys is suspended until it has an insurer again. The district’s own workers ring its nineteen young "
    "people meanwhile, and nobody moves.",
    "why": "Its insurer gave up business in a week. Without cover nobody may drive anybody anywhere.",
    "alternatives": "Going on as if nothing had happened: no. Ending its part: nobody wants that.",
    "affected": "Nineteen young people, and seven workers.",
    "heard": "They were rung before us. “As long as Jo still comes on Thursdays.” Jo comes.",
}
BACK = {
    "title": "Shall First Keys be with us again?",
    "text": "First Keys is readmitted: it has been insured since Monday.",
    "why": "What ended its part for a while is mended.",
    "alternatives": "Waiting for the next meeting: why?",
    "affected": "The same nineteen, and the same seven.",
    "heard": "“Finally.”",
}
ROOMS = {
    "title": "Shall we rent the rooms above the old post office?",
    "text": "The alliance rents three rooms above the old post office for evenings, at £9,600.00 a year.",
    "why": "The library closes at five, and evenings begin at six.",
    "alternatives": "The church hall: free, and cold.",
    "affected": "Forty young people who come on most evenings.",
    "heard": "They liked the stairs, and the window to the square.",
}
SISTER = "The house belongs to my sister. I knew it, and only saw today that it is this one."


def put(world: World, said: dict, **more) -> None:
    case = Case(
        **said,
        **more,
        tests={
            one.pk: Bearing("supports", "It is what young people asked us for.")
            if one.is_best_for_people
            else Bearing("not_engaged", "It changes nothing here.")
            for one in Principle.objects.current().filter(alliance=world.alliance)
        },
    )
    decisions.propose(
        alliance=world.alliance,
        participant=world.participants["district"],
        case=case,
        by=world.people["hilary"],
    )
    answer(world, "hilary", "district", "agree")


def answer(world: World, person: str, org: str, stance: str, reason: str = "") -> None:
    proposal = _newest(world)
    decisions.take_position(
        proposal=proposal,
        participant=world.participants[org],
        stance=stance,
        reason=reason,
        shown=proposal.current_wording.hash,
        by=world.people[person],
    )


def try_something(world: World) -> None:
    learning.propose_experiment(
        alliance=world.alliance,
        title="Pizza instead of a meeting",
        question="Who comes when there is no agenda?",
        trying="Once a month, pizza, no papers.",
        how_we_learn="We write down what is said twice.",
        size="Three evenings",
        ends_on=_in_three_months(world),
        by=world.people["lee"],
    )


def _in_three_months(world: World) -> date:
    return world.agenda.ahead(60)


# ── A pause, and a question that nobody could decide ─────────────────────────────────────────────────────────


def suspend(world: World) -> None:
    keys = world.participants["keys"]
    effect = {
        "kind": "suspension",
        "participant": keys.pk,
        "participant_name": keys.name,
        "suspended_on": add_working_days(world.agenda.ago(134), 2).isoformat(),
        "reasons": "It has no insurer. The day on which it has one again, it is readmitted.",
    }
    put(world, PAUSE, effect=effect)


def be_heard(world: World) -> None:
    """First Keys is not asked, and is heard (rule 22)."""
    words = "We asked for it ourselves. Please keep Thursdays."
    decisions.be_heard(proposal=_newest(world), words=words, by=world.people["theo"])


def readmit(world: World) -> None:
    keys = world.participants["keys"]
    effect = {
        "kind": "readmission",
        "participant": keys.pk,
        "participant_name": keys.name,
        "reasons": "A new insurer, with the same cover as before.",
    }
    put(world, BACK, effect=effect)


def agree_without(world: World) -> None:
    """All who are asked while First Keys is not: the district has said it, Lantern Street follows."""
    answer(world, "rosa", "lantern", "agree")


def nobody_left_to_commission(world: World) -> None:
    """The only commissioner leaves the roll for a conflict: the question ends without a decision (rule 10)."""
    hilary = world.people["hilary"]
    declaration = decisions.declare_conflict(
        proposal=_newest(world), participant=world.participants["district"], what=SISTER, by=hilary
    )
    decisions.leave_for_conflict(declaration=declaration, by=hilary)


def _newest(world: World) -> Proposal:
    asked = Proposal.objects.select_related("alliance", "participant", "current_wording")
    return asked.filter(alliance=world.alliance).latest("number")
