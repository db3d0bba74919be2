"""The ladder of a proposal's deadlock, as its page shows it."""

from django.utils import timezone

from alliance.core.addresses import reverse
from decisions import permissions
from decisions.lifecycle import DEADLOCK, PROPOSAL, DeadlockStage, State
from decisions.models import Deadlock, Proposal, Statement
from decisions.services.deadlocks import why_no_statement
from participants.standing import Standing

WHAT = {
    DeadlockStage.LEADERSHIP: "The representatives meet, talk, and look for words that all can agree to.",
    DeadlockStage.SENIOR: "Each participant states its case. Senior representatives seek an answer, and can give it.",
    DeadlockStage.INDEPENDENT: "Somebody independent hears everybody and says what they see. Nobody is bound by it.",
}


def panel(proposal: Proposal, standing: Standing) -> dict:
    """What `decisions/parts/deadlock.html` shows; a fixed number of queries."""
    if not proposal.has_deadlock:
        return {"deadlock_door": _door(proposal, standing)}
    deadlock, today = proposal.deadlock, timezone.localdate()
    statements = list(
        proposal.statements.filter(replaced_by__isnull=True)
        .exclude(occasion=Statement.Occasion.EXCLUSION)
        .select_related("words", "participant")
    )
    stage = deadlock.stage_on(today)
    return {
        "deadlock": deadlock,
        "deadlock_reason": deadlock.reason,
        "deadlock_stage": stage,
        "deadlock_rungs": [
            _rung(one, deadlock, stage, statements)
            for one in deadlock.rungs
            if stage != DeadlockStage.OVER or one.starts <= _ended_on(proposal)
        ],
        "deadlock_acts": _acts(proposal, deadlock, stage, statements, standing),
    }


def _door(proposal: Proposal, standing: Standing) -> str:
    """The address at which this reader declares a deadlock, where there is reason to; else ""."""
    state = proposal.state_now
    if not PROPOSAL.permits(state, "declare_deadlock"):
        return ""
    stuck = state == State.NOT_AGREED or proposal.tally.objections or proposal.tally.blocking
    if not stuck or not permissions.declare_deadlock.allows(standing.person, proposal=proposal):
        return ""
    return _url(proposal, "declare_deadlock")


def _rung(rung, deadlock: Deadlock, stage: DeadlockStage, statements: list[Statement]) -> dict:
    """One stage with its dates, where it is ("done", "now" or "next") and what was said in it."""
    order = [one.stage for one in deadlock.rungs]
    if stage in order:
        place = (
            "now"
            if rung.stage == stage
            else "done"
            if order.index(rung.stage) < order.index(stage)
            else "next"
        )
    else:
        place = "done"
    occasion = {
        DeadlockStage.SENIOR: Statement.Occasion.DEADLOCK,
        DeadlockStage.INDEPENDENT: Statement.Occasion.INDEPENDENT,
    }.get(rung.stage)
    return {
        "rung": rung,
        "label": rung.stage.label,
        "what": WHAT[rung.stage],
        "place": place,
        "statements": [one for one in statements if one.occasion == occasion],
        "independent": rung.stage == DeadlockStage.INDEPENDENT,
    }


def _ended_on(proposal: Proposal):
    ended = (
        proposal.decision.sealed_at
        if proposal.state == State.AGREED
        else proposal.withdrawn_at or proposal.ended_at
    )
    return timezone.localdate(ended) if ended else timezone.localdate()


def _acts(
    proposal: Proposal,
    deadlock: Deadlock,
    stage: DeadlockStage,
    statements: list[Statement],
    standing: Standing,
) -> list[dict]:
    """What the reader can do on the ladder today; those whose participant is not asked have none of these."""
    if stage in (DeadlockStage.OVER, DeadlockStage.STATUS_QUO):
        return []
    if not permissions.climb_ladder.allows(standing.person, proposal=proposal):
        return []
    offered = []
    if deadlock.rung(DeadlockStage.SENIOR):
        offered.append(("Make our statement", "make_statement", why_no_statement(deadlock)))
    if rung := deadlock.rung(DeadlockStage.INDEPENDENT):
        label = "Name another independent person" if deadlock.independent else "Name the independent person"
        if all(one.occasion != Statement.Occasion.INDEPENDENT for one in statements):
            offered.append((label, "name_independent", ""))
        early = "" if DEADLOCK.permits(stage, "hear_independent") else f"From {rung.starts:%-d %B %Y}."
        early = early or ("" if deadlock.independent else "Name the independent person first.")
        offered.append(("Write down what they said", "record_independent", early))
    return [
        {"label": label, "url": _url(proposal, name), "reason": reason} for label, name, reason in offered
    ]


def _url(proposal: Proposal, name: str) -> str:
    return reverse(f"decisions:{name}", args=[proposal.alliance.slug, proposal.number])
