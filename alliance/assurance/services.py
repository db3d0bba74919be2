"""The verbs of assurance. Each locks, checks, changes, records, announces."""

from django.db import connection, transaction
from django.utils import timezone

from alliance.assurance import drawing, gathering, permissions
from alliance.assurance.lifecycle import REPORT
from alliance.assurance.models import Download, Report
from alliance.core import outbox
from alliance.core.models import Document, Event, EventHead
from alliance.core.periods import Quarter
from alliance.core.record import record
from alliance.core.refusals import NotPossible
from participants.models import Alliance, User
from participants.numbering import next_number
from participants.standing import standing


@transaction.atomic
def request_report(*, alliance: Alliance, quarter: Quarter, by: User | None) -> Report:
    """Ask for the report on a quarter; a worker makes it. `by` None is the calendar.

    Twice is once: while one is in the making, and as long as nothing has happened in the alliance since the last
    one was gathered, that one is returned. Otherwise a new version is begun and the old one stands (rule 52).
    Raises NotPossible for a quarter that has not begun or was over before the alliance began.
    """
    alliance = Alliance.objects.select_for_update(no_key=True).get(pk=alliance.pk)
    permissions.request_report.check(by, alliance=alliance)
    today = timezone.localdate()
    if quarter.start > today:
        raise NotPossible(f"{quarter.label} has not begun yet.")
    if quarter.end < alliance.starts_on:
        raise NotPossible(f"{quarter.label} was over before {alliance} began.")
    last = Report.objects.filter(alliance=alliance, quarter=quarter.slug).order_by("-version").first()
    covers_until = min(quarter.end, today)
    if last and (not last.is_sealed or not _is_overtaken(last, covers_until)):
        return last
    report = Report.objects.create(
        alliance=alliance,
        number=next_number(Report, alliance),
        quarter=quarter.slug,
        version=last.version + 1 if last else 1,
        covers_until=covers_until,
        requested_by=by,
    )
    outbox.enqueue(Report.ERRAND, key=str(report.pk), alliance_id=alliance.pk, report_id=report.pk)
    record(
        "assurance.report_requested",
        report,
        by=by,
        number=report.number,
        quarter=quarter.slug,
        label=quarter.label,
        version=report.version,
    )
    return report


def _is_overtaken(report: Report, covers_until) -> bool:
    """Has anything happened since, other than reports being made and read? Has the quarter gone on?"""
    if report.covers_until < covers_until:
        return True
    since = Event.objects.filter(alliance_id=report.alliance_id, seq__gt=report.head_seq)
    return since.exclude(kind__startswith="assurance.").exists()


@transaction.atomic
def gather_report(*, report: Report, by: User | None = None) -> Report:
    """Freeze the facts as they stand now; doing it again changes nothing.

    Holding the record's head, nothing that is recorded can be committed while the facts are read: the snapshot is of
    one moment, and the head that it prints is of that moment.
    """
    report = (
        Report.objects.select_for_update(of=("self",))
        .select_related("alliance", "requested_by")
        .get(pk=report.pk)
    )
    if report.snapshot_id:
        return report
    report.status = REPORT.after(report.status, "gather")
    with connection.cursor() as cursor:
        cursor.execute("select assurance_hold_the_record(%s)", [report.alliance_id])
    head = EventHead.objects.get(alliance_id=report.alliance_id)
    report.cut_off, report.head_seq, report.head_hash = timezone.now(), head.seq, bytes(head.hash)
    contents = gathering.gather(report, head)
    report.snapshot = Document.keep(
        alliance_id=report.alliance_id,
        name=report.file_name.replace(".pdf", ".json"),
        content=contents.freeze(),
        media_type="application/json",
        by=by,
    )
    report.save(update_fields=["status", "cut_off", "head_seq", "head_hash", "snapshot"])
    return report


@transaction.atomic
def seal_report(*, report: Report, pdf: bytes, by: User | None = None) -> Report:
    """Keep the PDF, close the report and say so in the record; doing it again changes nothing."""
    report = (
        Report.objects.select_for_update(of=("self",))
        .select_related("alliance", "snapshot")
        .get(pk=report.pk)
    )
    if report.is_sealed:
        return report
    report.status = REPORT.after(report.status, "seal")
    report.sealed_at = timezone.now()
    report.pages = drawing.count_pages(pdf)
    report.pdf = Document.keep(
        alliance_id=report.alliance_id,
        name=report.file_name,
        content=pdf,
        media_type="application/pdf",
        by=by,
    )
    report.save(update_fields=["status", "sealed_at", "pages", "pdf"])
    record(
        "assurance.report_sealed",
        report,
        by=by,
        number=report.number,
        quarter=report.quarter,
        label=report.period.label,
        version=report.version,
        cut_off=report.cut_off,
        head_seq=report.head_seq,
        head_hash=bytes(report.head_hash),
        snapshot_sha256=report.snapshot.sha256,
        pdf_sha256=report.pdf.sha256,
        pages=report.pages,
    )
    return report


@transaction.atomic
def try_again(*, report: Report, by: User) -> Report:
    """Take up a report once more that was given up after several attempts."""
    report = Report.objects.select_for_update(of=("self",)).select_related("alliance").get(pk=report.pk)
    permissions.request_report.check(by, alliance=report.alliance)
    REPORT.require(report.status, "try_again")
    errand = report.errand
    if errand.parked_at is None:
        return report
    outbox.try_again(errand)
    record(
        "assurance.report_taken_up_again",
        report,
        by=by,
        number=report.number,
        label=report.period.label,
        version=report.version,
    )
    return report


@transaction.atomic
def download_report(*, report: Report, by: User) -> Download:
    """Note that somebody fetches the PDF, each time, in the report's log and in the record."""
    permissions.download_report.check(by, report=report)
    REPORT.require(report.status, "download")
    held = standing(by, report.alliance).appointments[0]
    download = Download.objects.create(
        alliance_id=report.alliance_id,
        report=report,
        downloaded_by=by,
        capacity=held.in_words,
    )
    record(
        "assurance.report_downloaded",
        report,
        by=by,
        number=report.number,
        label=report.period.label,
        version=report.version,
        capacity=download.capacity,
        pdf_sha256=report.pdf.sha256,
    )
    return download
