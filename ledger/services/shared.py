"""What the acts have in common."""

from django.utils import timezone

from alliance.core.models import Errand
from alliance.core.outbox import enqueue
from alliance.core.questions import Question
from ledger import posting
from ledger.lifecycle import RETURN, ReturnState
from ledger.models import CostReturn
from participants.models import RoleAppointment, User


def signed(by: User, appointment: RoleAppointment, verb: str = "said") -> dict:
    """Who did it, when and in which role, as the columns `<verb>_at`, `<verb>_by` and so on keep it (house 21)."""
    return {
        f"{verb}_at": timezone.now(),
        f"{verb}_by": by,
        f"{verb}_by_name": by.name,
        "appointment": appointment,
        "capacity": appointment.role,
    }


def locked(cost_return: CostReturn) -> CostReturn:
    """The return as it is now, held until the commit, with what acts upon it ask for (not the file itself)."""
    if (found := _held.first(cost_return=cost_return.pk)) is None:
        raise CostReturn.DoesNotExist
    return found


_held = Question(
    lambda cost_return: (
        CostReturn.objects.select_for_update(of=("self",))
        .select_related("participant", "journal", "accepted_by", "document")
        .defer("document__content")
        .filter(pk=cost_return)
    )
)


def move(cost_return: CostReturn, verb: str, **changes) -> None:
    """Take the step of its lifecycle that the verb names, with the facts that come with it."""
    cost_return.status = RETURN.after(cost_return.status, verb)
    for name, value in changes.items():
        setattr(cost_return, name, value)
    cost_return.save(update_fields=["status", *changes])


def posted_under(cost_return: CostReturn) -> CostReturn | None:
    """The return that holds this one's reference in the book, if another does."""
    return (
        CostReturn.objects.filter(
            participant_id=cost_return.participant_id,
            reference=cost_return.reference,
            status__in=[ReturnState.POSTING, ReturnState.POSTED],
        )
        .exclude(pk=cost_return.pk)
        .select_related("journal")
        .first()
    )


def same_lines(cost_return: CostReturn, said: posting.Said) -> CostReturn | None:
    """The return with which these very lines came into the book already, under whatever reference (rule 43)."""
    others = CostReturn.objects.filter(
        alliance_id=cost_return.alliance_id,
        participant_id=cost_return.participant_id,
        month=cost_return.month,
        line_count=said.lines,
        lines_total=said.total,
        status__in=[ReturnState.POSTING, ReturnState.POSTED],
    ).exclude(pk=cost_return.pk)
    there = dict(others.values_list("lines_hash", "pk"))
    digests = {said.digest}
    if len({one.startswith(posting.SECOND_FORM) for one in {*there, *digests}}) > 1:
        digests = posting.digests_of(cost_return, said.reading)
    same = [there[one] for one in digests if one in there]
    return CostReturn.objects.get(pk=same[0]) if same else None


def read_again(cost_return: CostReturn) -> None:
    """What stood in its way may be gone."""
    move(cost_return, "read_again")
    ask_for_a_check(cost_return)


def ask_for_a_check(cost_return: CostReturn) -> None:
    """One errand for each time that the file is to be read; the last one asked for is what the page shows."""
    asked = Errand.objects.filter(kind="ledger.check_return", key__startswith=f"{cost_return.pk}.").count()
    enqueue(
        "ledger.check_return",
        key=f"{cost_return.pk}.{asked + 1}",
        alliance_id=cost_return.alliance_id,
        return_id=cost_return.pk,
    )
