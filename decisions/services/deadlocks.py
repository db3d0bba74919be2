"""The ladder out of a deadlock: declared by one participant, climbed by the clock, left at every stage by agreeing."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from alliance.core.models import Words
from alliance.core.record import record
from alliance.core.refusals import NotPossible
from alliance.core.workdays import ONE_DAY, add_working_days
from decisions import permissions
from decisions.lifecycle import DEADLOCK, PROPOSAL, DeadlockStage, State
from decisions.models import Deadlock, Proposal, Statement
from decisions.querysets import the_whole
from decisions.services.shared import appointment_of, locked, speaks_as
from participants.models import Alliance, Participant, User

NO_DEADLOCK = "No deadlock was declared on this proposal."


@transaction.atomic
def declare_deadlock(*, proposal: Proposal, participant: Participant, reason: str, by: User) -> Deadlock:
    """Say that it goes no further as it is: the alliance's ladder begins, its dates are frozen (rule 18).

    Only where something stands in the way: an objection, an answer that blocks, or the time to answer is over. The
    proposal is open until the ladder's last day. Declaring twice is declaring once, whoever does it.
    """
    proposal = locked(proposal)
    permissions.declare_deadlock.check(by, proposal=proposal, participant=participant)
    if proposal.has_deadlock:
        return proposal.deadlock
    late = proposal.state_now == State.NOT_AGREED
    state = PROPOSAL.after(proposal.state_now, "declare_deadlock")
    tally = the_whole(proposal.pk).tally
    if not (late or tally.objections or tally.blocking):
        raise NotPossible(
            "Nothing stands in its way yet: a deadlock is declared when somebody objects or abstains, or when the "
            "time to answer is over."
        )
    deadlock = Deadlock.objects.create(
        alliance_id=proposal.alliance_id,
        proposal=proposal,
        reason=Words.need(proposal.alliance_id, reason, "Say why the alliance goes no further."),
        stages=ladder_from(proposal.alliance, timezone.localdate(), not_before=proposal.answer_by),
        **speaks_as(appointment_of(proposal, participant, by), by),
    )
    before = proposal.answer_by
    proposal.state, proposal.answer_by = state, deadlock.ends_on
    proposal.save(update_fields=["state", "answer_by"])
    record(
        "decisions.deadlock_declared",
        proposal,
        by=by,
        number=proposal.number,
        title=proposal.title,
        participant=participant,
        spoken_by=deadlock.spoken_by,
        reason=deadlock.reason,
        stages=deadlock.stages,
        before=before,
        answer_by=deadlock.ends_on,
    )
    return deadlock


def ladder_from(alliance: Alliance, day: date, *, not_before: date | None = None) -> list[dict]:
    """The alliance's ladder from that day: each stage from the day after the one before, in working days.

    The first lasts at least until `not_before`: those who have not answered keep the time that they were promised.
    """
    if not alliance.ladder:
        raise NotPossible(
            "The alliance has no ladder for deadlocks. A key decision on its settings gives it one."
        )
    stages, last = [], day
    for number, one in enumerate(alliance.ladder):
        starts, until = last if number == 0 else last + ONE_DAY, add_working_days(last, one["days"])
        if number == 0 and not_before:
            until = max(until, not_before)
        said = one.get("statements")
        stages.append(
            {
                "stage": one["stage"],
                "from": starts.isoformat(),
                "until": until.isoformat(),
                "statements_until": add_working_days(last, said).isoformat() if said else None,
            }
        )
        last = until
    return stages


@transaction.atomic
def make_statement(*, proposal: Proposal, participant: Participant, words: str, by: User) -> Statement:
    """A participant's own account, in the first days of the senior stage; until they are over it can be replaced."""
    proposal, deadlock = _deadlocked(proposal)
    permissions.climb_ladder.check(by, proposal=proposal, participant=participant)
    if why_not := why_no_statement(deadlock):
        raise NotPossible(why_not)
    return _state(proposal, participant, Statement.Occasion.DEADLOCK, words, "Write your statement.", by)


def why_no_statement(deadlock: Deadlock) -> str:
    """Why nobody makes a statement today, or ""."""
    rung, today = deadlock.rung(DeadlockStage.SENIOR), timezone.localdate()
    if rung is None or rung.statements_until is None:
        return "The alliance’s ladder has no time for statements."
    if DEADLOCK.permits(deadlock.stage_on(today), "state") and today <= rung.statements_until:
        return ""
    first, last = f"{rung.starts:%-d %B}", f"{rung.statements_until:%-d %B %Y}"
    return f"Statements are made from {first} to {last}."


@transaction.atomic
def name_independent(*, proposal: Proposal, kind: str, name: str, by: User) -> Deadlock:
    """Name the independent chair, mediator or expert; `kind` is one of `Deadlock.Independent`.

    Somebody else can be named as long as nothing that the independent person said was written down.
    """
    proposal, deadlock = _deadlocked(proposal)
    permissions.climb_ladder.check(by, proposal=proposal)
    name = " ".join(name.split())
    if (deadlock.independent, deadlock.independent_name) == (kind, name):
        return deadlock
    _require(deadlock, "name_independent")
    if kind not in Deadlock.Independent.values:
        raise NotPossible("Say whether it is an independent chair, a mediator or an expert.")
    if not name:
        raise NotPossible("Enter the name of the independent person.")
    if proposal.statements.filter(occasion=Statement.Occasion.INDEPENDENT).exists():
        raise NotPossible(f"{deadlock.independent_name} has been heard already, and stays named.")
    deadlock.independent, deadlock.independent_name = kind, name
    deadlock.named_at, deadlock.named_by = timezone.now(), by
    deadlock.save(update_fields=["independent", "independent_name", "named_at", "named_by"])
    record(
        "decisions.independent_named",
        proposal,
        by=by,
        number=proposal.number,
        title=proposal.title,
        role=deadlock.get_independent_display(),
        name=name,
    )
    return deadlock


@transaction.atomic
def record_independent(*, proposal: Proposal, participant: Participant, words: str, by: User) -> Statement:
    """Write down what the independent person said, for all to read; a participant's later account replaces its own."""
    proposal, deadlock = _deadlocked(proposal)
    permissions.climb_ladder.check(by, proposal=proposal, participant=participant)
    _require(deadlock, "hear_independent")
    if not deadlock.independent:
        raise NotPossible("Name the independent person first.")
    ask = f"Write what {deadlock.independent_name} said."
    return _state(proposal, participant, Statement.Occasion.INDEPENDENT, words, ask, by)


def _require(deadlock: Deadlock, verb: str) -> None:
    """The lifecycle's own check, with the ladder's words for where it is."""
    stage = deadlock.stage_now
    if DEADLOCK.permits(stage, verb):
        return
    if stage in (DeadlockStage.OVER, DeadlockStage.STATUS_QUO):
        raise NotPossible("The deadlock is over, so that is no longer possible.")
    rung = deadlock.rung(DeadlockStage.INDEPENDENT)
    raise NotPossible(
        f"That comes with the independent stage, from {rung.starts:%-d %B %Y}."
        if rung
        else "The alliance’s ladder has no independent stage."
    )


def _deadlocked(proposal: Proposal) -> tuple[Proposal, Deadlock]:
    proposal = locked(proposal)
    if not proposal.has_deadlock:
        raise NotPossible(NO_DEADLOCK)
    return proposal, proposal.deadlock


def _state(
    proposal: Proposal, participant: Participant, occasion: str, words: str, ask: str, by: User
) -> Statement:
    own = proposal.statements.filter(occasion=occasion, participant=participant, replaced_by__isnull=True)
    last = own.select_related("words").first()
    if last and last.taken_by_id == by.pk and last.words.text == words.strip():
        return last
    statement = Statement.objects.create(
        alliance_id=proposal.alliance_id,
        proposal=proposal,
        occasion=occasion,
        words=Words.need(proposal.alliance_id, words, ask),
        replaces=last,
        **speaks_as(appointment_of(proposal, participant, by), by),
    )
    told = {
        "number": proposal.number,
        "title": proposal.title,
        "participant": participant,
        "spoken_by": statement.spoken_by,
        "replaces": bool(last),
        "words": statement.words,
    }
    if occasion == Statement.Occasion.INDEPENDENT:
        name = proposal.deadlock.independent_name
        record("decisions.independent_heard", proposal, by=by, name=name, **told)
    else:
        record("decisions.statement_made", proposal, by=by, **told)
    return statement
