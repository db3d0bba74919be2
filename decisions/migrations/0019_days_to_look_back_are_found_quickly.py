from django.db import migrations


class Migration(migrations.Migration):
    """Whose day to look back has come is found by index, among thousands: `DecisionQuerySet.to_review`."""

    dependencies = [("decisions", "0018_guards_of_roles_and_departures")]
    operations = [
        migrations.RunSQL(
            "create index wording_is_looked_back_at on decisions_wording (review_on) where review_on is not null",
            reverse_sql="drop index wording_is_looked_back_at",
        ),
    ]
