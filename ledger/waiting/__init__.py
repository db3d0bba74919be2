"""What waits in the open book, and on whom: returns, months, queries, transfers to pay, action plans."""

from alliance.core.waiting import Sources
from ledger.waiting import months, plans, queries, returns, transfers

waiting_on = Sources(
    [
        *returns.waiting,
        *months.waiting,
        *queries.waiting,
        *plans.waiting,
        *queries.left_open,
        *transfers.waiting,
    ]
)
