"""Decisions and minutes as PDFs: asked for once, drawn by a worker, kept as they were drawn, each download told."""

from django.db import transaction
from django.utils import timezone

from alliance.core import outbox, papers
from alliance.core.models import Document
from alliance.core.record import record
from alliance.core.refusals import NotPossible
from decisions import permissions
from decisions.lifecycle import MinutesState
from decisions.models import Decision, Meeting, Minutes, Paper, Proposal
from decisions.tally import joined
from participants.models import User
from participants.standing import standing


@transaction.atomic
def ask_for_decision_paper(*, decision: Decision, by: User) -> Paper:
    """Ask for a decision's PDF; asked twice it is the same one. While a board is asked there is none (rule 14)."""
    Proposal.objects.select_for_update().only("pk").get(pk=decision.proposal_id)
    permissions.ask_for_paper.check(by, alliance=decision.alliance)
    if paper := Paper.objects.filter(decision=decision).first():
        return paper
    if decision.awaiting:
        raise NotPossible(
            f"It awaits ratification by {joined(one.short_name for one in decision.awaiting)}. "
            "Its paper is drawn when that is settled."
        )
    return _ask(decision.alliance_id, by, decision=decision, title=str(decision))


@transaction.atomic
def ask_for_minutes_paper(*, minutes: Minutes, by: User) -> Paper:
    """Ask for the PDF of official minutes; asked twice it is the same one."""
    Meeting.objects.select_for_update().only("pk").get(pk=minutes.meeting_id)
    permissions.ask_for_paper.check(by, alliance=minutes.alliance)
    if paper := Paper.objects.filter(minutes=minutes).first():
        return paper
    if Minutes.objects.get(pk=minutes.pk).state != MinutesState.OFFICIAL:
        raise NotPossible("Minutes become a paper when everybody who was there has accepted them (rule 21).")
    return _ask(minutes.alliance_id, by, minutes=minutes, title=str(minutes))


def _ask(alliance_id: int, by: User, *, title: str, **about) -> Paper:
    paper = Paper.objects.create(alliance_id=alliance_id, asked_at=timezone.now(), asked_by=by, **about)
    outbox.enqueue(Paper.ERRAND, key=str(paper.pk), alliance_id=alliance_id, paper_id=paper.pk)
    record("decisions.paper_asked", paper, by=by, title=title)
    return paper


@transaction.atomic
def keep_paper(*, paper: Paper, pdf: bytes, by: User | None = None) -> Paper:
    """Keep what the worker drew; `by` None is the worker. A paper that is there already stays."""
    paper = _locked(paper)
    if not papers.keep(paper, pdf, by):
        return paper
    record(
        "decisions.paper_drawn",
        paper,
        by=by,
        title=_title(paper),
        pdf_sha256=paper.document.sha256,
        size=paper.document.size,
    )
    return paper


@transaction.atomic
def draw_paper_again(*, paper: Paper, by: User) -> Paper:
    """Take up a paper once more that was given up after several attempts."""
    paper = _locked(paper)
    permissions.ask_for_paper.check(by, alliance=paper.alliance)
    if papers.take_up_again(paper):
        record("decisions.paper_taken_up_again", paper, by=by, title=_title(paper))
    return paper


@transaction.atomic
def download_paper(*, paper: Paper, by: User) -> Document:
    """The kept bytes; the record tells each time who took them."""
    permissions.ask_for_paper.check(by, alliance=paper.alliance)
    if paper.document is None:
        raise NotPossible("The paper is not drawn yet.")
    held = standing(by, paper.alliance_id).appointments[0]
    record(
        "decisions.paper_downloaded",
        paper,
        by=by,
        title=_title(paper),
        capacity=held.in_words,
        pdf_sha256=paper.document.sha256,
    )
    return paper.document


def _locked(paper: Paper) -> Paper:
    Paper.objects.select_for_update().only("pk").get(pk=paper.pk)
    return Paper.objects.select_related(
        "alliance",
        "document",
        "decision__alliance",
        "decision__wording",
        "minutes__meeting__alliance",
    ).get(pk=paper.pk)


def _title(paper: Paper) -> str:
    return str(paper.decision or paper.minutes)
