from pathlib import Path

from django.db import migrations

from alliance.core.guards import append_only

SQL = (Path(__file__).parent.parent / "sql" / "returns.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("ledger", "0010_mending_returns")]
    operations = [
        migrations.RunSQL(SQL),
        append_only("ledger_rowfix", "What was put right stays told; put it right again."),
        append_only("ledger_ownname", "What a name was said to mean stays told; say it again."),
    ]
