"""What the book's pages ask again and again, put into words once (ADR 27); whatever comes knows its alliance."""

from collections.abc import Iterable
from datetime import date

from django.utils import timezone

from alliance.core.periods import Month
from alliance.core.questions import Question
from decisions.models import Decision
from ledger.models import Budget, BudgetLine, Contribution, Period, Restatement
from participants.models import Alliance, Participant


def knowing(alliance: Alliance, rows: Iterable) -> list:
    """The rows, each with the alliance at hand."""
    rows = list(rows)
    for one in rows:
        one.alliance = alliance
    return rows


def everybody(alliance: Alliance) -> list[Participant]:
    """All who ever took part, in the order of the agreement."""
    return knowing(alliance, _everybody(alliance=alliance.pk))


def budgets(alliance: Alliance) -> list[Budget]:
    """The newest year first, each with its `lines_now`."""
    found = {}
    for line in knowing(alliance, _lines(alliance=alliance.pk)):
        line.budget = found.setdefault(line.budget_id, line.budget)
        line.budget.__dict__.setdefault("lines_now", []).append(line)
    return knowing(alliance, found.values())


def open_months(alliance: Alliance) -> list[Month]:
    """The months for which costs can be sent: open and begun, the newest first."""
    found = _open_months(alliance=alliance.pk, today=timezone.localdate())
    return [Month.containing(start) for (start,) in found]


def contributions(budget: Budget, among: Iterable[Participant]) -> list[Contribution]:
    """In the order of the agreement, each as it is now, with its participant."""
    who = {one.pk: one for one in among}
    found = _contributions(budget=budget.pk)
    for one in found:
        one.participant = who[one.participant_id]
    return found


def decisions(alliance: Alliance, pks: Iterable[int | None]) -> dict[int, Decision]:
    """Those decisions by their ids, each with its number and its day alone."""
    found = _decisions(pks=[pk for pk in set(pks) if pk])
    return {one.pk: one for one in knowing(alliance, found)}


def with_decisions(alliance: Alliance, rows: Iterable) -> list:
    """The rows, each with the decision that it names, as `decisions` has it. One question for all of them."""
    rows = list(rows)
    found = decisions(alliance, (one.decision_id for one in rows))
    for one in rows:
        one.decision = found.get(one.decision_id)
    return rows


def restatements(alliance: Alliance, rows: Iterable[Restatement]) -> list[Restatement]:
    """With all that templates/ledger/restated.html says of each, where they are `with_what_it_names`."""
    found = with_decisions(alliance, knowing(alliance, rows))
    knowing(alliance, (one.journal for one in found))
    return found


@Question
def _everybody(alliance: int):
    return Participant.objects.filter(alliance_id=alliance)


@Question
def _lines(alliance: int):
    lines = BudgetLine.objects.filter(alliance_id=alliance).as_now()
    return lines.select_related("budget").order_by("-budget__starts_on", "place")


@Question
def _open_months(alliance: int, today: date):
    periods = Period.objects.filter(alliance_id=alliance).open().begun(today).order_by("-month")
    return periods.values_list("month")


@Question
def _contributions(budget: int):
    return Contribution.objects.filter(budget_id=budget).as_now()


@Question
def _decisions(pks: list[int]):
    return Decision.objects.filter(pk__in=pks).only("alliance", "number", "decided_on")
