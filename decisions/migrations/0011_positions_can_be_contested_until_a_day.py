from django.db import migrations, models
from django.db.models import Q

ON_BEHALF = "answer_on_behalf_says_what_shows_it"


class Migration(migrations.Migration):
    dependencies = [
        ("decisions", "0010_guards_of_risks"),
    ]
    operations = [
        migrations.AddField("position", "contestable_until", models.DateField(null=True)),
        migrations.RemoveConstraint("position", ON_BEHALF),
        migrations.AddConstraint(
            "position",
            models.CheckConstraint(
                condition=Q(
                    typed_by__isnull=True,
                    typed_by_name="",
                    heard="",
                    evidence__isnull=True,
                    evidence_file__isnull=True,
                    contestable_until__isnull=True,
                )
                | Q(typed_by__isnull=False, evidence__isnull=False, contestable_until__isnull=False)
                & ~Q(typed_by_name="")
                & ~Q(heard=""),
                name=ON_BEHALF,
            ),
        ),
    ]
