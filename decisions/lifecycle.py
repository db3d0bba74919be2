"""What can happen to a proposal and to everything around it, and when."""

from django.db import models

from alliance.core.lifecycle import Lifecycle, Step


class State(models.TextChoices):
    """NOT_AGREED and STATUS_QUO are never stored: by the clock, an open proposal is the one from the day after its
    deadline, the other from the day after the last stage of its deadlock (rules 18, 25)."""

    DRAFT = "draft", "Draft"
    OPEN = "open", "Open"
    NOT_AGREED = "not_agreed", "Not agreed"
    STATUS_QUO = "status_quo", "The status quo stands"
    AGREED = "agreed", "Agreed"
    WITHDRAWN = "withdrawn", "Withdrawn"
    NO_DECISION = "no_decision", "No decision"
    DISCARDED = "discarded", "Discarded"


PROPOSAL = Lifecycle(
    "Proposal",
    State,
    State.DRAFT,
    Step("save_draft", (State.DRAFT,)),
    Step("open", (State.DRAFT,), State.OPEN),
    Step("decide", (State.DRAFT,), State.AGREED),
    Step("discard", (State.DRAFT,), State.DISCARDED),
    Step("comment", (State.OPEN, State.NOT_AGREED)),
    Step("amend", (State.OPEN, State.NOT_AGREED)),
    Step("take_position", (State.OPEN,)),
    Step("resolve_objection", (State.OPEN,)),
    Step("declare", (State.OPEN,)),
    Step("leave_roll", (State.OPEN, State.NOT_AGREED)),
    Step("declare_deadlock", (State.OPEN, State.NOT_AGREED), State.OPEN),
    Step("give_more_time", (State.OPEN,)),
    Step("change_wording", (State.OPEN, State.NOT_AGREED), State.OPEN),
    Step("seal", (State.OPEN,), State.AGREED),
    Step("lapse", (State.OPEN,), State.NOT_AGREED),
    Step("run_out", (State.OPEN,), State.STATUS_QUO),
    Step("reopen", (State.NOT_AGREED,), State.OPEN),
    Step("withdraw", (State.OPEN, State.NOT_AGREED), State.WITHDRAWN),
    Step("end", (State.OPEN, State.NOT_AGREED), State.NO_DECISION),
    room="decisions",
)


class ObjectionState(models.TextChoices):
    STANDS = "stands", "Unresolved"
    RESOLVED = "resolved", "Resolved"


OBJECTION = Lifecycle(
    "Objection",
    ObjectionState,
    ObjectionState.STANDS,
    Step("name_steward", (ObjectionState.STANDS,)),
    Step("resolve", (ObjectionState.STANDS,), ObjectionState.RESOLVED),
    room="decisions",
)


class AmendmentState(models.TextChoices):
    OFFERED = "offered", "Offered"
    TAKEN_OVER = "taken_over", "Taken over"
    DECLINED = "declined", "Declined"
    TAKEN_BACK = "taken_back", "Taken back"


AMENDMENT = Lifecycle(
    "Amendment",
    AmendmentState,
    AmendmentState.OFFERED,
    Step("take_over", (AmendmentState.OFFERED,), AmendmentState.TAKEN_OVER),
    Step("decline", (AmendmentState.OFFERED,), AmendmentState.DECLINED),
    Step("take_back", (AmendmentState.OFFERED,), AmendmentState.TAKEN_BACK),
    room="decisions",
)


class DeclarationState(models.TextChoices):
    DECLARED = "declared", "The others are asked"
    ADMITTED = "admitted", "Takes part"
    SHARED = "shared", "Shared by all equally"
    LEFT = "left", "Left the roll"
    FOUND = "found", "Found after the seal"


DECLARATION = Lifecycle(
    "Declaration of a conflict",
    DeclarationState,
    DeclarationState.DECLARED,
    Step("vote", (DeclarationState.DECLARED,)),
    Step("admit", (DeclarationState.DECLARED,), DeclarationState.ADMITTED),
    Step("share", (DeclarationState.DECLARED,), DeclarationState.SHARED),
    Step("leave", (DeclarationState.DECLARED,), DeclarationState.LEFT),
    Step("find", (DeclarationState.DECLARED,), DeclarationState.FOUND),
    room="decisions",
)


class DeadlockStage(models.TextChoices):
    """Never stored: by the clock and the dates that were frozen when the deadlock was declared (rules 18, 25)."""

    LEADERSHIP = "leadership", "Alliance Leadership Team"
    SENIOR = "senior", "Senior representatives"
    INDEPENDENT = "independent", "Independent chair, mediator or expert"
    STATUS_QUO = "status_quo", "The status quo stands"
    OVER = "over", "Over: agreed or withdrawn"


DEADLOCK = Lifecycle(
    "Deadlock",
    DeadlockStage,
    DeadlockStage.LEADERSHIP,
    Step("go_up", (DeadlockStage.LEADERSHIP,), DeadlockStage.SENIOR),
    Step("state", (DeadlockStage.SENIOR,)),
    Step(
        "name_independent",
        (DeadlockStage.LEADERSHIP, DeadlockStage.SENIOR, DeadlockStage.INDEPENDENT),
    ),
    Step("refer", (DeadlockStage.SENIOR,), DeadlockStage.INDEPENDENT),
    Step("hear_independent", (DeadlockStage.INDEPENDENT,)),
    Step("run_out", (DeadlockStage.INDEPENDENT,), DeadlockStage.STATUS_QUO),
    Step(
        "end",
        (DeadlockStage.LEADERSHIP, DeadlockStage.SENIOR, DeadlockStage.INDEPENDENT),
        DeadlockStage.OVER,
    ),
    room="decisions",
)


class RatificationState(models.TextChoices):
    AWAITED = "awaited", "Awaited"
    RATIFIED = "ratified", "Ratified"
    REFUSED = "refused", "Refused"


RATIFICATION = Lifecycle(
    "Ratification",
    RatificationState,
    RatificationState.AWAITED,
    Step("ratify", (RatificationState.AWAITED,), RatificationState.RATIFIED),
    Step("refuse", (RatificationState.AWAITED,), RatificationState.REFUSED),
    room="decisions",
)


class UrgentState(models.TextChoices):
    TAKEN = "taken", "To be reported"
    REPORTED = "reported", "Reported"


URGENT = Lifecycle(
    "Urgent safety action",
    UrgentState,
    UrgentState.TAKEN,
    Step("report", (UrgentState.TAKEN,), UrgentState.REPORTED),
    room="decisions",
)


class MeetingState(models.TextChoices):
    PLANNED = "planned", "Planned"
    HELD = "held", "Held"
    CANCELLED = "cancelled", "Cancelled"


MEETING = Lifecycle(
    "Meeting",
    MeetingState,
    MeetingState.PLANNED,
    Step("change", (MeetingState.PLANNED,)),
    Step("hold", (MeetingState.PLANNED,), MeetingState.HELD),
    Step("cancel", (MeetingState.PLANNED,), MeetingState.CANCELLED),
    Step("note_attendance", (MeetingState.PLANNED, MeetingState.HELD)),
    Step("write_minutes", (MeetingState.HELD,)),
    room="decisions",
)


class MinutesState(models.TextChoices):
    DRAFT = "draft", "Draft"
    ISSUED = "issued", "Issued, to be accepted"
    OFFICIAL = "official", "Official"
    REPLACED = "replaced", "Replaced by a later version"


MINUTES = Lifecycle(
    "Minutes",
    MinutesState,
    MinutesState.DRAFT,
    Step("issue", (MinutesState.DRAFT,), MinutesState.ISSUED),
    Step("accept", (MinutesState.ISSUED,)),
    Step("become_official", (MinutesState.ISSUED,), MinutesState.OFFICIAL),
    Step("replace", (MinutesState.DRAFT, MinutesState.ISSUED), MinutesState.REPLACED),
    room="decisions",
)


class RiskState(models.TextChoices):
    OPEN = "open", "Open"
    CLOSED = "closed", "Closed"


RISK = Lifecycle(
    "Risk",
    RiskState,
    RiskState.OPEN,
    Step("change", (RiskState.OPEN,)),
    Step("accept", (RiskState.OPEN,)),
    Step("close", (RiskState.OPEN,), RiskState.CLOSED),
    room="decisions",
)


class AcceptanceState(models.TextChoices):
    """Of one participant and one risk; never stored, but read off versions and days (rules 25, 44)."""

    NEEDED = "needed", "Needs acceptance"
    ACCEPTED = "accepted", "Accepted"
    CHANGED = "changed", "Needs new acceptance: it changed"
    EXPIRED = "expired", "Needs new acceptance: it expired"


ACCEPTANCE = Lifecycle(
    "Risk acceptance",
    AcceptanceState,
    AcceptanceState.NEEDED,
    Step(
        "accept",
        (AcceptanceState.NEEDED, AcceptanceState.CHANGED, AcceptanceState.EXPIRED),
        AcceptanceState.ACCEPTED,
    ),
    Step("change", (AcceptanceState.ACCEPTED,), AcceptanceState.CHANGED),
    Step("expire", (AcceptanceState.ACCEPTED,), AcceptanceState.EXPIRED),
    room="decisions",
)
