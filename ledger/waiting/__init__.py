"""What waits in the open book, and on whom: returns, months, queries, transfers to pay, action plans."""

from alliance.core.waiting import Sources
from ledger.waiting import founding, months, plans, queries, returns, transfers

waiting_on = Sources(
    [
        *founding.waiting,
        *returns.waiting,
        *months.waiting,
        *queries.waiting,
        *plans.waiting,
        *queries.left_open,
        *transfers.waiting,
    ]
)
