from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notifications", "0001_squashed_0003_inbox_and_announcements")]

    operations = [
        migrations.AddField(
            model_name="delivery",
            name="request_id",
            field=models.CharField(
                blank=True, db_default="", editable=False, max_length=64, verbose_name="request"
            ),
        ),
        migrations.AddField(
            model_name="delivery",
            name="traceparent",
            field=models.CharField(blank=True, db_default="", editable=False, max_length=64),
        ),
    ]
