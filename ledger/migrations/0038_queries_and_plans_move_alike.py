from django.db import migrations

from alliance.core.guards import moves_by_its_steps

EACH_ITS_OWN = """
drop trigger ledger_query_keeps_its_course on ledger_query;
drop trigger ledger_reply_moves_its_query on ledger_queryreply;
drop trigger ledger_plan_keeps_its_course on ledger_actionplan;
drop trigger ledger_step_moves_its_plan on ledger_planstep;
drop function ledger_query_keeps_its_course();
drop function ledger_reply_moves_its_query();
drop function ledger_plan_keeps_its_course();
drop function ledger_step_moves_its_plan();
"""


class Migration(migrations.Migration):
    """The same two guards, written twice until now, come from the floor (core/sql/steps.sql)."""

    dependencies = [("core", "0003_moves_by_its_steps"), ("ledger", "0035_entries_are_found_in_stretches")]
    operations = [
        migrations.RunSQL(EACH_ITS_OWN),
        moves_by_its_steps(
            "ledger_query",
            steps="ledger_queryreply",
            by="query_id",
            after="ledger_query_after",
            first="asked",
            stays="A query stays as it was asked, and moves by what is replied.",
            moves="A reply takes its query a step.",
        ),
        moves_by_its_steps(
            "ledger_actionplan",
            steps="ledger_planstep",
            by="plan_id",
            after="ledger_plan_after",
            first="open",
            stays="An action plan stays as it was opened, moves by its steps, and does not reopen.",
            moves="A step takes its action plan on.",
        ),
    ]
