"""Words of one or two letters are found by an index, on PostgreSQL."""

from django.db import migrations

from files.migrations._indexes import add_pairs, drop_pairs


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("files", "0013_request_closed")]

    operations = [migrations.RunPython(add_pairs, drop_pairs)]
