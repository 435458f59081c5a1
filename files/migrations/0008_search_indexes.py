"""Fill in how names are searched, and index it; without holding up whoever writes meanwhile."""

import unicodedata

from django.db import migrations, models
from django.db.models import Q

from files.migrations._indexes import AddIndex, RemoveIndex, add_trigrams, drop_trigrams

BATCH = 2000
# files.names.search_key, as it was when this was written.
LOOSE = {
    **dict.fromkeys((*range(0x300, 0x370), *range(0x1DC0, 0x1E00), *range(0x20D0, 0x2100))),
    **dict.fromkeys((*range(0x591, 0x5C8), 0x640, *range(0x64B, 0x660), 0x670)),
    **dict.fromkeys((0xAD, 0x200B, 0x2060, 0xFEFF)),
    **str.maketrans(
        {"ø": "o", "đ": "d", "ð": "d", "ł": "l", "ħ": "h", "ı": "i", "þ": "th", "æ": "ae", "œ": "oe"}
    ),
}


def search_key(text):
    plain = unicodedata.normalize("NFKD", text).casefold().translate(LOOSE)
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFKD", plain).translate(LOOSE))
    return folded.encode()[:765].decode(errors="ignore")


def fill_search_keys(apps, schema_editor):
    """Row by row of the primary key, each batch on its own: it can be stopped and run again."""
    nodes = apps.get_model("files", "Node").objects.using(schema_editor.connection.alias)
    missing = nodes.filter(search_key="").exclude(parent=None).order_by("pk")
    last = None
    while batch := list((missing.filter(pk__gt=last) if last else missing).only("name")[:BATCH]):
        for node in batch:
            node.search_key = search_key(node.name)
        nodes.bulk_update(batch, ["search_key"])
        last = batch[-1].pk


LIVING_FILES = Q(("kind", 1), ("trashed_at", None))


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("files", "0007_marks")]

    operations = [
        AddIndex(
            model_name="node",
            index=models.Index(
                condition=Q(("parent__isnull", False), ("search_key", "")),
                fields=["id"],
                name="node_search_key_missing",
            ),
        ),
        migrations.RunPython(fill_search_keys, migrations.RunPython.noop),
        AddIndex(
            model_name="node",
            index=models.Index(
                condition=Q(("trashed_at", None)),
                fields=["owner", "-modified_at", "-id", "search_key"],
                name="node_newest",
            ),
        ),
        RemoveIndex(model_name="node", name="node_search"),
        AddIndex(
            model_name="node",
            index=models.Index(
                condition=LIVING_FILES,
                fields=["owner", "-created_at", "-id"],
                name="node_added_lately",
            ),
        ),
        migrations.RunPython(add_trigrams, drop_trigrams),
    ]
