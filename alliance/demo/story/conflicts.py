"""The story of interests, a roll that was left, limits, and boards that ratify; one is still asked."""

from functools import partial

from django.utils import timezone

from alliance.core.uploads import Upload
from alliance.core.workdays import add_working_days
from alliance.demo.story import questions as q
from alliance.demo.story.deciding import Telling
from alliance.demo.story.world import World
from decisions import services
from decisions.models import DeclarationVote, Interest, Ratification
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


def plan(world: World) -> None:
    ago = world.agenda.ago
    world.on(ago(320), partial(_limits, world), 17, 30)
    for days in range(300, 30, -21):
        world.on(ago(days), partial(_board_meets, world), 19, 15)
    world.on(ago(200), partial(_interests, world), 11, 30)
    opens = ago(BREAD.opened)
    bread = Telling(world, BREAD, opens)
    bread.plan()
    world.on(add_working_days(opens, 1), partial(_declares, world, bread), 9, 20)
    for hour, key, stance in (
        (10, "hatch", DeclarationVote.Stance.ADMIT),
        (11, "trust", DeclarationVote.Stance.LEAVE),
        (12, "council", DeclarationVote.Stance.LEAVE),
        (13, "icb", DeclarationVote.Stance.LEAVE),
        (15, "tide", DeclarationVote.Stance.LEAVE),
    ):
        world.on(add_working_days(opens, 1), partial(_says, world, bread, key, stance), hour, 45)
    Telling(world, LIBRARY, ago(LIBRARY.opened)).plan()


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


def _declares(world: World, telling: Telling) -> None:
    rosa = world.people["rosa"]
    services.declare_conflict(
        proposal=telling.now(),
        participant=world.participants["lantern"],
        what="The bakery is a third my brother’s. I should not be the one who says yes for us.",
        interest=Interest.objects.get(alliance=world.alliance, person=rosa),
        by=rosa,
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
