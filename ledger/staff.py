"""Pay by grade and full-time equivalents, as posted returns tell it; what no grade is known of is told too (rule 29).

Read from staged lines of pay, which are of three or more already (ledger/pay.py), and held against the book's balance.
"""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, F, Sum

from alliance.core.money import ZERO
from ledger.forms.costs import StaffForm
from ledger.lifecycle import ReturnState
from ledger.models import Balance, Category, ReturnLine
from participants.models import Participant


@dataclass(frozen=True)
class Grade:
    name: str
    fte: Decimal  # on average in the months that have it
    pay: Decimal


@dataclass(frozen=True)
class Staff:
    """A participant's pay. `rest` is what its direct staff cost beside: no grade, too few, or put right since."""

    who: Participant
    grades: tuple[Grade, ...]
    rest: Decimal

    @property
    def pay(self) -> Decimal:
        return self.rest + sum((one.pay for one in self.grades), ZERO)


def pay_by_grade(form: StaffForm) -> list[Staff]:
    """Each participant with direct staff in the months asked for, in the order of the agreement. Two queries."""
    told = ReturnLine.objects.filter(
        alliance=form.alliance,
        cost_return__status=ReturnState.POSTED,
        cost_return__month__range=(form.span.start, form.span.end),
        reading=F("cost_return__reading"),
        fte__gt=0,
    )
    if form.participant_asked:
        told = told.filter(cost_return__participant=form.participant_asked)
    if form.line_asked:
        told = told.filter(budget_line=form.line_asked)
    grades: dict[int, list[Grade]] = {}
    for whose, name, fte, months, pay in (
        told.values("cost_return__participant", "grade")
        .annotate(of=Sum("fte"), months=Count("cost_return__month", distinct=True), pay=Sum("amount"))
        .order_by("grade")
        .values_list("cost_return__participant", "grade", "of", "months", "pay")
    ):
        average = (fte / months).quantize(Decimal("0.01"))
        grades.setdefault(whose, []).append(Grade(name, average, pay))
    balances = form.within(Balance.objects).filter(account__category=Category.DIRECT_STAFF)
    spent = dict(
        balances.values("participant")
        .annotate(all=Sum(F("debit") - F("credit")))
        .values_list("participant", "all")
    )
    return [
        Staff(one, of_one, spent.get(one.pk, ZERO) - sum((grade.pay for grade in of_one), ZERO))
        for one in form.participants
        if (of_one := tuple(grades.get(one.pk, ()))) or spent.get(one.pk)
    ]
