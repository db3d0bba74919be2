from django.db import migrations, models


class Migration(migrations.Migration):
    """A statement of every account: costs have their stretches, and each journal has few lines beside them (ADR 30)."""

    dependencies = [("ledger", "0042_costs_are_found_by_stretches")]
    operations = [
        migrations.AddIndex(
            "entry",
            models.Index(
                fields=["alliance", "account", "month", "journal", "line"],
                name="entry_beside_costs",
                condition=models.Q(budget_line__isnull=True),
            ),
        )
    ]
