"""The story of what was tried: experiments with both gates, and how each ended."""

from dataclasses import dataclass
from functools import partial

from django.utils import timezone

from alliance.core.workdays import add_working_days
from alliance.demo.story.world import World
from learning import services
from learning.models import Experiment


def plan(world: World) -> None:
    for told in EXPERIMENTS:
        _plan_experiment(world, told)


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


def experiment_of(world: World, title: str) -> Experiment:
    return Experiment.objects.get(alliance=world.alliance, title=title)


def propose(world: World, told: Tried) -> None:
    before = next((one.title for one in EXPERIMENTS if one.key == told.follows), None)
    idea = told.outcome == "idea"
    services.propose_experiment(
        alliance=world.alliance,
        title=told.title,
        by=world.people[told.by],
        follows=experiment_of(world, before) if before else None,
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
        experiment=experiment_of(world, told.title), size=told.size, by=world.people[told.by]
    )


def answer(world: World, told: Tried, gate: str, yes: bool, who: str, words: str) -> None:
    """Whoever takes part may have the thought; somebody who may hold a review gives the answer at the gate."""
    services.answer_gate(
        experiment=experiment_of(world, told.title), gate=gate, yes=yes, words=words, by=world.people[who]
    )


def start(world: World, told: Tried) -> None:
    services.start_experiment(experiment=experiment_of(world, told.title), by=world.people[told.by])


def end(world: World, told: Tried) -> None:
    services.end_experiment(
        experiment=experiment_of(world, told.title),
        outcome=told.outcome,
        turned_out=told.turned_out,
        learned=told.learned,
        by=world.people[told.by],
    )


def withdraw(world: World, told: Tried) -> None:
    services.withdraw_experiment(experiment=experiment_of(world, told.title), by=world.people[told.by])
