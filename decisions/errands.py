"""What decisions do later (house 34): each fetches by id and calls one service."""

from alliance.core.outbox import Run, errand
from decisions.models import Proposal


@errand("decisions.seal_after_hold")
def _seal_after_hold(run: Run) -> None:
    from decisions.services import seal_after_hold

    with run.step("Sealing what everybody agreed to"):
        seal_after_hold(proposal=Proposal.objects.get(pk=run.payload["proposal_id"]))
