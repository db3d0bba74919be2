"""What is forbidden in the book, as somebody at the login role's own prompt might write it (rules 26 to 42)."""

OURS = "(select id from participants_alliance order by id limit 1)"
HAVEN = "(select id from participants_participant where short_name = 'Haven')"
BEACON = "(select id from participants_participant where short_name = 'Beacon')"
SEALED = "(select min(id) from decisions_decision)"
SOMEBODY = "(select min(id) from participants_user)"


def account(code: str) -> str:
    return f"(select id from ledger_account where alliance_id = {OURS} and code = '{code}')"


def header(
    kind: str, month: str = "2026-11-01", count: int = 2, debit: str = "5.00", reverses: str = "null"
) -> str:
    return f"""insert into ledger_journal (alliance_id, number, month, date, kind, description, source, key, input_hash,
            line_count, debit, reverses_id, posted_at)
        values ({OURS}, 9999, '{month}', '{month}', '{kind}', 'By hand', 'test', '1', '', {count}, {debit}, {reverses},
            now());"""


def entry(line: int, code: str, amount: str, whose: str = HAVEN, month: str = "2026-11-01") -> str:
    return f"""insert into ledger_entry (alliance_id, journal_id, line, month, account_id, participant_id,
            budget_line_id, amount, date, supplier, description, reference)
        select alliance_id, id, {line}, '{month}', {account(code)}, {whose},
            case when '{code}' >= '5000' then (select min(id) from ledger_budgetline) end, {amount}, '{month}',
            '', '', '' from ledger_journal where alliance_id = {OURS} and number = 9999;"""


def journal(kind: str, *entries: tuple[str, str], month: str = "2026-11-01", **facts) -> str:
    lines = [entry(place, code, amount, month=month) for place, (code, amount) in enumerate(entries, 1)]
    return header(kind, month, **facts) + "".join(lines)


def opposite(of: str) -> str:
    """A journal reversed by hand, exactly."""
    was = f"(select id from ledger_journal where {of})"
    facts = f"from ledger_journal where {of}"
    return f"""insert into ledger_journal (alliance_id, number, month, date, kind, description, source, key, input_hash,
            line_count, debit, reverses_id, posted_at)
        select alliance_id, 9999, '2026-11-01', '2026-11-01', 'reversal', 'By hand', 'test', '1', '', line_count, debit,
            id, now() {facts};
        insert into ledger_entry (alliance_id, journal_id, line, month, account_id, participant_id, budget_line_id,
            amount, date, supplier, description, reference)
        select e.alliance_id, n.id, e.line, n.month, e.account_id, e.participant_id, e.budget_line_id, -e.amount,
            n.date, '', '', '' from ledger_entry e, ledger_journal n where e.journal_id = {was} and n.number = 9999"""


def budget(decision: str = "null", brought_forward: str = "0", starts_on: str = "2031-04-01") -> str:
    return f"""insert into ledger_budget (alliance_id, starts_on, brought_forward, decision_id, opened_at, opened_by_id)
        values ({OURS}, '{starts_on}', {brought_forward}, {decision}, now(), {SOMEBODY});"""


def forged(table: str) -> str:
    """A heading for a transaction to come, to which something could be added then."""
    return f"""do $$ declare one {table}; begin
        select * into one from {table} limit 1;
        one.id := one.id + 1000003;
        one.txid := '1';
        insert into {table} select one.*;
        if not exists (select from {table} where id = one.id and txid = '1') then
            raise exception 'Kept by {table}: {table}_is_of_now';
        end if; end $$"""


OUT_OF_TURN = f"""do $$ declare before tid := (select ctid from ledger_fund where alliance_id = {OURS}); begin
    {header("payment")}
    if (select ctid from ledger_fund where alliance_id = {OURS}) <> before then
        raise exception 'Kept by ledger_journal: ledger_payment_takes_its_turn';
    end if;
    {entry(1, "2000", "5.00")} {entry(2, "1000", "-5.00")} end $$"""
CHANGE_OUT_OF_TURN = f"""do $$ declare before xid := (select xmax from ledger_fund where alliance_id = {OURS}); begin
    insert into ledger_budgetchange (alliance_id, budget_id, number, kind, decision_id, made_at, made_by_id)
        select {OURS}, max(id), 99, 'virement', {SEALED}, now(), {SOMEBODY} from ledger_budget;
    if (select xmax from ledger_fund where alliance_id = {OURS}) <> before then
        raise exception 'Kept by ledger_budgetchange: ledger_change_meets_no_closed_year';
    end if; end $$"""

LATE_LINES = """insert into ledger_entry (alliance_id, journal_id, line, month, account_id, participant_id,
        budget_line_id, amount, date, supplier, description, reference)
    select alliance_id, journal_id, line + 90, month, account_id, participant_id, budget_line_id, amount, date,
        '', '', '' from ledger_entry"""
LINE_OF_IT = f"""insert into ledger_budgetline (alliance_id, budget_id, place, name, slug, amount, is_contingency)
    select {OURS}, max(id), 1, 'More', 'more', 0, false from ledger_budget"""
CONTRIBUTION_TO_IT = f"""insert into ledger_contribution (alliance_id, budget_id, participant_id, amount)
    select {OURS}, max(id), {HAVEN}, 0 from ledger_budget"""

# The guard that refuses it, when those before it are gone · what is forbidden.
FORBIDDEN = [
    # Journals and their lines (rules 26, 27)
    ("ledger_journal: ledger_journal_balances", journal("cost_return", ("5010", "5.00"), ("2000", "-4.99"))),
    ("ledger_journal: ledger_journal_balances", journal("cost_return", ("5010", "5.00"))),
    ("ledger_journal: ledger_journal_balances", journal("cost_return", ("5010", "4.00"), ("2000", "-4.00"))),
    ("ledger_entry: ledger_entries_are_folded", LATE_LINES),
    ("ledger_entry: entry_is_never_zero", "update ledger_entry set amount = 0"),
    (
        "ledger_journal: journal_does_not_reverse_itself",
        "update ledger_journal set reverses_id = id, kind = 'reversal'",
    ),
    ("ledger_journal: ledger_journal_reverses_id_key", opposite("kind = 'accrual'")),
    ("ledger_journal: ledger_reversal_meets_no_correction", opposite("kind = 'restatement'")),
    ("ledger_journal: ledger_reversal_meets_no_correction", opposite("kind = 'contributions_varied'")),
    (
        "ledger_journal: ledger_reversal_meets_no_correction",
        opposite("id = (select corrects_id from ledger_correction)"),
    ),
    # Balances
    ("ledger_balance: no UPDATE", "update ledger_balance set debit = debit + 1"),
    (
        "ledger_balance: ledger_balance_is_sound",
        """insert into ledger_balance (alliance_id, account_id, participant_id, month, debit, credit, count)
           select alliance_id, account_id, participant_id, '2030-01-01', 1, 0, 1 from ledger_balance
           where budget_line_id is not null limit 1""",
    ),
    # Money that leaves the pool (rule 32)
    (
        "ledger_journal: ledger_payment_is_owed",
        journal("payment", ("2000", "9999999.00"), ("1000", "-9999999.00"), debit="9999999.00"),
    ),
    (
        "ledger_journal: ledger_payment_is_owed",
        header("payment") + entry(1, "2000", "5.00") + entry(2, "1000", "-5.00", BEACON),
    ),
    ("ledger_journal: ledger_payment_takes_its_turn", OUT_OF_TURN),
    *(
        ("ledger_journal: ledger_journal_has_its_reason", journal(kind, (debit, "5.00"), (credit, "-5.00")))
        for kind, debit, credit in (
            ("cost_return", "2000", "1000"),
            ("contribution_received", "1100", "1000"),
            ("contributions_varied", "1100", "3000"),
            ("transfer_out", "3100", "1000"),
        )
    ),
    ("ledger_transfer: transfer_is_more_than_nothing", "update ledger_transfer set amount = -1"),
    (
        "ledger_transfer: transfer_is_paid_by_somebody",
        "update ledger_transfer set paid_at = now(), paid_by_id = null",
    ),
    # Agreed money (rules 30, 31, 35, 38)
    ("ledger_budget: ledger_budget_adds_up", budget(brought_forward="0.01")),
    ("ledger_budget: ledger_budget_is_as_decided", budget(SEALED)),
    ("ledger_budgetline: ledger_budgetline_is_as_decided", budget(SEALED) + LINE_OF_IT),
    ("ledger_contribution: ledger_contribution_is_as_decided", budget(SEALED) + CONTRIBUTION_TO_IT),
    ("ledger_budgetline: no UPDATE", "update ledger_budgetline set amount = amount + 1"),
    ("ledger_budgetline: budget_line_is_not_negative", "update ledger_budgetline set amount = -1"),
    ("ledger_contribution: contribution_is_more_than_nothing", "update ledger_contribution set amount = 0"),
    (
        "ledger_contributionchange: contribution_change_is_never_zero",
        "update ledger_contributionchange set amount = 0",
    ),
    ("ledger_move: move_is_never_zero", "update ledger_move set amount = 0"),
    ("ledger_overheadbasis: basis_is_not_negative", "update ledger_overheadbasis set quantity = -1"),
    ("ledger_bookterms: forecast_percent_is_a_percent", "update ledger_bookterms set forecast_percent = -1"),
    ("ledger_shareterms: share_percents_are_percents", "update ledger_shareterms set gain_share = 101"),
    ("ledger_shareterms: share_target_is_more_than_nothing", "update ledger_shareterms set target = 0"),
    ("ledger_splitshare: share_is_more_than_nothing", "update ledger_splitshare set weight = 0"),
    ("ledger_restatement: restatement_restates", "update ledger_restatement set restated = original"),
    ("ledger_accrual: accrual_is_more_than_nothing", "update ledger_accrual set amount = -1"),
    *(
        (f"{table}: {table}_is_of_now", forged(table))
        for table in (
            "ledger_budget",
            "ledger_budgetchange",
            "ledger_overhead",
            "ledger_shareterms",
            "ledger_yearend",
        )
    ),
    # Months (rule 33)
    (
        "ledger_journal: ledger_journal_opens",
        journal("cost_return", ("5010", "5.00"), ("2000", "-5.00"), month="2026-10-01"),
    ),
    ("ledger_period: ledger_period_frozen", "update ledger_period set closed_at = null, closed_by_id = null"),
    ("ledger_period: period_is_closed_by_somebody", "update ledger_period set closed_at = now()"),
    # Returns, evidence, queries, exports
    (
        "ledger_costreturn: return_is_accepted_by_somebody",
        "update ledger_costreturn set accepted_at = now(), accepted_by_id = null",
    ),
    (
        "ledger_costreturn: return_in_hand_once_per_reference",
        "update ledger_costreturn set status = 'ready', reference = 'the same', journal_id = null",
    ),
    (
        "ledger_costreturn: ledger_return_tells_pay_as_confirmed",
        """update ledger_costreturn set tells_pay = true where status = 'posted';
           update ledger_costreturn set tells_pay = false where status = 'posted'""",
    ),
    (
        "ledger_rowfix: ledger_fix_is_made_in_hand",
        """insert into ledger_rowfix (alliance_id, cost_return_id, sheet, row, field, was, now, fixed_at, fixed_by_id)
           select f.alliance_id, r.id, '', 2, 'amount', '', '1', now(), fixed_by_id
           from ledger_rowfix f, ledger_costreturn r where r.status = 'posted'""",
    ),
    (
        "ledger_evidence: evidence_is_scanned_at_a_time",
        "update ledger_evidence set scan = 'clean', scanned_at = null",
    ),
    (
        "ledger_evidence: evidence_is_superseded_with_a_reason",
        "update ledger_evidence set supersedes_id = id, reason_id = null",
    ),
    ("ledger_query: nobody_queries_its_own_line", "update ledger_query set asking_id = answering_id"),
    (
        "ledger_query: query_is_ended_by_somebody",
        "update ledger_query set ended_at = now(), ended_by_id = null",
    ),
    (
        "ledger_queryreply: ledger_queryreply_moves_it",
        """insert into ledger_queryreply (alliance_id, query_id, number, verb, words_id, participant_id, said_at,
               said_by_id, said_by_name, appointment_id, capacity)
           select alliance_id, query_id, number + 1, 'withdraw', words_id, participant_id, said_at,
               said_by_id, said_by_name, appointment_id, capacity from ledger_queryreply""",
    ),
    (
        "ledger_queryreply: questions_and_answers_are_in_words",
        "update ledger_queryreply set words_id = null",
    ),
    (
        "ledger_bookexport: export_is_of_a_span_or_of_all",
        "update ledger_bookexport set first_month = '2026-10-01', last_month = null",
    ),
    # Forecasts and plans (rule 40), own books
    ("ledger_forecast: forecast_is_not_negative", "update ledger_forecast set amount = -1"),
    ("ledger_actionplan: plan_is_due_later", "update ledger_actionplan set due_on = opened_on"),
    (
        "ledger_ownbooks: difference_from_own_books_is_explained",
        "update ledger_ownbooks set own = book + 1, words_id = null",
    ),
    # The end of a year (rules 39, 42)
    ("ledger_underspend: underspend_carried_is_not_negative", "update ledger_underspend set most = -1"),
    ("ledger_yearend: carried_forward_is_not_negative", "update ledger_yearend set carried_forward = -1"),
    (
        "ledger_memorandumpaper: memorandum_paper_is_drawn_at_a_time",
        "update ledger_memorandumpaper set drawn_at = null",
    ),
    (
        "ledger_budget: ledger_budget_begins_with_what_was_carried",
        budget(brought_forward="5", starts_on="2026-04-01"),
    ),
    (
        "ledger_budgetchange: ledger_change_meets_no_closed_year",
        f"""insert into ledger_budgetchange (alliance_id, budget_id, number, kind, decision_id, made_at, made_by_id)
            select {OURS}, budget_id, 99, 'virement', {SEALED}, now(), {SOMEBODY} from ledger_yearend""",
    ),
    ("ledger_budgetchange: ledger_change_meets_no_closed_year", CHANGE_OUT_OF_TURN),
    ("ledger_budget: ledger_budget_begins_with_what_was_carried", budget(starts_on="2024-04-01")),
    # The guards themselves
    ("parameter session_replication_role", "set session_replication_role = replica"),
    ("ownership", "alter table ledger_entry disable trigger all"),
    ("ownership", "alter table ledger_entry drop constraint entry_is_never_zero"),
    ("ownership", "drop trigger ledger_entries_are_folded on ledger_entry"),
    ("ownership", "drop function ledger_journal_balances() cascade"),
    (
        "ownership",
        """create or replace function ledger_journal_balances() returns trigger language plpgsql
           as 'begin return null; end'""",
    ),
]
