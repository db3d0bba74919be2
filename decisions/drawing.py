"""Decisions and minutes as papers: PDFs from what was frozen, and from nothing else (rule 58)."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.template.loader import render_to_string

from alliance.core.pdf import Attachment, PdfError, describe, faults, render_pdf
from decisions import exporting
from decisions.models import Minutes, Paper, Proposal

DATA = "decision.json"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A paper before it is set on pages; it needs the database no more."""

    html: str
    title: str
    created: datetime
    attachments: tuple[Attachment, ...] = ()


def prepare(paper: Paper) -> Sheet:
    """Read everything that the paper says. In the alliance's context."""
    return of_minutes(paper.minutes_id) if paper.minutes_id else of_decision(paper.decision_id)


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
    if wrong := list(
        faults(describe(pdf), title=sheet.title, attachments=[one.name for one in sheet.attachments])
    ):
        raise PdfError("The document is not fit to be kept: " + "; ".join(wrong) + ".")
    return pdf


def of_decision(pk: int) -> Sheet:
    proposal = exporting.whole(Proposal.objects.filter(decision=pk)).get()
    facts = exporting.facts_of(proposal)
    data = exporting.to_json(facts)
    title = f"{proposal.alliance.name}: decision {proposal.decision.number}, {proposal.title}"
    page = {
        "title": title,
        "proposal": proposal,
        "decision": proposal.decision,
        "wording": proposal.current_wording,
        "tally": proposal.tally,
        "facts": facts,
        "data": DATA,
        "data_sha256": sha256(data).hexdigest(),
    }
    return Sheet(
        html=render_to_string("decisions/pdf/decision.html", page),
        title=title,
        created=proposal.decision.sealed_at,
        attachments=(
            Attachment(DATA, data, "The facts of this decision, as JSON"),
            Attachment(
                f"wording-{proposal.current_wording.version}.json",
                bytes(proposal.current_wording.body),
                "The very bytes that everybody agreed to",
            ),
        ),
    )


def of_minutes(pk: int) -> Sheet:
    written = (
        Minutes.objects.select_related("meeting__alliance", "text", "issued_by")
        .prefetch_related(
            "acceptances__attendance",
            "meeting__attendances__participant",
            "meeting__attendances__appointment",
        )
        .get(pk=pk)
    )
    meeting = written.meeting
    title = f"{meeting.alliance.name}: minutes of {meeting}"
    page = {
        "title": title,
        "minutes": written,
        "meeting": meeting,
        "acceptances": written.acceptances.all(),
        "attendances": meeting.attendances.all(),
    }
    return Sheet(
        html=render_to_string("decisions/pdf/minutes.html", page), title=title, created=written.official_at
    )
