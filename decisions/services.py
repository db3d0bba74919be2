"""The verbs of deciding together. Each locks the proposal first, checks, changes, records, announces.

A position carries the hash of the wording that its author was shown: a wording that changed in between is never
agreed to by mistake (rules 3, 20). The seal happens in the transaction of the last assent.
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from django.db import connection, transaction
from django.utils import timezone

from alliance.core.models import Words
from alliance.core.record import record
from alliance.core.refusals import NotPossible
from decisions import permissions
from decisions.case import Case, hash_of
from decisions.lifecycle import OBJECTION, PROPOSAL, State
from decisions.models import Decision, Objection, Position, PrincipleTest, Proposal, RollEntry, Wording
from decisions.tally import why_no_roll
from participants.models import Alliance, Participant, Principle, RoleAppointment, User
from participants.standing import standing


class WordingChanged(NotPossible):
    """The wording is no longer the one that was shown. `shown` may be None when the hash is of no version at all."""

    def __init__(self, shown: Wording | None, current: Wording):
        self.shown, self.current = shown, current
        super().__init__(
            "The wording changed while you were answering, so nothing was recorded. Read what changed and answer again."
        )


# ── Drafts: notes on one organisation's own desk, not yet in the record ──────────────────────────────────────


@transaction.atomic
def draft_proposal(
    *, alliance: Alliance, participant: Participant, case: Case, by: User, answer_by: date | None = None
):
    """Begin a draft, complete or not; only those who speak for `participant` see it."""
    permissions.propose.check(by, alliance=alliance, participant=participant)
    return Proposal.objects.create(
        alliance=alliance,
        number=_next_number(alliance.pk, "proposals"),
        participant=participant,
        draft=case.tidy().to_json(),
        answer_by=answer_by,
        drafted_at=timezone.now(),
        drafted_by=by,
    )


@transaction.atomic
def save_draft(*, proposal: Proposal, case: Case, by: User, answer_by: date | None = None) -> Proposal:
    proposal = _locked(proposal)
    permissions.edit_draft.check(by, proposal=proposal)
    PROPOSAL.require(proposal.state_now, "save_draft")
    proposal.draft, proposal.answer_by = case.tidy().to_json(), answer_by
    proposal.save(update_fields=["draft", "answer_by"])
    return proposal


@transaction.atomic
def discard_draft(*, proposal: Proposal, by: User) -> Proposal:
    proposal = _locked(proposal)
    permissions.edit_draft.check(by, proposal=proposal)
    if proposal.state == State.DISCARDED:
        return proposal
    proposal.state = PROPOSAL.after(proposal.state_now, "discard")
    proposal.save(update_fields=["state"])
    return proposal


# ── Putting it to the alliance ───────────────────────────────────────────────────────────────────────────────


@transaction.atomic
def open_proposal(*, proposal: Proposal, by: User) -> Proposal:
    """Freeze the roll to all that are active today and the settings with it (rules 2, 6); ask everybody.

    Without a deadline of its own it gets the alliance's number of working days. Opening twice is once.
    """
    proposal = _locked(proposal)
    permissions.open_proposal.check(by, proposal=proposal)
    if proposal.state == State.OPEN:
        return proposal
    state = PROPOSAL.after(proposal.state_now, "open")
    now, today = timezone.now(), timezone.localdate()
    case, principles = _complete(proposal.case, proposal.alliance_id)
    answer_by = proposal.answer_by or proposal.alliance.usual_deadline(today)
    _in_time(answer_by, today)
    roll = list(Participant.objects.active(today).filter(alliance_id=proposal.alliance_id).order_by("place"))
    if why_not := why_no_roll(roll):
        raise NotPossible(why_not)
    RollEntry.objects.bulk_create(
        RollEntry(alliance_id=proposal.alliance_id, proposal=proposal, participant=one, place=one.place)
        for one in roll
    )
    wording = _write(proposal, 1, case, principles, note=None, at=now, by=by)
    proposal.state, proposal.current_wording, proposal.draft = state, wording, {}
    proposal.answer_by, proposal.standing_aside = answer_by, proposal.alliance.standing_aside
    proposal.opened_at, proposal.opened_by = now, by
    proposal.save(
        update_fields=[
            "state", "current_wording", "draft", "answer_by", "standing_aside", "opened_at", "opened_by",
        ]
    )  # fmt: skip
    record(
        "decisions.proposal_opened",
        proposal,
        by=by,
        number=proposal.number,
        decision_kind=proposal.get_kind_display(),
        participant=proposal.participant,
        title=wording.title,
        roll=roll,
        standing_aside=proposal.standing_aside,
        answer_by=answer_by,
        version=1,
        wording_hash=wording.hash,
        wording=bytes(wording.body).decode(),
    )
    return proposal


@transaction.atomic
def propose(
    *, alliance: Alliance, participant: Participant, case: Case, by: User, answer_by: date | None = None
):
    """Draft and open at once."""
    return open_proposal(
        proposal=draft_proposal(
            alliance=alliance, participant=participant, case=case, by=by, answer_by=answer_by
        ),
        by=by,
    )


@transaction.atomic
def change_wording(
    *, proposal: Proposal, case: Case, shown: str, by: User, note: str = "", answer_by: date | None = None
) -> Wording:
    """Write the next version: every assent lapses and everybody is asked again (rule 20).

    `shown` is the hash of the version that was edited. The time to answer begins anew unless `answer_by` says
    otherwise; a proposal whose time was over is open again. The same case again changes nothing.
    """
    proposal = _locked(proposal)
    permissions.change_wording.check(by, proposal=proposal)
    state = PROPOSAL.after(proposal.state_now, "change_wording")
    now, today = timezone.now(), timezone.localdate()
    case, principles = _complete(case, proposal.alliance_id)
    if case == proposal.current_wording.case:
        return proposal.current_wording
    _same_wording(proposal, shown)
    answer_by = answer_by or proposal.alliance.usual_deadline(today)
    _in_time(answer_by, today)
    lapsed = list(
        Participant.objects.filter(
            pk__in=Position.objects.on_the_current_wording()
            .filter(proposal=proposal)
            .values("participant_id")
        )
    )
    wording = _write(
        proposal,
        proposal.current_wording.version + 1,
        case,
        principles,
        note=Words.write(proposal.alliance_id, note),
        at=now,
        by=by,
    )
    proposal.state, proposal.current_wording, proposal.answer_by = state, wording, answer_by
    proposal.save(update_fields=["state", "current_wording", "answer_by"])
    record(
        "decisions.wording_changed",
        proposal,
        by=by,
        number=proposal.number,
        participant=proposal.participant,
        title=wording.title,
        version=wording.version,
        wording_hash=wording.hash,
        wording=bytes(wording.body).decode(),
        note=wording.note,
        lapsed=lapsed,
        answer_by=answer_by,
    )
    return wording


@transaction.atomic
def give_more_time(*, proposal: Proposal, answer_by: date, reason: str, by: User) -> Proposal:
    """Move the deadline to a later day; a proposal whose time was over is open again, its answers as they stood."""
    proposal = _locked(proposal)
    permissions.give_more_time.check(by, proposal=proposal)
    if proposal.state == State.OPEN and proposal.answer_by == answer_by:
        return proposal
    reopened = proposal.state_now == State.NOT_AGREED
    proposal.state = PROPOSAL.after(proposal.state_now, "reopen" if reopened else "give_more_time")
    _in_time(answer_by, timezone.localdate())
    if answer_by < proposal.answer_by:
        raise NotPossible(
            "A deadline moves only to a later day: those who have not answered were promised the time."
        )
    before, proposal.answer_by = proposal.answer_by, answer_by
    proposal.save(update_fields=["state", "answer_by"])
    facts = {
        "number": proposal.number,
        "participant": proposal.participant,
        "title": proposal.title,
        "before": before,
        "answer_by": answer_by,
        "reason": Words.need(proposal.alliance_id, reason, "Say why more time is needed."),
    }
    if reopened:
        record("decisions.proposal_reopened", proposal, by=by, **facts)
    else:
        record("decisions.more_time_given", proposal, by=by, **facts)
    return proposal


@transaction.atomic
def withdraw_proposal(*, proposal: Proposal, reason: str, by: User) -> Proposal:
    """Take it back, for a reason. What was said about it stays."""
    proposal = _locked(proposal)
    permissions.withdraw_proposal.check(by, proposal=proposal)
    if proposal.state == State.WITHDRAWN:
        return proposal
    proposal.state = PROPOSAL.after(proposal.state_now, "withdraw")
    proposal.withdrawal_reason = Words.need(
        proposal.alliance_id, reason, "Say why the proposal is withdrawn."
    )
    proposal.withdrawn_at, proposal.withdrawn_by = timezone.now(), by
    proposal.save(update_fields=["state", "withdrawal_reason", "withdrawn_at", "withdrawn_by"])
    record(
        "decisions.proposal_withdrawn",
        proposal,
        by=by,
        number=proposal.number,
        participant=proposal.participant,
        title=proposal.title,
        reason=proposal.withdrawal_reason,
    )
    return proposal


# ── Where each participant stands ────────────────────────────────────────────────────────────────────────────


@transaction.atomic
def take_position(
    *, proposal: Proposal, participant: Participant, stance: str, shown: str, by: User, reason: str = ""
) -> Position:
    """Say where `participant` stands on the wording whose hash is `shown`; seals when that makes it unanimous.

    Agreeing needs no reason, the other stances do (rule 17). The same answer twice by the same person is once.
    An objection has its own door: `raise_objection`.
    """
    proposal = _locked(proposal)
    permissions.take_position.check(by, proposal=proposal, participant=participant)
    if stance == Position.Stance.OBJECT or stance not in Position.Stance.values:
        raise NotPossible(
            "An objection says which principle or legal limit it is about, and what would resolve it."
        )
    last = _last_position(proposal, participant)
    if _says_the_same(last, proposal, stance, reason, shown, by):
        return last
    _open_to(proposal, shown)
    if stance == Position.Stance.STAND_ASIDE and not proposal.standing_aside:
        raise NotPossible(
            "Standing aside is not possible on this proposal: the alliance had it off when it opened."
        )
    own = proposal.objections.unresolved().filter(participant=participant).order_by("number").first()
    if own:
        raise NotPossible(
            f"Resolve {participant.short_name}’s objection {own.number} first, and say what resolved it."
        )
    position = _position(proposal, participant, stance, reason, last, by)
    record("decisions.position_taken", proposal, by=by, **_told(position), replaces=bool(last))
    _seal_if_unanimous(proposal, position)
    return position


@transaction.atomic
def raise_objection(
    *,
    proposal: Proposal,
    participant: Participant,
    concern: str,
    remedy: str,
    shown: str,
    by: User,
    principles: list[Principle] | tuple = (),
    legal_limit: str = "",
) -> Objection:
    """Object: name a principle or a legal limit, the concern, and what would make the proposal acceptable (rule 17)."""
    proposal = _locked(proposal)
    permissions.take_position.check(by, proposal=proposal, participant=participant)
    stance = Position.Stance.OBJECT
    last = _last_position(proposal, participant)
    if _says_the_same(last, proposal, stance, concern, shown, by) and hasattr(last, "objection"):
        return last.objection
    _open_to(proposal, shown)
    legal_limit = " ".join(legal_limit.split())
    if not principles and not legal_limit:
        raise NotPossible("An objection names at least one principle or a legal limit.")
    wanted = Words.need(proposal.alliance_id, remedy, "Say what would make the proposal acceptable.")
    position = _position(proposal, participant, stance, concern, last, by)
    objection = Objection.objects.create(
        alliance_id=proposal.alliance_id,
        proposal=proposal,
        number=proposal.objections.count() + 1,
        wording=position.wording,
        position=position,
        principles=sorted(one.pk for one in principles),
        legal_limit=legal_limit,
        concern=position.reason,
        remedy=wanted,
        **{name: getattr(position, name) for name in SPOKEN},
    )
    record(
        "decisions.objection_raised",
        proposal,
        by=by,
        **_told(position),
        objection=objection.number,
        principles=list(principles),
        legal_limit=legal_limit,
        remedy=objection.remedy,
        replaces=bool(last),
    )
    return objection


@transaction.atomic
def resolve_objection(*, objection: Objection, resolution: str, by: User) -> Objection:
    """Only the organisation that raised it says that it is resolved, and what resolved it (rule 17)."""
    proposal = _locked(objection.proposal)
    objection = Objection.objects.with_words().get(pk=objection.pk)
    permissions.resolve_objection.check(by, objection=objection)
    if objection.resolved_at and objection.resolved_by_id == by.pk:
        return objection
    OBJECTION.require(objection.state, "resolve")
    PROPOSAL.require(proposal.state_now, "resolve_objection")
    appointment = _appointment(proposal, objection.participant, by)
    objection.resolution = Words.need(proposal.alliance_id, resolution, "Say what resolved the objection.")
    objection.resolved_at, objection.resolved_by, objection.resolved_as = timezone.now(), by, appointment
    objection.resolved_by_name = _voice(appointment, by)
    objection.save(
        update_fields=["resolution", "resolved_at", "resolved_by", "resolved_as", "resolved_by_name"]
    )
    record(
        "decisions.objection_resolved",
        proposal,
        by=by,
        number=proposal.number,
        title=proposal.title,
        objection=objection.number,
        participant=objection.participant,
        spoken_by=objection.resolved_by_name,
        resolution=objection.resolution,
    )
    return objection


# ── What they share ──────────────────────────────────────────────────────────────────────────────────────────


def _locked(proposal: Proposal) -> Proposal:
    """The proposal as it is now, its row locked until the transaction ends (house 13).

    Two statements: one that waits for a lock sees the row as it became, but what it joins as it was before.
    """
    Proposal.objects.select_for_update().only("pk").get(pk=proposal.pk)
    return Proposal.objects.select_related("alliance", "participant", "current_wording").get(pk=proposal.pk)


def _next_number(alliance_id: int, noun: str) -> int:
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


def _complete(case: Case, alliance_id: int) -> tuple[Case, list[Principle]]:
    """The tidied case against the current principles, or a refusal that says all that is missing (rules 15, 16)."""
    principles = list(Principle.objects.current().filter(alliance_id=alliance_id))
    case = case.tidy()
    if missing := list(case.missing(principles).values()):
        raise NotPossible("The proposal is not complete. " + " ".join(f"{sentence}." for sentence in missing))
    current = {one.pk for one in principles}
    tests = {pk: test for pk, test in case.tests.items() if pk in current}
    amount = case.amount.quantize(Decimal("0.01")) if case.amount is not None else None
    return replace(case, tests=tests, amount=amount), principles


def _in_time(answer_by: date, today: date) -> None:
    if answer_by < today:
        raise NotPossible("The last day to answer must be today or later.")


def _write(proposal: Proposal, version: int, case: Case, principles, *, note, at, by: User) -> Wording:
    body = case.body(proposal=proposal.number, version=version, principles=principles)
    wording = Wording.objects.create(
        alliance_id=proposal.alliance_id,
        proposal=proposal,
        version=version,
        title=case.title,
        text=case.text,
        why=case.why,
        alternatives=case.alternatives,
        affected=case.affected,
        heard=case.heard,
        amount=case.amount,
        review_on=case.review_on,
        body=body,
        hash=hash_of(body),
        note=note,
        written_at=at,
        written_by=by,
    )
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


def _open_to(proposal: Proposal, shown: str) -> None:
    PROPOSAL.require(proposal.state_now, "take_position")
    _same_wording(proposal, shown)


def _same_wording(proposal: Proposal, shown: str) -> None:
    if shown != proposal.current_wording.hash:
        raise WordingChanged(proposal.wordings.filter(hash=shown).first(), proposal.current_wording)


def _last_position(proposal: Proposal, participant: Participant) -> Position | None:
    last = proposal.positions.current().filter(participant=participant)
    return last.select_related("reason", "wording", "participant").first()


def _says_the_same(
    last: Position | None, proposal: Proposal, stance: str, reason: str, shown: str, by: User
) -> bool:
    """A doubled click: the same person gave this very answer to this very wording."""
    return (
        last is not None
        and last.wording_id == proposal.current_wording_id
        and last.wording.hash == shown
        and last.stance == stance
        and last.taken_by_id == by.pk
        and (last.reason.text if last.reason else "") == reason.strip()
    )


SPOKEN = ("participant", "taken_at", "taken_by", "taken_by_name", "appointment", "capacity", "in_place_of")


def _position(
    proposal: Proposal, participant: Participant, stance: str, reason: str, last: Position | None, by: User
) -> Position:
    words = Words.write(proposal.alliance_id, reason)
    if words is None and stance != Position.Stance.AGREE:
        raise NotPossible("Say why: only agreeing needs no reason.")
    appointment = _appointment(proposal, participant, by)
    return Position.objects.create(
        alliance_id=proposal.alliance_id,
        proposal=proposal,
        wording=proposal.current_wording,
        participant=participant,
        stance=stance,
        reason=words,
        replaces=last,
        taken_at=timezone.now(),
        taken_by=by,
        taken_by_name=by.name,
        appointment=appointment,
        capacity=appointment.role,
        in_place_of=_in_place_of(appointment),
    )


def _appointment(proposal: Proposal, participant: Participant, by: User) -> RoleAppointment:
    """The appointment by which this person speaks for the participant today; a representative's before a deputy's."""
    capacity = standing(by, proposal.alliance_id).capacity_for(participant)
    return (
        RoleAppointment.objects.speaking()
        .filter(alliance_id=proposal.alliance_id, person=by, participant=participant, role=capacity)
        .select_related("participant")
        .order_by("pk")
        .first()
    )


def _in_place_of(appointment: RoleAppointment) -> str:
    """For a deputy, the name of the representative in force today; "" for a representative or where there is none."""
    if appointment.role != RoleAppointment.Role.DEPUTY:
        return ""
    representatives = RoleAppointment.objects.speaking().filter(
        participant=appointment.participant, role=RoleAppointment.Role.REPRESENTATIVE
    )
    return representatives.order_by("pk").values_list("person__name", flat=True).first() or ""


def _voice(appointment: RoleAppointment, by: User) -> str:
    """ "Dev for Pat, Haven"."""
    in_place = _in_place_of(appointment)
    return f"{by.name}{f' for {in_place}' if in_place else ''}, {appointment.participant.short_name}"


def _told(position: Position) -> dict:
    """A position as the record tells it: who clicked, whom it binds, which wording's hash."""
    return {
        "number": position.proposal.number,
        "title": position.proposal.title,
        "position": str(position.pk),
        "participant": position.participant,
        "stance": position.stance,
        "spoken_by": position.spoken_by,
        "capacity": position.capacity,
        "appointment": str(position.appointment_id),
        "version": position.wording.version,
        "wording_hash": position.wording.hash,
        "reason": position.reason,
    }


def _seal_if_unanimous(proposal: Proposal, last: Position) -> Decision | None:
    """The last assent seals, in its own transaction (rules 3, 20). `proposal` is locked, so there is only one last."""
    whole = Proposal.objects.with_positions().get(pk=proposal.pk)
    if not whole.is_unanimous():
        return None
    state = PROPOSAL.after(proposal.state_now, "seal")
    wording = proposal.current_wording
    decision = Decision.objects.create(
        alliance_id=proposal.alliance_id,
        number=_next_number(proposal.alliance_id, "decisions"),
        kind=proposal.kind,
        proposal=proposal,
        wording=wording,
        wording_hash=wording.hash,
        decided_on=timezone.localdate(last.taken_at),
        sealed_at=last.taken_at,
        sealed_by=last.taken_by,
    )
    proposal.state = state
    proposal.save(update_fields=["state"])
    record(
        "decisions.sealed",
        decision,
        by=last.taken_by,
        number=decision.number,
        proposal=proposal.number,
        decision_kind=decision.get_kind_display(),
        title=wording.title,
        decided_on=decision.decided_on,
        version=wording.version,
        wording_hash=wording.hash,
        standing_aside=proposal.standing_aside,
        roll=[_sealed(stand.position) for stand in whole.tally.stands],
        objections=[
            {
                "number": one.number,
                "participant": one.participant,
                "raised_by": one.spoken_by,
                "version": one.wording.version,
                "concern": one.concern,
                "remedy": one.remedy,
                "resolved_by": one.resolved_by_name,
                "resolution": one.resolution,
            }
            for one in whole.objections.all()
        ],
    )
    return decision


def _sealed(position: Position) -> dict:
    return {
        "participant": position.participant,
        "position": str(position.pk),
        "stance": position.stance,
        "spoken_by": position.spoken_by,
        "capacity": position.capacity,
        "appointment": str(position.appointment_id),
        "taken_at": position.taken_at,
        "wording_hash": position.wording.hash,
        "reason": position.reason,
    }
