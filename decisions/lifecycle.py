"""What can happen to a proposal and to an objection, and when."""

from django.db import models

from alliance.core.lifecycle import Lifecycle, Step


class State(models.TextChoices):
    """NOT_AGREED is never stored: an open proposal is that from the day after its deadline, by the clock (rule 25)."""

    DRAFT = "draft", "Draft"
    OPEN = "open", "Open"
    NOT_AGREED = "not_agreed", "Not agreed"
    AGREED = "agreed", "Agreed"
    WITHDRAWN = "withdrawn", "Withdrawn"
    DISCARDED = "discarded", "Discarded"


PROPOSAL = Lifecycle(
    "Proposal",
    State,
    State.DRAFT,
    Step("save_draft", (State.DRAFT,)),
    Step("open", (State.DRAFT,), State.OPEN),
    Step("discard", (State.DRAFT,), State.DISCARDED),
    Step("take_position", (State.OPEN,)),
    Step("resolve_objection", (State.OPEN,)),
    Step("give_more_time", (State.OPEN,)),
    Step("change_wording", (State.OPEN, State.NOT_AGREED), State.OPEN),
    Step("seal", (State.OPEN,), State.AGREED),
    Step("lapse", (State.OPEN,), State.NOT_AGREED),
    Step("reopen", (State.NOT_AGREED,), State.OPEN),
    Step("withdraw", (State.OPEN, State.NOT_AGREED), State.WITHDRAWN),
    room="decisions",
)


class ObjectionState(models.TextChoices):
    STANDS = "stands", "Unresolved"
    RESOLVED = "resolved", "Resolved"


OBJECTION = Lifecycle(
    "Objection",
    ObjectionState,
    ObjectionState.STANDS,
    Step("resolve", (ObjectionState.STANDS,), ObjectionState.RESOLVED),
    room="decisions",
)
