from pathlib import Path

from django.db import migrations, models

SQL = (Path(__file__).parent.parent / "sql" / "digests.sql").read_text()


class Migration(migrations.Migration):
    """What is posted from now on is hashed in half the time, in a form that says which it is (ADR 33)."""

    dependencies = [("ledger", "0052_what_a_file_tells_stands")]
    operations = [
        migrations.AlterField("costreturn", "lines_hash", models.CharField(blank=True, max_length=66)),
        migrations.AlterField("journal", "input_hash", models.CharField(max_length=66)),
        migrations.RunSQL(SQL),
    ]
