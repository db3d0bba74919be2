from django.db import migrations, models


class Migration(migrations.Migration):
    """What is taken along has more kinds, and every account its statement."""

    dependencies = [("ledger", "0046_what_is_private_in_a_file")]
    operations = [
        migrations.AlterField(
            "bookexport",
            "kind",
            models.CharField(
                choices=[
                    ("accounts", "Accounting journal"),
                    ("spend", "Spend over £500"),
                    ("lines", "Lines"),
                    ("journals", "Journals"),
                    ("balances", "Balances"),
                    ("budget", "Budget and contributions"),
                    ("returns", "Cost returns"),
                    ("entries", "Entries, both sides"),
                    ("accruals", "Accruals and prepayments"),
                    ("decided", "What was agreed, and what decisions changed"),
                ],
                max_length=20,
            ),
        ),
        # One or two lines of a journal are no costs: this index is small, and the statements of accounts read by it.
        migrations.AddIndex(
            "entry",
            models.Index(
                fields=["alliance", "account", "month", "journal", "line"],
                name="entry_of_no_cost",
                condition=models.Q(budget_line__isnull=True),
            ),
        ),
    ]
