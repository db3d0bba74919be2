"""What waits here, and on whom: a fixed number of queries, however many proposals are open."""

from alliance.core.waiting import Sources
from decisions.waiting import alone, conflicts, deliberation, meetings, proposals, reviews, risks

waiting_on = Sources(
    [
        *proposals.waiting,
        *alone.waiting,
        *conflicts.waiting,
        *deliberation.waiting,
        *meetings.waiting,
        *reviews.waiting,
        *risks.waiting,
        *proposals.drafts,
    ]
)
