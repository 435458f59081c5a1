"""All of its tables at once: an empty database need not go each step there."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('notifications', '0001_outbox'),
        ('notifications', '0002_receivers'),
        ('notifications', '0003_inbox_and_announcements'),
    ]

    initial = True

    dependencies = [
        ('accounts', '0001_squashed_0005_index_refused_passwords'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ChannelState',
            fields=[
                ('name', models.CharField(max_length=60, primary_key=True, serialize=False)),
                ('failures', models.PositiveIntegerField(default=0)),
                ('paused_until', models.DateTimeField(blank=True, null=True)),
                ('tokens', models.FloatField(default=0)),
                ('filled_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name': "channel's state",
                'verbose_name_plural': "channels' states",
            },
        ),
        migrations.CreateModel(
            name='Endpoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('channel', models.CharField(max_length=20)),
                ('address', models.CharField(max_length=500)),
                ('label', models.CharField(blank=True, max_length=80)),
                ('data', models.JSONField(blank=True, default=dict)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('verified_at', models.DateTimeField(blank=True, null=True)),
                ('disabled_at', models.DateTimeField(blank=True, null=True)),
                ('disabled_reason', models.CharField(blank=True, max_length=200)),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='endpoints', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'endpoint',
                'verbose_name_plural': 'endpoints',
                'constraints': [models.UniqueConstraint(fields=('user', 'channel', 'address'), name='endpoint_once_per_person')],
            },
        ),
        migrations.CreateModel(
            name='InboundMessage',
            fields=[
                ('message_id', models.CharField(max_length=100, primary_key=True, serialize=False)),
                ('topic', models.CharField(max_length=300)),
                ('about', models.CharField(max_length=20)),
                ('received_at', models.DateTimeField(auto_now_add=True, db_index=True)),
            ],
            options={
                'verbose_name': 'message of SNS',
                'verbose_name_plural': 'messages of SNS',
            },
        ),
        migrations.CreateModel(
            name='Letter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sealed', models.TextField(blank=True)),
                ('expires_at', models.DateTimeField()),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'verbose_name': 'letter',
                'verbose_name_plural': 'letters',
            },
        ),
        migrations.CreateModel(
            name='Announcement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=120, verbose_name='title')),
                ('text', models.TextField(help_text='Plain text. An empty line begins a paragraph.', max_length=4000, verbose_name='text')),
                ('url', models.CharField(blank=True, help_text='A page of this site to read more on, such as /files/. May be empty.', max_length=500, verbose_name='address')),
                ('audience', models.CharField(choices=[('everybody', 'Everybody who has ever signed in'), ('staff', 'Staff only')], default='everybody', max_length=10, verbose_name='who is told')),
                ('by_email', models.BooleanField(default=False, help_text='To those who have not switched it off.', verbose_name='by e-mail too')),
                ('created_at', models.DateTimeField(verbose_name='created', auto_now_add=True)),
                ('sent_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='sent')),
                ('told', models.PositiveIntegerField(default=0, editable=False, verbose_name='people told')),
                ('author', models.ForeignKey(verbose_name='author', blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'announcement',
                'verbose_name_plural': 'announcements',
            },
        ),
        migrations.CreateModel(
            name='Webhook',
            fields=[
                ('endpoint', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='webhook', serialize=False, to='notifications.endpoint')),
                ('sealed_secret', models.TextField(editable=False)),
                ('sealed_previous', models.TextField(blank=True, editable=False)),
                ('previous_until', models.DateTimeField(blank=True, null=True)),
                ('failing_since', models.DateTimeField(blank=True, null=True)),
                ('failed_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name': 'webhook',
                'verbose_name_plural': 'webhooks',
            },
        ),
        migrations.CreateModel(
            name='Notification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('kind', models.CharField(max_length=40)),
                ('category', models.CharField(blank=True, max_length=20)),
                ('context', models.JSONField(blank=True, default=dict)),
                ('url', models.CharField(blank=True, max_length=500)),
                ('key', models.CharField(blank=True, max_length=200)),
                ('in_inbox', models.BooleanField(default=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('read_at', models.DateTimeField(blank=True, null=True)),
                ('archived_at', models.DateTimeField(blank=True, null=True)),
                ('recipient', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='notifications', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'notification',
                'verbose_name_plural': 'notifications',
                'indexes': [models.Index(condition=models.Q(('archived_at', None), ('in_inbox', True)), fields=['recipient', '-id'], name='notification_inbox'), models.Index(condition=models.Q(('archived_at', None), ('in_inbox', True), ('read_at', None)), fields=['recipient', '-id'], name='notification_unread'), models.Index(condition=models.Q(('archived_at__isnull', False), ('in_inbox', True)), fields=['recipient', '-id'], name='notification_archive'), models.Index(condition=models.Q(('archived_at', None), ('in_inbox', True)), fields=['recipient', 'category', '-id'], name='notification_category'), models.Index(fields=['created_at'], name='notification_age')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('key', ''), _negated=True), fields=('recipient', 'kind', 'key'), name='notification_once'), models.UniqueConstraint(condition=models.Q(('recipient', None), models.Q(('key', ''), _negated=True)), fields=('kind', 'key'), name='notification_once_for_site')],
            },
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(verbose_name='channel', max_length=20)),
                ('address', models.CharField(verbose_name='address', max_length=500)),
                ('idempotency_key', models.UUIDField(verbose_name='idempotency key', default=uuid.uuid4, editable=False, unique=True)),
                ('order_key', models.CharField(blank=True, max_length=120)),
                ('priority', models.PositiveSmallIntegerField(choices=[(0, 'Letter'), (1, 'Urgent'), (2, 'Normal'), (3, 'Bulk')], default=2)),
                ('state', models.CharField(verbose_name='state', choices=[('pending', 'Waiting'), ('sending', 'Being sent'), ('held', 'Held for the digest'), ('sent', 'Sent'), ('dead', 'Failed'), ('dropped', 'Not sent')], default='pending', max_length=10)),
                ('attempts', models.PositiveSmallIntegerField(verbose_name='attempts', default=0)),
                ('due_at', models.DateTimeField(verbose_name='due', )),
                ('claim', models.UUIDField(blank=True, editable=False, null=True)),
                ('error', models.CharField(verbose_name='error', blank=True, max_length=300)),
                ('receipt', models.CharField(verbose_name='receipt', blank=True, max_length=200)),
                ('created_at', models.DateTimeField(verbose_name='created', auto_now_add=True)),
                ('finished_at', models.DateTimeField(verbose_name='finished', blank=True, null=True)),
                ('endpoint', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='notifications.endpoint')),
                ('letter', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='delivery', to='notifications.letter')),
                ('notification', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='notifications.notification')),
            ],
            options={
                'verbose_name': 'delivery',
                'verbose_name_plural': 'deliveries',
                'indexes': [models.Index(condition=models.Q(('state__in', ('pending', 'sending'))), fields=['channel', 'priority', 'due_at'], name='delivery_due'), models.Index(condition=models.Q(('state__in', ('pending', 'sending')), models.Q(('order_key', ''), _negated=True)), fields=['order_key', 'id'], name='delivery_order'), models.Index(condition=models.Q(('state', 'dead')), fields=['-id'], name='delivery_dead'), models.Index(condition=models.Q(('state', 'held')), fields=['notification'], name='delivery_held'), models.Index(fields=['finished_at'], name='delivery_finished'), models.Index(condition=models.Q(('receipt', ''), _negated=True), fields=['receipt'], name='delivery_receipt')],
                'constraints': [models.CheckConstraint(condition=models.Q(('notification', None), ('letter', None), _connector='XOR'), name='delivery_of_one')],
            },
        ),
        migrations.CreateModel(
            name='Preference',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject', models.CharField(max_length=40)),
                ('channel', models.CharField(max_length=20)),
                ('mode', models.CharField(choices=[('on', 'At once'), ('digest', 'In the daily digest'), ('off', 'Never')], max_length=10)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notification_preferences', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'preference',
                'verbose_name_plural': 'preferences',
                'constraints': [models.UniqueConstraint(fields=('user', 'subject', 'channel'), name='preference_once')],
            },
        ),
        migrations.CreateModel(
            name='Suppression',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(verbose_name='channel', max_length=20)),
                ('address', models.CharField(verbose_name='address', max_length=500)),
                ('reason', models.CharField(verbose_name='reason', choices=[('bounced', 'Bounced'), ('complained', 'Reported as spam'), ('opted_out', 'Opted out')], max_length=12)),
                ('detail', models.CharField(verbose_name='detail', blank=True, max_length=300)),
                ('created_at', models.DateTimeField(verbose_name='since', auto_now_add=True)),
            ],
            options={
                'verbose_name': 'suppressed address',
                'verbose_name_plural': 'suppressed addresses',
                'constraints': [models.UniqueConstraint(fields=('channel', 'address'), name='suppression_once')],
            },
        ),
        migrations.CreateModel(
            name='Timing',
            fields=[
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='notification_timing', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('quiet_from', models.TimeField(blank=True, null=True)),
                ('quiet_until', models.TimeField(blank=True, null=True)),
                ('digest_hour', models.PositiveSmallIntegerField(default=8)),
            ],
            options={
                'verbose_name': 'timing',
                'verbose_name_plural': 'timings',
                'constraints': [models.CheckConstraint(condition=models.Q(('digest_hour__lte', 23)), name='timing_hour_of_day')],
            },
        ),
        migrations.CreateModel(
            name='WebhookCall',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('message_id', models.UUIDField()),
                ('kind', models.CharField(max_length=40)),
                ('called_at', models.DateTimeField(auto_now_add=True)),
                ('milliseconds', models.PositiveIntegerField(default=0)),
                ('status', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('error', models.CharField(blank=True, max_length=200)),
                ('answer', models.CharField(blank=True, max_length=1000)),
                ('endpoint', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='calls', to='notifications.endpoint')),
            ],
            options={
                'verbose_name': 'call of a webhook',
                'verbose_name_plural': 'calls of webhooks',
                'indexes': [models.Index(fields=['endpoint', '-id'], name='webhook_call_newest'), models.Index(fields=['called_at'], name='webhook_call_age')],
            },
        ),
    ]
