from django.db import migrations, models


class Migration(migrations.Migration):
    """Kinds of an export are told by name; the column stays as it is."""

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
                    ("decided", "What decisions changed"),
                ],
                max_length=20,
            ),
        )
    ]
