"""Decisions and minutes as papers: PDFs from what was frozen, and from nothing else (rule 58)."""

from hashlib import sha256

from django.template.loader import render_to_string

from alliance.core.papers import Sheet
from alliance.core.pdf import Attachment
from decisions import exporting
from decisions.models import Minutes, Paper, Proposal

DATA = "decision.json"


def prepare(paper: Paper) -> Sheet:
    """Read everything that the paper says. In the alliance's context."""
    return of_minutes(paper.minutes_id) if paper.minutes_id else of_decision(paper.decision_id)


def of_decision(pk: int) -> Sheet:
    """A sealed decision, with its facts and the very bytes that were agreed to attached."""
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
    """Minutes that are official."""
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
