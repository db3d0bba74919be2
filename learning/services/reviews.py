"""Reviews and their actions (rule 45)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone

from alliance.core.models import Words
from alliance.core.record import record
from alliance.core.refusals import NotPossible
from learning import permissions
from learning.lifecycle import ACTION, REVIEW
from learning.models import Action, ActionLook, Answer, Attendance, Review
from participants.models import Alliance, Participant, RoleAppointment, User
from participants.numbering import next_number

Question = Answer.Question


class AskOnce(NotPossible):
    """Nothing unexpected is noted, and nobody has asked yet (rule 45)."""


@dataclass(frozen=True)
class NewAction:
    """An action that a review agrees on; `taker` is a person or a participant."""

    what: str
    taker: User | Participant
    due_on: date | None = None


@transaction.atomic
def prepare_review(*, alliance: Alliance, title: str, planned_for: date, by: User, about: str = "") -> Review:
    permissions.prepare_review.check(by, alliance=alliance)
    review = Review.objects.create(
        alliance=alliance,
        number=next_number(Review, alliance),
        title=title,
        about=about,
        planned_for=planned_for,
        prepared_by=by,
    )
    record("learning.review_prepared", review, by=by, title=title, about=about, planned_for=planned_for)
    return review


@transaction.atomic
def save_draft(*, review: Review, typed: Mapping, seen: Mapping, by: User) -> dict:
    """Keep what was typed so far; returns {name: what it now says} for those that somebody else changed meanwhile.

    `typed` and the draft are {name: text or list of texts}. `seen` is what each said when this page was opened.
    What I changed is taken, what only others changed stays theirs, and where both did, theirs stays and is returned.
    """
    review = _locked(review)
    permissions.write_review.check(by, review=review)
    REVIEW.require(review.status, "write")
    kept, contested = dict(review.draft), {}
    for name, mine in typed.items():
        theirs, before = kept.get(name), seen.get(name)
        if mine == theirs or (mine or None) == (before or None):
            continue
        if (theirs or None) != (before or None):
            contested[name] = theirs
        else:
            kept[name] = mine
    if kept != review.draft:
        review.draft, review.drafted_at, review.drafted_by = kept, timezone.now(), by
        review.save(update_fields=["draft", "drafted_at", "drafted_by"])
    return contested


@transaction.atomic
def hold_review(
    *,
    review: Review,
    held_on: date,
    answers: Mapping[str, str],
    present: Sequence[User],
    by: User,
    guests: Sequence[str] = (),
    looks: Mapping[Action, tuple[str, str]] | None = None,
    actions: Sequence[NewAction] = (),
    asked: bool = False,
) -> Review:
    """Close the review: what it says stays as it is from now on.

    answers: {Answer.Question: words}; views and the unexpected may be missing, the rest may not.
    looks: for every action still open, {action: (ActionLook.Outcome, words)}.
    asked: the room was asked whether something was unexpected. Without it, and with nothing noted: AskOnce.
    """
    review = _locked(review)
    permissions.hold_review.check(by, review=review)
    after = REVIEW.after(review.status, "hold")
    looks = looks or {}
    answers = {question: words.strip() for question, words in answers.items() if words.strip()}
    _check_complete(review, answers, present, looks)
    if Question.UNEXPECTED not in answers and not asked:
        raise AskOnce("Nothing unexpected is noted. Ask the room once: was there really nothing?")

    written = {
        question: Words.write(review.alliance_id, answers[question])
        for question in Question.values
        if question in answers
    }
    Answer.objects.bulk_create(
        Answer(alliance_id=review.alliance_id, review=review, question=question, words=words)
        for question, words in written.items()
    )
    room = _attendances(review, held_on, present, guests)
    Attendance.objects.bulk_create(room)
    for action in Action.objects.filter(pk__in=[one.pk for one in looks]).order_by("pk"):
        outcome, words = looks[action]
        look_at_action(action=action, outcome=outcome, words=words, by=by, review=review)
    review.status, review.held_on = after, held_on
    review.held_at, review.held_by = timezone.now(), by
    review.draft, review.drafted_at, review.drafted_by = {}, None, None
    review.save(
        update_fields=["status", "held_on", "held_at", "held_by", "draft", "drafted_at", "drafted_by"]
    )
    agreed = [_agree_action(review, one, by) for one in actions]
    record(
        "learning.review_held",
        review,
        by=by,
        title=review.title,
        held_on=held_on,
        answers=written,
        present=[str(one) for one in room if one.present],
        absent=[one.name for one in room if not one.present],
        nothing_unexpected=Question.UNEXPECTED not in answers,
        actions=[{"number": one.number, "what": one.what} for one in agreed],
    )
    return review


def _check_complete(review, answers, present, looks) -> None:
    unanswered = [q.label for q in Question if q not in answers and q not in Answer.OPTIONAL]
    if unanswered:
        raise NotPossible(f"Not answered yet: {'; '.join(unanswered)}.")
    if not present:
        raise NotPossible("Say who was in the room.")
    passed_over = review.open_actions().exclude(pk__in=[one.pk for one in looks])
    if first := passed_over.first():
        raise NotPossible(
            f"Open actions come first: say whether “{first.what}” is done, still matters or is let go."
        )


def _attendances(review, held_on, present, guests) -> list[Attendance]:
    """Whoever was there, as they were called that day, then the participants of which nobody was."""
    appointments = RoleAppointment.objects.in_force(held_on).filter(alliance_id=review.alliance_id)
    roles: dict[int, list[str]] = {}
    of: dict[int, int] = {}
    for one in appointments.filter(person__in=present).select_related("participant"):
        said = one.get_role_display() + (f", {one.participant.short_name}" if one.participant_id else "")
        roles.setdefault(one.person_id, []).append(said)
        if one.participant_id:
            of.setdefault(one.person_id, one.participant_id)
    heard = {one.participant_id for one in appointments.filter(person__in=present) if one.participant_id}
    common = {"alliance_id": review.alliance_id, "review": review}
    people = [
        Attendance(
            person=person,
            participant_id=of.get(person.pk),
            name=person.name,
            role="; ".join(roles.get(person.pk, []))[:200],
            present=True,
            **common,
        )
        for person in present
    ]
    people += [Attendance(name=name.strip()[:160], present=True, **common) for name in guests if name.strip()]
    absent = Participant.objects.active(held_on).filter(alliance_id=review.alliance_id).exclude(pk__in=heard)
    return people + [Attendance(participant=one, name=one.name, present=False, **common) for one in absent]


def _agree_action(review: Review, new: NewAction, by: User) -> Action:
    taker = {"participant": new.taker} if isinstance(new.taker, Participant) else {"person": new.taker}
    action = Action.objects.create(
        alliance_id=review.alliance_id,
        number=next_number(Action, review.alliance),
        review=review,
        what=new.what,
        due_on=new.due_on,
        agreed_by=by,
        **taker,
    )
    record("learning.action_agreed", action, by=by, what=new.what, taken_by=str(new.taker), due_on=new.due_on)
    return action


@transaction.atomic
def look_at_action(
    *, action: Action, outcome: str, words: str, by: User, review: Review | None = None
) -> ActionLook:
    """Say, in a review or between two, that the action is done, still matters or is let go; always with words."""
    action = Action.objects.select_for_update(of=("self",)).with_takers().get(pk=action.pk)
    if review is None:
        permissions.look_at_action.check(by, action=action)
    after = ACTION.after(action.status, outcome)
    said = Words.need(action.alliance_id, words, "Say in a few words how the action stands.")
    look = ActionLook.objects.create(
        alliance_id=action.alliance_id,
        action=action,
        review=review,
        outcome=outcome,
        words=said,
        looked_by=by,
    )
    if after != action.status:
        action.status, action.closed_at, action.closed_by = after, timezone.now(), by
        action.save(update_fields=["status", "closed_at", "closed_by"])
    record(
        "learning.action_looked_at",
        action,
        by=by,
        what=action.what,
        outcome=outcome,
        words=said,
        review=review,
    )
    return look


@transaction.atomic
def call_off_review(*, review: Review, because: str, by: User) -> Review:
    """It will not be held. The reason stays; the draft goes, for nobody could redact it afterwards (rule 50)."""
    review = _locked(review)
    permissions.call_off_review.check(by, review=review)
    review.status = REVIEW.after(review.status, "call_off")
    review.called_off_because = Words.need(review.alliance_id, because, "Say why the review is called off.")
    review.called_off_at, review.called_off_by = timezone.now(), by
    review.draft, review.drafted_at, review.drafted_by = {}, None, None
    review.save()
    record("learning.review_called_off", review, by=by, title=review.title, because=review.called_off_because)
    return review


def _locked(review: Review) -> Review:
    return Review.objects.select_for_update(of=("self",)).select_related("alliance").get(pk=review.pk)
