from pathlib import Path

from django.db import migrations, models
from django.db.models import F, Q

SQL = (Path(__file__).parent.parent / "sql" / "paid.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [
        ("decisions", "0019_days_to_look_back_are_found_quickly"),
        ("ledger", "0032_own_statements"),
    ]
    operations = [
        migrations.RunSQL(SQL),
        # With a month missing the comparison was neither true nor false, and so let it in.
        migrations.RemoveConstraint("bookexport", "export_is_of_a_span_or_of_all"),
        migrations.AddConstraint(
            "bookexport",
            models.CheckConstraint(
                condition=Q(first_month__isnull=True, last_month__isnull=True)
                | Q(first_month__isnull=False, last_month__isnull=False, last_month__gte=F("first_month")),
                name="export_is_of_a_span_or_of_all",
            ),
        ),
    ]
