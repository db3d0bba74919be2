"""What decisions do later (house 34): each fetches by id and calls one service."""

from alliance.core.outbox import Run, errand
from decisions import drawing
from decisions.models import Paper, Proposal


@errand("decisions.seal_after_hold")
def _seal_after_hold(run: Run) -> None:
    from decisions.services import seal_after_hold

    with run.step("Sealing what everybody agreed to"):
        seal_after_hold(proposal=Proposal.objects.get(pk=run.payload["proposal_id"]))


@errand(Paper.ERRAND)
def _draw_paper(run: Run) -> None:
    """Reading and keeping are short transactions; the drawing between them takes seconds and none."""
    from decisions.services import keep_paper

    paper = Paper.objects.get(pk=run.payload["paper_id"])
    if paper.document_id:
        return
    with run.step("Gathering what was decided", 20):
        sheet = drawing.prepare(paper)
    run.tell("Drawing the pages", 50)
    pdf = drawing.draw(sheet)
    with run.step("Keeping the paper", 90):
        keep_paper(paper=paper, pdf=pdf)
