"""The kinds of letters: to whom, why, while what holds, and which one thing to do.

A letter says what is asked, who else has not answered, why it came, and where to say that one wants no more of them.
"""

from collections.abc import Callable
from dataclasses import dataclass

from alliance.core.addresses import reverse
from alliance.core.money import format_pounds
from decisions.lifecycle import RatificationState, State
from decisions.models import Decision, Objection, Position, Proposal
from decisions.querysets import the_whole
from decisions.tally import joined
from ledger import forecasting
from ledger.projection import Variance
from ledger.querying import with_entries
from participants.models import RoleAppointment, User
from participants.standing import standing

Role = RoleAppointment.Role


@dataclass(frozen=True)
class Letter:
    """What one e-mail says. `url` is a path; `act` the words of its one link."""

    subject: str
    words: tuple[str, ...]
    act: str
    url: str


@dataclass(frozen=True)
class Kind:
    """One kind of letter: `label` for the page of preferences, `why` for its foot.

    `write(notice)` gives the Letter; None when it is no longer needed (peers.md: never remind somebody who acted);
    NOT_YET while it would tell where others stand to somebody who has not answered. `always`: why nobody switches it
    off, or "".
    """

    key: str
    label: str
    why: str
    write: Callable
    always: str = ""

    def __str__(self) -> str:
        return self.label


KINDS: dict[str, Kind] = {}


NOT_YET = object()


def letter(key: str, label: str, why: str, always: str = ""):
    def register(write: Callable) -> Callable:
        KINDS[key] = Kind(key, label, why, write, always)
        return write

    return register


SPEAKS = "you speak for an organisation that is asked"


@letter("asked", "A new proposal asks your organisation", SPEAKS)
def asked(notice) -> Letter | None:
    return _asks(notice, "is asked")


@letter("asked_again", "The wording changed and your organisation is asked again", SPEAKS)
def asked_again(notice) -> Letter | None:
    proposal = _proposal(notice)
    if proposal is None or str(proposal.current_wording.version) != notice.occasion:
        return None
    return _asks(notice, "is asked again: the wording changed")


@letter("deadline", "The time to answer ends soon", SPEAKS)
def deadline(notice) -> Letter | None:
    proposal = _proposal(notice)
    if proposal is None or proposal.answer_by.isoformat() != notice.occasion:
        return None
    return _asks(notice, "has not answered yet, and the time ends soon")


@letter(
    "on_behalf",
    "Somebody recorded an answer for your organisation",
    "you speak for the organisation",
    always="it can be contested for a short time only",
)
def on_behalf(notice) -> Letter | None:
    position = (
        Position.objects.current()
        .select_related("proposal", "participant", "taken_by")
        .filter(pk=notice.subject_id)
        .first()
    )
    if position is None or position.proposal.state_now != State.OPEN:
        return None
    proposal = the_whole(position.proposal_id)
    who = position.participant.short_name
    return Letter(
        f"Recorded for {who}: {position.get_stance_display().lower()}",
        (
            (
                f"{position.typed_by_name} recorded that {position.taken_by_name} said for {who}: "
                f"{position.get_stance_display().lower()}. The question: {proposal.title}."
            ),
            (
                f"If that is not what {who} says, contest it by {position.contestable_until:%-d %B %Y}. "
                "If it is, you can confirm it, and need not."
            ),
        ),
        "Look at it",
        proposal.get_absolute_url(),
    )


@letter(
    "objection", "Somebody objects to what your organisation proposed", "your organisation put the proposal"
)
def objection(notice) -> Letter | None:
    raised = (
        Objection.objects.unresolved()
        .with_words()
        .select_related("proposal__participant")
        .filter(pk=notice.subject_id)
        .first()
    )
    if raised is None or raised.proposal.state_now not in (State.OPEN, State.NOT_AGREED):
        return None
    proposal = the_whole(raised.proposal_id)
    if _hides(proposal, notice.person):
        return NOT_YET
    return Letter(
        f"{raised.participant.short_name} objects: {proposal.title}",
        (
            f"{raised.participant.name} objects: {raised.concern}",
            f"What would make it acceptable: {raised.remedy}",
            "Talk with them, change the wording, or withdraw it.",
        ),
        "Read the objection",
        proposal.get_absolute_url() + "#objections",
    )


@letter("sealed", "A decision was made", "you speak for an organisation of this alliance")
def sealed(notice) -> Letter | None:
    decision = (
        Decision.objects.select_related("alliance", "wording", "proposal__participant")
        .filter(pk=notice.subject_id)
        .first()
    )
    if decision is None:
        return None
    awaited = [
        one.participant.short_name
        for one in decision.ratifications.select_related("participant").filter(
            state=RatificationState.AWAITED
        )
    ]
    if decision.kind == Proposal.Kind.KEY:
        made = f"Everybody agreed on {decision.decided_on:%-d %B %Y}, and it is sealed."
    else:
        kind = decision.get_kind_display().lower()
        made = f"{decision.decided_by_name} decided it alone on {decision.decided_on:%-d %B %Y} ({kind})."
    wait = f"It has no effect before the board of {joined(awaited)} ratifies it." if awaited else ""
    return Letter(
        f"Decision {decision.number}: {decision.title}",
        tuple(filter(None, (made, wait))),
        "Read the decision",
        decision.get_absolute_url(),
    )


@letter(
    "ratify",
    "Your board is asked to ratify",
    "your organisation's limit was passed, so its board has the last word",
)
def ratify(notice) -> Letter | None:
    decision = Decision.objects.select_related("alliance", "wording").filter(pk=notice.subject_id).first()
    ours = standing(notice.person, notice.alliance_id).participant_ids
    awaited = [
        one
        for one in decision.ratifications.select_related("participant").filter(
            state=RatificationState.AWAITED
        )
        if one.participant_id in ours
    ]
    if not awaited:
        return None
    one = awaited[0]
    return Letter(
        f"To ratify by {one.due_on:%-d %B %Y}: {decision.title}",
        (
            (
                f"{one.participant.short_name} agreed to decision {decision.number}, which commits £{one.amount:,.2f}: "
                f"more than the £{one.limit:,.2f} that its representative may agree to alone."
            ),
            "It has no effect until the board has ratified it and its minute is here.",
        ),
        "Upload the minute",
        decision.get_absolute_url(),
    )


@letter("deadlock", "A deadlock was declared", SPEAKS)
def deadlock(notice) -> Letter | None:
    proposal = the_whole(notice.subject_id)
    if proposal is None or proposal.state_now != State.OPEN:
        return None
    return Letter(
        f"Deadlock: {proposal.title}",
        (
            f"{proposal.deadlock.spoken_by} declared a deadlock.",
            f"Unless all agree before, the status quo stands after {proposal.deadlock.ends_on:%-d %B %Y}.",
        ),
        "See what happens when",
        proposal.get_absolute_url(),
    )


@letter("conflict", "Somebody declared a conflict of interest", SPEAKS)
def conflict(notice) -> Letter | None:
    proposal = _proposal(notice)
    if proposal is None or not (open_ones := proposal.tally.declarations):
        return None
    names = joined(one.participant.short_name for one in open_ones)
    return Letter(
        f"Does it take part? {proposal.title}",
        (
            (
                f"{names} declared a conflict of interest. Nobody can seal the proposal before the others say "
                "whether it takes part."
            ),
        ),
        "Say whether it takes part",
        proposal.get_absolute_url(),
    )


@letter("mention", "Somebody names you in a comment", "somebody wrote your name")
def mention(notice) -> Letter | None:
    from decisions.models import Mention

    named = (
        Mention.objects.select_related("comment__words", "comment__proposal")
        .filter(comment=notice.subject_id, person=notice.person)
        .first()
    )
    if named is None or named.comment.words.redacted_at:
        return None
    proposal = the_whole(named.comment.proposal_id)
    if named.comment.objection_id and _hides(proposal, notice.person):
        return NOT_YET
    return Letter(
        f"{named.comment.written_by_name} names you: {proposal.title}",
        (f"{named.comment.written_by_name} writes: {named.comment.words}",),
        "Read and answer",
        named.comment.get_absolute_url(),
    )


@letter(
    "amendment",
    "Somebody offers other words for what your organisation proposed",
    "your organisation put the proposal",
)
def amendment(notice) -> Letter | None:
    from decisions.models import Amendment

    offered = (
        Amendment.objects.select_related("participant", "proposal", "why")
        .filter(pk=notice.subject_id, state=Amendment.State.OFFERED)
        .first()
    )
    if offered is None or offered.proposal.state_now not in (State.OPEN, State.NOT_AGREED):
        return None
    proposal = the_whole(offered.proposal_id)
    return Letter(
        f"{offered.participant.short_name} offers other words: {proposal.title}",
        (f"Why: {offered.why}", "You can take them over, or decline them with an answer."),
        "Read the words",
        offered.get_absolute_url(),
    )


@letter(
    "query",
    "Another organisation asks about a line of your costs",
    "you answer for your organisation's costs",
)
def query(notice) -> Letter | None:
    from ledger.models import Query

    asked = Query.objects.told().filter(pk=notice.subject_id, state=Query.State.ASKED).first()
    if asked is None:
        return None
    last = asked.replies.select_related("words").last()
    return Letter(
        f"{asked.asking.short_name} asks about a line of {asked.period.label}",
        (
            f"{asked.asking.name} asks about {_line(asked)}: {last.words if last else asked.words}",
            "Everybody in the alliance reads the question and your answer.",
        ),
        "Look at the line and answer",
        asked.get_absolute_url(),
    )


@letter("query_answered", "A query of yours on a line was answered", "you asked")
def query_answered(notice) -> Letter | None:
    from ledger.models import Query

    asked = Query.objects.told().filter(pk=notice.subject_id, state=Query.State.ANSWERED).first()
    if asked is None:
        return None
    last = asked.replies.select_related("words").last()
    return Letter(
        f"{asked.answering.short_name} answered query {asked.number}",
        (f"You asked about {_line(asked)}. {last.said_by_name} answers: {last.words}",),
        "Settle it, or ask again",
        asked.get_absolute_url(),
    )


@letter(
    "plan",
    "An action plan is to be written for a line on which your organisation spends",
    "you write for an organisation that spends on the line, or keep the pool",
)
def plan(notice) -> Letter | None:
    from ledger.models import ActionPlan

    opened = ActionPlan.objects.told().to_be_written().filter(pk=notice.subject_id).first()
    if opened is None or forecasting.writes_for(standing(notice.person, notice.alliance_id), opened) is None:
        return None
    line = opened.budget_line.name
    return Letter(
        f"Action plan {opened.number}, by {opened.due_on:%-d %B %Y}: what will be done about {line}?",
        (
            (
                f"{line} is forecast at {Variance(opened.agreed, opened.forecast).sentence}. That is beyond the "
                f"{opened.percent.normalize():f}\N{NO-BREAK SPACE}% that the alliance agreed on."
            ),
            "A plan says what will be done, by whom and until when. One is enough for all who spend on the line.",
        ),
        "Look at the forecast and write it",
        opened.get_absolute_url(),
    )


def _line(asked) -> str:
    (asked,) = with_entries([asked])
    return f"{format_pounds(asked.entry.amount)} for {asked.entry.what or asked.budget_line.name}"


@letter("minutes", "Minutes wait for your acceptance", "you were at the meeting")
def minutes(notice) -> Letter | None:
    from decisions.models import Minutes

    issued = (
        Minutes.objects.select_related("meeting__alliance")
        .filter(pk=notice.subject_id, state=Minutes.State.ISSUED)
        .first()
    )
    if issued is None or issued.acceptances.filter(attendance__person=notice.person).exists():
        return None
    return Letter(
        f"Minutes to accept: {issued.meeting}",
        ("They become official once everybody who was there has accepted them.",),
        "Read and accept them",
        issued.meeting.get_absolute_url(),
    )


def _proposal(notice) -> Proposal | None:
    """The proposal that a notice is about, while it is open to answers."""
    found = the_whole(notice.subject_id)
    return found if found is not None and found.state_now == State.OPEN else None


def _hides(proposal: Proposal, person: User) -> bool:
    """Is it hidden from this person where the others stand?"""
    from decisions.veil import veiled

    return veiled(proposal, standing(person, proposal.alliance_id))


def _asks(notice, how: str) -> Letter | None:
    """Only those who still have to answer are asked."""
    proposal = _proposal(notice)
    if proposal is None:
        return None
    speaks = standing(notice.person, notice.alliance_id).speaks_for_ids
    silent = [one.participant.short_name for one in proposal.tally.waiting if one.participant.pk in speaks]
    if not silent:
        return None
    answered = f"{len(proposal.tally.answered)} of {len(proposal.tally.stands)} have answered."
    return Letter(
        f"{joined(silent)} {how}: {proposal.title}",
        (
            f"{proposal.participant.name} asks: {proposal.title}",
            f"Answer by {proposal.answer_by:%A, %-d %B %Y}. "
            + (answered if _hides(proposal, notice.person) else proposal.tally.words),
        ),
        "Read it and answer",
        f"{proposal.get_absolute_url()}?answer=agree#answer",
    )


def preferences_url(alliance) -> str:
    return reverse("notices:preferences", args=[alliance.slug])
