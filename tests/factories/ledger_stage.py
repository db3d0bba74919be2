"""What every example of test_ledger_machine.py begins with, and what its tables say beside its model."""

from decimal import Decimal

from alliance.core.models import Errand
from alliance.core.outbox import do
from alliance.core.periods import Month
from ledger import services
from participants.standing import enter
from tests.factories.decided import line_of, transfer, virement_terms
from tests.factories.decisions import answer
from tests.factories.effects import propose_effect
from tests.factories.ledger import YEAR, cost, make_book, period_of, post_return
from tests.factories.ledger_model import (
    BEACON,
    HAVEN,
    HOUSING,
    LAST_YEAR,
    OWED,
    RESTATEMENTS,
    SUBCONTRACT,
    UNDERSPENDS,
    VIREMENTS,
    Model,
    Posted,
    Sent,
)

D = Decimal
MONTHS = [Month(2026, 10).shifted(by) for by in range(12)]  # October is closed; January has not ended
NAMES = ["Housing first", "Street outreach", "Peer support"]

TABLES = """
select concat_ws(' ', 'balance', a.code, b.participant_id, coalesce(b.budget_line_id, 0), b.month),
       concat_ws(' ', b.debit, b.credit, b.count)
    from ledger_balance b join ledger_account a on a.id = b.account_id
    where b.alliance_id = %(alliance)s and b.month >= '2026-10-01'
union all select concat('return ', number), status from ledger_costreturn where alliance_id = %(alliance)s
union all select concat('line ', l.id), (l.amount + coalesce(sum(m.amount), 0))::text from ledger_budgetline l
    left join ledger_move m on m.budget_line_id = l.id where l.budget_id = %(budget)s group by l.id
union all select 'closed', count(*)::text from ledger_period
    where alliance_id = %(alliance)s and month >= '2026-10-01' and closed_at is not null
union all select concat_ws(' ', 'vat', participant_id, version), concat_ws(' ', percent, since)
    from ledger_vatstatement where alliance_id = %(alliance)s
union all select concat_ws(' ', 'forecast', participant_id, budget_line_id, version), amount::text
    from ledger_forecast where alliance_id = %(alliance)s
union all select concat_ws(' ', 'own books', participant_id, month, version), concat_ws(' ', book, own)
    from ledger_ownbooks where alliance_id = %(alliance)s
union all select 'last year', concat_ws(' ', net, carried_forward) from ledger_yearend where alliance_id = %(alliance)s
union all select 'journals', concat_ws(' ', count(*), max(number)) from ledger_journal where alliance_id = %(alliance)s
"""


def do_errands_of_the_book() -> None:
    """What is due in the book; letters have tests of their own."""
    due = Errand.objects.due().filter(kind__startswith="ledger.").order_by("due_at")
    for errand in due.values_list("pk", flat=True):
        do(errand)


class Stage:
    """What every example finds: last year's months closed, October with 120.00 of Haven's staff, a transfer agreed to
    Beacon, and virements, restatements and what becomes of last year's rest, to which only Beacon has yet to agree."""

    def __init__(self, cast):
        self.cast = cast
        self.parties = [cast.council, cast.haven, cast.beacon]
        self.senders = {HAVEN: cast.finn, BEACON: cast.rosa}
        funded = dict(zip(self.parties, LAST_YEAR, strict=True))
        lines = [("Housing first", sum(LAST_YEAR))]
        self.last_year = make_book(cast, YEAR.previous, contributions=funded, lines=lines, contingency=D(0))
        self.budget = make_book(cast)
        self.lines = [line_of(self.budget, name) for name in NAMES]
        self.contributions = {one.participant_id: one for one in self.budget.contributions.all()}
        post_return(cast, [cost("120.00", day="03/10/2026")], MONTHS[0])
        for month in self.last_year.year.months + self.budget.year.months[:7]:
            services.close_period(period=period_of(cast, month), by=cast.hana)
        transfer(cast.beacon)
        self.virements = [
            self.put("virement", **virement_terms(self.budget, **{self.slug(k): v for k, v in one.items()}))
            for one in VIREMENTS
        ]
        self.restatements = [
            self.put(
                "restatement",
                participant=cast.haven,
                budget_line=self.lines[line],
                month=MONTHS[0].start,
                category="subcontract",
                original=original,
                restated=restated,
            )
            for line, original, restated in RESTATEMENTS
        ]
        self.underspends = [
            self.put(
                "underspend",
                budget=self.last_year.pk,
                budget_name="2025–26",
                what=what,
                amount=amount,
            )
            for what, amount in UNDERSPENDS
        ]
        do_errands_of_the_book()  # no example need do these again
        self.model = Model()
        self.model.journals = [
            Posted("contributions_agreed", -18, []),
            Posted("contributions_agreed", -6, []),
            Posted(
                "cost_return",
                0,
                [(SUBCONTRACT, HAVEN, HOUSING, D("120.00")), (OWED, HAVEN, None, D("-120.00"))],
            ),
        ]
        self.model.sent = [Sent(HAVEN, 0, "2026-10", [], "posted", 3)]

    def slug(self, line: int) -> str:
        return self.lines[line].slug.replace("-", "_")

    def put(self, kind: str, **terms):
        proposal = propose_effect(self.cast.alliance, kind, **terms)
        answer(proposal, self.cast.council, self.cast.carol)
        answer(proposal, self.cast.haven, self.cast.pat)
        return proposal

    def come_in(self) -> None:
        for one in (self.cast.hana, self.cast.finn, self.cast.rosa):
            enter(one, self.cast.alliance.slug)

    def say(self, model: Model) -> dict[str, str]:
        """What the tables ought to say."""
        said = {}
        for (account, whose, line, month), (debit, credit, count) in model.balances().items():
            budget_line = 0 if line is None else self.lines[line].pk
            where = f"{account} {self.parties[whose].pk} {budget_line} {MONTHS[month].start}"
            said[f"balance {where}"] = f"{debit:.2f} {credit:.2f} {count}"
        said |= {f"return {number}": one.status for number, one in enumerate(model.sent, 1)}
        said |= {f"line {self.lines[n].pk}": f"{model.line_now(n):.2f}" for n in range(len(self.lines))}
        for (what, whose, *of), versions in model.stated.items():
            where = [MONTHS[of[0]].start] if what == "own books" else [self.lines[one].pk for one in of]
            for version, (first, *more) in enumerate(versions, 1):
                more = [MONTHS[more[0]].start] if what == "vat" else more[:1]
                place = " ".join(map(str, [what, self.parties[whose].pk, *where, version]))
                said[place] = " ".join(map(str, [first, *more]))
        if model.carried is not None:
            said["last year"] = f"600.00 {model.carried}"
        last = f"{len(model.journals)} {len(model.journals)}"
        return said | {"closed": str(model.closed), "journals": last}
