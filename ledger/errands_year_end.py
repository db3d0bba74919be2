"""The memorandum account is drawn by a worker: reading and keeping are short transactions, the drawing takes none."""

from alliance.core.outbox import Run, errand
from alliance.core.papers import draw
from ledger.models import MemorandumPaper


@errand(MemorandumPaper.ERRAND)
def _draw_memorandum(run: Run) -> None:
    from ledger import drawing
    from ledger.services import keep_memorandum_paper

    paper = MemorandumPaper.objects.select_related("budget__alliance").get(pk=run.payload["paper_id"])
    if paper.document_id:
        return
    with run.step("Reading the account", 20):
        sheet = drawing.of_memorandum(paper)
    run.tell("Drawing the pages", 50)
    pdf = draw(sheet)
    with run.step("Keeping the paper", 90):
        keep_memorandum_paper(paper=paper, pdf=pdf)
