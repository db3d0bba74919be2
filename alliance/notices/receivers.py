"""News that travels up: who is told of what. Runs inside the recording transaction; the letters wait for commit."""

from django.utils import timezone

from alliance.core.questions import Question
from alliance.core.record import subscribe
from alliance.notices.services import tell
from decisions.models import Objection, Position
from ledger import forecasting
from ledger.querying import ANSWERS
from participants.models import RoleAppointment

Role = RoleAppointment.Role


def speakers(alliance_id: int, participants=None, *more_roles: str) -> set[int]:
    """The ids of those who speak for these participants (ids; None: for any) today."""
    found = _speaking(alliance=alliance_id, on=timezone.localdate())
    people = {one.person_id for one in found if participants is None or one.participant_id in participants}
    if more_roles:
        more = RoleAppointment.objects.in_force().filter(alliance_id=alliance_id, role__in=more_roles)
        people |= set(more.filter(participant_id__in=participants).values_list("person_id", flat=True))
    return people


_speaking = Question(lambda alliance, on: RoleAppointment.objects.speaking(on).filter(alliance_id=alliance))


def _roll(proposal) -> list[int]:
    return list(proposal.roll.filter(departure__isnull=True).values_list("participant_id", flat=True))


def _ids(told: list[dict]) -> list[int]:
    return [int(one["id"]) for one in told]


@subscribe("decisions.proposal_opened")
def a_proposal_opened(event, proposal) -> None:
    people = speakers(proposal.alliance_id, _ids(event.facts["roll"]))
    tell(kind="asked", subject=proposal, people=people, occasion="1", by=event.actor)


@subscribe("decisions.wording_changed")
def the_wording_changed(event, proposal) -> None:
    people = speakers(proposal.alliance_id, _roll(proposal))
    tell(
        kind="asked_again",
        subject=proposal,
        people=people,
        occasion=str(event.facts["version"]),
        by=event.actor,
    )


@subscribe("decisions.position_recorded")
def an_answer_was_recorded_on_behalf(event, proposal) -> None:
    position = Position.objects.get(pk=int(event.facts["position"]))
    people = speakers(proposal.alliance_id, [position.participant_id])
    tell(kind="on_behalf", subject=position, people=people, occasion="", by=event.actor)


@subscribe("decisions.objection_raised")
def an_objection_was_raised(event, proposal) -> None:
    raised = Objection.objects.get(proposal=proposal, number=event.facts["objection"])
    people = speakers(proposal.alliance_id, [proposal.participant_id])
    tell(kind="objection", subject=raised, people=people, occasion="", by=event.actor)


@subscribe("decisions.sealed", "decisions.decided_alone")
def a_decision_was_made(event, decision) -> None:
    alliance = decision.alliance_id
    tell(kind="sealed", subject=decision, people=speakers(alliance), occasion="", by=event.actor)
    if awaited := event.facts.get("awaiting"):
        boards = speakers(alliance, _ids(awaited), Role.BOARD_MEMBER)
        tell(kind="ratify", subject=decision, people=boards, occasion="", by=None)


@subscribe("decisions.deadlock_declared")
def a_deadlock_was_declared(event, proposal) -> None:
    people = speakers(proposal.alliance_id, _roll(proposal), Role.SENIOR_REPRESENTATIVE)
    tell(kind="deadlock", subject=proposal, people=people, occasion="", by=event.actor)


@subscribe("decisions.conflict_declared")
def a_conflict_was_declared(event, proposal) -> None:
    others = set(_roll(proposal)) - {int(event.facts["participant"]["id"])}
    people = speakers(proposal.alliance_id, others)
    tell(kind="conflict", subject=proposal, people=people, occasion=str(event.seq), by=event.actor)


@subscribe("decisions.commented")
def somebody_was_mentioned(event, comment) -> None:
    people = set(_ids(event.facts["mentions"]))
    tell(kind="mention", subject=comment, people=people, occasion="", by=event.actor)


@subscribe("decisions.amendment_offered")
def an_amendment_was_offered(event, proposal) -> None:
    offered = proposal.amendments.get(number=event.facts["amendment"])
    people = speakers(proposal.alliance_id, [proposal.participant_id])
    tell(kind="amendment", subject=offered, people=people, occasion="", by=event.actor)


@subscribe("decisions.minutes_issued")
def minutes_wait_for_acceptance(event, minutes) -> None:
    people = {int(one["person"]["id"]) for one in event.facts["asked"]}
    tell(kind="minutes", subject=minutes, people=people, occasion="", by=event.actor)


@subscribe("ledger.query_asked", "ledger.query_asked_again")
def somebody_asks_about_a_line(event, query) -> None:
    answering = RoleAppointment.objects.in_force().filter(participant=query.answering_id, role__in=ANSWERS)
    people = set(answering.values_list("person_id", flat=True))
    tell(
        kind="query", subject=query, people=people, occasion=str(event.facts.get("reply", 0)), by=event.actor
    )


@subscribe("ledger.query_answered")
def a_query_was_answered(event, query) -> None:
    occasion = str(event.facts["reply"])
    tell(kind="query_answered", subject=query, people={query.asked_by_id}, occasion=occasion, by=event.actor)


@subscribe("ledger.plan_opened")
def an_action_plan_was_opened(event, plan) -> None:
    people = set(forecasting.writers(plan).values_list("person_id", flat=True))
    tell(kind="plan", subject=plan, people=people, occasion="", by=event.actor)
