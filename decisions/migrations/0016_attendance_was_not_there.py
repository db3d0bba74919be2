from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("decisions", "0012_case_files_and_reviews"),
    ]
    operations = [
        migrations.AlterField(
            model_name="attendance",
            name="how",
            field=models.CharField(
                choices=[
                    ("present", "In the room"),
                    ("remote", "By telephone or video"),
                    ("apologies", "Sent apologies"),
                    ("absent", "Was not there"),
                ],
                max_length=10,
            ),
        ),
    ]
