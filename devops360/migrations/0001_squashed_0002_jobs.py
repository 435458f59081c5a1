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
                ('name', models.CharField(verbose_name='name', max_length=60, primary_key=True, serialize=False)),
                ('next_at', models.DateTimeField(verbose_name='next run', )),
                ('started_at', models.DateTimeField(verbose_name='begun', null=True)),
                ('finished_at', models.DateTimeField(verbose_name='last ended well', null=True)),
                ('failures', models.PositiveIntegerField(verbose_name='failures in a row', default=0)),
                ('outcome', models.CharField(verbose_name='outcome', blank=True, max_length=300)),
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
                ('at', models.DateTimeField(verbose_name='time', )),
                ('act', models.CharField(verbose_name='act', max_length=40)),
                ('actor', models.UUIDField(verbose_name='done by', null=True)),
                ('subject', models.UUIDField(verbose_name='account', null=True)),
                ('target', models.CharField(verbose_name='target', blank=True, max_length=200)),
                ('result', models.CharField(verbose_name='result', choices=[('done', 'Done'), ('refused', 'Refused')], default='done', max_length=10)),
                ('ip', models.GenericIPAddressField(verbose_name='IP address', null=True)),
                ('user_agent', models.CharField(verbose_name='browser', blank=True, max_length=300)),
                ('request_id', models.CharField(verbose_name='request', blank=True, max_length=64)),
                ('number', models.BigIntegerField(verbose_name='number', null=True, unique=True)),
                ('seal', models.CharField(verbose_name='seal', blank=True, max_length=64)),
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
