"""How a report is made: four stages, each safe to be stopped anywhere and begun again."""

from alliance.assurance import drawing, services
from alliance.assurance.models import Report
from alliance.core import invariants
from alliance.core.outbox import Run, errand


@errand(Report.ERRAND)
def produce_report(run: Run) -> None:
    """Gathering commits the snapshot, sealing the PDF; what lies between is done again from the same snapshot."""
    report = Report.objects.select_related("alliance", "snapshot").get(pk=run.payload["report_id"])
    if report.is_sealed:
        return
    if not report.snapshot_id:
        with run.step("Checking the book and the record", 5):
            invariants.self_check(run.alliance_id)
        with run.step("Gathering the facts", 25):
            report = services.gather_report(report=report)
    run.tell("Drawing the pages", 45)  # outside any transaction: it takes seconds
    pdf = drawing.draw(report.contents)
    run.tell("Checking the document", 85)
    drawing.check(pdf, report.contents)
    with run.step("Sealing the report", 95):
        services.seal_report(report=report, pdf=pdf)
