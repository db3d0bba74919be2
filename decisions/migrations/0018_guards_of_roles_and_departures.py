from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("decisions", "0017_words_are_found_quickly"),
        ("participants", "0005_settings_and_limits"),
    ]
    operations = [
        migrations.RunSQL((SQL / "key_roles.sql").read_text()),
        migrations.RunSQL((SQL / "departures.sql").read_text()),
    ]
