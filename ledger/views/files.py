"""The files of evidence as a return's and a row's pages list them (templates/ledger/evidence.html)."""

from django.http import HttpRequest

from alliance.core import scanner
from alliance.core.addresses import reverse
from alliance.core.questions import Question
from ledger import permissions
from ledger.lifecycle import RETURN, ScanState
from ledger.models import CostReturn, Evidence

TONES = {
    ScanState.NOT_SCANNED: ("outline", "info"),
    ScanState.CLEAN: ("strong", "tick"),
    ScanState.INFECTED: ("plum", "notice"),
    ScanState.FAILED: ("slate", "info"),
}


def shown_evidence(request: HttpRequest, found: CostReturn, row: int | None = None) -> dict:
    """What ledger/evidence.html shows: the files of the return, or those of one row, and whether to add some."""
    files = _files(cost_return=found.pk)
    for one in files:
        one.cost_return = found
        one.tone, one.icon = TONES[one.scan]
        one.label = "Scanning" if _is_being_scanned(one) else one.get_scan_display()
        one.later = getattr(one, "superseded_by", None)
        one.may_open = one.is_handed_out and permissions.see_evidence.allows(request.user, evidence=one)
    why_not = RETURN.reason(found.status, "add_evidence") or permissions.add_evidence.reason(
        request.user, cost_return=found
    )
    add_url = reverse("ledger:add_evidence", args=[found.alliance.slug, found.number])
    return {
        "files": [one for one in files if row is None or one.row == row],
        "of_whole": sum(one.row is None for one in files) if row is not None else 0,
        "row": row,
        "add_url": f"{add_url}?row={row}" if row is not None else add_url,
        "replace_url": add_url,
        "may_add": not why_not,
        "is_taken": RETURN.permits(found.status, "add_evidence"),
    }


@Question
def _files(cost_return: int):
    return Evidence.objects.filter(cost_return_id=cost_return).told()


def _is_being_scanned(one: Evidence) -> bool:
    return one.scan == ScanState.NOT_SCANNED and scanner.is_there()
