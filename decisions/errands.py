"""What decisions do later (house 34): each fetches by id and calls one service."""

import logging
from datetime import date

from alliance.core.outbox import Run, enqueue, errand
from alliance.core.papers import draw
from alliance.core.refusals import NotPossible
from alliance.core.schedule import every_day
from decisions import drawing
from decisions.models import Minutes, Paper, Proposal
from participants.models import Alliance

log = logging.getLogger(__name__)


@errand("decisions.seal_after_hold")
def _seal_after_hold(run: Run) -> None:
    from decisions.services import seal_after_hold

    proposal = Proposal.objects.get(pk=run.payload["proposal_id"])
    try:
        with run.step("Sealing what everybody agreed to"):
            seal_after_hold(proposal=proposal)
    except NotPossible as refusal:  # `ask_what_is_agreed` asks again every day until the deadline
        log.warning("Proposal %s is agreed and not sealed: %s", proposal.pk, refusal)


@every_day
def ask_what_is_agreed(today: date) -> None:
    """What everybody agreed to and could not be sealed at once is tried each day while it is open (rule 25)."""
    for proposal in Proposal.objects.open(today).with_positions():
        if proposal.is_unanimous() and not proposal.held_until:
            enqueue(
                "decisions.seal_after_hold",
                key=f"{proposal.pk}/{today.isoformat()}",
                alliance_id=proposal.alliance_id,
                proposal_id=proposal.pk,
            )


@errand(Paper.ERRAND)
def _draw_paper(run: Run) -> None:
    """Reading and keeping are short transactions; the drawing between them takes seconds and none."""
    from decisions.services import keep_paper

    paper = Paper.objects.get(pk=run.payload["paper_id"])
    if paper.document_id:
        return
    with run.step("Gathering what was decided", 20):
        sheet = drawing.prepare(paper)
    run.tell("Drawing the pages", 50)
    pdf = draw(sheet)
    with run.step("Keeping the paper", 90):
        keep_paper(paper=paper, pdf=pdf)


@every_day
def ask_which_minutes_wait_for_nobody(today: date) -> None:
    """Minutes that waited only for somebody who is gone from the alliance by today (rule 21)."""
    for minutes in Minutes.objects.waiting_for_nobody():
        enqueue(
            "decisions.settle_minutes",
            key=f"{minutes.pk}/{today.isoformat()}",
            alliance_id=minutes.alliance_id,
            minutes_id=minutes.pk,
        )


@errand("decisions.settle_minutes")
def _settle_minutes(run: Run) -> None:
    from decisions.services import settle_minutes

    with run.step("Looking who is still asked to accept the minutes"):
        settle_minutes(minutes=Minutes.objects.select_related("meeting").get(pk=run.payload["minutes_id"]))


@every_day
def ask_who_has_left(today: date) -> None:
    """Who left or is suspended by today is no longer asked: one errand a day for each alliance that has such a one."""
    from decisions.services.departing import to_depart, unheard_boards

    gone = (to_depart(on=today), unheard_boards(on=today))
    for alliance_id in {pk for found in gone for pk in found.values_list("alliance_id", flat=True)}:
        enqueue(
            "decisions.note_departures", key=f"{alliance_id}/{today.isoformat()}", alliance_id=alliance_id
        )


@errand("decisions.note_departures")
def _note_departures(run: Run) -> None:
    from decisions.services import note_departures

    run.tell("Taking those who have left off the rolls")
    note_departures(alliance=Alliance.objects.get(pk=run.alliance_id), by=None)
