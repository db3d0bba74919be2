"""The story of looking back: two reviews, a day chosen after the seal, a decision superseded by a better one."""

from datetime import timedelta
from functools import partial

from django.utils import timezone

from alliance.demo.story import questions as q
from alliance.demo.story.deciding import Telling
from alliance.demo.story.world import World
from decisions import services
from decisions.models import Decision, DecisionReview

SOONER = q.Question(
    "no-eviction-sooner", "tide", opened=46, review_after=260,
    title="Shall we meet the next working day before anybody loses their home?",
    text="Before any of us ends a tenancy or a hostel place, we meet on the next working day, by telephone if need be, "
    "with the person if they wish and somebody of their choice. Where others are in danger the landlord acts at once "
    "and tells the rest of us the same day. The landlord still decides, and says in writing what was offered.",
    why="Three working days were meant to be kind. We looked back: of the nine homes that were lost all the same, six "
    "were lost while we were still finding a date.",
    alternatives="Keeping the three days: they helped landlords more than tenants. A standing meeting every morning: "
    "rejected, most mornings would be empty.",
    affected="About fifty tenancies a year at risk, neighbours and housing officers.",
    heard="Three people who kept their home and two who lost it told us at which hour it was too late.",
    best="Help comes while there is still a home.",
    quick=5,
)  # fmt: skip
KEPT = b"""month,meetings,homes kept,homes lost
June,6,5,1
July,5,4,1
August,7,4,3
September,6,4,2
October,4,2,2
"""


def plan(world: World) -> None:
    ago = world.agenda.ago
    world.on(ago(150), partial(_look_back, world, "front-door", "council", FRONT_DOOR), 16, 10)
    world.on(ago(120), partial(_choose_a_day, world, "pets", "hatch"), 9, 40)
    world.on(ago(55), partial(_look_back, world, "no-eviction", "tide", NO_EVICTION), 15, 30)
    Sooner(world, SOONER, ago(SOONER.opened)).plan()


FRONT_DOOR = {
    "intended": "Mostly. Four in five people tell their story once now. Nobody had thought of those who will not come "
    "to a door at all; the outreach team meets them, and the door does not hear of it.",
    "what_next": "The outreach team has a desk at the door on Mondays.",
    "who_are_we": "The leadership team, two peer workers and Jade. Nobody from the night shift was there.",
    "conclusion": DecisionReview.Conclusion.STANDS,
}
NO_EVICTION = {
    "intended": "Half. Nineteen homes were kept in five months. Nine were lost all the same, six of them while we were "
    "still finding a date for the meeting.",
    "what_next": "A shorter time, and the telephone instead of a room.",
    "who_are_we": "Housing officers of two participants, three people who kept their home and two who lost it.",
    "conclusion": DecisionReview.Conclusion.CHANGE,
}


class Sooner(Telling):
    """Takes the place of the decision that was looked back at, with the figures as a file."""

    def propose(self) -> None:
        by = self.speaker(self.question.org)
        draft = services.draft_successor(
            decision=_decided(self.world, "no-eviction"), participant=self.party(self.question.org), by=by
        )
        services.save_draft(proposal=draft, case=self.case(), template="service", by=by)
        services.add_file(
            proposal=draft,
            title="Homes kept and lost since June",
            name="homes-kept-and-lost.csv",
            content=KEPT,
            by=by,
        )
        self.proposal = services.open_proposal(proposal=draft, by=by)


def _decided(world: World, key: str) -> Decision:
    title = next(one.title for one in q.QUESTIONS if one.key == key)
    return Decision.objects.select_related("alliance", "wording", "proposal").get(
        alliance=world.alliance, wording__title=title
    )


def _look_back(world: World, key: str, org: str, said: dict) -> None:
    stands = said["conclusion"] == DecisionReview.Conclusion.STANDS
    again_on = timezone.localdate() + timedelta(days=180) if stands else None
    by = world.voice(org, world.chance("looks back", key))
    services.review_decision(decision=_decided(world, key), by=by, review_again_on=again_on, **said)


def _choose_a_day(world: World, key: str, org: str) -> None:
    by = world.voice(org, world.chance("chooses a day", key))
    services.plan_review(
        decision=_decided(world, key), review_on=timezone.localdate() + timedelta(days=240), by=by
    )
