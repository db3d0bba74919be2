from pathlib import Path

from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("decisions", "0017_words_are_found_quickly"),
        ("participants", "0005_settings_and_limits"),
    ]
    operations = [
        migrations.RemoveConstraint(model_name="ratification", name="ratification_is_settled_by_somebody"),
        migrations.AddConstraint(
            model_name="ratification",
            constraint=models.CheckConstraint(
                condition=Q(settled_at__isnull=False) | Q(settled_by__isnull=True),
                name="who_settles_a_ratification_does_so_at_a_time",
            ),
        ),
        migrations.AddField(
            model_name="attendance",
            name="organisation",
            field=models.CharField(blank=True, default="", max_length=120),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="attendance",
            name="person",
            field=models.ForeignKey(
                null=True, on_delete=models.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="attendance",
            constraint=models.UniqueConstraint(
                fields=["meeting", "name", "organisation"],
                condition=Q(person__isnull=True),
                name="guest_is_noted_at_a_meeting_once",
            ),
        ),
        migrations.RunSQL((SQL / "key_roles.sql").read_text()),
        migrations.RunSQL((SQL / "departures.sql").read_text()),
    ]
