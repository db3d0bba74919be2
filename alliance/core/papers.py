"""What a worker draws and nobody changes: kept as it was drawn, taken up again where it was given up (rule 58).

A paper is a locked row with `document`, `drawn_at`, `file_name` and `errand`; its room checks and tells the record.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.utils import timezone

from alliance.core import outbox
from alliance.core.models import Document
from alliance.core.pdf import Attachment, PdfError, describe, faults, render_pdf


@dataclass(frozen=True, slots=True)
class Sheet:
    """A paper before it is set on pages; it needs the database no more."""

    html: str
    title: str
    created: datetime
    attachments: tuple[Attachment, ...] = ()


def draw(sheet: Sheet) -> bytes:
    """The PDF; the same sheet gives the same bytes. Takes seconds and no transaction.

    PdfUnavailable says the cure where the machine cannot make PDFs; PdfError what a reader would miss in this one.
    """
    pdf = render_pdf(
        sheet.html,
        title=sheet.title,
        created=sheet.created,
        identifier=sha256(sheet.html.encode()).hexdigest(),
        attachments=sheet.attachments,
    )
    attached = [one.name for one in sheet.attachments]
    if wrong := list(faults(describe(pdf), title=sheet.title, attachments=attached)):
        raise PdfError("The document is not fit to be kept: " + "; ".join(wrong) + ".")
    return pdf


def keep(paper, pdf: bytes, by) -> bool:
    """Keep what was drawn; `by` None is the worker. False where a paper is there already: that stays."""
    if paper.document_id:
        return False
    paper.document = Document.keep(
        alliance_id=paper.alliance_id,
        name=paper.file_name,
        content=pdf,
        media_type="application/pdf",
        by=by,
    )
    paper.drawn_at = timezone.now()
    paper.save(update_fields=["document", "drawn_at"])
    return True


def take_up_again(paper) -> bool:
    """Ask once more for one that was given up after several attempts; False for any other."""
    if paper.document_id or (errand := paper.errand).parked_at is None:
        return False
    outbox.try_again(errand)
    return True
