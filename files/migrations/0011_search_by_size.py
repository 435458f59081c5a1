from django.db import migrations, models
from django.db.models import Q

from files.migrations._indexes import AddIndex


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("files", "0010_uploads_of_guests")]

    operations = [
        AddIndex(
            model_name="node",
            index=models.Index(
                condition=Q(("kind", 1), ("trashed_at", None)),
                fields=["owner", "size"],
                name="node_by_size",
            ),
        ),
    ]
