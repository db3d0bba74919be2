"""Experiments: is it legal, is it safe? If yes, go; then gather the learning, good and bad (rule 46)."""

from django.db import transaction
from django.utils import timezone

from alliance.core.models import Words
from alliance.core.record import record
from alliance.core.refusals import NotPossible
from learning import permissions
from learning.lifecycle import EXPERIMENT
from learning.models import Experiment, GateAnswer
from participants.models import Alliance, User
from participants.numbering import next_number

SAID = ("title", "question", "trying", "how_we_learn", "size", "place", "ends_on")


@transaction.atomic
def propose_experiment(
    *, alliance: Alliance, title: str, by: User, follows: Experiment | None = None, **said
) -> Experiment:
    """Anybody may; only the name is needed. `said`: question, trying, how_we_learn, size, place, ends_on."""
    permissions.propose_experiment.check(by, alliance=alliance)
    experiment = Experiment.objects.create(
        alliance=alliance,
        number=next_number(Experiment, alliance),
        title=title,
        follows=follows,
        proposed_by=by,
        **_only_said(said),
    )
    record("learning.experiment_proposed", experiment, by=by, follows=follows, **_facts(experiment))
    return experiment


@transaction.atomic
def revise_experiment(*, experiment: Experiment, by: User, **said) -> Experiment:
    """Say it differently before it starts. The gates were answered for other words: both are asked again."""
    experiment = _locked(experiment)
    permissions.revise_experiment.check(by, experiment=experiment)
    EXPERIMENT.require(experiment.status, "revise")
    changed = {name: value for name, value in _only_said(said).items() if getattr(experiment, name) != value}
    if not changed:
        return experiment
    for name, value in changed.items():
        setattr(experiment, name, value)
    experiment.version += 1
    experiment.save(update_fields=[*changed, "version"])
    record(
        "learning.experiment_revised",
        experiment,
        by=by,
        version=experiment.version,
        changed=sorted(changed),
        **_facts(experiment),
    )
    return experiment


@transaction.atomic
def answer_gate(
    *, experiment: Experiment, gate: str, yes: bool, words: str, by: User, version: int | None = None
) -> GateAnswer:
    """Yes or no at "legal" or "safe", with words. A no keeps the experiment waiting, with its reason.

    `version` is the one that was shown: an experiment that was changed meanwhile gets no answer by mistake (rule 46).
    """
    experiment = _locked(experiment)
    permissions.answer_gate.check(by, experiment=experiment)
    EXPERIMENT.require(experiment.status, "answer_gate")
    if version not in (None, experiment.version):
        raise NotPossible(
            "The experiment was changed while you were answering, so nothing was kept. Read it and answer again."
        )
    gate = GateAnswer.Gate(gate)
    said = Words.need(experiment.alliance_id, words, "Say in a few words why.")
    answer = GateAnswer.objects.create(
        alliance_id=experiment.alliance_id,
        experiment=experiment,
        version=experiment.version,
        gate=gate,
        yes=yes,
        words=said,
        answered_by=by,
    )
    record(
        "learning.gate_answered",
        experiment,
        by=by,
        title=experiment.title,
        gate=gate,
        yes=yes,
        words=said,
        version=experiment.version,
    )
    return answer


@transaction.atomic
def start_experiment(*, experiment: Experiment, by: User) -> Experiment:
    """Let it begin, once both gates said yes and nothing that rule 46 asks for is missing."""
    experiment = _locked(experiment)
    permissions.start_experiment.check(by, experiment=experiment)
    after = EXPERIMENT.after(experiment.status, "start")
    if reason := why_not_start(experiment):
        raise NotPossible(reason)
    experiment.status, experiment.started_at, experiment.started_by = after, timezone.now(), by
    experiment.save(update_fields=["status", "started_at", "started_by"])
    gates = {
        gate: {"by": str(given.answered_by), "at": given.answered_at}
        for gate in GateAnswer.Gate.values
        if (given := experiment.gate(gate))
    }
    record("learning.experiment_started", experiment, by=by, gates=gates, **_facts(experiment))
    return experiment


def why_not_start(experiment: Experiment) -> str:
    """What rule 46 still asks for, in one sentence; "" when it may start."""
    lacks = [*experiment.lacks]
    lacks += [f"a yes to “{GateAnswer.Gate(gate).label}”" for gate in experiment.waits_for]
    if lacks:
        listed = ", ".join(lacks[:-1]) + (" and " if lacks[1:] else "") + lacks[-1]
        return f"It can start when it has {listed}."
    if experiment.ends_on < timezone.localdate():
        return "Its end date has passed: give it a new one, then ask at the gates again."
    return ""


@transaction.atomic
def end_experiment(
    *, experiment: Experiment, outcome: str, turned_out: str, learned: str, by: User
) -> Experiment:
    """Embedded, adapted or stopped, with what was learned. One that did not turn out as hoped is as welcome."""
    experiment = _locked(experiment)
    permissions.end_experiment.check(by, experiment=experiment)
    experiment.status = EXPERIMENT.after(experiment.status, outcome)
    experiment.turned_out = Experiment.Turned(turned_out)
    experiment.learned = Words.need(
        experiment.alliance_id,
        learned,
        "Say what you learned, good and bad: that is what an experiment is for.",
    )
    experiment.ended_at, experiment.ended_by = timezone.now(), by
    experiment.save(update_fields=["status", "turned_out", "learned", "ended_at", "ended_by"])
    record(
        "learning.experiment_ended",
        experiment,
        by=by,
        title=experiment.title,
        outcome=outcome,
        turned_out=turned_out,
        learned=experiment.learned,
    )
    return experiment


@transaction.atomic
def withdraw_experiment(*, experiment: Experiment, by: User) -> Experiment:
    """Take back what never started; it stays to be read."""
    experiment = _locked(experiment)
    permissions.withdraw_experiment.check(by, experiment=experiment)
    experiment.status = EXPERIMENT.after(experiment.status, "withdraw")
    experiment.ended_at, experiment.ended_by = timezone.now(), by
    experiment.save(update_fields=["status", "ended_at", "ended_by"])
    record("learning.experiment_withdrawn", experiment, by=by, title=experiment.title)
    return experiment


def _locked(experiment: Experiment) -> Experiment:
    return (
        Experiment.objects.select_for_update(of=("self",))
        .select_related("alliance", "proposed_by")
        .with_gates()
        .get(pk=experiment.pk)
    )


def _only_said(said: dict) -> dict:
    if strange := said.keys() - set(SAID):
        raise TypeError(f"An experiment does not say {', '.join(sorted(strange))}.")
    return said


def _facts(experiment: Experiment) -> dict:
    return {name: getattr(experiment, name) for name in SAID}
