"""The story of an answer that was given on the telephone, written down by another, and contested."""

from functools import partial

from django.utils import timezone

from alliance.core.workdays import add_working_days
from alliance.demo.story.world import World
from decisions import services
from decisions.models import Position, Proposal

ORGANISATIONS = ("hatch", "tide", "lantern", "longquay", "trust", "icb")


def plan(world: World) -> None:
    heard: list[Position] = []
    world.on(world.agenda.ago(4), partial(write_down, world, heard), 16, 20)
    world.on(world.agenda.ago(3), partial(contest, world, heard), 9, 15)


def write_down(world: World, heard: list[Position]) -> None:
    """The council's deputy wrote down what somebody said in passing about a proposal that is still open."""
    enough = add_working_days(timezone.localdate(), 2)
    put = Proposal.objects.filter(alliance=world.alliance, answer_by__gt=enough).open()
    for proposal in put.with_positions().order_by("-answer_by", "number"):
        silent = {one.participant.pk for one in proposal.tally.waiting if not one.lapsed}
        for key in ORGANISATIONS:
            party = world.participants[key]
            if party.pk in silent and proposal.participant_id != party.pk and not proposal.independent:
                heard.append(
                    services.record_on_behalf(
                        proposal=proposal,
                        participant=party,
                        said_by=world.voice(key, world.chance("recording", key)),
                        stance=Position.Stance.AGREE,
                        heard=Position.Heard.TELEPHONE,
                        evidence="On the telephone at about four, on the way to the train: “Yes, I think we can.”",
                        shown=proposal.current_wording.hash,
                        by=world.people["callum"],
                    )
                )
                return


def contest(world: World, heard: list[Position]) -> None:
    for said in heard:
        services.take_back(
            proposal=said.proposal,
            participant=said.participant,
            reason="I thought aloud. Our own people have not seen the wording; we answer when they have.",
            by=said.taken_by,
        )
