"""The open book's later work (house 34): each fetches by id and calls one thing."""

from datetime import date

from alliance.core import scanner
from alliance.core.models import Errand
from alliance.core.outbox import Run, enqueue, errand
from alliance.core.papers import draw
from alliance.core.record import subscribe
from alliance.core.scanner import ScannerTrouble
from alliance.core.schedule import every_day
from ledger.lifecycle import UNSCANNED
from ledger.models import Budget, CostReturn, Evidence, MemorandumPaper
from participants.models import Alliance

PLANS = "ledger.open_plans"
AT_ONCE = 500  # files that are scanned belatedly in a day


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


@errand("ledger.scan_evidence")
def _scan_evidence(run: Run) -> None:
    """The scanner is asked outside of any transaction; when it cannot say, the file says so and it is tried again."""
    from ledger.services import note_scan

    with run.step("Fetching the file", 10):
        evidence = Evidence.objects.select_related("document").get(pk=run.payload["evidence_id"])
    if evidence.scan not in UNSCANNED or not scanner.is_there():
        return
    try:
        verdict = scanner.scan(bytes(evidence.document.content))
    except ScannerTrouble:
        with run.step("The scanner did not say", 90):
            note_scan(evidence=evidence, verdict=None)
        raise
    with run.step("Keeping what the scanner said", 90):
        note_scan(evidence=evidence, verdict=verdict)


@errand(MemorandumPaper.ERRAND)
def _draw_memorandum(run: Run) -> None:
    """Reading and keeping are short transactions, the drawing takes none."""
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


@every_day
def ask_for_scans(today: date) -> None:
    """What came before there was a scanner, or while it was away."""
    if not scanner.is_there():
        return
    for one in Evidence.objects.unscanned().order_by("pk").only("alliance_id")[:AT_ONCE]:
        enqueue(
            "ledger.scan_evidence",
            key=f"{one.pk} {today}",
            alliance_id=one.alliance_id,
            evidence_id=one.pk,
        )


@errand(PLANS)
def _open_plans(run: Run) -> None:
    """One that nobody has begun sees all that this one would: of many postings the last asks for all."""
    from ledger.services import open_plans

    waiting = Errand.objects.due().filter(kind=PLANS, alliance_id=run.alliance_id, pk__gt=run.row.pk)
    if waiting.filter(attempts=0).exists():
        return
    with run.step("Looking at the forecast", 50):
        open_plans(alliance=Alliance.objects.get(pk=run.alliance_id))


@subscribe(
    *("ledger.return_posted", "ledger.costs_loaded", "ledger.nothing_spent", "ledger.journal_reversed"),
    *("ledger.line_corrected", "ledger.accrued", "ledger.prepaid", "ledger.restated", "ledger.period_closed"),
    *("ledger.budget_changed", "ledger.book_terms_agreed", "ledger.forecast_said"),
)
def what_changes_a_forecast(event, subject) -> None:
    """Rule 40 is asked after the commit, by a worker; no page view asks it."""
    enqueue(PLANS, key=f"event {event.pk}", alliance_id=event.alliance_id)


@every_day
def ask_for_plans(today: date) -> None:
    """Time alone changes a forecast too; and what a worker missed is made up for."""
    for alliance_id in Budget.objects.containing(today).values_list("alliance_id", flat=True):
        enqueue(PLANS, key=f"{alliance_id} {today}", alliance_id=alliance_id)
