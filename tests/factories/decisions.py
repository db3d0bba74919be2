"""Proposals for tests, through the real services."""

from dataclasses import replace
from datetime import date
from itertools import count

from alliance.core.models import Event
from alliance.core.uploads import Upload
from decisions import services
from decisions.case import Bearing, Case, Effect
from decisions.models import Amendment, Comment, Deadlock, Decision, Objection, Position, Proposal
from participants.models import Alliance, Participant, Principle, User

PEOPLE = count(20)


def make_case(alliance: Alliance, **changes) -> Case:
    """A complete case, in tension with nothing."""
    case = Case(
        title="Shall we open a night shelter in January?",
        text="The alliance opens a night shelter with twelve beds from 4 January, run by Haven with Beacon’s nurses.",
        why="Thirty people slept outside in November, and nobody else opens one.",
        alternatives="Bed and breakfast rooms: rejected, because people were alone there.",
        affected="People who sleep outside in Harbour, and the neighbours of the hall.",
        heard="Lee asked twenty people at the breakfast club; eighteen would come.",
        tests={
            one.pk: Bearing(Effect.SUPPORTS, f"It serves {one.title.lower()}.")
            for one in Principle.objects.current().filter(alliance=alliance)
        },
    )
    return replace(case, **changes)


def make_draft(participant: Participant, by: User, *, answer_by: date | None = None, **changes) -> Proposal:
    """Each has words of its own, else it were a doubled click."""
    changes.setdefault(
        "heard", f"Lee asked {next(PEOPLE)} people at the breakfast club; eighteen would come."
    )
    return services.draft_proposal(
        alliance=participant.alliance,
        participant=participant,
        case=make_case(participant.alliance, **changes),
        by=by,
        answer_by=answer_by,
    )


def make_proposal(
    participant: Participant, by: User, *, answer_by: date | None = None, **changes
) -> Proposal:
    """An open proposal."""
    return services.open_proposal(proposal=make_draft(participant, by, answer_by=answer_by, **changes), by=by)


def again(row):
    """The same row as the database has it now."""
    return type(row).objects.get(pk=row.pk)


def answer(
    proposal: Proposal, participant: Participant, by: User, stance: str = "agree", reason: str = ""
) -> Position:
    """Answer the wording as it stands."""
    if stance != "agree" and not reason:
        reason = "We cannot say yet."
    return services.take_position(
        proposal=proposal,
        participant=participant,
        stance=stance,
        reason=reason,
        shown=again(proposal).current_wording.hash,
        by=by,
    )


def object_to(proposal: Proposal, participant: Participant, by: User, **facts) -> Objection:
    best = Principle.objects.current().get(alliance=proposal.alliance, is_best_for_people=True)
    return services.raise_objection(
        proposal=proposal,
        participant=participant,
        concern=facts.pop("concern", "Nobody asked the women."),
        remedy=facts.pop("remedy", "A room of their own, agreed with them."),
        principles=facts.pop("principles", [best]),
        shown=facts.pop("shown", again(proposal).current_wording.hash),
        by=by,
        **facts,
    )


def tell_on_behalf(proposal: Proposal, cast, **changes) -> Position:
    """Pat writes down what Carol told on the telephone for the council; a note shows it."""
    note = Upload("note.txt", b"Yes.", "text/plain")
    facts = {
        "proposal": proposal,
        "participant": cast.council,
        "said_by": cast.carol,
        "stance": "agree",
        "heard": "telephone",
        "evidence": "Carol rang at half past ten.",
        "evidence_file": note,
        "shown": again(proposal).current_wording.hash,
        "by": cast.pat,
    }
    return services.record_on_behalf(**facts | changes)


def reword(proposal: Proposal, by: User, **changes):
    proposal = again(proposal)
    changes.setdefault("text", proposal.current_wording.text + " Women have a room of their own.")
    return services.change_wording(
        proposal=proposal,
        case=replace(proposal.case, **changes),
        shown=proposal.current_wording.hash,
        by=by,
    )


def offer(proposal: Proposal, participant: Participant, by: User, **facts) -> Amendment:
    """Other words for the wording as it stands."""
    current = again(proposal).current_wording
    return services.offer_amendment(
        proposal=proposal,
        participant=participant,
        text=facts.pop("text", current.text.replace("twelve", "sixteen")),
        why=facts.pop("why", "Thirty people slept outside; twelve beds are too few."),
        shown=facts.pop("shown", current.hash),
        by=by,
    )


def declare(proposal: Proposal, participant: Participant, by: User) -> Deadlock:
    """A deadlock on something that stands in the way."""
    return services.declare_deadlock(
        proposal=proposal, participant=participant, reason="We have talked for a month.", by=by
    )


def make_decision(participant: Participant, voices: dict[Participant, User], **changes) -> Decision:
    """A sealed decision: every participant of `voices` agrees, through its person."""
    proposal = make_proposal(participant, voices[participant], **changes)
    for one, by in voices.items():
        answer(proposal, one, by)
    return Decision.objects.get(proposal=proposal)


TOLD = {
    "title": "The night shelter loses its lease",
    "causes": "The owner sells the house.",
    "effects": "Twelve people lose their bed in winter.",
    "controls": "We talk with the owner each month.",
    "gaps": "No second house.",
}


def make_risk(alliance, by, steward=None, kind="risk", **told):
    return services.raise_risk(alliance=alliance, kind=kind, steward=steward or by, by=by, **(TOLD | told))


def accept(risk, participant, by, **more):
    risk.refresh_from_db()
    return services.accept_risk(
        risk=risk, participant=participant, shown=risk.current_version.hash, by=by, **more
    )


def attach(proposal: Proposal, by: User, *, title: str = "Floor plan", content: bytes = b"%PDF-1.7 plan"):
    """A file of a case, kept with it."""
    return services.add_file(proposal=proposal, title=title, name="plan.pdf", content=content, by=by)


def fresh(proposal: Proposal) -> Proposal:
    """As the database has it now, with its positions."""
    return Proposal.objects.with_positions().get(pk=proposal.pk)


def kinds(alliance: Alliance) -> list[str]:
    """Of all that was recorded of decisions, in order."""
    return list(
        Event.objects.filter(alliance=alliance, kind__startswith="decisions.")
        .order_by("seq")
        .values_list("kind", flat=True)
    )


def say(proposal, by, text="Who runs it at night?", **facts) -> Comment:
    return services.comment(proposal=proposal, words=text, by=by, **facts)
