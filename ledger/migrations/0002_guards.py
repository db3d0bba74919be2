from pathlib import Path

from django.db import migrations

from alliance.core.guards import append_only, frozen_when, kept_by_triggers, write_once

SQL = (Path(__file__).parent.parent / "sql" / "book.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_the_book"), ("core", "0002_guards")]
    operations = [
        migrations.RunSQL(SQL),
        append_only("ledger_journal", "What is posted is never changed or deleted (rule 27)."),
        append_only("ledger_entry", "What is posted is never changed or deleted (rule 27)."),
        kept_by_triggers("ledger_balance"),
        append_only(
            "ledger_account", "An account is never changed: what was posted to it keeps its meaning."
        ),
        append_only("ledger_budget", "An agreed budget is not edited."),
        append_only(
            "ledger_budgetline", "An agreed budget line is not edited; money moves by virement (rule 31)."
        ),
        append_only("ledger_contribution", "An agreed contribution is not edited."),
        append_only("ledger_returnline", "What was read from a file stays as it was read."),
        append_only("ledger_returnproblem", "What was told about a file stays told."),
        frozen_when(
            "ledger_period", "old.closed_at is not null", "A closed period does not reopen (rule 33)."
        ),
        write_once("ledger_period", ["alliance_id", "month"], "A period stays the month that it is."),
        write_once(
            "ledger_fund",
            ["alliance_id", "host_id", "name", "opened_at", "opened_by_id"],
            "The fund stays as it was opened.",
        ),
    ]
