"""All of its tables at once: an empty database need not go each step there."""

import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('accounts', '0001_initial'),
        ('accounts', '0002_second_factors'),
        ('accounts', '0003_must_enrol'),
        ('accounts', '0004_phone_checks'),
        ('accounts', '0005_index_refused_passwords'),
    ]

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='Throttle',
            fields=[
                ('key', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('failures', models.PositiveIntegerField(default=0)),
                ('failed_at', models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('username', models.CharField(error_messages={'unique': 'This user name is taken. Choose another one.'}, help_text='Letters, digits and . _ + - only.', max_length=40, unique=True, validators=[django.core.validators.RegexValidator('^[A-Za-z0-9][A-Za-z0-9._+-]*\\Z', 'Use letters (a to z), digits, and . _ + - only, beginning with a letter or digit.', 'invalid_username')], verbose_name='user name')),
                ('email', models.EmailField(max_length=254, verbose_name='e-mail address')),
                ('display_name', models.CharField(blank=True, max_length=80, verbose_name='display name')),
                ('bio', models.TextField(blank=True, max_length=500, verbose_name='about you')),
                ('phone', models.CharField(blank=True, max_length=16, verbose_name='phone')),
                ('time_zone', models.CharField(default='UTC', max_length=64, verbose_name='time zone')),
                ('language', models.CharField(default='en', max_length=12, verbose_name='language')),
                ('avatar', models.CharField(blank=True, editable=False, max_length=200)),
                ('must_reset_password', models.BooleanField(default=False, verbose_name='must reset the password')),
                ('must_enrol', models.BooleanField(default=False, verbose_name='must have a second factor')),
                ('delete_after', models.DateTimeField(blank=True, db_index=True, editable=False, null=True, verbose_name='deletion due')),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'verbose_name': 'person',
                'verbose_name_plural': 'people',
                'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='user_email_unique', violation_error_message='Someone already uses this e-mail address.'), models.UniqueConstraint(django.db.models.functions.text.Lower('username'), name='user_username_unique', violation_error_message='This user name is taken. Choose another one.')],
            },
        ),
        migrations.CreateModel(
            name='AccessToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=64, verbose_name='name')),
                ('scope', models.CharField(choices=[('read', 'Read: list and download'), ('write', 'Read and write: upload, move, delete, share')], default='read', max_length=8, verbose_name='what it may do')),
                ('digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('hint', models.CharField(verbose_name='begins with', editable=False, max_length=16)),
                ('created_at', models.DateTimeField(verbose_name='created', auto_now_add=True)),
                ('expires_at', models.DateTimeField(verbose_name='expires')),
                ('last_used_at', models.DateTimeField(verbose_name='last used', blank=True, null=True)),
                ('last_used_ip', models.GenericIPAddressField(verbose_name='last used from', blank=True, null=True)),
                ('revoked_at', models.DateTimeField(verbose_name='revoked', blank=True, null=True)),
                ('user', models.ForeignKey(verbose_name='person', on_delete=django.db.models.deletion.CASCADE, related_name='access_tokens', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'access token',
                'verbose_name_plural': 'access tokens',
                'indexes': [models.Index(fields=['user', '-id'], name='access_token_newest')],
            },
        ),
        migrations.CreateModel(
            name='Browser',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(editable=False, max_length=64)),
                ('user_agent', models.CharField(blank=True, max_length=300)),
                ('ip', models.GenericIPAddressField(blank=True, null=True)),
                ('first_seen_at', models.DateTimeField(auto_now_add=True)),
                ('last_seen_at', models.DateTimeField()),
                ('remembered_until', models.DateTimeField(blank=True, null=True)),
                ('remembered_by', models.CharField(blank=True, max_length=100)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='browsers', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('user', 'digest'), name='browser_known_once')],
            },
        ),
        migrations.CreateModel(
            name='EmailCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(help_text='The human-readable name of this device.', max_length=64)),
                ('confirmed', models.BooleanField(default=True, help_text='Is this device ready for use?')),
                ('created_at', models.DateTimeField(auto_now_add=True, help_text='The date and time when this device was initially created in the system.', null=True)),
                ('last_used_at', models.DateTimeField(blank=True, help_text='The most recent date and time this device was used.', null=True)),
                ('code_digest', models.CharField(blank=True, editable=False, max_length=64)),
                ('sent_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('guesses', models.PositiveSmallIntegerField(default=0, editable=False)),
                ('user', models.ForeignKey(help_text='The user that this device belongs to.', on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'e-mail codes',
                'verbose_name_plural': 'e-mail codes',
                'constraints': [models.UniqueConstraint(fields=('user',), name='one_way_of_email_codes')],
            },
        ),
        migrations.CreateModel(
            name='PhoneCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code_digest', models.CharField(blank=True, editable=False, max_length=64)),
                ('sent_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('guesses', models.PositiveSmallIntegerField(default=0, editable=False)),
                ('number', models.CharField(max_length=16)),
                ('created_at', models.DateTimeField(auto_now_add=True, db_index=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='phone_checks', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('user', 'number'), name='phone_check_once_per_person')],
            },
        ),
        migrations.CreateModel(
            name='PhoneCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(help_text='The human-readable name of this device.', max_length=64)),
                ('confirmed', models.BooleanField(default=True, help_text='Is this device ready for use?')),
                ('created_at', models.DateTimeField(auto_now_add=True, help_text='The date and time when this device was initially created in the system.', null=True)),
                ('last_used_at', models.DateTimeField(blank=True, help_text='The most recent date and time this device was used.', null=True)),
                ('code_digest', models.CharField(blank=True, editable=False, max_length=64)),
                ('sent_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('guesses', models.PositiveSmallIntegerField(default=0, editable=False)),
                ('number', models.CharField(max_length=16, verbose_name='phone')),
                ('user', models.ForeignKey(help_text='The user that this device belongs to.', on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'SMS codes',
                'verbose_name_plural': 'SMS codes',
                'constraints': [models.UniqueConstraint(fields=('user', 'number'), name='phone_codes_number_unique')],
            },
        ),
        migrations.CreateModel(
            name='RecoveryCodes',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(help_text='The human-readable name of this device.', max_length=64)),
                ('confirmed', models.BooleanField(default=True, help_text='Is this device ready for use?')),
                ('created_at', models.DateTimeField(auto_now_add=True, help_text='The date and time when this device was initially created in the system.', null=True)),
                ('last_used_at', models.DateTimeField(blank=True, help_text='The most recent date and time this device was used.', null=True)),
                ('user', models.ForeignKey(help_text='The user that this device belongs to.', on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'recovery codes',
                'verbose_name_plural': 'recovery codes',
                'constraints': [models.UniqueConstraint(fields=('user',), name='one_set_of_recovery_codes')],
            },
        ),
        migrations.CreateModel(
            name='RecoveryCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('used_at', models.DateTimeField(blank=True, null=True)),
                ('device', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='codes', to='accounts.recoverycodes')),
            ],
        ),
        migrations.CreateModel(
            name='RecoveryRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(verbose_name='state', choices=[('asked', 'Waiting for an administrator'), ('approved', 'Approved, waiting'), ('done', 'Done'), ('refused', 'Refused'), ('cancelled', 'Cancelled')], default='asked', max_length=12)),
                ('reason', models.CharField(blank=True, max_length=500, verbose_name='what happened')),
                ('asked_at', models.DateTimeField(verbose_name='asked', auto_now_add=True)),
                ('ip', models.GenericIPAddressField(verbose_name='IP address', blank=True, null=True)),
                ('user_agent', models.CharField(verbose_name='browser', blank=True, max_length=300)),
                ('cancel_digest', models.CharField(editable=False, max_length=64)),
                ('decided_at', models.DateTimeField(verbose_name='decided', blank=True, null=True)),
                ('due_at', models.DateTimeField(verbose_name='due', blank=True, db_index=True, null=True)),
                ('decided_by', models.ForeignKey(verbose_name='decided by', blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('user', models.ForeignKey(verbose_name='person', on_delete=django.db.models.deletion.CASCADE, related_name='recovery_requests', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'recovery request',
                'verbose_name_plural': 'recovery requests',
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ('asked', 'approved'))), fields=('user',), name='one_open_recovery_request')],
            },
        ),
        migrations.CreateModel(
            name='SecurityEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(verbose_name='what happened', choices=[('signed_in', 'Signed in'), ('password_refused', 'Wrong password'), ('code_refused', 'Wrong code'), ('signed_out', 'Signed out'), ('confirmed', 'Confirmed who they are'), ('factor_added', 'Second factor added'), ('factor_renamed', 'Second factor renamed'), ('factor_removed', 'Second factor removed'), ('factors_reset', 'Second factors reset'), ('codes_made', 'Recovery codes made'), ('code_spent', 'Recovery code used'), ('browser_remembered', 'Browser remembered'), ('browsers_forgotten', 'Remembered browsers forgotten'), ('password_changed', 'Password changed'), ('email_changed', 'E-mail address changed'), ('sessions_ended', 'Sessions ended'), ('token_made', 'Access token made'), ('token_revoked', 'Access token revoked'), ('recovery_asked', 'Recovery asked for'), ('recovery_approved', 'Recovery approved'), ('recovery_refused', 'Recovery refused'), ('recovery_cancelled', 'Recovery cancelled')], max_length=24)),
                ('detail', models.CharField(verbose_name='detail', blank=True, max_length=200)),
                ('at', models.DateTimeField(verbose_name='time', auto_now_add=True)),
                ('ip', models.GenericIPAddressField(verbose_name='IP address', blank=True, null=True)),
                ('user_agent', models.CharField(verbose_name='browser', blank=True, max_length=300)),
                ('by', models.ForeignKey(verbose_name='done by', blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('user', models.ForeignKey(verbose_name='person', on_delete=django.db.models.deletion.CASCADE, related_name='security_events', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'security event',
                'verbose_name_plural': 'security events',
                'indexes': [models.Index(fields=['user', '-id'], name='security_event_newest'), models.Index(condition=models.Q(('kind', 'password_refused')), fields=['at'], name='security_event_refused')],
            },
        ),
    ]
