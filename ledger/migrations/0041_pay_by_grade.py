from decimal import Decimal

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("ledger", "0040_who_acts_holds_still")]
    operations = [
        migrations.AddField(
            "returnline",
            "grade",
            models.CharField(blank=True, db_default="", default="", max_length=60),
        ),
        migrations.AddField(
            "returnline",
            "fte",
            models.DecimalField(
                db_default=Decimal("0.00"), decimal_places=2, default=Decimal("0.00"), max_digits=9
            ),
        ),
        migrations.AddConstraint(
            "returnline",
            models.CheckConstraint(
                condition=Q(fte__gte=3) | Q(fte=0, grade=""), name="pay_is_told_of_three_people_or_more"
            ),
        ),
    ]
