"""A cost in the month to which it belongs (rule 34)."""

from decimal import Decimal

from django.db import transaction

from alliance.core.models import Document, Words
from alliance.core.money import ZERO, pounds
from alliance.core.periods import Month
from alliance.core.record import record
from alliance.core.refusals import NotPossible
from alliance.core.uploads import Upload
from ledger import chart, permissions, posting
from ledger.models import Accrual, BudgetLine, Category, Journal
from ledger.recovery import not_a_cost
from ledger.timing import spread
from participants.models import Participant


@transaction.atomic
def accrue(
    *,
    participant: Participant,
    month: Month,
    category: Category,
    budget_line: BudgetLine,
    amount: Decimal,
    reason: str,
    evidence: Upload | None = None,
    by,
) -> Accrual:
    """Add to a month a cost whose paper has not come; it reverses itself on day 1 of the next (rule 34)."""
    made = _Making(Accrual.Kind.ACCRUAL, participant, month, category, budget_line, amount, 1, by)
    if there := made.before(reason):
        return there
    journal = made.post(Journal.Kind.ACCRUAL, month, made.amount, chart.ACCRUED)
    posting.need_month(participant.alliance_id, month.next)
    undone = posting.post_reversal(journal, month=month.next, day=month.next.start, reason=None, by=by)
    beside = [posting.digest_of(undone)]
    return made.keep(journal, reason, evidence, undone=undone.number, beside=beside)


@transaction.atomic
def prepay(
    *,
    participant: Participant,
    month: Month,
    months: int,
    category: Category,
    budget_line: BudgetLine,
    amount: Decimal,
    reason: str,
    evidence: Upload | None = None,
    by,
) -> Accrual:
    """Take out of a month what the `months` after it use; each of them gets its part, to the penny (rules 34, 37)."""
    if not 1 <= months <= 36:
        raise NotPossible("A prepayment is used up within 1 to 36 months.")
    made = _Making(Accrual.Kind.PREPAYMENT, participant, month, category, budget_line, amount, months, by)
    if there := made.before(reason):
        return there
    journal = made.post(Journal.Kind.PREPAYMENT, month, -made.amount, chart.PREPAID)
    used = []
    _, *parts = spread(made.kind, month, months, made.amount)
    for place, (later, part) in enumerate(parts, 1):
        posting.need_month(participant.alliance_id, later)
        if part != ZERO:
            used.append(made.post(Journal.Kind.PREPAYMENT_USED, later, part, chart.PREPAID, f"/{place}"))
    beside = [posting.digest_of(one) for one in used]
    return made.keep(journal, reason, evidence, used=[one.number for one in used], beside=beside)


class _Making:
    """One accrual or prepayment as it is made: its facts, its journals, its row."""

    def __init__(self, kind, participant, month, category, budget_line, amount, months, by):
        permissions.send_return.check(by, participant=participant)
        posting.hold_open(participant.alliance_id, month)
        posting.hold_fund(participant.alliance_id)
        self.kind, self.participant, self.month, self.months, self.by = kind, participant, month, months, by
        self.budget_line, self.amount = budget_line, pounds(amount)
        self.accounts = chart.accounts(participant.alliance_id)
        self.cost = next(one for one in self.accounts.values() if one.category == category)
        self.number = Accrual.objects.filter(alliance_id=participant.alliance_id).count() + 1
        if self.amount <= 0:
            raise NotPossible(f"{self.kind.label}: enter an amount of more than nothing.")
        if months > 1 and self.amount < months * Decimal("0.01"):
            raise NotPossible("There is not a penny for each month.")
        if why_not := not_a_cost(participant, category, month.end):
            raise NotPossible(why_not)

    def before(self, reason: str) -> Accrual | None:
        """The very same, made by the same person before: sending it twice is sending it once."""
        return Accrual.objects.filter(
            participant=self.participant,
            kind=self.kind,
            month=self.month.start,
            months=self.months,
            account=self.cost,
            budget_line=self.budget_line,
            amount=self.amount,
            reason__text=reason.strip(),
            made_by=self.by,
        ).first()

    def post(
        self, kind: Journal.Kind, month: Month, amount: Decimal, against: str, part: str = ""
    ) -> Journal:
        said = f"{kind.label} {self.number}, {self.participant.name}"
        journal, _ = posting.post(
            alliance_id=self.participant.alliance_id,
            month=month,
            day=month.start if part else month.end,
            kind=kind,
            description=said,
            source=kind.label.lower(),
            key=f"{self.number}{part}",
            lines=[
                posting.Line(self.cost, self.participant, amount, self.budget_line, description=said),
                posting.Line(self.accounts[against], self.participant, -amount, description=said),
            ],
            by=self.by,
        )
        return journal

    def keep(self, journal: Journal, reason: str, evidence: Upload | None, **told) -> Accrual:
        alliance_id = self.participant.alliance_id
        words = Words.need(alliance_id, reason, f"Say what the {self.kind.label.lower()} is for.")
        document = evidence and Document.keep(
            alliance_id=alliance_id,
            name=evidence.name,
            content=evidence.content,
            media_type=evidence.media_type,
            by=self.by,
        )
        made = Accrual.objects.create(
            alliance_id=alliance_id,
            number=self.number,
            kind=self.kind,
            participant=self.participant,
            account=self.cost,
            budget_line=self.budget_line,
            month=self.month.start,
            months=self.months,
            amount=self.amount,
            reason=words,
            evidence=document,
            journal=journal,
            made_by=self.by,
        )
        told |= {
            "number": self.number,
            "participant": self.participant,
            "month": self.month.slug,
            "category": self.cost.name,
            "line": self.budget_line.name,
            "amount": self.amount,
            "reason": words,
            "evidence": document and document.sha256,
            "journal": journal.number,
            "digest": posting.digest_of(journal),
        }
        if self.kind == Accrual.Kind.ACCRUAL:
            record("ledger.accrued", made, by=self.by, **told)
        else:
            record("ledger.prepaid", made, by=self.by, months=self.months, **told)
        return made
