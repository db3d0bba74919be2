"""The story of what one person decided, what seals carried out, and what had to be done at once."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import partial

from django.utils import timezone

from alliance.core.workdays import add_working_days
from alliance.demo.story import deciding
from alliance.demo.story.questions import Question
from alliance.demo.story.world import World
from decisions import services
from decisions.case import Bearing, Case
from decisions.models import Delegation, ReservedMatter, UrgentAction
from participants.models import Alliance, Principle

RESERVED = (
    ("council", "Safeguarding enquiries", "statute", "Care Act 2014, section 42"),
    ("trust", "Detention and treatment without consent", "statute", "Mental Health Act 1983"),
)


def list_what_is_reserved(world: World) -> None:
    """At the founding: what the agreement leaves to one organisation, because the law does."""
    for org, title, category, law in RESERVED:
        services.list_reserved_matter(
            alliance=world.alliance,
            title=title,
            category=category,
            legal_basis=law,
            holder=world.participants[org],
            by=None,
        )


def small_repairs(world: World) -> dict:
    kezia, tide = world.people["kezia"], world.participants["tide"]
    return {
        "kind": "delegation",
        "person": kezia.pk,
        "person_name": str(kezia),
        "participant": tide.pk,
        "participant_name": str(tide),
        "scope": "Repairs and things for the rooms of the hostels that people who live there ask for, up to "
        "£1,500 each.",
        "limit": "1500.00",
        "until_on": None,
    }


REPAIRS = Question(
    "small-repairs", "tide", opened=190,
    title="May Kezia decide alone about small repairs in the hostels?",
    text="Kezia Brown decides alone about repairs and things for the rooms of the hostels that people who live there "
    "ask for, up to £1,500 each. She tells all of us each time, with the reasons.",
    why="A broken lock waits three weeks for eight signatures.",
    alternatives="A list once a month: people told us that a month with a broken lock is a month without sleep.",
    affected="About 120 people who live in the four hostels.",
    heard="The members of Second Tide asked for it at their assembly in spring.",
    best="A door that locks, this week.",
    review_after=365,
    effect=small_repairs,
)  # fmt: skip


def plan(world: World) -> None:
    deciding.plan_question(world, REPAIRS, world.agenda.ago(REPAIRS.opened))
    world.on(world.agenda.ago(118), partial(mend_the_locks, world), 11)
    world.on(add_working_days(world.agenda.today, -4), partial(hold_an_enquiry, world), 15)
    world.on(world.agenda.ago(61), partial(close_the_kitchen, world), 18)
    world.on(add_working_days(world.agenda.ago(61), 3), partial(tell_of_the_kitchen, world), 9)
    world.on(add_working_days(world.agenda.today, -2), partial(move_out_for_a_night, world), 9)


def _case(alliance: Alliance, **said) -> Case:
    best = said.pop("best")
    principle = Principle.objects.current().get(alliance=alliance, is_best_for_people=True)
    return Case(**said, tests={principle.pk: Bearing("supports", best)})


def mend_the_locks(world: World) -> None:
    case = _case(
        world.alliance,
        title="New locks for eleven doors in Harbour Row",
        text="A locksmith changes the locks of eleven rooms in Harbour Row next Monday.",
        why="Eleven keys are with people who have moved on, and two rooms were walked into at night.",
        alternatives="Collecting the keys: tried for a month, three came back.",
        best="People sleep behind a door that is theirs.",
        amount=Decimal("1180.00"),
    )
    draft = services.draft_alone(
        alliance=world.alliance,
        case=case,
        delegation=Delegation.objects.get(alliance=world.alliance),
        by=world.people["kezia"],
    )
    services.decide_alone(proposal=draft, by=world.people["kezia"])


def hold_an_enquiry(world: World) -> None:
    """Reserved, and it moves money: the draft of the key decision about that waits on the Council."""
    case = _case(
        world.alliance,
        title="A safeguarding enquiry about the night shifts in Anchor House",
        text="The Council holds an enquiry about what people told us of the night shifts in Anchor House, led by "
        "somebody from outside the alliance, and ends it within eight weeks.",
        why="Three people said, independently of each other, that they are afraid at night. The duty is the Council’s, "
        "and those whom it concerns sit among us.",
        alternatives="Asking the provider to look into it first: not where people are afraid of whoever would ask.",
        legal_basis="Care Act 2014, section 42",
        consulted="Lee Carrick and Jade Omondi, who were asked by the three to be with them; the NHS Trust’s lead "
        "nurse. Longquay was told on the same day.",
        best="The three are believed, and somebody comes whom they do not have to fear.",
        amount=Decimal("6400.00"),
        review_on=timezone.localdate() + timedelta(days=70),
    )
    draft = services.draft_alone(
        alliance=world.alliance,
        case=case,
        matter=ReservedMatter.objects.get(alliance=world.alliance, holder=world.participants["council"]),
        by=world.people["marguerite"],
    )
    services.decide_alone(proposal=draft, by=world.people["marguerite"])


def close_the_kitchen(world: World) -> None:
    services.take_urgent_action(
        alliance=world.alliance,
        participant=world.participants["hatch"],
        title="The kitchen of the Open Hatch was closed for two days",
        duty="Open Hatch, as the food business operator: Food Safety Act 1990",
        what="The big fridge had stood at fourteen degrees overnight. We threw everything away, put a notice on the "
        "door in four languages, and Lantern Street cooked for both houses.",
        acted_at=timezone.now() - timedelta(hours=9),
        by=world.people["tess"],
    )


def tell_of_the_kitchen(world: World) -> None:
    services.report_urgent_action(
        urgent=UrgentAction.objects.get(alliance=world.alliance),
        report="Nobody fell ill. The fridge has an alarm now that rings at two neighbours. We learned that our two "
        "kitchens can cook for each other within three hours, and did not know it before.",
        by=world.people["tess"],
    )


def move_out_for_a_night(world: World) -> None:
    """Still to be reported."""
    services.take_urgent_action(
        alliance=world.alliance,
        participant=world.participants["longquay"],
        title="Six people slept elsewhere because of a gas smell in Anchor House",
        duty="Longquay, as the landlord: Gas Safety (Installation and Use) Regulations 1998",
        what="A resident smelled gas at ten in the evening. The house was emptied in twelve minutes. Second Tide made "
        "beds in its common room, and somebody known stayed with each of the six.",
        acted_at=timezone.now() - timedelta(hours=11),
        by=world.people["joanna"],
    )


# ── In the second alliance: what all signed is changed by all ────────────────────────────────────────────────


def plan_elsewhere(world: World) -> None:
    for ago, said, effect in AGREED:
        world.on(world.agenda.ago(ago), partial(agree, world, said, effect(world)), 10)


def agree(world: World, said: dict, effect: dict) -> None:
    """Put by the council and agreed by all three on the same afternoon."""
    principles = list(Principle.objects.current().filter(alliance=world.alliance))
    tests = {
        one.pk: Bearing("supports", "Young people asked us for it, or it lets us hear them.")
        if one.is_best_for_people
        else Bearing("not_engaged", "It changes nothing here.")
        for one in principles
    }
    proposal = services.propose(
        alliance=world.alliance,
        participant=world.participants["district"],
        case=replace(Case(**said), effect=effect, tests=tests),
        by=world.people["hilary"],
    )
    for person, org in (("hilary", "district"), ("theo", "keys"), ("rosa", "lantern")):
        services.take_position(
            proposal=proposal,
            participant=world.participants[org],
            stance="agree",
            shown=proposal.current_wording.hash,
            by=world.people[person],
        )


AGREED = (
    (
        150,
        {
            "title": "Shall we have fifteen working days to answer?",
            "text": "From now on everybody has fifteen working days to answer a proposal.",
            "why": "First Keys works with volunteers, who meet every second Thursday.",
            "alternatives": "Ten, as now: twice somebody answered for people they had not asked.",
            "affected": "The three of us.",
            "heard": "The young people’s council asked for time to be asked.",
        },
        lambda world: {"kind": "settings", "answer_within": 15},
    ),
    (
        95,
        {
            "title": "Shall principle (d) say that we tell each other early?",
            "text": "Principle (d) gets the wording that is below.",
            "why": "No blame helps only those who hear of it in time.",
            "alternatives": "A behaviour instead: we have it, and nobody looked at it.",
            "affected": "All who work with us.",
            "heard": "Twelve workers rewrote it in the kitchen of First Keys.",
        },
        lambda world: {
            "kind": "principle_change",
            "letter": "d",
            "title": "No fault, no blame, no silence",
            "wording": "We keep a culture of no fault and no blame, tell each other early what goes wrong, and avoid "
            "disputes and litigation, save for wilful default.",
        },
    ),
    (
        26,
        {
            "title": "Shall the alliance go on for three more years?",
            "text": "The alliance goes on until the day that is named below.",
            "why": "Young people should not have to learn new faces because a contract ends.",
            "alternatives": "One year: rejected, because nobody takes a flat for one year.",
            "affected": "About a hundred young people, and nineteen workers.",
            "heard": "“Are you still here when I am twenty-one?”",
        },
        lambda world: {
            "kind": "extension",
            "ends_on": world.start.replace(year=world.start.year + 4, day=1).isoformat(),
        },
    ),
)
