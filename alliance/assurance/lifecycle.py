"""What a report goes through. Each state is a committed fact; what a worker is just doing is its errand's to tell."""

from alliance.assurance.models import Report
from alliance.core.lifecycle import Lifecycle, Step

State = Report.State

REPORT = Lifecycle(
    "Report",
    State,
    State.REQUESTED,
    Step("gather", (State.REQUESTED,), State.GATHERED),
    Step("seal", (State.GATHERED,), State.SEALED),
    Step("try_again", (State.REQUESTED, State.GATHERED)),
    Step("download", (State.SEALED,)),
    room="alliance/assurance",
)
