"""What people do with the open book. Each function is one act: lock, check, change, record (house 10)."""

from ledger.services.checks import Found, finish_check
from ledger.services.corrections import reverse_journal
from ledger.services.mending import explain_names, fix_rows
from ledger.services.pool import close_period, open_year, receive_contribution
from ledger.services.returns import (
    accept_cost_return,
    match_columns,
    post_cost_return,
    state_nothing_spent,
    submit_cost_return,
    withdraw_cost_return,
)

__all__ = [
    "Found",
    "accept_cost_return",
    "close_period",
    "explain_names",
    "finish_check",
    "fix_rows",
    "match_columns",
    "open_year",
    "post_cost_return",
    "receive_contribution",
    "reverse_journal",
    "state_nothing_spent",
    "submit_cost_return",
    "withdraw_cost_return",
]
