"""The open book's later work (house 34): each fetches by id and calls one thing."""

from alliance.core.outbox import Run, errand
from ledger.models import CostReturn


@errand("ledger.check_return")
def _check_return(run: Run) -> None:
    from ledger.checking import check

    check(run, run.payload["return_id"])


@errand("ledger.post_return")
def _post_return(run: Run) -> None:
    from ledger.services import post_cost_return

    cost_return = CostReturn.objects.get(pk=run.payload["return_id"])
    with run.step(f"Posting {cost_return.line_count:,} lines", 30):
        post_cost_return(cost_return=cost_return)
