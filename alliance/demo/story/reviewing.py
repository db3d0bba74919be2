"""The story of what was learned: reviews with their actions, and the next one."""

from dataclasses import dataclass, field
from datetime import date
from functools import partial

from alliance.core.workdays import add_working_days
from alliance.demo.story.world import World
from learning import services
from learning.models import Action, Review
from learning.services import NewAction


def plan(world: World) -> None:
    for told in REVIEWS:
        _plan_review(world, told)


@dataclass(frozen=True)
class Told:
    """One review. `actions`: (key, what, taker, working days to do it or None); `looks`: how each open action of
    before stands, by key: (outcome, words), the rest still matters. `between`: looked at before the next review."""

    key: str
    title: str
    about: str
    ago: int
    present: str
    guests: tuple[str, ...]
    answers: dict[str, str]
    actions: tuple[tuple[str, str, str, int | None], ...] = ()
    looks: dict[str, tuple[str, str]] = field(default_factory=dict)
    between: dict[str, tuple[int, str, str]] = field(default_factory=dict)


REVIEWS = [
    Told(
        "first-weeks", "The first weeks at Ferry Street", "The door has been open for a month.", 286,
        "nadia elliot kezia rosa marguerite anjali lee sunita femi",
        ("Two people from the queue, who asked not to be named",),
        {
            "expected": "That people would be seen on the same day and tell their story once.",
            "facts": "Of 212 people 187 were seen on the same day. Of 40 whom we asked, 23 had told their story once, "
            "11 twice and 6 three times or more.",
            "views": "Workers said that it is louder and better than before. Two managers said that they have "
            "lost sight "
            "of their teams.",
            "unexpected": "People bring each other. One in five came with somebody who had been there before.",
            "why": "We had one room and four habits. Each of us still wrote its own notes.",
            "keep_or_change": "Keep the open door and the tea. Change the notes: one page, written with the person.",
            "intended": "Partly. The door is open; the story is still told too often.",
            "next": "Try notes that are written with the person, with one team, for two months.",
            "we": "Nine of us, two of them people who use the door. Nobody who works nights, and no landlord.",
            "missing": "Whoever came once and did not come back.",
        },
        actions=(
            ("nights", "Find a time for reviews at which night workers can come", "elliot", 25),
            ("landlords", "Ask the private landlords what would help them to say yes", "longquay", 40),
            ("tea", "Pay for the tea from the pool and not from Rosa’s pocket", "priya", 10),
        ),
        between={"tea": (8, "done", "There is a line for it now, and a bigger kettle.")},
    ),
    Told(
        "freezing-nights", "What the cold nights taught us", "The hall in Cooper’s Row closed for the spring.", 214,
        "nadia elliot tess winston ola gareth jade imran martin", ("Eleven guests of the hall, over soup",),
        {
            "expected": "Sixteen beds would be enough on nights below zero.",
            "facts": "The hall opened on 31 nights. On 19 of them all sixteen beds were taken; on 11 people "
            "were sent away.",
            "views": "The guests said that not knowing is worse than the cold: they decide at four where to sleep.",
            "unexpected": "Six people who had refused every hostel came each night, because their dogs could.",
            "why": "The forecast at three in the afternoon decides; people decide earlier.",
            "keep_or_change": "Keep the nurse and the dogs. Change the rule with the forecast.",
            "intended": "The beds, yes. The uncertainty was ours, not theirs, and we had not seen it.",
            "next": "Plan the next winter now, with those who were there.",
            "we": "For once more guests than staff. It showed.",
            "missing": "The neighbours, and whoever was sent away on the eleven nights.",
        },
        looks={"nights": ("done", "We met at six in the morning, after the shift. It works if there is breakfast.")},
        actions=(
            ("winter", "Write the plan for the next winter together with the guests", "hatch", 60),
            ("supervision", "Ask the teams what would help them to stay", "trust", 45),
        ),
    ),
    Told(
        "leaving-early", "Why people leave in the first fortnight", "Figures and the diaries of six workers.", 142,
        "nadia elliot rosa neil kezia lee jade femi peter", ("A mother",),
        {
            "expected": "That people leave when the help is not what they came for.",
            "facts": "Of 46 people who left in the first fortnight 31 left between Friday noon and Monday morning.",
            "views": "Some of us had thought that they were not ready. Nobody who was there said so.",
            "unexpected": "Nine people came back by themselves within a month, and nobody had counted that as "
            "anything.",
            "why": "The first weekend is empty: no worker whom they know, no appointment, and money in the pocket.",
            "keep_or_change": "Keep the same-day start. Change what happens on the first Friday.",
            "intended": "No. We meant to be there when it is hard.",
            "next": "Ring on the first Friday evening, and be somewhere on Sundays.",
            "we": "Two of us have left in a first fortnight ourselves. Without them we would have talked about "
            "motivation.",
            "missing": "The out-of-hours doctors.",
        },
        looks={
            "landlords": ("still_matters", "Four letters, one answer. Gareth will visit them instead."),
            "supervision": ("done", "They asked for an hour with somebody who listens. It has become a proposal."),
        },
        actions=(
            ("friday", "Try ringing everybody on their first Friday evening", "lantern", 20),
            ("returners", "Count those who come back, and ask them why", "nadia", 30),
        ),
    ),
    Told(
        "small-money", "What fifty pounds buys", "Three months of small money, 214 purchases.", 71,
        "nadia elliot marcus chloe gwen sunita gareth lee marguerite", (),
        {
            "expected": "Boots, fares and telephones; and some misuse.",
            "facts": "214 purchases, £6,918.40. A third were fares. 22 were food for a meal together. No "
            "misuse was found, "
            "and one purchase that we would not make again.",
            "views": "Workers said: it is the first time that I was trusted with anything.",
            "why": "When the person who is there can say yes, the answer comes while it still matters.",
            "keep_or_change": "Keep it. Change the sum: £50 is too little for a bed and more than enough for the rest.",
            "intended": "Yes, and more: it changed what we talk about with people.",
            "next": "Ask whether people could hold the money themselves.",
            "we": "Those who spend it and those who count it. Those for whom it was spent were one.",
            "missing": "People for whom something was bought; we had not asked whether they wished to come.",
        },
        looks={
            "winter": ("done", "It was put to everybody, and everybody agreed."),
            "friday": ("done", "It has been an experiment since the summer."),
            "landlords": ("let_go", "We have let it go: the two who answered let to us already."),
        },
        actions=(
            ("own-money", "Ask ten people whether they would rather hold the money themselves", "tide", 35),
            ("one-purchase", "Tell the story of the one purchase, without a name, to the teams", "marcus", 15),
        ),
        between={"returners": (20, "still_matters", "31 since we count. The asking has begun with nine.")},
    ),
    Told(
        "walls", "A day of walking through our doors", "Each of us went through another one’s door as a stranger.", 26,
        "nadia elliot kezia tess imran joanna marcus ola jade lee", ("The receptionist of the health centre",),
        {
            "expected": "That our own door is the friendly one.",
            "facts": "Ten of us went through eight doors. In five we were asked for a date of birth before a name. The "
            "longest wait was 70 minutes, the shortest none.",
            "views": "Imran was moved on from the bench outside our own building.",
            "unexpected": "The warmest welcome was at the rent office, from a man who has been told that it is "
            "not his job.",
            "why": "What the first question is was decided by the screens that we bought.",
            "keep_or_change": "Keep walking: twice a year. Change the first question to “What brings you here today?”",
            "intended": "At three doors, yes.",
            "next": "Ask whoever makes the screens to move the field for the date of birth.",
            "we": "Ten who could go home afterwards.",
            "missing": "The people who make the screens.",
        },
        looks={
            "own-money": ("still_matters", "Seven asked. Five would; two would rather not be responsible for it."),
            "one-purchase": ("done", "Told in all nine teams. Two told one of their own back."),
        },
        actions=(
            ("screens", "Have the date of birth asked last, on every screen", "icb", 30),
            ("bench", "Find out who moves people on from our bench, and why", "marguerite", 8),
            ("rent-office", "Thank the man at the rent office, and his manager", "joanna", 5),
        ),
        between={"rent-office": (4, "done", "Done, with cake. His manager had not known.")},
    ),
]  # fmt: skip


def _plan_review(world: World, told: Told) -> None:
    on = world.agenda.ago(told.ago)
    world.on(add_working_days(on, -8), partial(prepare, world, told, on), 10)
    world.on(on, partial(hold, world, told, on), 16, 30)
    for key, (working_days, outcome, words) in told.between.items():
        act = partial(look, world, key, outcome, words)
        world.on(add_working_days(on, working_days), act, 17)


def prepare(world: World, told: Told, on: date) -> None:
    services.prepare_review(
        alliance=world.alliance, title=told.title, about=told.about, planned_for=on, by=world.people["nadia"]
    )


def hold(world: World, told: Told, on: date) -> None:
    review = Review.objects.get(alliance=world.alliance, title=told.title)
    known = {what: key for one in REVIEWS for key, what, *_ in one.actions}
    looks = {}
    for action in review.open_actions():
        still = ("still_matters", "Not done yet, and we still want it.")
        looks[action] = told.looks.get(known[action.what], still)
    services.hold_review(
        review=review,
        held_on=on,
        answers=told.answers,
        present=[world.people[key] for key in told.present.split() if key in world.people],
        guests=told.guests,
        looks=looks,
        actions=[
            NewAction(
                what,
                world.people.get(taker) or world.participants[taker],
                add_working_days(on, within) if within else None,
            )
            for _, what, taker, within in told.actions
        ],
        asked=True,
        by=world.people["nadia"],
    )


def look(world: World, key: str, outcome: str, words: str) -> None:
    known = {key: what for one in REVIEWS for key, what, *_ in one.actions}
    action = Action.objects.get(alliance=world.alliance, what=known[key])
    services.look_at_action(action=action, outcome=outcome, words=words, by=world.people["nadia"])


# ── What is being prepared ──


def plan_what_comes(world: World) -> None:
    """A review in a week with a draft that two people have written into, and one that was called off."""
    planned = world.agenda.ahead(6)
    world.on(add_working_days(world.agenda.today, -5), partial(prepare_next, world, planned), 10)
    world.on(add_working_days(world.agenda.today, -2), partial(write, world), 15)
    world.on(world.agenda.ago(110), partial(call_off, world), 11)


def prepare_next(world: World, planned: date) -> None:
    services.prepare_review(
        alliance=world.alliance,
        title="The first homes without conditions",
        about="Twenty-two people have moved in. We ask them, and ourselves.",
        planned_for=planned,
        by=world.people["elliot"],
    )


def write(world: World) -> None:
    review = Review.objects.get(alliance=world.alliance, title="The first homes without conditions")
    for key, typed in (
        ("gareth", {"expected": "That most would keep their home, and that neighbours would complain."}),
        (
            "kezia",
            {
                "facts": "Of 22 who moved in 20 are there. Three neighbours complained; two have become friends."
            },
        ),
    ):
        services.save_draft(review=review, typed=typed, seen={}, by=world.people[key])


def call_off(world: World) -> None:
    review = services.prepare_review(
        alliance=world.alliance,
        title="Who answers at three in the morning",
        planned_for=world.agenda.ago(96),
        about="The night line has been open for a quarter.",
        by=world.people["nadia"],
    )
    services.call_off_review(
        review=review,
        because="The people on the rota cannot come before the autumn, and without them we would talk about them.",
        by=world.people["nadia"],
    )
