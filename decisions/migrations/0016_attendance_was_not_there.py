from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("decisions", "0014_the_clock_ends_and_settles_too"),
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
