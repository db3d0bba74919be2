"""The story of what was talked over: remarks and questions, other words, and two deadlocks, one still on its ladder."""

from datetime import date
from functools import partial

from django.utils import timezone

from alliance.core.workdays import add_working_days
from alliance.demo.story import questions as q
from alliance.demo.story.deciding import Telling
from alliance.demo.story.world import World
from decisions import services
from decisions.models import Comment, Objection, Proposal
from participants.models import User

LOCKERS = q.Question(
    "lockers", "hatch", opened=190,
    title="Shall people who sleep outside have a locker in our halls?",
    text="Forty lockers stand in the halls of the Open Hatch and of Longquay. Whoever sleeps outside has one, with a "
    "key of their own, for as long as they need it. Nobody opens it without them.",
    why="People carry everything they have, all day, and lose it every week.",
    alternatives="A guarded cloakroom: rejected, it closes at six.",
    affected="About forty people, and whoever works in the halls at night.",
    heard="Everybody at the breakfast table was asked; nobody said no.",
    best="Whoever has somewhere to leave their things can go to an appointment.",
    happens=(
        q.Objects(
            "longquay", 3, "Our night workers are alone in the hall. After the fire in spring we cannot keep forty "
            "boxes that nobody may look into.",
            "That whoever is on duty may open a locker, with somebody beside them, when there is smoke.",
            "a",
        ),
    ),
)  # fmt: skip

CRISIS_CAR = q.Question(
    "crisis-car", "tide", opened=47,
    title="Shall a peer worker ride in the crisis car?",
    text="On Friday and Saturday nights a peer worker of Second Tide rides in the crisis car beside the nurse.",
    why="People open the door to somebody who has stood behind one.",
    alternatives="A peer on the telephone: done since May; it helps, and it is not the same.",
    affected="About six people in a night, the crew, and four peer workers.",
    heard="Eleven people whom the car had come to said what they would have wanted.",
    best="Somebody is there who does not ask first what is wrong with you.",
    happens=(
        q.Objects(
            "trust", 4, "A crew of two knows what each of them does when a door closes behind them. A third person "
            "without that training is in danger, and so is the patient.",
            "Twelve weeks beside the crew in the day first, and the crew’s own word that it works.",
            "bg",
        ),
    ),
)  # fmt: skip


def plan(world: World) -> None:
    _talk(world)
    _lockers(world)
    _crisis_car(world)


# ── Talk ──


def _talk(world: World) -> None:
    asked = {one.key: one for one in q.QUESTIONS}

    def on(key: str, after: int, hour: int, act, **facts) -> None:
        one = asked[key]
        today = world.agenda.today
        opens = add_working_days(today, -one.working) if one.working else world.agenda.ago(one.opened)
        world.on(add_working_days(opens, after), partial(act, world, one.title, **facts), hour, 40)

    second = "Two awake, every night? Who is the second when somebody is ill? @Tess Holloway"
    on("contingency", 2, 13, _say, by="ola", words=second, is_question=True)
    on("contingency", 3, 16, _say, by="tess", words="One of us two. The list for January is made.", to=second)
    on("contingency", 4, 11, _name_steward, by="kezia", steward="elliot")
    lines = "The peer support line had 212 calls in October and 96 a year ago. I put both lines side by side."
    on("contingency", 4, 14, _say, by="priya", words=lines, about_objection=True)
    on("contingency", 5, 11, _offer, by="kezia", org="tide", text=EIGHTEEN, why=NOBODY_COLD)
    lost = "What happens when somebody loses the paper? Most of us lose everything twice a year."
    on("one-record", 2, 14, _say, by="jade", words=lost, is_question=True)
    on("one-record", 3, 9, _say, by="anjali", words="We write it again, together. It should say so.", to=lost)
    gate = "And who comes out of a prison that is four hours away? @Femi Balogun"
    on("friday-flats", 4, 15, _say, by="lee", words=gate, is_question=True)
    danny = (
        "Danny from the Thursday group was one of the seven. He asked for a bed at four and there was none."
    )
    on("friday-flats", 5, 13, _say, by="ola", words=danny)
    on("friday-flats", 5, 16, _take_out, by="ola", words=danny, reason="I named somebody who was not asked.")
    weekly = "Two psychologists of the NHS Trust hold an hour every week for each front-line team, in their own rooms."
    on(
        "supervision",
        1,
        9,
        _offer,
        by="tess",
        org="hatch",
        text=weekly,
        why="A fortnight is long after a death.",
    )
    on("supervision", 1, 10, _offer, by="marcus", org="rowe", text="One team after the other, for a year.",
       why="So that we learn from the first.")  # fmt: skip
    on("supervision", 1, 15, _decline, by="anjali", of="hatch")
    on("supervision", 1, 16, _take_back, by="marcus", of="rowe")


EIGHTEEN = (
    "£18,000.00 moves from the contingency to the budget line of the night shelter, for four more beds and a second "
    "worker awake at night. In the January review we look at the rest, with the peer support line beside it."
)
NOBODY_COLD = "So that nobody is cold before January, and the telephone is still answered in February."


def _say(
    world: World, title: str, *, by: str, words: str, is_question=False, to="", about_objection=False
) -> None:
    found = _proposal(world, title)
    parent = Comment.objects.get(proposal=found, words__text=to) if to else None
    services.comment(
        proposal=found,
        words=words,
        is_question=is_question,
        objection=found.objections.get() if about_objection else None,
        parent=parent,
        by=world.people[by],
    )


def _take_out(world: World, title: str, *, by: str, words: str, reason: str) -> None:
    said = Comment.objects.get(proposal=_proposal(world, title), words__text=words)
    services.redact_remark(comment=said, reason=reason, by=world.people[by])


def _name_steward(world: World, title: str, *, by: str, steward: str) -> None:
    objection = Objection.objects.get(proposal=_proposal(world, title))
    services.name_steward(objection=objection, person=world.people[steward], by=world.people[by])


def _offer(world: World, title: str, *, by: str, org: str, text: str, why: str) -> None:
    found = _proposal(world, title)
    services.offer_amendment(
        proposal=found,
        participant=world.participants[org],
        text=text,
        why=why,
        shown=found.current_wording.hash,
        by=world.people[by],
    )


def _decline(world: World, title: str, *, by: str, of: str) -> None:
    offered = _proposal(world, title).amendments.get(participant=world.participants[of])
    answer = "Two people cannot hold nine teams every week. We look at it again in spring."
    services.decline_amendment(amendment=offered, answer=answer, by=world.people[by])


def _take_back(world: World, title: str, *, by: str, of: str) -> None:
    offered = _proposal(world, title).amendments.get(participant=world.participants[of])
    services.take_back_amendment(amendment=offered, by=world.people[by])


def _proposal(world: World, title: str) -> Proposal:
    found = Proposal.objects.select_related("alliance", "participant", "current_wording")
    return found.get(alliance=world.alliance, current_wording__title=title)


# ── Two deadlocks ──


class Ladder(Telling):
    """A question on which the alliance goes no further."""

    def declare(self, key: str, reason: str) -> None:
        party = self.party(key)
        services.declare_deadlock(proposal=self.now(), participant=party, reason=reason, by=self.voice(key))

    def state(self, key: str, words: str, by: str = "") -> None:
        person = self.world.people[by] if by else self.voice(key)
        services.make_statement(proposal=self.now(), participant=self.party(key), words=words, by=person)

    def name(self, key: str, kind: str, name: str) -> None:
        services.name_independent(proposal=self.now(), kind=kind, name=name, by=self.voice(key))

    def heard(self, key: str, words: str) -> None:
        services.record_independent(
            proposal=self.now(), participant=self.party(key), words=words, by=self.voice(key)
        )

    def on(self, working_days: int, hour: int, act, *said) -> None:
        self._on(working_days, partial(act, *said), hour, 20)

    def voice(self, key: str) -> User:
        """Its representative today: whoever held the role then may have left it since."""
        return self.world.voice(key, self.world.chance("ladder", key, str(timezone.localdate())))


def _ladder(world: World, question: q.Question) -> Ladder:
    opens: date = world.agenda.ago(question.opened)
    ladder = Ladder(world, question, opens)
    ladder.plan()
    return ladder


def _lockers(world: World) -> None:
    """Declared on the ninth working day, so that the ladder ends on the fifty-ninth: the status quo stands."""
    lockers = _ladder(world, LOCKERS)
    lockers.on(
        9, 15, lockers.declare, "hatch", "We have met three times. Each of us is right, and nothing moves."
    )
    lockers.on(
        21, 11, lockers.state, "hatch", "A locker that others open is not a locker. We would take twenty."
    )
    lockers.on(
        22,
        16,
        lockers.state,
        "longquay",
        "We carry the fire with us. Show us a box that cannot burn.",
    )
    lockers.on(
        30, 10, lockers.name, "hatch", "mediator", "Maud Ellery, of the Merrow Coast Mediation Service"
    )
    lockers.on(
        45,
        14,
        lockers.heard,
        "longquay",
        "You argue about a key. Talk about who is alone at night.",
    )


def _crisis_car(world: World) -> None:
    """With the senior representatives today: the statements are made, the independent person is not named yet."""
    car = _ladder(world, CRISIS_CAR)
    car.on(
        9,
        15,
        car.declare,
        "tide",
        "Two meetings and a night in the car together. We still differ about the weeks.",
    )
    car.on(
        21,
        10,
        car.state,
        "tide",
        "Four weeks, by day and by night. After twelve a peer is a third nurse.",
        "edith",
    )
    car.on(
        23, 17, car.state, "trust", "We could live with eight, and with the crew’s word at the end of them."
    )
