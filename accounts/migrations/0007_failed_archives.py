"""Archives that are given up. A choice alone: nothing changes in the database."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_archives")]

    operations = [
        migrations.AlterField(
            model_name="archive",
            name="state",
            field=models.CharField(
                choices=[("asked", "Being made"), ("ready", "Ready"), ("failed", "Failed")],
                default="asked",
                max_length=10,
            ),
        ),
    ]
