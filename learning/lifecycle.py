"""When: the states of reviews, actions and experiments (rules 45, 46)."""

from django.db.models import TextChoices

from alliance.core.lifecycle import Lifecycle, Step


class ReviewState(TextChoices):
    PREPARING = "preparing", "Being prepared"
    HELD = "held", "Held"
    CALLED_OFF = "called_off", "Called off"


class ActionState(TextChoices):
    OPEN = "open", "Open"
    DONE = "done", "Done"
    LET_GO = "let_go", "Let go"


class ExperimentState(TextChoices):
    PROPOSED = "proposed", "Proposed"
    RUNNING = "running", "Running"
    EMBEDDED = "embedded", "Embedded"
    ADAPTED = "adapted", "Adapted"
    STOPPED = "stopped", "Stopped"
    WITHDRAWN = "withdrawn", "Withdrawn"


REVIEW = Lifecycle(
    "Review",
    ReviewState,
    ReviewState.PREPARING,
    Step("write", (ReviewState.PREPARING,)),
    Step("hold", (ReviewState.PREPARING,), ReviewState.HELD),
    Step("call_off", (ReviewState.PREPARING,), ReviewState.CALLED_OFF),
    room="learning",
)

ACTION = Lifecycle(
    "Action",
    ActionState,
    ActionState.OPEN,
    Step("still_matters", (ActionState.OPEN,)),
    Step("done", (ActionState.OPEN,), ActionState.DONE),
    Step("let_go", (ActionState.OPEN,), ActionState.LET_GO),
    room="learning",
)

EXPERIMENT = Lifecycle(
    "Experiment",
    ExperimentState,
    ExperimentState.PROPOSED,
    Step("revise", (ExperimentState.PROPOSED,)),
    Step("answer_gate", (ExperimentState.PROPOSED,)),
    Step("withdraw", (ExperimentState.PROPOSED,), ExperimentState.WITHDRAWN),
    Step("start", (ExperimentState.PROPOSED,), ExperimentState.RUNNING),
    Step("embedded", (ExperimentState.RUNNING,), ExperimentState.EMBEDDED),
    Step("adapted", (ExperimentState.RUNNING,), ExperimentState.ADAPTED),
    Step("stopped", (ExperimentState.RUNNING,), ExperimentState.STOPPED),
    room="learning",
)
