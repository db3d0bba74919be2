"""The story of risks and opportunities: raised by whoever sees them, accepted, changed, accepted again, closed."""

from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from alliance.demo.cast import ORGANISATIONS
from alliance.demo.story.world import World
from decisions import services as deciding
from decisions.models import Risk
from learning import services as learning
from learning.models import Experiment


@dataclass(frozen=True)
class Held:
    """One risk or opportunity, raised `ago` days before today. `silent`: who has not accepted it as it stands."""

    key: str
    by: str
    steward: str
    ago: int
    title: str
    causes: str
    effects: str
    controls: str
    gaps: str = ""
    kind: str = "risk"
    amount: Decimal | None = None
    silent: tuple[str, ...] = ()


HELD = (
    Held(
        "lease", "gareth", "martin", 230,
        "The night shelter on Ferry Street loses its lease in spring",
        "The owner is selling the building, and the new plans for the harbour front have no room for it.",
        "Fourteen people a night lose the one place that takes dogs.",
        "Longquay talks with the owner each month. The council looks through its own empty buildings.",
        gaps="No second building has been found.", amount=Decimal("64000"), silent=("rowe",),
    ),
    Held(
        "nights", "ola", "elliot", 150,
        "The same four people work all the nights",
        "Nights are paid like days, and the rota was made for two hostels, not four.",
        "People who are tired make mistakes, and leave. People who are awake at night meet a stranger.",
        "Two agencies are on call. We are trying a shared bank of night workers.",
        gaps="Nobody has asked the night workers what would make them stay.", silent=("council", "icb"),
    ),
    Held(
        "notes-lost", "lee", "nadia", 200,
        "Shared notes are read by somebody who should not",
        "One page for each person, kept by eight organisations with eight systems.",
        "Somebody’s story is told again without them, by strangers.",
        "A person decides who reads their page. Each organisation checks once a month who did.",
        gaps="",
    ),
    Held(
        "church-hall", "tess", "winston", 120,
        "The parish would let us have the hall on three mornings",
        "The playgroup has moved out, and the vicar likes the Hatch.",
        "A breakfast that is a place to meet, near the harbour, without a form.",
        "Winston meets the parish council in the spring.",
        kind="opportunity", silent=("trust",),
    ),
    Held(
        "winter", "sunita", "rosa", 300,
        "The cold beds open too late again",
        "Last year the agreement to open them came four days after the frost.",
        "People sleep out in the worst week.",
        "All of us agreed on a temperature, not on a meeting.",
    ),
)  # fmt: skip


def plan(world: World) -> None:
    for held in HELD:
        world.on(world.agenda.ago(held.ago), partial(put, world, held), 9, 35)
        for day, key in enumerate(one.key for one in ORGANISATIONS):
            if key not in held.silent or held.key == "lease":
                world.on(world.agenda.ago(held.ago - 5 - day), partial(accept, world, held, key), 13, 10)
    world.on(world.agenda.ago(60), partial(change_the_lease, world), 10, 15)
    for day, key in enumerate(one.key for one in ORGANISATIONS):
        if key not in HELD[0].silent:
            world.on(world.agenda.ago(52 - day), partial(accept, world, HELD[0], key), 12, 30)
    world.on(world.agenda.ago(90), partial(tie_the_notes, world), 15)
    world.on(world.agenda.ago(28), partial(close_the_winter, world), 11, 20)


def _risk(world: World, held: Held) -> Risk:
    first = Risk.objects.filter(alliance=world.alliance, versions__version=1, versions__title=held.title)
    return first.select_related("current_version").get()


def _told(held: Held) -> dict:
    return {
        "title": held.title,
        "causes": held.causes,
        "effects": held.effects,
        "controls": held.controls,
        "gaps": held.gaps,
        "amount": held.amount,
    }


def put(world: World, held: Held) -> None:
    deciding.raise_risk(
        alliance=world.alliance,
        kind=held.kind,
        steward=world.people[held.steward],
        by=world.people[held.by],
        **_told(held),
    )


def accept(world: World, held: Held, key: str) -> None:
    """If it has joined by then, and nobody has closed the risk."""
    risk, participant = _risk(world, held), world.participants.get(key)
    if participant and participant.is_active() and risk.state == Risk.State.OPEN:
        voice = world.voice(key, world.chance("risks", held.key, key))
        deciding.accept_risk(risk=risk, participant=participant, shown=risk.current_version.hash, by=voice)


def change_the_lease(world: World) -> None:
    risk, held = _risk(world, HELD[0]), HELD[0]
    deciding.change_risk(
        risk=risk,
        shown=risk.current_version.hash,
        steward=world.people["joanna"],  # Martin has left Longquay, and hands it over
        note="The owner gave us until the end of June in writing. Joanna looks after it from now on.",
        by=world.people["joanna"],
        **(
            _told(held)
            | {"controls": f"{held.controls} The owner has written: we may stay until the end of June."}
        ),
    )


def tie_the_notes(world: World) -> None:
    learning.tie_risks(
        experiment=Experiment.objects.get(alliance=world.alliance, title="Notes written with the person"),
        risks=[_risk(world, HELD[2])],
        by=world.people["nadia"],
    )


def close_the_winter(world: World) -> None:
    deciding.close_risk(
        risk=_risk(world, HELD[4]),
        reason="The beds opened on the first cold night this year. We keep the temperature, and let the worry go.",
        by=world.people["rosa"],
    )
