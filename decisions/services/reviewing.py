"""Looking back at a decision: was it what we intended, what next, and who are “we” to say so?"""

from datetime import date

from django.db import transaction
from django.utils import timezone

from alliance.core.models import Words
from alliance.core.record import record
from alliance.core.refusals import NotPossible
from decisions import permissions
from decisions.models import Decision, DecisionReview, Proposal, ReviewPlan
from participants.models import RoleAppointment, User
from participants.standing import standing


@transaction.atomic
def review_decision(
    *,
    decision: Decision,
    intended: str,
    what_next: str,
    who_are_we: str,
    conclusion: str,
    by: User,
    held_on: date | None = None,
    review_again_on: date | None = None,
) -> DecisionReview:
    """Write down what was learned. The same words by the same person on the same day are one review."""
    _locked(decision)
    permissions.review_decision.check(by, decision=decision)
    today = timezone.localdate()
    held_on = held_on or today
    if not decision.decided_on <= held_on <= today:
        raise NotPossible("Look back on a day between the decision and today.")
    if conclusion not in DecisionReview.Conclusion.values:
        raise NotPossible("Say what follows for the decision.")
    if review_again_on and review_again_on <= today:
        raise NotPossible("The next look back is on a later day.")
    last = decision.reviews.select_related("intended", "next", "who_are_we").last()
    if last and _says_the_same(
        last, by, held_on, intended, what_next, who_are_we, conclusion, review_again_on
    ):
        return last
    need = decision.alliance_id
    review = DecisionReview.objects.create(
        alliance_id=need,
        decision=decision,
        held_on=held_on,
        intended=Words.need(need, intended, "Say whether this is what you intended."),
        next=Words.need(need, what_next, "Say what is next."),
        who_are_we=Words.need(need, who_are_we, "Say who “we” are to say so."),
        conclusion=conclusion,
        review_again_on=review_again_on,
        reviewed_at=timezone.now(),
        reviewed_by=by,
        reviewed_by_name=_voice(decision, by),
    )
    record(
        "decisions.decision_reviewed",
        decision,
        by=by,
        number=decision.proposal.number,
        decision=decision.number,
        title=decision.title,
        held_on=held_on,
        intended=review.intended,
        next=review.next,
        who_are_we=review.who_are_we,
        conclusion=conclusion,
        review_again_on=review_again_on,
        spoken_by=review.reviewed_by_name,
    )
    return review


@transaction.atomic
def plan_review(*, decision: Decision, review_on: date, by: User) -> ReviewPlan:
    """Choose the day on which a decision is looked back at; the day that was planned last counts."""
    _locked(decision)
    permissions.review_decision.check(by, decision=decision)
    if review_on <= timezone.localdate():
        raise NotPossible("The day to look back is a later one.")
    last = decision.review_plans.last()
    if last and last.review_on == review_on and decision.review_due_on == review_on:
        return last
    plan = ReviewPlan.objects.create(
        alliance_id=decision.alliance_id,
        decision=decision,
        review_on=review_on,
        planned_at=timezone.now(),
        planned_by=by,
        planned_by_name=_voice(decision, by),
    )
    record(
        "decisions.review_planned",
        decision,
        by=by,
        number=decision.proposal.number,
        decision=decision.number,
        title=decision.title,
        review_on=review_on,
        spoken_by=plan.planned_by_name,
    )
    return plan


def _locked(decision: Decision) -> None:
    Proposal.objects.select_for_update().only("pk").get(pk=decision.proposal_id)


def _says_the_same(last, by, held_on, intended, what_next, who_are_we, conclusion, review_again_on) -> bool:
    words = (last.intended.text, last.next.text, last.who_are_we.text)
    return (
        last.reviewed_by_id == by.pk
        and words == (intended.strip(), what_next.strip(), who_are_we.strip())
        and (last.held_on, last.conclusion, last.review_again_on) == (held_on, conclusion, review_again_on)
    )


def _voice(decision: Decision, by: User) -> str:
    """ "Pat, Haven", or "Lena, Learning lead"."""
    stands = standing(by, decision.alliance_id)
    for one in stands.appointments:
        if one.participant_id in stands.speaks_for_ids and stands.speaks_for(one.participant_id):
            return f"{by.name}, {one.participant.short_name}"
    role = next(one.role for one in stands.appointments if one.role in permissions.LOOK_BACK)
    return f"{by.name}, {RoleAppointment.Role(role).label.lower()}"
