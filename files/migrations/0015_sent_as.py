from django.db import migrations, models
from django.db.models import Q

from files.migrations._indexes import AddIndex


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("files", "0014_search_pairs")]

    operations = [
        migrations.AddField(
            model_name="blob",
            name="sent_as",
            field=models.CharField(blank=True, db_default="", editable=False, max_length=64),
        ),
        AddIndex(
            model_name="blob",
            index=models.Index(
                condition=~Q(sent_as=""),
                fields=["owner", "sent_as"],
                name="blob_sent_as",
            ),
        ),
    ]
