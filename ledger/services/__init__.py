"""What people do with the open book. Each function is one act: lock, check, change, record (house 10)."""

from ledger.services.agreed import agree_book_terms, agree_share_terms, change_budget, share_overhead
from ledger.services.checks import Found, finish_check
from ledger.services.corrections import correct_line, reverse_journal
from ledger.services.evidence import add_evidence, note_scan
from ledger.services.exports import export_book, mark_supplier
from ledger.services.mending import explain_names, fix_rows
from ledger.services.payments import agree_transfer, pay_participant, pay_transfer
from ledger.services.pool import close_period, open_year, receive_contribution
from ledger.services.queries import answer_query, ask_about_line, ask_again, settle_query, withdraw_query
from ledger.services.restating import restate
from ledger.services.returns import (
    accept_cost_return,
    match_columns,
    post_cost_return,
    state_nothing_spent,
    submit_cost_return,
    withdraw_cost_return,
)
from ledger.services.timing import accrue, prepay

__all__ = [
    "Found",
    "accept_cost_return",
    "accrue",
    "add_evidence",
    "agree_book_terms",
    "agree_share_terms",
    "agree_transfer",
    "answer_query",
    "ask_about_line",
    "ask_again",
    "change_budget",
    "close_period",
    "correct_line",
    "explain_names",
    "export_book",
    "finish_check",
    "fix_rows",
    "mark_supplier",
    "match_columns",
    "note_scan",
    "open_year",
    "pay_participant",
    "pay_transfer",
    "post_cost_return",
    "prepay",
    "receive_contribution",
    "restate",
    "reverse_journal",
    "settle_query",
    "share_overhead",
    "state_nothing_spent",
    "submit_cost_return",
    "withdraw_cost_return",
    "withdraw_query",
]
