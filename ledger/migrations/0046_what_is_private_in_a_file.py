from pathlib import Path

from django.db import migrations, models

SQL = (Path(__file__).parent.parent / "sql" / "pay.sql").read_text()
# A file is everybody's only where all of it was read, and as something else than pay.
OPEN = """
    update ledger_costreturn r set tells_pay = false
    where r.status = 'nil' or r.status in ('ready', 'posting', 'posted', 'reversed', 'known')
        and coalesce(r.mapping->>'only', '') = '' and r.mapping->'columns' is not null
        and not coalesce((r.mapping->>'leave_hidden')::boolean, false)
        and not exists (
            select from ledger_rowfix f where f.cost_return_id = r.id and f.field = '' and f.now = 'leave')
        and not exists (
            select from ledger_ownname n where n.participant_id = r.participant_id and n.meaning = 'leave')
        and not exists (
            select from ledger_returnline l join ledger_account a on a.id = l.account_id
            where l.alliance_id = r.alliance_id and l.cost_return_id = r.id and l.reading = r.reading
                and a.category = 'direct_staff')
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0042_costs_are_found_by_stretches")]
    operations = [
        migrations.AddField("costreturn", "tells_pay", models.BooleanField(default=True)),
        migrations.RunSQL(OPEN, migrations.RunSQL.noop),
        migrations.RunSQL(SQL),
    ]
