"""Gathering a report's facts from every room, at one moment; what is not there yet is a gap (rule 54)."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from django.utils import timezone

from alliance.assurance import contents
from alliance.assurance.contents import Contents, Gap
from alliance.assurance.models import Report
from alliance.core import invariants
from alliance.core.models import EventHead
from alliance.core.periods import FinancialYear, Month
from decisions.lifecycle import State
from decisions.models import Decision, Objection, Proposal
from learning.analysis import Analysis
from learning.models import Experiment
from learning.summaries import Learning, learning_between
from ledger.models import Balance, Budget, CostReturn, Period
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
    agreed = proposals.filter(decision__in=sealed).prefetch_related("current_wording__tests__principle")
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
                stand.participant.short_name, stand.position.get_stance_display(), stand.position.spoken_by
            )
            for stand in proposal.tally.answered
        ),
        objections=_objections(proposal, principles),
    )


def _was_waiting(proposal: Proposal, report: Report) -> bool:
    """Without a decision on the last day, and not yet told as withdrawn or out of time in an earlier quarter."""
    if proposal.withdrawn_at:
        return timezone.localdate(proposal.withdrawn_at) >= report.period.start
    return proposal.answer_by >= report.period.start


def _undecided(proposal: Proposal, principles: dict[int, str]) -> contents.Undecided:
    state = proposal.outcome
    if proposal.state == State.AGREED:  # after the quarter: the next report tells it in full
        state = f"{state} since, on {_day(proposal.decision.decided_on)}"
    return contents.Undecided(
        number=proposal.number,
        title=proposal.title,
        state=state,
        opened_on=timezone.localdate(proposal.opened_at),
        answer_by=proposal.answer_by,
        asked=len(proposal.tally.stands),
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


def _money(report: Report) -> contents.Money | None:
    """None while the quarter's financial year has no budget."""
    alliance, quarter = report.alliance, report.period
    year = FinancialYear.containing(quarter.start, alliance.year_starts_in)
    budget = Budget.objects.of(alliance).containing(quarter.start).first()
    if budget is None:
        return None
    months = [
        month for month in year.months if month.start <= report.covers_until and month <= quarter.months[-1]
    ]
    in_quarter = {month.start for month in quarter.months}
    costs = Balance.objects.of(alliance).costs().within(year).filter(month__lte=months[-1].start)

    def spent_by(*keys: str) -> dict[tuple, tuple[Decimal, Decimal]]:
        """What was spent in the quarter and in the year so far, for each value of the keys."""
        found = defaultdict(lambda: (Decimal("0.00"), Decimal("0.00")))
        for row in costs.net_by(*keys, "month"):
            of_quarter, of_year = found[tuple(row[key] for key in keys)]
            found[tuple(row[key] for key in keys)] = (
                of_quarter + (row["net"] if row["month"] in in_quarter else 0),
                of_year + row["net"],
            )
        return found

    def spends(
        spent: dict, names: list[tuple[tuple, str]], budgets: dict | None = None
    ) -> tuple[contents.Spend, ...]:
        return tuple(contents.Spend(name, *spent[key], (budgets or {}).get(key)) for key, name in names)

    by_line, by_participant = spent_by("budget_line"), spent_by("participant")
    by_category, by_month = spent_by("account__code", "account__name"), spent_by("month")
    lines = list(budget.lines.order_by("place"))
    parties = {one.pk: one for one in Participant.objects.filter(alliance=alliance).order_by("place")}
    contributions = tuple(
        contents.Contribution(parties[one.participant_id].short_name, one.amount)
        for one in budget.contributions.order_by("participant__place")
    )
    known = {(line.pk,) for line in lines}
    elsewhere = [(key, "Not on a budget line") for key in by_line if key not in known]
    total_quarter, total_year = spent_by()[()]
    return contents.Money(
        year=year.label,
        brought_forward=budget.brought_forward,
        pool=budget.brought_forward + sum(one.agreed for one in contributions),
        spent_in_quarter=total_quarter,
        spent_in_year=total_year,
        contributions=contributions,
        lines=spends(
            by_line,
            [((line.pk,), line.name) for line in lines] + elsewhere,
            {(line.pk,): line.amount for line in lines},
        ),
        participants=spends(
            by_participant,
            [((pk,), one.short_name) for pk, one in parties.items() if (pk,) in by_participant],
        ),
        categories=spends(by_category, [(key, key[1]) for key in sorted(by_category)]),
        months=tuple(_months(report, months, by_month, parties)),
    )


def _months(
    report: Report, months: list[Month], spent: dict, parties: dict[int, Participant]
) -> Iterator[contents.MonthOfMoney]:
    """A provider that was active on a month's last day is expected to report it."""
    closed = dict(
        Period.objects.of(report.alliance).filter(closed_at__isnull=False).values_list("month", "closed_at")
    )
    returns = defaultdict(set)
    for month, participant in (
        CostReturn.objects.of(report.alliance).in_the_book().values_list("month", "participant").distinct()
    ):
        returns[month].add(participant)
    for month in months:
        expected = [
            one
            for one in parties.values()
            if one.kind == Participant.Kind.PROVIDER and one.is_active(month.end)
        ]
        missing = [one.short_name for one in expected if one.pk not in returns[month.start]]
        yield contents.MonthOfMoney(
            label=month.short_label,
            ends_on=month.end,
            spent=spent[(month.start,)][1],
            reported=len(expected) - len(missing),
            expected=len(expected),
            missing=tuple(missing),
            closed_on=timezone.localdate(closed[month.start]) if month.start in closed else None,
            in_quarter=month in report.period.months,
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
    if money is None:
        yield Gap("Open book", "This financial year has no budget in the open book.")
    else:
        for month in money.months:
            if month.ends_on < today and month.closed_on is None:
                yield Gap("Open book", f"{month.label} is not closed.")
            if month.ends_on < today and month.missing:
                names = ", ".join(month.missing)
                yield Gap(
                    "Open book",
                    f"No cost return for {month.label} from {names}: {month.reported} of {month.expected} reported.",
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
