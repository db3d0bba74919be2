"""The open book: one budget that everybody in the alliance can follow and nobody can bend (rules 26 to 43).

What PostgreSQL promises about these tables is in sql/book.sql. Every table begins its keys with the alliance.
Amounts are pounds with two places; in the book a debit is positive and a credit negative.
"""

from ledger.models.account import Account, Category
from ledger.models.agreement import (
    BookTerms,
    BudgetChange,
    ContributionChange,
    Move,
    Overhead,
    OverheadBasis,
    ShareTerms,
    SplitShare,
)
from ledger.models.budget import Budget, BudgetLine, Contribution
from ledger.models.cost_return import CostReturn, OwnName, ReturnLine, ReturnProblem, RowFix
from ledger.models.evidence import Evidence
from ledger.models.export import BookExport, SupplierMark
from ledger.models.forecast import ActionPlan, Forecast, PlanStep
from ledger.models.fund import Fund, Period
from ledger.models.journal import Balance, Entry, Journal
from ledger.models.own_books import OwnBooks
from ledger.models.postings import Accrual, Correction, Restatement, Transfer
from ledger.models.query import Query, QueryReply
from ledger.models.stretch import Stretch
from ledger.models.vat import VatStatement
from ledger.models.year_end import MemorandumPaper, Underspend, YearEnd, YearShare

__all__ = [
    "Account",
    "Accrual",
    "ActionPlan",
    "Balance",
    "BookExport",
    "BookTerms",
    "Budget",
    "BudgetChange",
    "BudgetLine",
    "Category",
    "Contribution",
    "ContributionChange",
    "Correction",
    "CostReturn",
    "Entry",
    "Evidence",
    "Forecast",
    "Fund",
    "Journal",
    "MemorandumPaper",
    "Move",
    "Overhead",
    "OverheadBasis",
    "OwnBooks",
    "OwnName",
    "Period",
    "PlanStep",
    "Query",
    "QueryReply",
    "Restatement",
    "ReturnLine",
    "ReturnProblem",
    "RowFix",
    "ShareTerms",
    "SplitShare",
    "Stretch",
    "SupplierMark",
    "Transfer",
    "Underspend",
    "VatStatement",
    "YearEnd",
    "YearShare",
]
