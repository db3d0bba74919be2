"""What the book's pages ask again and again, put into words once (ADR 27); whatever comes knows its alliance."""

from collections.abc import Iterable

from alliance.core.questions import Question
from decisions.models import Decision
from ledger.models import Budget, BudgetLine
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


def with_decisions(alliance: Alliance, *rows: Iterable) -> None:
    """Each row that names a `decision` gets it, with its number and its day alone. One question for all of them."""
    named = [one for some in rows for one in some if one is not None and one.decision_id]
    found = _decisions(pks=list({one.decision_id for one in named}))
    by_pk = {one.pk: one for one in knowing(alliance, found)}
    for one in named:
        one.decision = by_pk[one.decision_id]


@Question
def _everybody(alliance: int):
    return Participant.objects.filter(alliance_id=alliance)


@Question
def _lines(alliance: int):
    lines = BudgetLine.objects.filter(alliance_id=alliance).as_now()
    return lines.select_related("budget").order_by("-budget__starts_on", "place")


@Question
def _decisions(pks: list[int]):
    return Decision.objects.filter(pk__in=pks).only("alliance", "number", "decided_on")
