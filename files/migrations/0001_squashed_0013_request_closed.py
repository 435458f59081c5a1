"""All of its tables at once: an empty database need not go each step there."""

import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models

from files.migrations._indexes import add_trigrams, drop_trigrams


class Migration(migrations.Migration):

    replaces = [
        ('files', '0001_initial'),
        ('files', '0002_share'),
        ('files', '0003_engine'),
        ('files', '0004_sharing'),
        ('files', '0005_quota_counted'),
        ('files', '0006_upload_blob'),
        ('files', '0007_marks'),
        ('files', '0008_search_indexes'),
        ('files', '0009_keeping'),
        ('files', '0010_uploads_of_guests'),
        ('files', '0011_search_by_size'),
        ('files', '0012_upload_target'),
        ('files', '0013_request_closed'),
    ]

    initial = True

    dependencies = [
        ('accounts', '0001_squashed_0005_index_refused_passwords'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Blob',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('store', models.CharField(db_default='local', max_length=20)),
                ('key', models.CharField(max_length=200, unique=True)),
                ('size', models.BigIntegerField()),
                ('sha256', models.CharField(blank=True, max_length=64)),
                ('media_type', models.CharField(max_length=100)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('released_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, null=True)),
                ('verified_at', models.DateTimeField(editable=False, null=True)),
                ('quarantined_at', models.DateTimeField(editable=False, null=True)),
                ('moved_at', models.DateTimeField(editable=False, null=True)),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['owner', 'size', 'sha256'], name='blob_known_content'), models.Index(condition=models.Q(('released_at__isnull', False)), fields=['released_at'], name='blob_released'), models.Index(condition=models.Q(('verified_at__isnull', False)), fields=['verified_at', 'id'], name='blob_verified'), models.Index(condition=models.Q(('verified_at', None)), fields=['id'], name='blob_unread'), models.Index(fields=['store', 'id'], name='blob_by_store')],
                'constraints': [models.CheckConstraint(condition=models.Q(('size__gte', 0)), name='blob_size')],
            },
        ),
        migrations.CreateModel(
            name='Node',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.SmallIntegerField(choices=[(0, 'Folder'), (1, 'File')])),
                ('name', models.CharField(max_length=255)),
                ('name_key', models.CharField(editable=False, max_length=765)),
                ('search_key', models.CharField(db_default='', editable=False, max_length=765)),
                ('sort_key', models.CharField(editable=False, max_length=1020)),
                ('size', models.BigIntegerField(default=0)),
                ('media_type', models.CharField(blank=True, max_length=100)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('modified_at', models.DateTimeField()),
                ('trashed_at', models.DateTimeField(editable=False, null=True)),
                ('content', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='current_nodes', to='files.blob')),
                ('owner', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('parent', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='children', to='files.node')),
                ('trash_root', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='trashed_with', to='files.node')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('trashed_at', None)), fields=['parent', 'kind', 'sort_key', 'id'], name='node_list_by_name'), models.Index(condition=models.Q(('trashed_at', None)), fields=['parent', 'kind', 'size', 'id'], name='node_list_by_size'), models.Index(condition=models.Q(('trashed_at', None)), fields=['parent', 'kind', 'modified_at', 'id'], name='node_list_by_time'), models.Index(condition=models.Q(('trashed_at', None)), fields=['owner', '-modified_at', '-id', 'search_key'], name='node_newest'), models.Index(condition=models.Q(('parent__isnull', False), ('search_key', '')), fields=['id'], name='node_search_key_missing'), models.Index(condition=models.Q(('kind', 1), ('trashed_at', None)), fields=['owner', '-created_at', '-id'], name='node_added_lately'), models.Index(condition=models.Q(('kind', 1), ('trashed_at', None)), fields=['owner', 'size'], name='node_by_size'), models.Index(condition=models.Q(('trashed_at__isnull', False)), fields=['owner', 'trashed_at', 'id'], name='node_trash'), models.Index(fields=['parent'], name='node_parent')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('parent', None)), fields=('owner',), name='node_one_root_per_owner'), models.UniqueConstraint(condition=models.Q(('trashed_at', None)), fields=('parent', 'name_key'), name='node_name_unique_in_folder'), models.CheckConstraint(condition=models.Q(models.Q(('content', None), ('kind', 0), ('size', 0)), models.Q(('content__isnull', False), ('kind', 1)), _connector='OR'), name='node_only_files_have_content'), models.CheckConstraint(condition=models.Q(models.Q(('trash_root', None), ('trashed_at', None)), models.Q(('trash_root__isnull', False), ('trashed_at__isnull', False)), _connector='OR'), name='node_trashed_with_a_root')],
            },
        ),
        migrations.CreateModel(
            name='Grant',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('address', models.CharField(max_length=254)),
                ('role', models.CharField(choices=[('viewer', 'Viewer'), ('editor', 'Editor')], max_length=10)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('opened_at', models.DateTimeField(editable=False, null=True)),
                ('person', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('node', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='grants', to='files.node')),
            ],
            options={
                'indexes': [models.Index(fields=['person', '-created_at', '-id'], name='grant_held'), models.Index(condition=models.Q(('person', None)), fields=['address'], name='grant_waiting')],
                'constraints': [models.UniqueConstraint(fields=('node', 'address'), name='grant_once_per_address')],
            },
        ),
        migrations.CreateModel(
            name='FileRequest',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('label', models.CharField(blank=True, max_length=80)),
                ('password', models.CharField(blank=True, max_length=128)),
                ('expires_at', models.DateTimeField(blank=True, null=True)),
                ('opens', models.PositiveIntegerField(default=0)),
                ('last_opened_at', models.DateTimeField(editable=False, null=True)),
                ('wrong_passwords', models.PositiveIntegerField(default=0)),
                ('wrong_at', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
                ('message', models.CharField(blank=True, max_length=500)),
                ('max_file_bytes', models.BigIntegerField(blank=True, null=True)),
                ('max_bytes', models.BigIntegerField(blank=True, null=True)),
                ('max_files', models.PositiveIntegerField(blank=True, null=True)),
                ('files', models.PositiveIntegerField(default=0)),
                ('bytes', models.BigIntegerField(default=0)),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('told_files', models.PositiveIntegerField(default=0)),
                ('last_file_at', models.DateTimeField(editable=False, null=True)),
                ('node', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='file_requests', to='files.node')),
            ],
            options={
                'indexes': [models.Index(fields=['node', '-created_at'], name='request_newest')],
            },
        ),
        migrations.CreateModel(
            name='NodeTag',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('node', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='files.node')),
            ],
        ),
        migrations.CreateModel(
            name='Opening',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('node', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='files.node')),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['user', '-at', '-id'], name='opening_newest')],
                'constraints': [models.UniqueConstraint(fields=('user', 'node'), name='opening_once')],
            },
        ),
        migrations.CreateModel(
            name='Preview',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('variant', models.CharField(max_length=40)),
                ('state', models.CharField(choices=[('pending', 'Pending'), ('ready', 'Ready'), ('failed', 'Failed')], default='pending', max_length=10)),
                ('key', models.CharField(blank=True, max_length=200)),
                ('media_type', models.CharField(blank=True, max_length=100)),
                ('details', models.JSONField(default=dict)),
                ('error', models.CharField(blank=True, max_length=40)),
                ('requested_at', models.DateTimeField(auto_now_add=True)),
                ('blob', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='previews', to='files.blob')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('key', ''), _negated=True), fields=['key'], name='preview_key')],
                'constraints': [models.UniqueConstraint(fields=('blob', 'variant'), name='preview_variant_unique')],
            },
        ),
        migrations.CreateModel(
            name='Share',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('label', models.CharField(blank=True, max_length=80)),
                ('password', models.CharField(blank=True, max_length=128)),
                ('expires_at', models.DateTimeField(blank=True, null=True)),
                ('opens', models.PositiveIntegerField(default=0)),
                ('last_opened_at', models.DateTimeField(editable=False, null=True)),
                ('wrong_passwords', models.PositiveIntegerField(default=0)),
                ('wrong_at', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
                ('view_only', models.BooleanField(db_default=False, default=False)),
                ('max_downloads', models.PositiveIntegerField(blank=True, null=True)),
                ('downloads', models.PositiveIntegerField(default=0)),
                ('node', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='shares', to='files.node')),
            ],
            options={
                'indexes': [models.Index(fields=['node', '-created_at'], name='share_newest'), models.Index(condition=models.Q(('expires_at__isnull', False), ('revoked_at', None)), fields=['expires_at'], name='share_expiring')],
            },
        ),
        migrations.CreateModel(
            name='Activity',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=255)),
                ('kind', models.CharField(choices=[('uploaded', 'Files uploaded'), ('replaced', 'New versions'), ('received', 'Files sent by guests'), ('folder_made', 'Folders made'), ('renamed', 'Renamed'), ('moved', 'Moved'), ('copied', 'Copied'), ('deleted', 'Deleted'), ('restored', 'Restored from the trash'), ('purged', 'Deleted for good'), ('link_made', 'Links made'), ('link_changed', 'Links changed'), ('link_ended', 'Links ended'), ('link_opened', 'Links opened'), ('link_downloaded', 'Downloads by links'), ('shared', 'Shared with people'), ('role_changed', 'Who may edit changed'), ('unshared', 'No longer shared'), ('left', 'Left by people'), ('request_made', 'File requests made'), ('request_changed', 'File requests changed'), ('request_closed', 'File requests closed'), ('request_reopened', 'File requests opened again'), ('request_ended', 'File requests ended')], max_length=20)),
                ('guest', models.CharField(blank=True, max_length=80)),
                ('detail', models.CharField(blank=True, max_length=255)),
                ('ip', models.GenericIPAddressField(null=True)),
                ('user_agent', models.CharField(blank=True, max_length=200)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('owner', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('request', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='files.filerequest')),
                ('node', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='activity', to='files.node')),
                ('share', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='files.share')),
            ],
            options={
                'indexes': [models.Index(fields=['owner', '-id'], name='activity_of_vault'), models.Index(fields=['node', '-id'], name='activity_of_node'), models.Index(fields=['at'], name='activity_age')],
            },
        ),
        migrations.CreateModel(
            name='Star',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('node', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='stars', to='files.node')),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['user', '-id'], name='star_newest')],
                'constraints': [models.UniqueConstraint(fields=('user', 'node'), name='star_once')],
            },
        ),
        migrations.CreateModel(
            name='Tag',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=50)),
                ('name_key', models.CharField(editable=False, max_length=150)),
                ('colour', models.CharField(choices=[('grey', 'Grey'), ('red', 'Red'), ('orange', 'Orange'), ('yellow', 'Yellow'), ('green', 'Green'), ('teal', 'Teal'), ('blue', 'Blue'), ('violet', 'Violet'), ('pink', 'Pink')], default='grey', max_length=10)),
                ('nodes', models.ManyToManyField(related_name='tags', through='files.NodeTag', to='files.node')),
                ('owner', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('owner', 'name_key'), name='tag_name_unique')],
            },
        ),
        migrations.AddField(
            model_name='nodetag',
            name='tag',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='files.tag'),
        ),
        migrations.CreateModel(
            name='Upload',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('guest', models.CharField(blank=True, db_default='', max_length=80)),
                ('path', models.JSONField()),
                ('conflict', models.CharField(max_length=10)),
                ('idempotency_key', models.CharField(max_length=100)),
                ('size', models.BigIntegerField()),
                ('part_size', models.BigIntegerField()),
                ('sha256', models.CharField(blank=True, max_length=64)),
                ('state', models.CharField(choices=[('open', 'Open'), ('completing', 'Completing'), ('done', 'Done'), ('aborted', 'Aborted')], default='open', max_length=10)),
                ('store', models.CharField(max_length=20)),
                ('key', models.CharField(max_length=200)),
                ('store_upload_id', models.CharField(blank=True, max_length=1024)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('expires_at', models.DateTimeField()),
                ('blob', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='uploads', to='files.blob')),
                ('file_request', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='files.filerequest')),
                ('folder', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='files.node')),
                ('node', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='files.node')),
                ('owner', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('sender', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('target', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='files.node')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state__in', ('open', 'completing'))), fields=['owner', 'size'], name='upload_reserved'), models.Index(fields=['expires_at'], name='upload_expiry')],
                'constraints': [models.UniqueConstraint(fields=('owner', 'idempotency_key'), name='upload_key_unique'), models.CheckConstraint(condition=models.Q(('part_size__gt', 0), ('size__gte', 0)), name='upload_sizes')],
            },
        ),
        migrations.CreateModel(
            name='UploadPart',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField()),
                ('size', models.BigIntegerField()),
                ('sha256', models.CharField(max_length=64)),
                ('arrived_at', models.DateTimeField(auto_now_add=True)),
                ('upload', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='parts', to='files.upload')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('upload', 'number'), name='upload_part_unique')],
            },
        ),
        migrations.CreateModel(
            name='Vault',
            fields=[
                ('owner', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('quota', models.BigIntegerField(blank=True, null=True)),
                ('used', models.BigIntegerField(default=0, editable=False)),
                ('told_level', models.PositiveSmallIntegerField(db_default=0, default=0, editable=False)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('used__gte', 0)), name='vault_used_not_negative'), models.CheckConstraint(condition=models.Q(('quota', None), ('quota__gte', 0), _connector='OR'), name='vault_quota_not_negative')],
            },
        ),
        migrations.CreateModel(
            name='Version',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField()),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('blob', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='files.blob')),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('node', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='files.node')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('node', 'number'), name='version_number_unique')],
            },
        ),
        migrations.AddConstraint(
            model_name='nodetag',
            constraint=models.UniqueConstraint(fields=('tag', 'node'), name='node_tag_once'),
        ),
        migrations.RunPython(add_trigrams, drop_trigrams),
    ]
