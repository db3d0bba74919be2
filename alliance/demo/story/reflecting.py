"""The story of what was learned: reviews with their actions, experiments with both gates, measures month by month."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import partial

from django.utils import timezone

from alliance.core.periods import Month
from alliance.core.workdays import add_working_days
from alliance.demo.story.questions import QUESTIONS
from alliance.demo.story.world import World
from decisions.models import Decision
from learning import services
from learning.models import Action, Experiment, Measure, Observation, Review
from learning.services import NewAction

MONTHS = 30  # of figures for each measure


def plan(world: World) -> None:
    for told in REVIEWS:
        _plan_review(world, told)
    for told in EXPERIMENTS:
        _plan_experiment(world, told)
    for told in MEASURES:
        _plan_measure(world, told)


# ── Reviews ──


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
        act = partial(look, world, told, key, outcome, words)
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


def look(world: World, told: Told, key: str, outcome: str, words: str) -> None:
    known = {key: what for one in REVIEWS for key, what, *_ in one.actions}
    action = Action.objects.get(alliance=world.alliance, what=known[key])
    services.look_at_action(action=action, outcome=outcome, words=words, by=world.people["nadia"])


# ── Experiments ──


@dataclass(frozen=True)
class Tried:
    """One experiment, proposed `ago` days before today, over after `weeks`. `outcome`: what became of it, or where it
    waits: "running", "late" (running past its end), "legal" (a no there), "safe" (unanswered), "idea", "withdrawn"."""

    key: str
    by: str
    title: str
    question: str
    trying: str
    how_we_learn: str
    size: str
    place: str
    ago: int
    weeks: int
    outcome: str
    legal: tuple[str, str] = ("", "")  # who answered, in which words
    safe: tuple[str, str] = ("", "")
    turned_out: str = ""
    learned: str = ""
    follows: str = ""


EXPERIMENTS = [
    Tried(
        "notes", "sunita", "Notes written with the person",
        "Do people tell their story less often when they have written the page themselves?",
        "One team writes its notes together with the person, on one page, and gives them a copy.",
        "We ask everybody after six weeks how often they told their story; the team keeps a diary.",
        "One team, about 30 people, two months", "Ferry Street", 270, 9, "embedded",
        ("anjali", "It is their own information; sharing it with them is their right."),
        ("elliot", "A copy can be found by somebody else. We offer to keep it for them."),
        "as_hoped", "23 of 28 had told their story once since. The notes are shorter and truer. Some people "
        "took them to "
        "the doctor, who had never had so good a letter.",
    ),
    Tried(
        "one-form", "callum", "One referral form for all of us",
        "Does one short form spare people from being asked again?",
        "All of us use the same form of one page for eight weeks.",
        "We count the questions that are asked twice, in ten conversations a week.",
        "All of us, eight weeks", "Everywhere", 236, 8, "stopped",
        ("marguerite", "Nothing in it that we do not ask already."),
        ("rosa", "Yes, if nobody waits because of it."),
        "not_as_hoped", "It grew to four pages in five weeks, because each of us needed just one more thing. Questions "
        "asked twice: as many as before. We had mended the form and not what we use it for. Out of this came the "
        "decision to have none.",
    ),
    Tried(
        "van", "ola", "The needle exchange in a van",
        "Do people who never come to Ferry Street come to a van in Mole Road?",
        "On three days a week the exchange is in the van park in Mole Road instead of Ferry Street.",
        "We count who comes and ask where they would have gone.",
        "Three days a week, six weeks, about 200 people", "Mole Road", 170, 6, "stopped",
        ("neil", "The licence covers any place in the city."),
        ("peter", "Safe if the van carries naloxone and two people."),
        "not_as_hoped", "A third of the people came. Fourteen were new, and for them it was worth it; for all "
        "the others "
        "it was half an hour on foot on a bad day. We stopped two weeks early, because it did harm.",
    ),
    Tried(
        "second-van", "ola", "A van as well, on two evenings",
        "Do the people whom the van found come when nothing is taken away at Ferry Street?",
        "On two evenings the van stands in Mole Road, in addition.",
        "We count, and the fourteen whom we know tell us.",
        "Two evenings a week, three months, perhaps 30 people", "Mole Road", 104, 15, "running",
        ("neil", "The same licence."),
        ("peter", "The same two people and kits."),
        follows="van",
    ),
    Tried(
        "friday-call", "neil", "A call on the first Friday evening",
        "Do people stay longer when somebody they know rings on the first Friday evening?",
        "Whoever began with somebody rings them on Friday between six and eight.",
        "We compare with the chart of those who leave in the first fortnight, and ask those who stayed.",
        "Everybody who begins in twelve weeks, about 60 people", "Lantern Street", 118, 12, "adapted",
        ("rosa", "With their consent, yes."),
        ("kezia", "If a worker may also say: not tonight."),
        "partly", "Fewer left at the weekend, and it was not the call: people said it was knowing that it would come. "
        "Workers cannot do it for ever on their Friday. Now peers do it, paid, in turn.",
    ),
    Tried(
        "dogs", "tess", "A vet in the day room",
        "Do people with dogs come in when there is something for the dog?",
        "A vet comes on the first Thursday of the month.",
        "We count dogs and ask their people what else they would come for.",
        "Three Thursdays", "The Hatch", 226, 12, "embedded",
        ("winston", "The vet brings her own insurance."),
        ("tess", "One door in, another out, and a lead for every dog."),
        "as_hoped", "Nineteen dogs, twenty-two people, seven of whom had not spoken to any of us for a year.",
    ),
    Tried(
        "keys", "gareth", "The key on the first day",
        "What happens if somebody gets the key before the paperwork?",
        "For ten tenancies the key is handed over on the day of the offer; the papers follow within a week.",
        "We meet each of the ten after a month, with their worker.",
        "Ten homes, three months", "Longquay’s homes in the east", 96, 10, "late",
        ("joanna", "A licence for the first week, which our solicitor has written."),
        ("kezia", "Yes. The risk is ours, not theirs."),
    ),
    Tried(
        "own-budget", "lee", "Holding the money oneself",
        "What do people buy when they hold the fifty pounds themselves?",
        "Ten people get £50 a month on a card, for three months, and tell us what they like.",
        "A conversation a month, with a peer and without forms.",
        "Ten people, three months, £1,500", "Second Tide", 40, 13, "running",
        ("marguerite", "Within the rules of the fund; it counts as small money."),
        ("kezia", "Each of the ten has chosen somebody to ring when it feels like too much."),
    ),
    Tried(
        "night-bus", "femi", "A nurse on the last bus",
        "Whom do we meet on the last bus who never comes to us?",
        "A nurse rides on the last bus on Fridays.",
        "She writes down what she is asked for; no names.",
        "Six Fridays", "Line 4", 24, 12, "safe",
        ("peter", "The bus company agrees, and its insurance covers staff of the trust."),
    ),
    Tried(
        "photographs", "sunita", "Photographs instead of questionnaires",
        "Do photographs tell us more about a week than our questionnaire?",
        "Eight people photograph what mattered in their week.",
        "We look at them together on a Sunday.",
        "Eight people, four weeks", "Salt Lane", 34, 10, "legal",
        ("marguerite", "Not yet: other people are in the pictures who were not asked. With a way to ask them, yes."),
        ("elliot", "Yes: nobody has to show what they do not want to."),
    ),
    Tried("radio", "jade", "Radio from the harbour", "", "We make an hour of radio.", "", "", "", 12, 8, "idea"),
    Tried(
        "uniforms", "gareth", "Workers without lanyards",
        "Do people talk differently to somebody without a badge?",
        "One team goes without lanyards for a month.", "We ask twenty people.", "One team, one month", "Ferry Street",
        150, 5, "withdrawn",
    ),
]  # fmt: skip


def _plan_experiment(world: World, told: Tried) -> None:
    begins = world.agenda.ago(told.ago)

    def on(working_days: int, act, hour: int) -> None:
        world.on(add_working_days(begins, working_days), partial(act, world, told), hour)

    on(0, propose, 13)
    if told.key == "own-budget":
        on(1, make_smaller, 16)
    for gate, after in (("legal", 2), ("safe", 3)):
        who, words = getattr(told, gate)
        if who:
            yes = told.outcome != gate
            world.on(add_working_days(begins, after), partial(answer, world, told, gate, yes, who, words), 14)
    if told.outcome in ("idea", "safe", "legal"):
        return
    if told.outcome == "withdrawn":
        on(4, withdraw, 15)
        return
    on(4, start, 9)
    if told.learned:
        on(4 + 5 * told.weeks - (8 if told.key == "van" else 0), end, 15)


def _experiment(world: World, title: str) -> Experiment:
    return Experiment.objects.get(alliance=world.alliance, title=title)


def propose(world: World, told: Tried) -> None:
    before = next((one.title for one in EXPERIMENTS if one.key == told.follows), None)
    idea = told.outcome == "idea"
    services.propose_experiment(
        alliance=world.alliance,
        title=told.title,
        by=world.people[told.by],
        follows=_experiment(world, before) if before else None,
        question=told.question,
        trying=told.trying,
        how_we_learn=told.how_we_learn,
        size=told.size.replace("Ten people", "Thirty people"),
        place=told.place,
        ends_on=None if idea else add_working_days(timezone.localdate(), 4 + 5 * told.weeks),
    )


def make_smaller(world: World, told: Tried) -> None:
    """It was proposed with thirty people; a night's sleep made it ten."""
    services.revise_experiment(
        experiment=_experiment(world, told.title), size=told.size, by=world.people[told.by]
    )


def answer(world: World, told: Tried, gate: str, yes: bool, who: str, words: str) -> None:
    """Whoever takes part may have the thought; somebody who may hold a review gives the answer at the gate."""
    services.answer_gate(
        experiment=_experiment(world, told.title), gate=gate, yes=yes, words=words, by=world.people[who]
    )


def start(world: World, told: Tried) -> None:
    services.start_experiment(experiment=_experiment(world, told.title), by=world.people[told.by])


def end(world: World, told: Tried) -> None:
    services.end_experiment(
        experiment=_experiment(world, told.title),
        outcome=told.outcome,
        turned_out=told.turned_out,
        learned=told.learned,
        by=world.people[told.by],
    )


def withdraw(world: World, told: Tried) -> None:
    services.withdraw_experiment(experiment=_experiment(world, told.title), by=world.people[told.by])


# ── Measures ──


@dataclass(frozen=True)
class Counted:
    """One measure. `figures` makes its 30 months, the last one last; `notes`: (months ago, text, what it is about)."""

    key: str
    name: str
    tells: str
    unit: str
    source: str
    figures: tuple
    direction: str = "neutral"
    asked_by: str = ""
    baseline: int | None = None
    notes: tuple[tuple[int, str, str], ...] = ()
    rebase: tuple[int, str, str] = ()  # months ago, reason, the review's key
    correct: tuple[int, str, str] = ()  # months ago, the wrong figure first sent, why


MEASURES = [
    Counted(
        "outside", "People outside on one night",
        "How many people we find sleeping outside on the last Thursday of the month.", "people",
        "Count on foot by the Hatch and Lantern Street, between two and four in the morning",
        (27, 31, 29, 33, 30, 34, 36, 28, 30, 32, 29, 31, 35, 30, 27, 32, 29, 31, 31, 26, 28, 30, 33, 29,
         27, 31, 47, 30, 33, 38),
        asked_by="The ministry’s rough sleeping return",
        notes=((4, "The hostel in Harbour Street closed for eleven days after a fire", ""),
               (10, "The hall in Cooper’s Row opens when it freezes", "freezing")),
    ),
    Counted(
        "fortnight", "People who left in the first fortnight",
        "Whether the first days are safe enough to stay.", "people", "Case notes of Lantern Street and the NHS Trust",
        (31, 28, 35, 30, 33, 29, 34, 32, 27, 36, 30, 33, 31, 34, 29, 32, 30, 35, 33, 31, 34, 30, 32, 29,
         31, 29, 23, 22, 24, 21),
        direction="decrease",
        notes=((4, "A call on the first Friday evening", "friday-call"),),
        correct=(2, "28", "Four people had been counted by both of us."),
    ),
    Counted(
        "first-worker", "Days until somebody has a worker",
        "How long people wait for one person whom they can ring.", "days (median)", "Diary of the front door",
        (19, 22, 17, 24, 20, 18, 23, 21, 25, 19, 22, 20, 18, 23, 21, 24, 19, 22, 17, 18, 9, 12, 10, 8,
         11, 9, 10, 12, 8, 9),
        direction="decrease",
        notes=((10, "The front door at Ferry Street opens", "front-door"),),
        rebase=(10, "The front door changed how people come to us; the months before tell nothing about it any more.",
                "first-weeks"),
    ),
    Counted(
        "heard", "People who say that somebody listened",
        "Whether people feel heard, in their own words.", "in every 100 asked",
        "Second Tide’s members ask forty people a month, outside and without us",
        (48, 52, 47, 55, 50, 46, 53, 49, 51, 48, 54, 50, 47, 52, 49, 53, 51, 48, 52, 55, 57, 56, 59, 58,
         61, 60, 62, 59, 63, 61),
        direction="increase",
        baseline=18,
    ),
    Counted(
        "naloxone", "Naloxone kits given out",
        "Whether kits are where people are.", "kits", "Harbourside Pharmacy and the desks",
        (14, 17, 12, 15, 19, 13, 16, 18, 14, 15, 17, 13, 18, 16, 15, 14, 17, 19, 16, 18, 41, 31, 27, 33,
         30, 28, 32, 29, 34, 31),
        baseline=20,
        notes=((10, "Kits on every desk, training for everybody", "naloxone"),),
    ),
    Counted(
        "returned", "People who came back within a month",
        "Coming back can be good news: it says that the door is open.", "people", "Diary of the front door",
        (6, 9, 7, 5, 8, 10, 7, 6, 9, 8, 5, 7, 9, 6, 8, 10, 7, 9, 6, 8, 11, 9, 7, 10, 8, 12, 9, 11, 10, 13),
        notes=((6, "Since this month we ask people why they came back", ""),),
    ),
]  # fmt: skip


def _plan_measure(world: World, told: Counted) -> None:
    """Defined in the second week, with the figures of the months before; then one figure a month."""
    last = world.months[-1]
    months = [last.shifted(n - MONTHS + 1) for n in range(MONTHS)]
    figures = dict(zip(months, told.figures, strict=True))
    defined = add_working_days(world.start, 8)
    yesterday = add_working_days(world.agenda.today, -1)
    world.on(defined, partial(define, world, told), 11)
    before = {month: figure for month, figure in figures.items() if month < Month.containing(defined)}
    world.on(defined, partial(observe, world, told, before), 11, 20)
    for month in months[len(before) :]:
        sent = {month: told.correct[1]} if told.correct and months[-told.correct[0]] == month else {}
        on = min(add_working_days(month.end, 4), yesterday)
        world.on(on, partial(observe, world, told, {month: figures[month]} | sent), 12)
        if sent:
            act = partial(correct, world, told, month, figures[month])
            world.on(add_working_days(on, 3), act, 12)
    for ago, text, about in told.notes:
        on = min(add_working_days(months[-ago].end, 8), yesterday)
        world.on(on, partial(annotate, world, told, months[-ago], text, about), 13)
    if told.rebase:
        ago, reason, review = told.rebase
        on = add_working_days(world.agenda.ago(next(one.ago for one in REVIEWS if one.key == review)), 1)
        on = max(on, add_working_days(months[-ago].end, 5))
        world.on(on, partial(rebase, world, told, months[-ago], reason, review), 13)


def _measure(world: World, told: Counted) -> Measure:
    return Measure.objects.get(alliance=world.alliance, name=told.name)


def define(world: World, told: Counted) -> None:
    services.define_measure(
        alliance=world.alliance,
        name=told.name,
        tells=told.tells,
        unit=told.unit,
        source=told.source,
        direction=told.direction,
        mandatory_return=bool(told.asked_by),
        asked_by=told.asked_by,
        baseline=told.baseline,
        by=world.people["nadia"],
    )


def observe(world: World, told: Counted, figures: dict) -> None:
    services.record_observations(
        measure=_measure(world, told),
        figures={month: Decimal(str(figure)) for month, figure in figures.items()},
        by=world.people["nadia"],
    )


def correct(world: World, told: Counted, month: Month, figure: int) -> None:
    wrong = Observation.objects.get(measure=_measure(world, told), on=month.start)
    services.correct_observation(
        observation=wrong, value=Decimal(figure), reason=told.correct[2], by=world.people["nadia"]
    )


def annotate(world: World, told: Counted, month: Month, text: str, about: str) -> None:
    tried = next((one.title for one in EXPERIMENTS if one.key == about), None)
    asked = next((one.title for one in QUESTIONS if one.key == about), None)
    services.annotate_measure(
        measure=_measure(world, told),
        on=month.start,
        text=text,
        experiment=_experiment(world, tried) if tried else None,
        decision=Decision.objects.filter(alliance=world.alliance, wording__title=asked).first()
        if asked
        else None,
        by=world.people["nadia"],
    )


def rebase(world: World, told: Counted, month: Month, reason: str, review: str) -> None:
    services.rebase_measure(
        measure=_measure(world, told),
        on=month.start,
        reason=reason,
        review=Review.objects.get(
            alliance=world.alliance, title=next(o.title for o in REVIEWS if o.key == review)
        ),
        by=world.people["nadia"],
    )


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
