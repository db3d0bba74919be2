"""Gathering a report's facts from every room, at one moment; what is not there yet is a gap (rule 54)."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils import timezone

from alliance.assurance import contents
from alliance.assurance.contents import Contents, Gap
from alliance.assurance.models import Report
from alliance.core import invariants
from alliance.core.models import EventHead
from alliance.core.money import ZERO
from alliance.core.periods import Month
from decisions import minuting, veil
from decisions.lifecycle import State
from decisions.models import Decision, Objection, Proposal, Ratification, UrgentAction
from decisions.tally import joined
from learning.analysis import Analysis
from learning.models import Experiment
from learning.summaries import Learning, learning_between
from ledger.asking import restatements
from ledger.forecasting import for_report
from ledger.models import Budget, Period, Restatement
from ledger.querying import unresolved
from ledger.summaries import pool, reported, spending
from participants.models import Participant, Principle, RoleAppointment


def gather(report: Report, head: EventHead) -> Contents:
    """The facts of the report's quarter as the alliance stands now. Reads only; the caller holds the record's head."""
    learned = learning_between(report.alliance, report.period.start, report.covers_until)
    money = _money(report)
    decisions = _decisions(report)
    check = _self_check(report)
    return Contents(
        format=contents.FORMAT,
        cover=_cover(report),
        decisions=decisions,
        money=money,
        learning=_learning(learned),
        measures=tuple(_measure(one) for one in learned.measures if one.xmr),
        principles=_principles(report),
        self_check=check,
        gaps=tuple(_gaps(report, decisions, money, learned, check)),
        record=contents.RecordHead(chain=str(head.chain), seq=head.seq, hash=bytes(head.hash).hex()),
    )


def _cover(report: Report) -> contents.Cover:
    alliance, quarter = report.alliance, report.period
    speaking = defaultdict(list)
    appointments = RoleAppointment.objects.filter(alliance=alliance).speaking(report.covers_until)
    for one in appointments.select_related("person"):
        speaking[one.participant_id].append(f"{one.person} ({one.get_role_display().lower()})")
    return contents.Cover(
        alliance=alliance.name,
        purpose=alliance.purpose,
        is_demonstration=alliance.is_demonstration,
        quarter=quarter.slug,
        label=quarter.label,
        starts_on=quarter.start,
        ends_on=quarter.end,
        covers_until=report.covers_until,
        number=report.number,
        version=report.version,
        asked_by=str(report.requested_by or ""),
        cut_off=report.cut_off,
        participants=tuple(
            contents.Party(
                name=one.name,
                short_name=one.short_name,
                kind=one.get_kind_display(),
                form=one.get_form_display(),
                joined_on=one.joined_on,
                speaks=tuple(sorted(speaking[one.pk])),
            )
            for one in Participant.objects.filter(alliance=alliance)
            .active(report.covers_until)
            .order_by("place")
        ),
    )


def _principles(report: Report) -> tuple[contents.PrincipleSigned, ...]:
    current = Principle.objects.filter(alliance=report.alliance).current().order_by("letter")
    return tuple(contents.PrincipleSigned(one.letter, one.title, one.wording, one.version) for one in current)


def _self_check(report: Report) -> contents.SelfCheck:
    last = invariants.last_self_check(report.alliance_id)
    return contents.SelfCheck(at=last.at, promises=last.promises, breaks=tuple(last.breaks))


# ── Decisions ────────────────────────────────────────────────────────────────


def _decisions(report: Report) -> contents.Decisions:
    sealed = (
        Decision.objects.filter(alliance=report.alliance)
        .decided_between(report.period.start, report.covers_until)
        .in_order()
    )
    proposals = (
        Proposal.objects.filter(alliance=report.alliance)
        .put()
        .filter(opened_at__date__lte=report.covers_until)
        .with_positions()
        .order_by("number")
    )
    principles = {one.pk: str(one) for one in Principle.objects.filter(alliance=report.alliance)}
    agreed = (
        proposals.filter(decision__in=sealed)
        .select_related("delegation__granted_by", "matter")
        .prefetch_related("current_wording__tests__principle")
    )
    return contents.Decisions(
        agreed=tuple(
            _agreed(one, principles) for one in sorted(agreed, key=lambda proposal: proposal.decision.number)
        ),
        undecided=tuple(
            _undecided(one, principles)
            for one in proposals.exclude(state=State.AGREED, decision__decided_on__lte=report.covers_until)
            if _was_waiting(one, report)
        ),
    )


def _agreed(proposal: Proposal, principles: dict[int, str]) -> contents.Agreed:
    decision, wording = proposal.decision, proposal.current_wording
    best = next((one for one in wording.tests.all() if one.principle.is_best_for_people), None)
    return contents.Agreed(
        number=decision.number,
        title=wording.title,
        text=wording.text,
        why=wording.why,
        best_for_people=f"{best.get_effect_display()}: {best.words}" if best else "",
        decided_on=decision.decided_on,
        proposed_by=proposal.participant.short_name,
        wording_hash=decision.wording_hash,
        amount=wording.amount,
        voices=tuple(
            contents.Voice(
                stand.participant.short_name, stand.position.get_stance_display(), stand.position.told_by
            )
            for stand in proposal.tally.answered
        ),
        objections=_objections(proposal, principles),
        alone=_by_what_right(proposal),
    )


def _by_what_right(proposal: Proposal) -> str:
    """ "Reserved decision by Carol, Council. Reserved to it: …", or "" for what all decided (rules 1, 12)."""
    if not proposal.is_decided_alone:
        return ""
    decided = f"{proposal.get_kind_display()} by {proposal.decision.decided_by_name}."
    if proposal.delegation:
        return f"{decided} All gave this right by decision {proposal.delegation.granted_by.number}."
    case = proposal.case
    return f"{decided} Reserved to it: {proposal.matter} ({case.legal_basis}). Consulted: {case.consulted}"


def _was_waiting(proposal: Proposal, report: Report) -> bool:
    """Without a decision on the last day, and not yet told as withdrawn or out of time in an earlier quarter."""
    if proposal.withdrawn_at:
        return timezone.localdate(proposal.withdrawn_at) >= report.period.start
    return proposal.answer_by >= report.period.start


def _undecided(proposal: Proposal, principles: dict[int, str]) -> contents.Undecided:
    proposal = veil.over(proposal, None)
    state = proposal.outcome
    if proposal.is_veiled:
        state = f"{state}. {proposal.tally.words}".rstrip(".")
    if proposal.state == State.AGREED:  # after the quarter: the next report tells it in full
        state = f"{state} since, on {_day(proposal.decision.decided_on)}"
    return contents.Undecided(
        number=proposal.number,
        title=proposal.title,
        state=state,
        opened_on=timezone.localdate(proposal.opened_at),
        answer_by=proposal.answer_by,
        asked=0 if proposal.is_veiled else len(proposal.tally.stands),
        unanswered=tuple(one.participant.short_name for one in proposal.tally.waiting),
        objections=_objections(proposal, principles),
    )


def _objections(proposal: Proposal, principles: dict[int, str]) -> tuple[contents.Objected, ...]:
    return tuple(_objected(one, principles) for one in proposal.objections.all())


def _objected(objection: Objection, principles: dict[int, str]) -> contents.Objected:
    grounds = [principles[one] for one in objection.principles]
    return contents.Objected(
        participant=objection.participant.short_name,
        grounds=tuple(filter(None, [*grounds, objection.legal_limit])),
        would_help=str(objection.remedy),
        resolved_on=timezone.localdate(objection.resolved_at) if objection.resolved_at else None,
        resolution=str(objection.resolution or ""),
    )


# ── Money ────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class SoFar:
    """The months of a year up to the one that is reported: a span, as the open book's summaries take it."""

    months: tuple[Month, ...]

    @property
    def start(self) -> date:
        return self.months[0].start

    @property
    def end(self) -> date:
        return self.months[-1].end


def _money(report: Report) -> contents.Money | None:
    """None while the quarter's financial year has no budget."""
    alliance, quarter = report.alliance, report.period
    year = quarter.financial_year
    budget = Budget.objects.of(alliance).containing(quarter.start).first()
    if budget is None:
        return None
    so_far = SoFar(
        tuple(month for month in year.months if month.start <= min(quarter.end, report.covers_until))
    )
    of_year, of_quarter = spending(alliance, so_far, budget), spending(alliance, quarter, budget)

    def spends(year_totals, quarter_totals) -> tuple[contents.Spend, ...]:
        in_quarter = {(one.name, one.value): one.spent for one in quarter_totals}
        return tuple(
            contents.Spend(one.name, in_quarter.get((one.name, one.value), ZERO), one.spent, one.budget)
            for one in year_totals
        )

    paid_in = pool(budget)
    closed = dict(
        Period.objects.of(alliance).filter(closed_at__isnull=False).values_list("month", "closed_at")
    )
    return contents.Money(
        year=year.label,
        brought_forward=paid_in.brought_forward,
        pool=paid_in.available,
        spent_in_quarter=of_quarter.spent,
        spent_in_year=of_year.spent,
        contributions=tuple(
            contents.Contribution(participant.name, agreed, received)
            for participant, agreed, received in paid_in.by_participant
        ),
        lines=spends(of_year.by_line, of_quarter.by_line),
        participants=spends(of_year.by_participant, of_quarter.by_participant),
        categories=spends(of_year.by_category, of_quarter.by_category),
        months=tuple(
            contents.MonthOfMoney(
                label=one.month.short_label,
                ends_on=one.month.end,
                spent=total.spent,
                reported=len(one.done),
                expected=one.expected,
                missing=one.missing,
                closed_on=timezone.localdate(closed[one.month.start]) if one.month.start in closed else None,
                in_quarter=one.month in quarter.months,
            )
            for one, total in zip(reported(alliance, so_far.months), of_year.by_month, strict=True)
        ),
        outlook=_outlook(report),
        queries=tuple(
            contents.QueryOpen(
                number=one.number,
                asked_by=one.asking.name,
                asked_of=one.answering.name,
                line=one.budget_line.name,
                month=one.period.label,
                asked_on=one.asked_on,
                days=one.days,
                answered=one.state == "answered",
            )
            for one in unresolved(alliance).queries
        ),
        restated=tuple(
            contents.MonthRestated(
                month=one.period.label,
                participant=one.participant.name,
                line=one.budget_line.name,
                category=one.account.name,
                original=one.original,
                restated=one.restated,
                decision=one.decision.number,
            )
            for one in restatements(
                alliance, Restatement.objects.of(alliance).within(so_far).with_what_it_names()
            )
        ),
    )


def _outlook(report: Report) -> contents.Outlook | None:
    found = for_report(report.alliance, report.period)
    return found and contents.Outlook(
        spent=found.spent,
        year_end=found.year_end,
        variance=found.variance.sentence,
        percent=found.percent,
        beyond=found.beyond,
        plans=tuple(
            contents.PlanOpen(one.number, one.budget_line.name, one.state == "written", one.due_on)
            for one in found.plans
        ),
    )


# ── Learning ─────────────────────────────────────────────────────────────────


def _learning(learned: Learning) -> contents.Learning:
    return contents.Learning(
        reviews=tuple(
            contents.ReviewHeld(one.number, one.title, one.held_on, one.present, one.absent, one.answers)
            for one in learned.reviews
        ),
        experiments=tuple(
            contents.ExperimentTold(
                number=one.number,
                title=one.title,
                question=one.question,
                state=f"{one.status}: {one.turned_out.lower()}" if one.turned_out else one.status,
                started_on=one.started_on,
                ends_on=one.ends_on,
                ended_on=one.ended_on,
                learned=one.learned,
            )
            for one in (*learned.ended, *learned.running)
        ),
        actions_agreed=learned.actions.agreed,
        actions_done=learned.actions.done,
        actions_let_go=learned.actions.let_go,
        actions=tuple(
            contents.ActionOpen(one.number, one.what, one.taken_by, one.due_on)
            for one in learned.actions.open
        ),
    )


def _measure(analysis: Analysis) -> contents.MeasureKept:
    measure = analysis.measure
    return contents.MeasureKept(
        name=measure.name,
        tells=measure.tells,
        unit=measure.unit,
        source=measure.source,
        direction=measure.direction,
        is_mandatory=measure.mandatory_return,
        screening=measure.screening,
        baseline=measure.baseline,
        rebases=tuple(phase.first for phase in analysis.xmr.phases[1:]),
        labels=tuple(month.short_label for month in analysis.months),
        values=tuple(Decimal(one.figure) for one in analysis.observations),
        remarks=tuple(contents.Remark(note.position, note.text) for note in analysis.notes),
    )


# ── Gaps ─────────────────────────────────────────────────────────────────────


def _gaps(report, decisions, money, learned: Learning, check: contents.SelfCheck) -> Iterator[Gap]:
    """What is missing, room by room. Whatever can be seen from the record is found here and nowhere asked for."""
    today = timezone.localdate(report.cut_off)
    for sentence in check.breaks:
        yield Gap("Self-check", sentence)
    for one in decisions.undecided:
        if one.state.startswith("Not agreed"):
            yield Gap(
                "Decisions", f"Proposal {one.number}, “{one.title}”: {one.state[0].lower()}{one.state[1:]}."
            )
    for sentence in minuting.unfinished(report.alliance, today):
        yield Gap("Meetings", sentence)
    overdue = Ratification.objects.of(report.alliance).overdue(today)
    for one in overdue.select_related("decision__wording", "participant").order_by("due_on", "pk"):
        yield Gap(
            "Decisions",
            f"Decision {one.decision.number}, “{one.decision.title}”: {one.participant.short_name}’s board was to "
            f"ratify it by {_day(one.due_on)}. It has no effect.",
        )
    urgent = UrgentAction.objects.of(report.alliance).overdue(today).select_related("participant")
    for one in urgent.order_by("number"):
        yield Gap(
            "Decisions",
            f"{one}, by {one.participant.short_name}, was to be reported by {_day(one.report_by)}.",
        )
    if money is None:
        yield Gap("Open book", "This financial year has no budget in the open book.")
    else:
        for month in money.months:
            if month.ends_on >= today:
                continue
            lacking = ["not closed"] if month.closed_on is None else []
            if month.missing:
                names = joined(month.missing)
                lacking.append(f"no cost return from {names} ({month.reported} of {month.expected} reported)")
            if lacking:
                yield Gap("Open book", f"{month.label}: {'; '.join(lacking)}.")
        for one in money.outlook.plans if money.outlook else ():
            if not one.written and one.due_on < today:
                yield Gap(
                    "Open book",
                    f"Action plan {one.number}, for {one.line}, was to be written by {_day(one.due_on)}.",
                )
    for one in learned.actions.open:
        if one.due_on and one.due_on < today:
            yield Gap(
                "Learning",
                f"Action {one.number} is overdue since {_day(one.due_on)}: {one.what} ({one.taken_by}).",
            )
    for one in Experiment.objects.filter(alliance=report.alliance).past_their_end(today).order_by("number"):
        yield Gap(
            "Learning", f"Experiment {one.number}, “{one.title}”, should have ended on {_day(one.ends_on)}."
        )


def _day(on: date) -> str:
    return f"{on.day} {on:%B %Y}"
