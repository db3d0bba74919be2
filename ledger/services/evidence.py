"""Evidence of a return or of one of its rows: added, superseded, scanned; never removed (rule 28)."""

import hashlib

from django.db import transaction
from django.utils import timezone

from alliance.core import scanner
from alliance.core.models import Document, Words
from alliance.core.outbox import enqueue
from alliance.core.record import record
from alliance.core.refusals import NotPossible
from alliance.core.scanner import Verdict
from alliance.core.uploads import media_type_of, trouble_with
from ledger import permissions
from ledger.lifecycle import RETURN, SCAN
from ledger.models import CostReturn, Evidence, ReturnLine
from ledger.services.shared import locked

AT_MOST = 200  # files of one return


@transaction.atomic
def add_evidence(
    *,
    cost_return: CostReturn,
    name: str,
    content: bytes,
    row: int | None = None,
    supersedes: Evidence | None = None,
    reason: str = "",
    by,
) -> Evidence:
    """Keep a file that shows a return, or with `row` one row of its file; before or after it is in the book.

    With `supersedes` it takes the place of another file of the same return and row, for a reason; that one stays in
    sight. The same bytes again in the same place are the file that is there.
    """
    cost_return = locked(cost_return)
    permissions.add_evidence.check(by, cost_return=cost_return)
    RETURN.require(cost_return.status, "add_evidence")
    if trouble := trouble_with(name, content):
        raise NotPossible(trouble)
    if supersedes is not None:
        supersedes = Evidence.objects.select_related("superseded_by").get(pk=supersedes.pk)
        row = supersedes.row
    elif row is not None:
        _require_row(cost_return, row)
    there = list(cost_return.evidence.select_related("document").defer("document__content"))
    digest = hashlib.sha256(content).hexdigest()
    replaced = {one.supersedes_id for one in there}
    for one in there:
        if (one.row, one.document.sha256) == (row, digest) and one.pk not in replaced:
            return one
    if supersedes is not None and supersedes.pk in replaced:
        raise NotPossible(
            f"File {supersedes.number} was replaced already. Replace the file that took its place."
        )
    if len(there) >= AT_MOST:
        raise NotPossible(f"A return has at most {AT_MOST} files of evidence. Put some of them together.")
    evidence = Evidence.objects.create(
        alliance_id=cost_return.alliance_id,
        cost_return=cost_return,
        number=len(there) + 1,
        row=row,
        document=Document.keep(
            alliance_id=cost_return.alliance_id,
            name=name,
            content=content,
            media_type=media_type_of(name),
            by=by,
        ),
        supersedes=supersedes,
        reason=Words.need(cost_return.alliance_id, reason, "Say why it takes the other file’s place.")
        if supersedes
        else None,
        added_at=timezone.now(),
        added_by=by,
    )
    if scanner.is_there():
        enqueue(
            "ledger.scan_evidence",
            key=str(evidence.pk),
            alliance_id=evidence.alliance_id,
            evidence_id=evidence.pk,
        )
    record(
        "ledger.evidence_added",
        evidence,
        by=by,
        participant=cost_return.participant,
        month=cost_return.period.slug,
        number=cost_return.number,
        row=row,
        file=evidence.document.name,
        evidence=evidence.number,
        sha256=evidence.document.sha256,
        replaces=supersedes.number if supersedes else None,
        reason=evidence.reason,
    )
    return evidence


@transaction.atomic
def note_scan(*, evidence: Evidence, verdict: Verdict | None, by=None) -> Evidence:
    """Keep what the scanner said; None when it could not say. What was found once is not scanned again."""
    evidence = (
        Evidence.objects.select_for_update(of=("self",))
        .select_related("cost_return__participant", "document")
        .defer("document__content")
        .get(pk=evidence.pk)
    )
    verb = "fail" if verdict is None else "find_clean" if verdict.is_clean else "find_infected"
    if not SCAN.permits(evidence.scan, verb):
        return evidence
    evidence.scan = SCAN.after(evidence.scan, verb)
    evidence.scanned_at = timezone.now()
    evidence.found = verdict.found[:200] if verdict else ""
    evidence.save(update_fields=["scan", "scanned_at", "found"])
    if evidence.found:
        record(
            "ledger.evidence_infected",
            evidence,
            by=by,
            participant=evidence.cost_return.participant,
            number=evidence.cost_return.number,
            evidence=evidence.number,
            file=evidence.document.name,
            sha256=evidence.document.sha256,
            found=evidence.found,
        )
    return evidence


def _require_row(cost_return: CostReturn, row: int) -> None:
    rows = ReturnLine.objects.filter(alliance_id=cost_return.alliance_id, cost_return=cost_return)
    if not rows.filter(reading=cost_return.reading, row=row).exists():
        raise NotPossible(f"Return {cost_return.number} has no row {row}.")
