from django.db import migrations

# Sheets that were not read, but for those of a template of ours, and rows that end before they say whose they are: as
# the notes of a reading tell them.
CLOSE = """
    update ledger_costreturn r set tells_pay = true
    where not tells_pay and exists (
        select from unnest(notes) as note
        where note like '%before the column that says whose%'
            or note like '%Not read: %' and note not like '%Not read: “Help”.'
            or note like '%hidden sheet%not read.' and not exists (
                select from unnest(r.notes) as other where other like '%Not read: “Help”.'))
"""
STANDS = """
    create trigger ledger_return_tells_pay_as_confirmed before update on ledger_costreturn for each row
        when (old.tells_pay and not new.tells_pay
            and old.status in ('posting', 'posted', 'reversed', 'known', 'replaced', 'withdrawn'))
        execute function core_refuse('Whether a file may tell pay is said before its return is confirmed (rule 29).');
    alter table ledger_costreturn enable always trigger ledger_return_tells_pay_as_confirmed;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0047_statements_of_accounts")]
    operations = [
        migrations.RunSQL(CLOSE, migrations.RunSQL.noop),
        migrations.RunSQL(STANDS, "drop trigger ledger_return_tells_pay_as_confirmed on ledger_costreturn"),
    ]
