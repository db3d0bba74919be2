"""The story of interests, a roll that was left, a conflict found late, and boards: one refused, one is still asked."""

from functools import partial

from django.utils import timezone

from alliance.core.uploads import Upload
from alliance.core.workdays import add_working_days
from alliance.demo.cast import SPEAKS
from alliance.demo.story import questions as q
from alliance.demo.story.deciding import Telling
from alliance.demo.story.world import World
from decisions import services
from decisions.models import Decision, DecisionReview, DeclarationVote, Interest, Ratification
from participants import services as people
from participants.models import RoleAppointment

BREAD = q.Question(
    "bread", "hatch", opened=110, amount=q.pounds("9,400.00"),
    title="Shall the Corner Bakery bring the bread for all our halls?",
    text="Until the end of the financial year the Corner Bakery brings bread and soup to the four halls every morning "
    "at six. It employs two people who came through our doors.",
    why="Each of us buys its own, from four shops, on four invoices.",
    alternatives="The wholesaler: cheaper by £600, and nobody there knows anybody here.",
    affected="About a hundred and forty people at breakfast, every day.",
    heard="They tasted it. “Bread that somebody baked.”",
    best="Breakfast is the first thing that somebody does for you on most days.",
    silent=("lantern",),
    quick=6,
)  # fmt: skip

LIBRARY = q.Question(
    "library", "longquay", opened=24, amount=q.pounds("72,000.00"), review_after=200,
    title="Shall we take the lease of the old library?",
    text="Longquay takes the lease of the old library in Chandler Street for three years, for all of us: the front "
    "door, the peer workers and the Wednesday clinic move there. The rent is £24,000.00 a year.",
    why="The front door has two rooms and no lift, and forty people come on a Monday.",
    alternatives="A second shop beside the first: rejected, it has stairs. Waiting for the health centre: in 2029.",
    affected="Everybody who comes to the front door, and its neighbours.",
    heard="Twenty-two people walked through it with us and drew on the walls where things should be.",
    best="One door that a wheelchair gets through.",
    quick=5,
)  # fmt: skip

BROTHER = "The bakery is a third my brother’s. I should not be the one who says yes for us."
TENANT = "I am a tenant of Longquay, which takes this lease. Nothing in it touches my home; you should say so, not I."
HOUSE = q.Question(
    "house", "longquay", opened=178, amount=q.pounds("185,000.00"), review_after=300,
    title="Shall we have the house in Tanner’s Yard?",
    text="Longquay buys the house in Tanner’s Yard for all of us, with £185,000.00 from the pool: nine rooms for "
    "people who leave hospital and have nowhere to go back to.",
    why="In a year fifty-two people left the ward for the street, and nineteen of them came back within a month.",
    alternatives="Rooms in a guest house, by the night: done, at £68 a night, and nobody sleeps well there.",
    affected="About fifty people a year, the ward, and the neighbours in Tanner’s Yard.",
    heard="Eleven people drew the house that they would have wanted to come to.",
    best="One gets well in a bed, and not between two doorways.",
    quick=5,
)  # fmt: skip
REFUSAL = (
    "The board would gladly have the house and will not buy one with the members’ share before anybody has looked at "
    "its roof. A lease for three years, with the right to buy, we could ratify the same evening."
)
LEASE = q.Rewords(
    0, "A lease instead of a purchase, because the board of Second Tide asked about the roof.",
    {
        "text": "Longquay leases the house in Tanner’s Yard for three years for all of us, with the right to buy it: "
        "nine rooms for people who leave hospital and have nowhere to go back to. The first year costs £48,000.00 "
        "from the pool; a surveyor looks at the roof before the second.",
        "alternatives": "Buying it now: refused by the board of Second Tide, and rightly, before anybody has been on "
        "the roof. Rooms in a guest house, by the night: done, at £68 a night, and nobody sleeps well there.",
        "amount": q.pounds("48,000.00"),
    },
)  # fmt: skip
DELIVERIES = (
    "My brother-in-law drives for the shop where eleven of the forty bought their beds. I had not thought of it when I "
    "answered, and saw his van."
)
LOOKED_AT = {
    "intended": "Yes. Everybody chose for themselves; the eleven went to that shop because it delivers the same day.",
    "what_next": "Nothing changes. The paper that comes with the £500 names four shops now.",
    "who_are_we": "The representatives of seven of us; Longquay listened, and two tenants told us how they chose.",
    "conclusion": DecisionReview.Conclusion.STANDS,
}


def plan(world: World) -> None:
    ago = world.agenda.ago
    world.on(ago(320), partial(_limits, world), 17, 30)
    for days in range(300, 30, -21):
        world.on(ago(days), partial(_board_meets, world), 19, 15)
    world.on(ago(200), partial(_interests, world), 11, 30)
    opens = ago(BREAD.opened)
    bread = Telling(world, BREAD, opens)
    bread.plan()
    world.on(add_working_days(opens, 1), partial(_declares, world, bread, "rosa", "lantern", BROTHER), 9, 20)
    for hour, key, stance in (
        (10, "hatch", DeclarationVote.Stance.ADMIT),
        (11, "trust", DeclarationVote.Stance.LEAVE),
        (12, "council", DeclarationVote.Stance.LEAVE),
        (13, "icb", DeclarationVote.Stance.LEAVE),
        (15, "tide", DeclarationVote.Stance.LEAVE),
    ):
        world.on(add_working_days(opens, 1), partial(_says, world, bread, key, stance), hour, 45)
    opens = ago(LIBRARY.opened)
    library = Telling(world, LIBRARY, opens)
    library.plan()
    world.on(opens, partial(_declares, world, library, "marguerite", "council", TENANT), 11, 30)
    for hour, key in enumerate(("hatch", "lantern", "tide", "trust"), 13):
        world.on(opens, partial(_says, world, library, key, DeclarationVote.Stance.ADMIT), hour, 15)
    house = Telling(world, HOUSE, ago(HOUSE.opened))
    house.plan()
    world.on(ago(160), partial(_board_refuses, world, house), 20)
    again = add_working_days(ago(160), 2)
    world.on(again, lambda: house.rewords(LEASE), 9, 30)
    for days, key in enumerate(SPEAKS, 1):
        world.on(add_working_days(again, days // 2), partial(house.answer, key), 14, 5 * days)
    world.on(ago(80), partial(_interest_ends, world, "peter"), 8, 45)
    world.on(ago(72), partial(_finds, world, "furniture", "joanna", "longquay", DELIVERIES), 17, 10)
    world.on(ago(63), partial(_looks_again, world, "furniture", "hatch", LOOKED_AT), 15)


def _limits(world: World) -> None:
    """Second Tide's members wanted it so when they joined: above this, they vote."""
    for key in ("kezia", "dan"):
        people.set_limit(
            appointment=RoleAppointment.objects.in_force().get(
                person=world.people[key], participant=world.participants["tide"]
            ),
            amount=q.pounds("60,000.00"),
            reasons="Members’ meeting, paragraph 6: what commits more comes to the board.",
            by=world.people["lorna"],
        )


def _board_meets(world: World) -> None:
    """Second Tide's board ratifies what waits for it."""
    for asked in Ratification.objects.awaited().filter(participant=world.participants["tide"]):
        said = f"Second Tide CIC, board. Decision {asked.decision.number} of the alliance was read out and ratified."
        services.ratify(
            ratification=asked,
            board_met_on=timezone.localdate(),
            minute=Upload("second-tide-board-minute.txt", said.encode(), "text/plain"),
            by=world.people["lorna"],
        )


def _interests(world: World) -> None:
    for key, org, kind, what in (
        (
            "rosa",
            "lantern",
            Interest.Kind.INDIRECT,
            "My brother bakes for the Corner Bakery and owns a third of it.",
        ),
        (
            "peter",
            "trust",
            Interest.Kind.PROFESSIONAL,
            "I sit on the regional panel that licenses prescribers.",
        ),
        (
            "marguerite",
            "council",
            Interest.Kind.PERSONAL,
            "I am a tenant of Longquay Homes, like my mother before me.",
        ),
    ):
        services.declare_interest(
            alliance=world.alliance,
            person=world.people[key],
            participant=world.participants[org],
            kind=kind,
            what=what,
            by=world.people[key],
        )


def _declares(world: World, telling: Telling, key: str, org: str, what: str) -> None:
    person = world.people[key]
    services.declare_conflict(
        proposal=telling.now(),
        participant=world.participants[org],
        what=what,
        interest=Interest.objects.current().get(alliance=world.alliance, person=person),
        by=person,
    )


def _says(world: World, telling: Telling, key: str, stance: str) -> None:
    declaration = telling.now().declarations.get()
    if declaration.state != declaration.State.DECLARED:
        return
    services.vote_on_conflict(
        declaration=declaration,
        participant=world.participants[key],
        stance=stance,
        by=telling.speaker(key),
    )


def _interest_ends(world: World, key: str) -> None:
    for one in Interest.objects.of(world.alliance).current().filter(person=world.people[key]):
        services.end_interest(interest=one, by=world.people[key])


def _board_refuses(world: World, telling: Telling) -> None:
    """The question is open again, to a fresh roll; the telling goes on with that proposal."""
    asked = Ratification.objects.awaited().get(decision__proposal=telling.proposal)
    telling.proposal = services.refuse_to_ratify(
        ratification=asked, words=REFUSAL, board_met_on=timezone.localdate(), by=world.people["lorna"]
    )


def _decided(world: World, key: str) -> Decision:
    title = next(one.title for one in q.QUESTIONS if one.key == key)
    decided = Decision.objects.select_related("alliance", "wording", "proposal")
    return decided.get(alliance=world.alliance, wording__title=title)


def _finds(world: World, key: str, person: str, org: str, what: str) -> None:
    """Somebody tells of their own conflict, months after the seal."""
    services.report_conflict(
        decision=_decided(world, key),
        participant=world.participants[org],
        person=world.people[person],
        what=what,
        by=world.people[person],
    )


def _looks_again(world: World, key: str, org: str, said: dict) -> None:
    by = world.voice(org, world.chance("looks again", key))
    services.review_decision(decision=_decided(world, key), by=by, **said)
