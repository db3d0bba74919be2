"""What one guard alone refuses: all else about it is in order, so that it passes as soon as that guard is gone.

Forecasts and action plans, own statements, the end of a year, journals without their reason, queries closed.
"""

from tests.ledger.forbidden import BEACON, SOMEBODY, journal, opposite

CONTINGENCY = "(select max(id) from ledger_budgetline where is_contingency)"
CLOSED = "(select min(l.id) from ledger_budgetline l join ledger_yearend y using (budget_id))"
NEXT_PLAN = "(select max(number) + 1 from ledger_actionplan)"


def role_of(name: str) -> dict[str, str]:
    """Somebody, and what that person is appointed to, as columns name them."""
    person = f"(select id from participants_user where name = '{name}')"
    return {
        "person": person,
        "appointment": f"(select min(id) from participants_roleappointment where person_id = {person})",
    }


def another(table: str, where: str = "true", **facts: str) -> str:
    """A row of the table once more, with other facts."""
    said = "".join(f", '{name}', {value}" for name, value in facts.items())
    return f"""insert into {table}
        select (jsonb_populate_record(one, jsonb_build_object('id', one.id + 1000003{said}))).*
        from {table} one where {where} order by one.id limit 1"""


ROSA, HANA = role_of("Rosa Recovery"), role_of("Hana Host")
SAID_BY_ROSA = {"said_by_id": ROSA["person"], "appointment_id": ROSA["appointment"]}
OTHER_PLAN = {
    "number": NEXT_PLAN,
    "state": "'open'",
    "budget_line_id": CONTINGENCY,
    "agreed": "30040.00",
    "forecast": "0.00",
}
DONE = {"verb": "'finish'", "doing_id": "null", "until": "null"}
NOT_DRAWN = {"document_id": "null", "drawn_at": "null"}
COUNCIL = "(select id from participants_participant where short_name = 'Council')"

# The guard that refuses it · what is forbidden.
ALONE = [
    # What somebody is paid (rule 29)
    (
        "ledger_returnline: ledger_pay_goes_together",
        """insert into ledger_returnline (alliance_id, cost_return_id, reading, row, cells, account_id, budget_line_id,
                                          amount, date, supplier, description, reference, evidence)
            select r.alliance_id, r.id, 99, 1, '{}', a.id, (select min(id) from ledger_budgetline), 1, r.month,
                'Ann Other', 'Pay', '', ''
            from ledger_costreturn r join ledger_account a on a.alliance_id = r.alliance_id
            where r.status in ('checking', 'attention', 'ready') and a.category = 'direct_staff' limit 1""",
    ),
    # What a participant expects, and what it will do (rules 37, 40)
    *(
        ("ledger_forecast: ledger_forecast_is_said", another("ledger_forecast", **said))
        for said in (
            {"version": "3"},
            {"version": "1", "budget_line_id": CLOSED},
            {"version": "2"} | SAID_BY_ROSA,
            {"version": "2", "method": "'even'", "months": "to_jsonb(array_fill(1.00, array[12]))"},
        )
    ),
    (
        "ledger_forecast: forecast_says_what_its_method_needs",
        another("ledger_forecast", version="2", method="'run_rate'"),
    ),
    ("ledger_forecast: forecast_is_not_negative", another("ledger_forecast", version="2", amount="-1")),
    *(
        ("ledger_actionplan: ledger_plan_is_opened", another("ledger_actionplan", **OTHER_PLAN | opened))
        for opened in (
            {"number": "9"},
            {"state": "'written'"},
            {"forecast": "30040.00 * 1.05"},
            {"agreed": "30040.01"},
        )
    ),
    (
        "ledger_actionplan: line_has_one_plan_at_a_time",
        another("ledger_actionplan", number=NEXT_PLAN, state="'open'", agreed="319000.00"),
    ),
    (
        "ledger_actionplan: plan_is_due_later",
        another("ledger_actionplan", **OTHER_PLAN, due_on="one.opened_on"),
    ),
    *(
        ("ledger_actionplan: ledger_actionplan_keeps_its_course", f"update ledger_actionplan set {change}")
        for change in (
            "forecast = agreed",
            "state = 'open'",
            f"state = 'done', ended_at = now(), ended_by_id = {SOMEBODY}",
        )
    ),
    *(
        ("ledger_planstep: ledger_plan_step_is_said", another("ledger_planstep", **said))
        for said in (
            {"number": "3"},
            {"number": "2", "participant_id": BEACON} | SAID_BY_ROSA,
            {"number": "2"} | SAID_BY_ROSA,
        )
    ),
    ("ledger_planstep: ledger_planstep_moves_it", another("ledger_planstep", number="2", **DONE)),
    (
        "ledger_planstep: written_plan_says_who_and_until_when",
        another("ledger_planstep", number="2", until="null"),
    ),
    # What it states of itself (rule 36), and its own books
    *(
        ("ledger_vatstatement: ledger_vat_is_stated", another("ledger_vatstatement", **stated))
        for stated in (
            {"version": "3"},
            {"version": "2", "stated_by_id": ROSA["person"]},
            {"version": "2", "stated_by_id": ROSA["person"], "appointment_id": ROSA["appointment"]},
        )
    ),
    (
        "ledger_vatstatement: vat_percent_is_what_is_said",
        another("ledger_vatstatement", version="2", percent="40"),
    ),
    *(
        ("ledger_ownbooks: ledger_own_books_are_confirmed", another("ledger_ownbooks", **confirmed))
        for confirmed in (
            {"version": "3"},
            {"version": "2", "book": "one.book + 0.01"},
            {"version": "2", "confirmed_by_id": ROSA["person"], "appointment_id": ROSA["appointment"]},
            {"version": "1", "month": "'2027-01-01'", "book": "0"},  # it has not ended
            {"version": "1", "month": "'2024-01-01'", "book": "0"},  # it is of no year of the book
        )
    ),
    (
        "ledger_ownbooks: difference_from_own_books_is_explained",
        another("ledger_ownbooks", version="2", words_id="null"),
    ),
    # The end of a year (rules 39, 42)
    ("ledger_journal: ledger_year_end_journal_has_its_year", opposite("kind = 'year_end'")),
    (
        "ledger_journal: ledger_year_end_journal_has_its_year",
        journal("year_end", ("3000", "5.00"), ("2000", "-5.00")),
    ),
    *(
        ("ledger_memorandumpaper: ledger_memorandum_paper_stays", statement)
        for statement in (
            "update ledger_memorandumpaper set asked_at = now()",
            "update ledger_memorandumpaper set document_id = null, drawn_at = null",
            "update ledger_memorandumpaper set drawn_at = now()",
            another("ledger_memorandumpaper", sha256="repeat('0', 64)", **NOT_DRAWN),
            another(
                "ledger_memorandumpaper",
                body=r"'\x78'",
                sha256="encode(sha256('x'), 'hex')",
                **NOT_DRAWN,
            ),
        )
    ),
    # Journals that nothing explains (rules 27, 32 to 34)
    *(
        ("ledger_journal: ledger_journal_has_its_reason", journal(kind, (debit, "5.00"), (credit, "-5.00")))
        for kind, debit, credit in (
            ("contributions_agreed", "1100", "3000"),
            ("transfer_out", "3100", "1000"),
            ("accrual", "5010", "2100"),
            ("prepayment", "1200", "5010"),
            ("correction", "5010", "2000"),
            ("restatement", "5010", "2000"),
            ("something else", "5010", "2000"),
        )
    ),
    # A query of somebody who is still there
    (
        "ledger_queryreply: ledger_reply_is_said",
        another(
            "ledger_queryreply",
            number="2",
            verb="'close'",
            participant_id=COUNCIL,
            said_by_id=HANA["person"],
            appointment_id=HANA["appointment"],
        )
        + """; update ledger_query q set state = 'closed', ended_at = r.said_at, ended_by_id = r.said_by_id
            from ledger_queryreply r where r.query_id = q.id and r.verb = 'close'""",
    ),
]
