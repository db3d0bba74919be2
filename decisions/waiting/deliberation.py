"""What deliberation waits for: answers to questions and amendments, objections looked after, steps of a ladder."""

from collections.abc import Iterator

from django.db.models import Exists, OuterRef, Prefetch, Q
from django.utils import timezone

from alliance.core.waiting import Source, Sources, Waiting
from decisions import veil
from decisions.lifecycle import DEADLOCK, DeadlockStage
from decisions.models import Amendment, Comment, Deadlock, ObjectionSteward, RollEntry, Statement
from decisions.tally import joined
from participants.standing import Standing


def _going_on(path: str = "proposal__") -> Q:
    """Not sealed or withdrawn, and no ladder has run out."""
    runs = Q(**{f"{path}deadlock__isnull": True}) | Q(**{f"{path}answer_by__gte": timezone.localdate()})
    return Q(**{f"{path}state": "open"}) & runs


def _unanswered(standing: Standing):
    answers = Comment.objects.filter(parent=OuterRef("pk")).exclude(written_by=OuterRef("written_by"))
    named = Comment.objects.filter(pk=OuterRef("pk"), mentions__person=standing.person)
    return (
        Comment.objects.filter(_going_on(), ~Exists(answers), alliance=standing.alliance, is_question=True)
        .filter(Q(proposal__participant_id__in=standing.speaks_for_ids) | Exists(named))
        .filter(Q(objection__isnull=True) | Q(proposal__independent=False))  # those may be veiled
        .exclude(written_by=standing.person)
        .select_related("proposal__alliance", "proposal__current_wording", "amendment__proposal__alliance")
        .order_by("pk")
    )


def _questions(rows: list[Comment], standing: Standing) -> Iterator[Waiting]:
    for one in rows:
        why = f"{one.written_by_name} asks a question that nobody has answered."
        yield Waiting(one.proposal.title, one.get_absolute_url(), why, "me")


def _looked_after(standing: Standing):
    later = ObjectionSteward.objects.filter(objection=OuterRef("objection"), pk__gt=OuterRef("pk"))
    return (
        ObjectionSteward.objects.filter(
            _going_on("objection__proposal__"),
            ~Exists(later),
            alliance=standing.alliance,
            person=standing.person,
            objection__resolved_at__isnull=True,
        )
        .select_related("objection__proposal__alliance", "objection__proposal__current_wording")
        .select_related("objection__participant")
        .order_by("pk")
    )


def _stewarded(named: list[ObjectionSteward], standing: Standing) -> Iterator[Waiting]:
    hidden = veil.hidden_from(standing) if any(one.objection.proposal.independent for one in named) else ()
    for one in named:
        raised = one.objection
        if raised.proposal_id in hidden and not standing.speaks_for(raised.participant_id):
            continue
        why = f"You look after {raised.participant.short_name}’s objection {raised.number}, which stands."
        url = f"{raised.proposal.get_absolute_url()}#objection-{raised.number}"
        yield Waiting(raised.proposal.title, url, why, "me", raised.proposal.answer_by)


def _offered(standing: Standing):
    if not standing.speaks_for_ids:
        return None
    return (
        Amendment.objects.filter(
            _going_on(),
            alliance=standing.alliance,
            state=Amendment.State.OFFERED,
            proposal__participant_id__in=standing.speaks_for_ids,
        )
        .select_related("participant", "proposal__alliance", "proposal__current_wording")
        .order_by("pk")
    )


def _amendments(rows: list[Amendment], standing: Standing) -> Iterator[Waiting]:
    for one in rows:
        why = f"{one.participant.short_name} offers other words. Take them over, or say why not."
        yield Waiting(one.proposal.title, one.get_absolute_url(), why, "me")


def _running(standing: Standing):
    if not (standing.speaks_for_ids or standing.senior_for_ids):
        return None
    return (
        Deadlock.objects.filter(_going_on(), alliance=standing.alliance)
        .select_related("proposal__alliance", "proposal__current_wording")
        .prefetch_related(
            Prefetch("proposal__roll", RollEntry.objects.select_related("participant", "departure")),
            Prefetch("proposal__statements", Statement.objects.filter(occasion=Statement.Occasion.DEADLOCK)),
        )
        .order_by("proposal__answer_by", "pk")
    )


def _ladders(rows: list[Deadlock], standing: Standing) -> Iterator[Waiting]:
    today = timezone.localdate()
    for deadlock in rows:
        proposal, stage = deadlock.proposal, deadlock.stage_on(today)
        asked = [one.participant for one in proposal.roll.all() if not one.has_left]
        senior = deadlock.seniors_speak_on(today)
        mine = standing.speaks_for_ids | (standing.senior_for_ids if senior else frozenset())
        here = (proposal.title, f"{proposal.get_absolute_url()}#deadlock")
        stated = {one.participant_id for one in proposal.statements.all()}
        silent = [one.short_name for one in asked if one.pk in mine and one.pk not in stated]
        rung = deadlock.rung(DeadlockStage.SENIOR)
        if silent and DEADLOCK.permits(stage, "state") and today <= (rung.statements_until or today):
            yield Waiting(
                *here, f"Make {joined(silent)}’s statement in the deadlock.", "me", rung.statements_until
            )
        elif senior and {one.pk for one in asked} & (standing.senior_for_ids - standing.speaks_for_ids):
            why = "The deadlock has gone up to the senior representatives: seek an answer with the others."
            yield Waiting(*here, why, "me", deadlock.ends_on)
        elif (
            stage == DeadlockStage.INDEPENDENT
            and not deadlock.independent
            and {one.pk for one in asked} & mine
        ):
            yield Waiting(
                *here, "Nobody independent is named yet. Agree on somebody.", "me", deadlock.ends_on
            )


waiting = Sources(
    [
        Source(_unanswered, _questions),
        Source(_looked_after, _stewarded),
        Source(_offered, _amendments),
        Source(_running, _ladders),
    ]
)
