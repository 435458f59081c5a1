"""All of its tables at once: an empty database need not go each step there."""

from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('devops360', '0001_audit'),
        ('devops360', '0002_jobs'),
    ]

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='JobRun',
            fields=[
                ('name', models.CharField(max_length=60, primary_key=True, serialize=False)),
                ('next_at', models.DateTimeField()),
                ('started_at', models.DateTimeField(null=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('failures', models.PositiveIntegerField(default=0)),
                ('outcome', models.CharField(blank=True, max_length=300)),
            ],
            options={
                'verbose_name': 'job',
                'verbose_name_plural': 'jobs',
            },
        ),
        migrations.CreateModel(
            name='AuditEntry',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('act', models.CharField(max_length=40)),
                ('actor', models.UUIDField(null=True)),
                ('subject', models.UUIDField(null=True)),
                ('target', models.CharField(blank=True, max_length=200)),
                ('result', models.CharField(choices=[('done', 'Done'), ('refused', 'Refused')], default='done', max_length=10)),
                ('ip', models.GenericIPAddressField(null=True)),
                ('user_agent', models.CharField(blank=True, max_length=300)),
                ('request_id', models.CharField(blank=True, max_length=64)),
                ('number', models.BigIntegerField(null=True, unique=True)),
                ('seal', models.CharField(blank=True, max_length=64)),
            ],
            options={
                'verbose_name': 'audit entry',
                'verbose_name_plural': 'audit trail',
                'indexes': [models.Index(condition=models.Q(('number', None)), fields=['id'], name='audit_unsealed'), models.Index(fields=['subject', '-id'], name='audit_of_subject')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('number', None), ('seal', '')), ('number__gte', 1), _connector='OR'), name='audit_sealed_whole')],
            },
        ),
        migrations.CreateModel(
            name='AuditHead',
            fields=[
                ('id', models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('number', models.BigIntegerField(default=0)),
                ('seal', models.CharField(blank=True, max_length=64)),
                ('admin_log', models.BigIntegerField(default=0)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='audit_one_head')],
            },
        ),
    ]
