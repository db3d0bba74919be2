"""What people do with the open book. Each function is one act: lock, check, change, record (house 10)."""

from ledger.services.agreed import agree_book_terms, agree_share_terms, change_budget, share_overhead
from ledger.services.checks import Found, finish_check
from ledger.services.corrections import correct_line, reverse_journal
from ledger.services.evidence import add_evidence, note_scan
from ledger.services.exports import export_book, mark_supplier
from ledger.services.forecasts import (
    finish_plan,
    let_plan_go,
    open_plans,
    propose_virement,
    say_forecast,
    write_plan,
)
from ledger.services.mending import declare_total, explain_names, fix_rows
from ledger.services.own_statements import confirm_own_books, state_vat
from ledger.services.payments import agree_transfer, pay_participant, pay_transfer
from ledger.services.pool import close_period, open_year, receive_contribution
from ledger.services.queries import (
    answer_query,
    ask_about_line,
    ask_again,
    close_query,
    settle_query,
    withdraw_query,
)
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
from ledger.services.year_end import (
    agree_underspend,
    ask_for_memorandum_paper,
    close_year,
    download_memorandum,
    draw_memorandum_again,
    keep_memorandum_paper,
)

__all__ = [
    "Found",
    "accept_cost_return",
    "accrue",
    "add_evidence",
    "agree_book_terms",
    "agree_share_terms",
    "agree_transfer",
    "agree_underspend",
    "answer_query",
    "ask_about_line",
    "ask_again",
    "ask_for_memorandum_paper",
    "change_budget",
    "close_period",
    "close_query",
    "close_year",
    "confirm_own_books",
    "correct_line",
    "declare_total",
    "download_memorandum",
    "draw_memorandum_again",
    "explain_names",
    "export_book",
    "finish_check",
    "finish_plan",
    "fix_rows",
    "keep_memorandum_paper",
    "let_plan_go",
    "mark_supplier",
    "match_columns",
    "note_scan",
    "open_plans",
    "open_year",
    "pay_participant",
    "pay_transfer",
    "post_cost_return",
    "prepay",
    "propose_virement",
    "receive_contribution",
    "restate",
    "reverse_journal",
    "say_forecast",
    "settle_query",
    "share_overhead",
    "state_nothing_spent",
    "state_vat",
    "submit_cost_return",
    "withdraw_cost_return",
    "withdraw_query",
    "write_plan",
]
