"""What the verbs share: the lock, the numbers, who speaks, and the wording that was shown."""

from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import connection
from django.utils import timezone

from alliance.core.models import Words
from alliance.core.questions import Question
from alliance.core.refusals import NotPossible
from decisions import effects
from decisions.case import Case, hash_of
from decisions.lifecycle import PROPOSAL
from decisions.models import Position, PrincipleTest, Proposal, Risk, Wording
from decisions.voices import capacity_on
from participants.models import Participant, Principle, RoleAppointment, User
from participants.standing import standing

A_DOUBLED_CLICK = timedelta(minutes=1)
SPOKEN = ("participant", "taken_at", "taken_by", "taken_by_name", "appointment", "capacity", "in_place_of")


class WordingChanged(NotPossible):
    """The wording is no longer the one that was shown. `shown` may be None when the hash is of no version at all."""

    def __init__(self, shown: Wording | None, current: Wording):
        self.shown, self.current = shown, current
        super().__init__(
            "The wording changed while you were answering, so nothing was recorded. Read what changed and answer again."
        )


def locked(proposal: Proposal) -> Proposal:
    """The proposal as it is now, its row locked until the transaction ends (house 13).

    The alliance comes first, then the proposal with the one that it would supersede, what its seal would change, and
    the record last: in this order nobody waits in a ring. Who is in the alliance and what all signed stay as they are
    until then; only what may change them by its seal holds it alone.
    Two statements: one that waits for a lock sees the row as it became, but what it joins as it was before.
    """
    with connection.cursor() as cursor:
        cursor.execute(CARRIES_OUT, [proposal.pk])
        how = "no key update" if cursor.fetchone()[0] else "share"
        cursor.execute(f"select from participants_alliance where id = %s for {how}", [proposal.alliance_id])
        cursor.execute(IN_ORDER, [proposal.pk, proposal.pk])
    if (found := _whole.first(proposal=proposal.pk)) is None:
        raise Proposal.DoesNotExist
    if found.current_wording:
        effects.hold(found.alliance, found.current_wording.effect)
    return found


CARRIES_OUT = """
select exists (select from decisions_proposal p join decisions_wording w on w.id = p.current_wording_id
    where p.id = %s and w.effect <> '{}')
"""
IN_ORDER = """
select from decisions_proposal where id in (%s, (
    select d.proposal_id from decisions_proposal p join decisions_decision d on d.id = p.supersedes_id
    where p.id = %s)) order by id for update
"""
_whole = Question(
    lambda proposal: Proposal.objects.filter(pk=proposal).select_related(
        "alliance", "participant", "current_wording", "delegation", "matter", "deadlock"
    )
)


def next_number(alliance_id: int, noun: str) -> int:
    """The alliance's next of "proposals" or "decisions", counted from 1; two at once wait for each other."""
    assert noun in {"proposals", "decisions"}
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            insert into decisions_numbering (alliance_id, proposals, decisions)
            values (%s, %s, %s)
            on conflict (alliance_id) do update set {noun} = decisions_numbering.{noun} + 1
            returning {noun}
            """,
            [alliance_id, int(noun == "proposals"), int(noun == "decisions")],
        )
        return cursor.fetchone()[0]


def complete(case: Case, alliance_id: int, kind: str = "key") -> tuple[Case, list[Principle]]:
    """The tidied case against the current principles, or a refusal that says all that is missing (rules 15, 16)."""
    principles = list(Principle.objects.current().filter(alliance_id=alliance_id))
    case = case.tidy()
    if missing := list(case.missing(principles, kind).values()):
        raise NotPossible("The proposal is not complete. " + " ".join(f"{sentence}." for sentence in missing))
    current = {one.pk for one in principles}
    tests = {pk: test for pk, test in case.tests.items() if pk in current}
    amount = case.amount.quantize(Decimal("0.01")) if case.amount is not None else None
    return replace(case, tests=tests, amount=amount), principles


def in_time(answer_by: date, today: date) -> None:
    """Refuses a last day that is over."""
    if answer_by < today:
        raise NotPossible("The last day to answer must be today or later.")


def wording_of(
    proposal: Proposal,
    version: int,
    case: Case,
    principles: list[Principle],
    *,
    at: datetime,
    by: User,
    note: Words | None = None,
) -> Wording:
    """The row, not kept yet: the texts, and the very bytes that everybody is asked about with their hash."""
    body = case.body(proposal=proposal.number, version=version, principles=principles)
    return Wording(
        alliance_id=proposal.alliance_id,
        proposal=proposal,
        version=version,
        title=case.title,
        text=case.text,
        why=case.why,
        alternatives=case.alternatives,
        affected=case.affected,
        heard=case.heard,
        legal_basis=case.legal_basis,
        consulted=case.consulted,
        amount=case.amount,
        review_on=case.review_on,
        effect=case.effect,
        risks=list(case.risks),
        files=[asdict(one) for one in case.files],
        body=body,
        hash=hash_of(body),
        note=note,
        written_at=at,
        written_by=by,
    )


def write_wording(
    proposal: Proposal, version: int, case: Case, principles: list[Principle], **facts
) -> Wording:
    """Keep a version with its tests against the principles; `facts` are those of `wording_of`."""
    names_what_is_there(proposal, case)
    wording = wording_of(proposal, version, case, principles, **facts)
    wording.save(force_insert=True)
    PrincipleTest.objects.bulk_create(
        PrincipleTest(
            alliance_id=proposal.alliance_id,
            wording=wording,
            principle_id=pk,
            effect=test.effect,
            words=test.words,
        )
        for pk, test in case.tests.items()
    )
    return wording


def names_what_is_there(proposal: Proposal, case: Case) -> None:
    """NotPossible when the case names a file that is not kept with the proposal, or a risk that is not there."""
    kept = {
        (one.title, one.version, one.document.sha256)
        for one in proposal.attachments.select_related("document").defer("document__content")
    }
    if gone := [one.title for one in case.files if (one.title, one.version, one.sha256) not in kept]:
        raise NotPossible(f"“{gone[0]}” is not kept with this proposal. Add the file again.")
    risks = Risk.objects.filter(alliance_id=proposal.alliance_id, number__in=case.risks)
    if case.risks and risks.count() != len(case.risks):
        raise NotPossible("The proposal touches a risk that is not in the register. Choose the risks again.")


def open_to(proposal: Proposal, shown: str) -> None:
    PROPOSAL.require(proposal.state_now, "take_position")
    same_wording(proposal, shown)


def same_wording(proposal: Proposal, shown: str) -> None:
    if shown != proposal.current_wording.hash:
        raise WordingChanged(proposal.wordings.filter(hash=shown).first(), proposal.current_wording)


def last_position(proposal: Proposal, participant: Participant) -> Position | None:
    last = _last.first(proposal=proposal.pk, participant=participant.pk)
    if last:
        last.proposal = proposal
    return last


_last = Question(
    lambda proposal, participant: (
        Position.objects.current()
        .filter(proposal_id=proposal, participant_id=participant)
        .select_related("reason", "wording", "participant")
    )
)


def appointment_of(proposal: Proposal, participant: Participant, by: User) -> RoleAppointment | None:
    """The appointment by which this person speaks for the participant today; a representative's before a deputy's."""
    stands = standing(by, proposal.alliance_id)
    capacity = capacity_on(stands, proposal, participant)
    held = [
        one for one in stands.appointments if one.participant_id == participant.pk and one.role == capacity
    ]
    return min(held, key=lambda one: one.pk, default=None)


def in_place_of(appointment: RoleAppointment) -> str:
    """For a deputy, the name of the representative in force today; "" for a representative or where there is none."""
    if appointment.role != RoleAppointment.Role.DEPUTY:
        return ""
    representatives = RoleAppointment.objects.in_force().filter(
        participant=appointment.participant, role=RoleAppointment.Role.REPRESENTATIVE
    )
    return representatives.order_by("pk").values_list("person__name", flat=True).first() or ""


def voice(appointment: RoleAppointment, by: User) -> str:
    """ "Dev for Pat, Haven"."""
    in_place = in_place_of(appointment)
    return f"{by.name}{f' for {in_place}' if in_place else ''}, {appointment.participant.short_name}"


def speaks_as(appointment: RoleAppointment, by: User) -> dict:
    """The fields of `Spoken` for somebody who speaks now by this appointment."""
    return {
        "participant": appointment.participant,
        "taken_at": timezone.now(),
        "taken_by": by,
        "taken_by_name": by.name,
        "appointment": appointment,
        "capacity": appointment.role,
        "in_place_of": in_place_of(appointment),
    }


def spoken_for(alliance_id: int, participant: Participant, by: User) -> dict:
    """`speaks_as` where there is no proposal: by whatever appointment this person speaks for the participant today."""
    capacity = standing(by, alliance_id).capacity_for(participant)
    appointment = (
        RoleAppointment.objects.speaking()
        .filter(alliance_id=alliance_id, person=by, participant=participant, role=capacity)
        .select_related("participant")
        .order_by("pk")
        .first()
    )
    return speaks_as(appointment, by)
