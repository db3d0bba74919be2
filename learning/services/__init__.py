"""The verbs of learning. Each locks, checks, changes, records; all are keyword-only and name who acts (house 10)."""

from learning.services.experiments import (
    answer_gate,
    end_experiment,
    propose_experiment,
    revise_experiment,
    start_experiment,
    withdraw_experiment,
)
from learning.services.links import tie_risks
from learning.services.measures import (
    annotate_measure,
    correct_observation,
    define_measure,
    rebase_measure,
    record_observations,
)
from learning.services.reviews import (
    AskOnce,
    NewAction,
    call_off_review,
    hold_review,
    look_at_action,
    prepare_review,
    save_draft,
)

__all__ = [
    "AskOnce",
    "NewAction",
    "annotate_measure",
    "answer_gate",
    "call_off_review",
    "correct_observation",
    "define_measure",
    "end_experiment",
    "hold_review",
    "look_at_action",
    "prepare_review",
    "propose_experiment",
    "rebase_measure",
    "record_observations",
    "revise_experiment",
    "save_draft",
    "start_experiment",
    "tie_risks",
    "withdraw_experiment",
]
