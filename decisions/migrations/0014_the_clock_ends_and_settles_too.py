from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("decisions", "0012_case_files_and_reviews")]
    operations = [
        migrations.RemoveConstraint(model_name="proposal", name="proposal_is_ended_by_somebody"),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=Q(ended_at__isnull=False) | Q(ended_by__isnull=True),
                name="who_ends_a_proposal_does_so_at_a_time",
            ),
        ),
        migrations.RemoveConstraint(model_name="declaration", name="declaration_is_settled_by_somebody"),
        migrations.AddConstraint(
            model_name="declaration",
            constraint=models.CheckConstraint(
                condition=Q(settled_at__isnull=False) | Q(settled_by__isnull=True),
                name="who_settles_a_declaration_does_so_at_a_time",
            ),
        ),
    ]
