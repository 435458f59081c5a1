"""All settings of DevOps360, read from the environment.

A secret NAME may also be handed over as a file, by NAME_FILE. docs/configuration.md lists every
variable. Nothing here depends on the machine: a laptop and AWS run the same file.
"""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import global_settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP

from devops360 import environment as env

BASE_DIR = Path(__file__).resolve().parent.parent

# -- Where we are ----------------------------------------------------------------------------
ENVIRONMENT = env.choice("ENVIRONMENT", "local", ("local", "test", "production"))
PRODUCTION = ENVIRONMENT == "production"
DEBUG = env.flag("DEBUG")
# What this process is: one image, many roles. See devops360/roles.py.
SERVICE = env.choice("SERVICE", "all", ("all", "accounts", "files", "notifications", "admin"))
STATE_DIR = Path(env.text("STATE_DIR") or BASE_DIR / "var")

PORT = env.integer("PORT", 8000, minimum=1)
# Not 127.0.0.1: passkeys are bound to a name (WebAuthn: an RP ID is a domain).
SITE_URL = env.text("SITE_URL", "" if PRODUCTION else f"http://localhost:{PORT}").rstrip("/")
if not SITE_URL:
    raise ImproperlyConfigured("Set SITE_URL to the address people use: https://vault.example.com")
SITE_NAME = env.text("SITE_NAME", "DevOps360")
HTTPS = urlsplit(SITE_URL).scheme == "https"

SECRET_KEY = env.text("SECRET_KEY")
if not SECRET_KEY:
    if PRODUCTION:
        raise ImproperlyConfigured(
            "Set SECRET_KEY or SECRET_KEY_FILE. Make one with: "
            "python -c 'import secrets; print(secrets.token_urlsafe(50))'"
        )
    SECRET_KEY = env.kept_secret(STATE_DIR / "secret-key")
SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS")

_host = urlsplit(SITE_URL).hostname or "localhost"
_local_hosts = "" if PRODUCTION else ",localhost,127.0.0.1,[::1]"
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", _host + _local_hosts)
CSRF_TRUSTED_ORIGINS = [SITE_URL]

# -- What it is made of ----------------------------------------------------------------------
INSTALLED_APPS = [
    "devops360",
    "accounts",
    "files",
    "notifications",
    "devops360.admin_config.VaultAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.usersessions",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp_webauthn",
    "django_htmx",
    "django_tasks_db",
    # What another engine of tasks brings with it: its worker, its tables.
    *env.words("TASKS_APPS"),
]

MIDDLEWARE = [
    "devops360.middleware.ProbeMiddleware",
    "devops360.observability.middleware.RequestMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "devops360.middleware.SecurityHeadersMiddleware",
    "devops360.roles.RoleMiddleware",
    "devops360.middleware.OutageMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "devops360.gate.GateMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.SessionActivityMiddleware",
    "accounts.middleware.PreferencesMiddleware",
]

ROOT_URLCONF = "devops360.urls"
WSGI_APPLICATION = "devops360.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "devops360.context_processors.site",
                "devops360.context_processors.bell",
            ],
            "builtins": [
                "devops360.templatetags.entries",
                "devops360.templatetags.ui",
                "django.templatetags.i18n",
            ],
        },
    }
]
FORM_RENDERER = "devops360.form_renderer.VaultFormRenderer"

# -- What it keeps ---------------------------------------------------------------------------
DATABASE_URL = env.text("DATABASE_URL", f"sqlite:///{STATE_DIR / 'db.sqlite3'}")
DATABASES = {
    "default": env.database(
        DATABASE_URL,
        pool_size=env.integer("DATABASE_POOL", 8, minimum=1),
        # Where RDS keeps the user and the password, and changes it.
        secret_id=env.text("DATABASE_SECRET_ID"),
    )
}
if DATABASES["default"]["ENGINE"] == "devops360.queued_sqlite3":
    STATE_DIR.mkdir(parents=True, exist_ok=True)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Rate limits live here: in the database, so that every process agrees on them.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

MEDIA_ROOT = Path(env.text("MEDIA_ROOT") or BASE_DIR / "media")
STATIC_ROOT = Path(env.text("STATIC_ROOT") or STATE_DIR / "static")
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]

S3_BUCKET = env.text("S3_BUCKET")
S3_ENDPOINT_URL = env.text("S3_ENDPOINT_URL")
# Where browsers cannot reach the bucket, all bytes pass through us.
S3_PROXY = env.flag("S3_PROXY")
# Where new bytes go. A vault on its way from one store to the other has both configured.
FILES_STORE = env.choice("FILES_STORE", "s3" if S3_BUCKET else "local", ("local", "s3"))
if FILES_STORE == "s3" and not S3_BUCKET:
    raise ImproperlyConfigured("FILES_STORE=s3 needs S3_BUCKET, the name of the bucket.")
_stores: dict[str, dict[str, Any]] = {
    "local": {"BACKEND": "files.storage.DurableFileSystemStorage"},
}
if S3_BUCKET:
    _stores["s3"] = {
        "BACKEND": "files.object_storage.VaultS3Storage",
        "OPTIONS": {
            "bucket_name": S3_BUCKET,
            "region_name": env.text("AWS_REGION") or None,
            "endpoint_url": S3_ENDPOINT_URL or None,
            "file_overwrite": False,
            "querystring_expire": 300,
            "signature_version": "s3v4",
        },
    }
STORAGES = {
    **_stores,
    "default": _stores[FILES_STORE],
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG or ENVIRONMENT == "test"
            else "devops360.static_storage.VaultStaticFilesStorage"
        )
    },
}

# -- Backups: age keys. The site needs the public one alone; the secret one is for a restore. ----
BACKUP_PUBLIC_KEY = env.text("BACKUP_PUBLIC_KEY")
BACKUP_SECRET_KEY = env.text("BACKUP_SECRET_KEY")

# -- Files: limits, all in bytes unless named otherwise ---------------------------------------
FILES_MAX_SIZE = env.integer("FILES_MAX_SIZE", 5 * 1024**4)
# What a person may keep, unless an administrator has set another quota for them.
FILES_QUOTA = env.integer("FILES_QUOTA", 100 * 10**9)
# Names are bound by what file systems take, and paths by what people and the tree bear.
FILES_NAME_BYTES = env.integer("FILES_NAME_BYTES", 255, minimum=16, maximum=255)
FILES_DEPTH = env.integer("FILES_DEPTH", 100, minimum=1, maximum=1_000)
FILES_MAX_PATHS = env.integer("FILES_MAX_PATHS", 20_000, minimum=1)
# Uploads in parts. S3 takes none under 5 MiB, and at most 10,000: then they are larger than this.
FILES_PART_SIZE = env.integer("FILES_PART_SIZE", 16 * 1024**2, minimum=5 * 1024**2)
FILES_PARALLEL_PARTS = env.integer("FILES_PARALLEL_PARTS", 4, minimum=1, maximum=32)
FILES_PART_SECONDS = env.integer("FILES_PART_SECONDS", 3600, minimum=60)
FILES_UPLOADS_OPEN = env.integer("FILES_UPLOADS_OPEN", 500, minimum=1)
FILES_UPLOAD_DAYS = env.integer("FILES_UPLOAD_DAYS", 7, minimum=1)
# Larger ones are read a second time by the worker, not while a request waits.
FILES_COMPLETE_SIZE = env.integer("FILES_COMPLETE_SIZE", 2 * 1024**3)
FILES_TRASH_DAYS = env.integer("FILES_TRASH_DAYS", 30, minimum=1)
# Whether people may ask others, who have no account, to put files into a folder of theirs.
FILES_REQUESTS = env.flag("FILES_REQUESTS", default=True)
# Of a request: what comes in all, where its owner sets no limit; and what guests may have under way
# at once, in bytes and in uploads, none of them for longer than these hours without a sign of life.
FILES_REQUEST_BYTES = env.integer("FILES_REQUEST_BYTES", 10 * 10**9, minimum=1)
FILES_REQUEST_OPEN_BYTES = env.integer("FILES_REQUEST_OPEN_BYTES", 10 * 10**9, minimum=1)
FILES_REQUEST_UPLOADS = env.integer("FILES_REQUEST_UPLOADS", 100, minimum=1)
FILES_REQUEST_HOURS = env.integer("FILES_REQUEST_HOURS", 24, minimum=1)
# How long the store keeps objects that no row names. A backup of the database that is put back
# finds its bytes for so long.
FILES_ORPHAN_DAYS = env.integer("FILES_ORPHAN_DAYS", 14, minimum=1)
# Versions that are deleted by themselves: beyond so many of a file, or older; 0 keeps them. The
# newest always stays.
FILES_VERSIONS_KEPT = env.integer("FILES_VERSIONS_KEPT", 100, minimum=0)
FILES_VERSIONS_DAYS = env.integer("FILES_VERSIONS_DAYS", 0, minimum=0)
# Every blob is read again about once in so many days, at most so many bytes in a second, by a
# worker that takes so many seconds for it in a quarter of an hour; 0 seconds: never.
FILES_SCRUB_DAYS = env.integer("FILES_SCRUB_DAYS", 30, minimum=1)
FILES_SCRUB_RATE = env.integer("FILES_SCRUB_RATE", 50_000_000, minimum=1)
FILES_SCRUB_SECONDS = env.integer("FILES_SCRUB_SECONDS", 30, minimum=0, maximum=600)
# How long it is known who did what with a file, with the addresses of guests.
FILES_ACTIVITY_DAYS = env.integer("FILES_ACTIVITY_DAYS", 180, minimum=1)
FILES_TAGS = env.integer("FILES_TAGS", 500, minimum=1)
FILES_TAGS_PER_NODE = env.integer("FILES_TAGS_PER_NODE", 20, minimum=1)
FILES_ZIP_MAX_ENTRIES = env.integer("FILES_ZIP_MAX_ENTRIES", 20_000, minimum=1)
FILES_PREVIEW_SECONDS = env.integer("FILES_PREVIEW_SECONDS", 30, minimum=1)
FILES_PREVIEW_MEMORY = env.integer("FILES_PREVIEW_MEMORY", 1024**3, minimum=64 * 1024**2)
# The memory of a form that is not a file; file bodies are streamed and never held.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024**2
# Entries that one form may choose, and room for the fields that it has beside them.
FILES_MAX_CHOSEN = 20_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = FILES_MAX_CHOSEN + 100
DATA_UPLOAD_MAX_NUMBER_FILES = 1_000
FILE_UPLOAD_PERMISSIONS = 0o600

# -- Work in the background ------------------------------------------------------------------
# Where tasks wait, and for whose workers: docs/decisions/0025.
TASKS = {"default": env.tasks("immediate" if ENVIRONMENT == "test" else "database")}
# A file that the worker touches every few seconds, for whoever watches over it.
WORKER_HEARTBEAT = env.text("WORKER_HEARTBEAT")

# -- Who you are -----------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.AccountBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
if ENVIRONMENT == "test":
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *PASSWORD_HASHERS]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "files:home"
LOGOUT_REDIRECT_URL = "account_login"
PASSWORD_RESET_TIMEOUT = 3600
ACCOUNT_DELETION_DAYS = env.integer("ACCOUNT_DELETION_DAYS", 14, minimum=0)

ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "accounts.forms.entrance.SignInForm",
    "signup": "accounts.forms.entrance.SignUpForm",
    "add_email": "accounts.forms.entrance.ChangeEmailForm",
    "change_password": "accounts.forms.entrance.ChangePasswordForm",
    "set_password": "accounts.forms.entrance.SetPasswordForm",
    "reset_password": "accounts.forms.entrance.ResetPasswordForm",
    "reset_password_from_key": "accounts.forms.entrance.NewPasswordForm",
    "reauthenticate": "accounts.forms.entrance.ReauthenticateForm",
}
ACCOUNT_LOGIN_METHODS = {"email", "username"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS = 1
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = True
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_USERNAME_BLACKLIST = ["admin", "root", "support", "security", "devops360"]
ACCOUNT_USERNAME_MIN_LENGTH = 3
# Wrong passwords are counted by accounts.limits, which no stranger can lock a person out with.
ACCOUNT_RATE_LIMITS = {"login_failed": None}
ACCOUNT_USER_DISPLAY = "accounts.adapter.display_name"
USERSESSIONS_TRACK_ACTIVITY = True

# -- Second factors --------------------------------------------------------------------------
# Whom the site asks for one. The admin asks everybody, whatever is set here.
SECOND_FACTOR = env.choice(
    "SECOND_FACTOR", "everyone" if PRODUCTION else "staff", ("optional", "staff", "everyone")
)
# Ways that are weaker than an app or a passkey, each to be switched off.
SECOND_FACTOR_EMAIL = env.flag("SECOND_FACTOR_EMAIL", default=True)
SECOND_FACTOR_SMS = env.flag("SECOND_FACTOR_SMS")
REMEMBER_BROWSER_DAYS = env.integer("REMEMBER_BROWSER_DAYS", 30, minimum=0)
RECOVERY_DELAY_HOURS = env.integer("RECOVERY_DELAY_HOURS", 24, minimum=0)
# About where people sign in, from a file on this machine: accounts.places.
GEOIP_DATABASE = env.text("GEOIP_DATABASE")
OTP_TOTP_ISSUER = SITE_NAME
# Guesses are limited per person, over all factors and with an end: accounts.limits.
OTP_TOTP_THROTTLE_FACTOR = 0
OTP_WEBAUTHN_RP_ID = _host
OTP_WEBAUTHN_RP_NAME = SITE_NAME
OTP_WEBAUTHN_ALLOWED_ORIGINS = [SITE_URL]

# -- What it sends ---------------------------------------------------------------------------
MAILERS = {"default": env.mailer(env.text("EMAIL_URL", "console:"))}
DEFAULT_FROM_EMAIL = env.text("EMAIL_FROM", f"{SITE_NAME} <no-reply@{_host}>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# Text messages: "console:" prints them, "sns:" hands them to AWS, "" sends none.
SMS_URL = env.choice("SMS_URL", "" if PRODUCTION else "console:", ("", "console:", "sns:"))
SMS_TYPE = env.choice("SMS_TYPE", "Transactional", ("Transactional", "Promotional"))
# A name of up to 11 letters and digits, shown as the sender where a country allows it.
SMS_SENDER_ID = env.text("SMS_SENDER_ID")
# In USD for one text; empty: whatever it costs.
SMS_MAX_PRICE = env.text("SMS_MAX_PRICE")
# People may have what they are told posted to addresses of their own.
WEBHOOKS = env.flag("WEBHOOKS", default=True)
# Countries that texts go to, by their two letters; empty: every one.
SMS_COUNTRIES = [word.upper() for word in env.words("SMS_COUNTRIES")]
# Codes by text a day: to one person, to one country, and altogether.
SMS_DAILY_PER_PERSON = env.integer("SMS_DAILY_PER_PERSON", 10)
SMS_DAILY_PER_COUNTRY = env.integer("SMS_DAILY_PER_COUNTRY", 200)
SMS_DAILY = env.integer("SMS_DAILY", 500)
# Web Push: one key per site, kept by the laptop itself; browsers are bound to it.
VAPID_PRIVATE_KEY = env.text("VAPID_PRIVATE_KEY")
if not VAPID_PRIVATE_KEY and not PRODUCTION:
    VAPID_PRIVATE_KEY = env.kept_secret(STATE_DIR / "vapid-key", make=env.vapid_key)
VAPID_CONTACT = env.text("VAPID_CONTACT", f"mailto:postmaster@{_host}")
# What was "sent" is shown to whoever opens /outbox/: only where nobody else can.
SHOW_OUTBOX = ENVIRONMENT == "local" or (DEBUG and not PRODUCTION)
# How many a second all workers together send at most; 0: as fast as they can. SES and SNS give
# each account limits of its own.
EMAIL_RATE = env.integer("EMAIL_RATE", 0)
SMS_RATE = env.integer("SMS_RATE", 0)
# Notifications older than this are forgotten, read or not.
NOTIFICATIONS_DAYS = env.integer("NOTIFICATIONS_DAYS", 365, minimum=1)
# What delivers: our own worker, which looks twice a second, or a task for whatever TASKS names.
OUTBOX_DRIVER = env.choice("OUTBOX_DRIVER", "worker", ("worker", "tasks"))
# The hosts that browsers get their push addresses from: nothing else is called for them.
PUSH_SERVICES = env.words(
    "PUSH_SERVICES",
    "fcm.googleapis.com,push.services.mozilla.com,notify.windows.com,push.apple.com",
)
AWS_REGION = env.text("AWS_REGION")
SNS_ENDPOINT_URL = env.text("SNS_ENDPOINT_URL")
# Topics that operators and other programs listen to: ARNs, empty for none.
SNS_OPERATORS_TOPIC = env.text("SNS_OPERATORS_TOPIC")
SNS_EVENTS_TOPIC = env.text("SNS_EVENTS_TOPIC")
# The kinds of event that go to the events topic; empty: all.
SNS_EVENTS_KINDS = env.words("SNS_EVENTS_KINDS")
# Topics whose posts to /notifications/sns/ are taken: bounces, complaints, receipts of texts.
SNS_INBOUND_TOPICS = env.words("SNS_INBOUND_TOPICS")

# -- Whom it calls ---------------------------------------------------------------------------
# Addresses that people name: webhooks, push services. notifications.safe_http keeps to these.
OUTGOING_HTTP = env.flag("OUTGOING_HTTP")
OUTGOING_PORTS = env.integers("OUTGOING_PORTS", "443,8443")
# Private networks that may be called all the same, such as 10.1.0.0/16.
OUTGOING_NETWORKS = env.networks("OUTGOING_NETWORKS")
# Authorities that are believed besides the system's: a file in PEM.
OUTGOING_CA_FILE = env.text("OUTGOING_CA_FILE")

# -- The shield ------------------------------------------------------------------------------
# Where browsers meet the bucket itself, for parts, downloads, pictures and players.
_bucket = (
    []
    if S3_PROXY
    else env.bucket_sources(
        bucket=S3_BUCKET, region=env.text("AWS_REGION"), endpoint=env.text("S3_ENDPOINT_URL")
    )
)
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "blob:", "data:", *_bucket],
    "media-src": [CSP.SELF, *_bucket],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF, *_bucket],
    "manifest-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "object-src": [CSP.NONE],
    "frame-src": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_SSL_REDIRECT = HTTPS and env.flag("SSL_REDIRECT", default=True)
SECURE_HSTS_SECONDS = 63_072_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
TRUSTED_PROXIES = env.integer("TRUSTED_PROXIES", 0)
if TRUSTED_PROXIES:
    # Only a proxy that we know overwrites this header may tell us that the client spoke TLS.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES

# The __Host- prefix ties a cookie to this very host; browsers refuse it without HTTPS.
_prefix = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME = f"{_prefix}sessionid"
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
# However busy, a session ends after this; idle, after SESSION_COOKIE_AGE.
SESSION_MAX_DAYS = env.integer("SESSION_MAX_DAYS", 30, minimum=1)
CSRF_COOKIE_NAME = f"{_prefix}csrftoken"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
# Knows a browser again after its session has ended; opens nothing by itself.
BROWSER_COOKIE_NAME = f"{_prefix}browser"
BROWSER_COOKIE_AGE = 365 * 24 * 3600
# Which language a visitor has chosen; who is signed in has it in the profile.
LANGUAGE_COOKIE_NAME = f"{_prefix}language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "devops360.views.csrf_failure"

# -- Language and time -----------------------------------------------------------------------
LANGUAGE_CODE = "en"
# A language is offered once its catalogue is whole (docs/translating.md), each by its own name:
# whoever looks for it may read no other.
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LOCALE_PATHS = [BASE_DIR / "locale"]
# How each language writes dates and times.
FORMAT_MODULE_PATH = ["devops360.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# -- What it tells the operator ---------------------------------------------------------------
LOG_LEVEL = env.choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR"))
# Metrics come from ports of their own: METRICS_PORT of gunicorn (gunicorn.conf.py), and this.
BIND_ADDRESS = env.text("BIND_ADDRESS", "127.0.0.1")
WORKER_METRICS_PORT = env.integer("WORKER_METRICS_PORT", 0)
LOG_FORMAT = env.choice("LOG_FORMAT", "json" if PRODUCTION else "text", ("json", "text"))
# The same metrics as lines of the log, in CloudWatch's Embedded Metric Format.
METRICS_EMF = env.flag("METRICS_EMF")
METRICS_EMF_SECONDS = env.integer("METRICS_EMF_SECONDS", 60, minimum=1)
METRICS_NAMESPACE = env.text("METRICS_NAMESPACE", "DevOps360")
if METRICS_EMF and LOG_FORMAT != "json":
    raise ImproperlyConfigured("METRICS_EMF=1 needs LOG_FORMAT=json: its lines are JSON.")
# On a laptop a line for each request, task and job hides the mail that is printed there.
ROUTINE_LEVEL = "WARNING" if LOG_FORMAT == "text" and LOG_LEVEL == "INFO" else LOG_LEVEL
# Where traces go; empty: there are none, and nothing of OpenTelemetry is imported. What else
# OpenTelemetry's own variables say is read by its SDK.
TRACES_ENDPOINT = env.traces_endpoint()
TRACES_HEADERS = env.text(
    "OTEL_EXPORTER_OTLP_TRACES_HEADERS", env.text("OTEL_EXPORTER_OTLP_HEADERS")
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "context": {"()": "devops360.observability.logs.ContextFilter"},
        **(
            {"trace": {"()": "devops360.observability.otel.TraceFilter"}} if TRACES_ENDPOINT else {}
        ),
    },
    "formatters": {
        "json": {"()": "devops360.observability.logs.JsonFormatter"},
        "text": {"()": "devops360.observability.logs.TextFormatter"},
    },
    "handlers": {
        "stdout": {
            "class": "logging.StreamHandler",
            "stream": "ext://sys.stdout",
            "formatter": LOG_FORMAT,
            "filters": ["context", *(["trace"] if TRACES_ENDPOINT else [])],
        }
    },
    "root": {"handlers": ["stdout"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"handlers": [], "propagate": True, "level": "INFO"},
        "django.server": {"handlers": [], "propagate": True},
        "devops360.observability.emf": {"level": "INFO"},
        "devops360.requests": {"level": ROUTINE_LEVEL},
        "devops360.schedule": {"level": ROUTINE_LEVEL},
        "django.tasks": {"level": ROUTINE_LEVEL},
        "django_tasks_db": {"level": ROUTINE_LEVEL},
        "files": {"level": ROUTINE_LEVEL},
        "gunicorn.error": {"handlers": [], "propagate": True, "level": LOG_LEVEL},
        # Its lines would hold addresses: see gunicorn.conf.py.
        "gunicorn.access": {"handlers": [], "propagate": False, "level": "CRITICAL"},
    },
}

# -- Of other engines of tasks ---------------------------------------------------------------
# What they read by names of their own, such as HUEY or RQ_QUEUES; none of ours, none of Django's.
for _name, _value in env.json_object("TASKS_SETTINGS").items():
    if not _name.isupper() or _name in globals() or hasattr(global_settings, _name):
        raise ImproperlyConfigured(f"TASKS_SETTINGS must not set {_name}.")
    globals()[_name] = _value
