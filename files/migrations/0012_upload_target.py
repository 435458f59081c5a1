import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("files", "0011_search_by_size")]

    operations = [
        migrations.AddField(
            model_name="upload",
            name="target",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="files.node",
            ),
        ),
    ]
