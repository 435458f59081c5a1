import django.utils.timezone
from django.db import migrations, models
from django.db.models import Exists, OuterRef, Sum


def count_what_is_kept(apps, schema_editor):
    """Give every vault its figure, and say of blobs that nothing names since when: since now.

    The former program goes on storing while this runs, without counting. The worker's daily
    recount, which runs when the new program starts, puts that right.
    """
    Blob = apps.get_model('files', 'Blob')
    Vault = apps.get_model('files', 'Vault')
    Version = apps.get_model('files', 'Version')
    database = schema_editor.connection.alias
    named = Exists(Version.objects.filter(blob=OuterRef('pk')))
    blobs = Blob.objects.using(database)
    blobs.filter(~named, released_at=None).update(released_at=django.utils.timezone.now())
    kept = blobs.filter(named).order_by().values('owner_id').annotate(bytes=Sum('size'))
    for row in kept.iterator(chunk_size=1000):
        Vault.objects.using(database).update_or_create(
            owner_id=row['owner_id'], defaults={'used': row['bytes']}
        )


class Migration(migrations.Migration):

    dependencies = [
        ('files', '0004_sharing'),
    ]

    operations = [
        migrations.AddField(
            model_name='vault',
            name='told_level',
            field=models.PositiveSmallIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AlterField(
            model_name='blob',
            name='released_at',
            field=models.DateTimeField(default=django.utils.timezone.now, editable=False, null=True),
        ),
        migrations.RunPython(count_what_is_kept, migrations.RunPython.noop, elidable=True),
    ]
