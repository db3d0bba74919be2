"""A book for tests, through the real services. Harbour Alliance's year 2026–27 has 600,000.00."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from alliance.core.outbox import do_all_due
from alliance.core.periods import FinancialYear, Month
from ledger import services
from ledger.models import ActionPlan, Budget, BudgetLine, CostReturn, Entry, Evidence, Period, Query
from ledger.services import accept_cost_return, open_year, submit_cost_return

YEAR = FinancialYear(2026)
OCTOBER, NOVEMBER = Month(2026, 10), Month(2026, 11)
LINES = [
    ("Housing first", Decimal("320000.00")),
    ("Street outreach", Decimal("180000.00")),
    ("Peer support", Decimal("70000.00")),
]
HEADINGS = "Date,Supplier,Description,Amount,Category,Budget line,Reference,Evidence"


def make_book(cast, year: FinancialYear = YEAR, **facts) -> Budget:
    """The council puts in 400,000.00, Haven 120,000.00 and Beacon 80,000.00; 30,000.00 is for contingencies."""
    given = {
        "contributions": {
            cast.council: Decimal("400000.00"),
            cast.haven: Decimal("120000.00"),
            cast.beacon: Decimal("80000.00"),
        },
        "lines": LINES,
        "contingency": Decimal("30000.00"),
        "by": cast.hana,
    } | facts
    return open_year(alliance=cast.alliance, year=year, **given)


def csv_of(rows: Sequence[str], headings: str = HEADINGS) -> bytes:
    return "\r\n".join([headings, *rows, ""]).encode()


def cost(
    amount: str = "120.00",
    day: str = "03/11/2026",
    line: str = "Housing first",
    category: str = "Subcontract",
    supplier: str = "Quayside Cleaning",
    what: str = "Cleaning",
    reference: str = "INV-1",
) -> str:
    """One row of a return's file."""
    amount = f'"{amount}"' if "," in amount else amount
    return f"{day},{supplier},{what},{amount},{category},{line},{reference},invoice"


def send_return(
    cast, rows: Sequence[str] | bytes, month: Month = NOVEMBER, participant=None, by=None, **facts
) -> CostReturn:
    """A return that a worker has checked."""
    content = rows if isinstance(rows, bytes) else csv_of(rows)
    cost_return = submit_cost_return(
        participant=participant or cast.haven,
        month=month,
        name=facts.pop("name", "costs.csv"),
        content=content,
        by=by or cast.finn,
        **facts,
    )
    do_all_due()
    cost_return.refresh_from_db()
    return cost_return


def post_return(cast, rows: Sequence[str] | bytes, month: Month = NOVEMBER, **facts) -> CostReturn:
    """A return that is in the book."""
    by = facts.get("by") or cast.finn
    cost_return = send_return(cast, rows, month, **facts)
    accept_cost_return(cost_return=cost_return, by=by)
    do_all_due()
    cost_return.refresh_from_db()
    return cost_return


def period_of(cast, month: Month) -> Period:
    return Period.objects.get(alliance=cast.alliance, month=date(month.year, month.month, 1))


def entry_of(cost_return: CostReturn, row: int = 2) -> Entry:
    """The line of the book that a row of a posted return became."""
    return Entry.objects.select_related("participant", "alliance", "journal").get(
        alliance=cost_return.alliance_id, journal=cost_return.journal_id, source_row=row
    )


def ask(cost_return: CostReturn, asking, by, words: str = "What was cleaned?", row: int = 2) -> Query:
    """A query about a row of a posted return."""
    return services.ask_about_line(entry=entry_of(cost_return, row), asking=asking, words=words, by=by)


def add_evidence(
    cost_return: CostReturn, by, content: bytes = b"%PDF-1.7 invoice", name: str = "invoice.pdf", **facts
) -> Evidence:
    return services.add_evidence(cost_return=cost_return, name=name, content=content, by=by, **facts)


def open_plan(cast, line: str = "Housing first", amount: str = "400000.00", **facts) -> ActionPlan:
    """A plan for a line of 320,000.00 on which Haven expects to spend more, as the clock opens it."""
    given = {"participant": cast.haven, "by": cast.finn, "reason": "Two more flats."} | facts
    services.say_forecast(
        budget_line=BudgetLine.objects.select_related("budget", "alliance").get(
            alliance=cast.alliance, name=line, budget__starts_on=YEAR.start
        ),
        method="entered",
        amount=Decimal(amount),
        **given,
    )
    services.open_plans(alliance=cast.alliance)
    return ActionPlan.objects.told().get(alliance=cast.alliance, budget_line__name=line)
