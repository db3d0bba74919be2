"""Invariant 7: every printed head is in the chain, every stored report matches its hash."""

from collections.abc import Iterator

from alliance.assurance.models import Report
from alliance.core.invariants import invariant
from alliance.core.models import Event


@invariant(
    "Every report is byte for byte the one that was sealed, and the record's head that it prints is in the record."
)
def _reports(alliance_id: int) -> Iterator[str]:
    sealed = {
        event.subject_id: event.facts
        for event in Event.objects.filter(alliance_id=alliance_id, kind="assurance.report_sealed")
    }
    heads = Report.objects.filter(alliance_id=alliance_id, head_seq__isnull=False)
    chain = dict(
        Event.objects.filter(alliance_id=alliance_id, seq__in=heads.values("head_seq")).values_list(
            "seq", "hash"
        )
    )
    for report in (
        heads.select_related("alliance", "pdf", "snapshot").order_by("number").iterator(chunk_size=10)
    ):
        if bytes(report.head_hash) != bytes(chain.get(report.head_seq, b"")):
            yield f"{report} prints event {report.head_seq} as the record's head; the record has another one there."
        if not report.is_sealed:
            continue
        told = sealed.get(report.pk, {})
        for what, file in (("snapshot", report.snapshot), ("pdf", report.pdf)):
            if not file.matches() or told.get(f"{what}_sha256") != file.sha256:
                yield f"{report}: its {what} is not the one that was sealed."
