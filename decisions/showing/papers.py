"""What a proposal's page offers to take along, and the meetings at which it is, or was, talked about."""

from alliance.core.addresses import reverse
from alliance.core.questions import Question
from decisions.lifecycle import State
from decisions.models import Meeting, Proposal
from participants.standing import Standing

SHOWN = 12


def panel(proposal: Proposal, standing: Standing) -> dict:
    """What `decisions/parts/papers.html` shows; one query."""
    return {
        "papers_meetings": _meetings(proposal=proposal.pk),
        "papers_formats": _formats(proposal),
        "papers_pdf": reverse(
            "decisions:decision_paper", args=[proposal.alliance.slug, proposal.decision.number]
        )
        if proposal.state == State.AGREED
        else "",
    }


@Question
def _meetings(proposal: int):
    met = Meeting.objects.filter(agenda__proposal_id=proposal, agenda__dropped_at=None)
    return met.exclude(state="cancelled").select_related("alliance").order_by("-starts_at")[:SHOWN]


def _formats(proposal: Proposal) -> list[dict]:
    agreed = proposal.state == State.AGREED
    number = proposal.decision.number if agreed else proposal.number
    name = "decisions:decision_facts" if agreed else "decisions:proposal_facts"
    return [
        {"label": label, "kind": kind, "url": reverse(name, args=[proposal.alliance.slug, number, form])}
        for label, kind, form in (("As text, for minutes", "Markdown", "md"), ("As data", "JSON", "json"))
    ]
