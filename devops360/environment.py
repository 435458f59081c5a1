"""Small typed readers of environment variables, for settings.py alone.

Every reader raises ImproperlyConfigured with the name of the variable and what to set.
"""

import base64
import ipaddress
import json
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from devops360.secrets_manager import rotating, secret_settings

TRUE = {"1", "true", "yes", "on"}
# FIPS 186-5: a private key of P-256 is a number from 1 to below this.
P256_ORDER = 0xFFFFFFFF_00000000_FFFFFFFF_FFFFFFFF_BCE6FAAD_A7179E84_F3B9CAC2_FC632551
TASK_BACKENDS = {
    "database": "devops360.observability.backend.TracedDatabaseBackend",
    "immediate": "django.tasks.backends.immediate.ImmediateBackend",
    "dummy": "django.tasks.backends.dummy.DummyBackend",
}
# Of the site's own tasks: previews take long, and may have workers of their own.
QUEUES = ("default", "previews")
FALSE = {"0", "false", "no", "off", ""}


def text(name: str, default: str = "") -> str:
    """Return the variable's value, or that of the file that `NAME_FILE` names, or a secret's.

    The file form is how Docker and Kubernetes hand over secrets; AWS_SECRET_ID names one that has
    several. What is in the environment comes first.
    """
    path = os.environ.get(f"{name}_FILE")
    if path:
        if name in os.environ:
            raise ImproperlyConfigured(f"Set {name} or {name}_FILE, not both.")
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE cannot be read: {error}") from error
    if name in os.environ:
        return os.environ[name].strip()
    return secret_settings().get(name, default).strip()


def flag(name: str, *, default: bool = False) -> bool:
    value = text(name, str(default)).lower()
    if value in TRUE:
        return True
    if value in FALSE:
        return False
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}.")


def integer(name: str, default: int, *, minimum: int = 0, maximum: int | None = None) -> int:
    value = text(name, str(default))
    try:
        number = int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.") from None
    if number < minimum:
        raise ImproperlyConfigured(f"{name} must be at least {minimum}.")
    if maximum is not None and number > maximum:
        raise ImproperlyConfigured(f"{name} must be at most {maximum}.")
    return number


def words(name: str, default: str = "") -> list[str]:
    """Return a comma-separated variable as a list, without empty items."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def integers(name: str, default: str = "") -> frozenset[int]:
    """Return a comma-separated variable as whole numbers."""
    try:
        return frozenset(int(word) for word in words(name, default))
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be whole numbers with commas between.") from None


def networks(name: str) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    """Return a comma-separated variable as networks: `10.1.0.0/16`, or one address."""
    try:
        return tuple(ipaddress.ip_network(word) for word in words(name))
    except ValueError as error:
        raise ImproperlyConfigured(
            f"{name} must be networks, such as 10.1.0.0/16: {error}"
        ) from None


def choice(name: str, default: str, allowed: tuple[str, ...]) -> str:
    value = text(name, default)
    if value not in allowed:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(allowed)}, not {value!r}.")
    return value


def json_object(name: str) -> dict[str, object]:
    """Return a variable that holds a JSON object; {} where it is empty."""
    value = text(name)
    try:
        found = json.loads(value or "{}")
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be a JSON object: {error}") from None
    if not isinstance(found, dict):
        raise ImproperlyConfigured(f'{name} must be a JSON object, such as {{"name": "value"}}.')
    return found


def tasks(default: str) -> dict[str, object]:
    """Return Django's TASKS entry for TASKS_BACKEND and TASKS_OPTIONS.

    `database`, `immediate` and `dummy` are there; another engine's is named by its dotted path.
    """
    name = text("TASKS_BACKEND", default)
    path = TASK_BACKENDS.get(name, name)
    if "." not in path:
        known = ", ".join(TASK_BACKENDS)
        raise ImproperlyConfigured(
            f"TASKS_BACKEND must be one of {known}, or a dotted path such as "
            f"django_tasks_sqs.SQSBackend, not {name!r}."
        )
    return {"BACKEND": path, "QUEUES": list(QUEUES), "OPTIONS": json_object("TASKS_OPTIONS")}


def vapid_key() -> str:
    """Return a new private key of P-256, as Web Push tools write it: 32 bytes in base64url."""
    number = 1 + secrets.randbelow(P256_ORDER - 1)
    return base64.urlsafe_b64encode(number.to_bytes(32)).rstrip(b"=").decode("ascii")


def kept_secret(path: Path, *, make: Callable[[], str] = lambda: secrets.token_urlsafe(50)) -> str:
    """Return the secret kept in `path`, made on the first call, readable by its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    if not path.exists():
        draft.touch(mode=0o600)
        draft.write_text(make(), encoding="utf-8")
        try:
            # A hard link fails where the name exists: of two first starts at once, one wins.
            path.hardlink_to(draft)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text(encoding="utf-8").strip()


# Of libpq, in seconds, and milliseconds the last; the URL's query may say otherwise. A machine that
# has vanished says nothing, and TCP alone would wait for it for a quarter of an hour.
PATIENCE: dict[str, object] = {
    "connect_timeout": 3,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}


def database(url: str, *, pool_size: int, secret_id: str = "") -> dict[str, object]:
    """Return Django's DATABASES entry for `sqlite:///path` or `postgres://user:pass@host/name`.

    Query parameters of a PostgreSQL URL (`?sslmode=require`) become libpq options. With `secret_id`
    user and password are that secret's, also after they have changed.
    """
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "devops360.queued_sqlite3",
            "NAME": unquote(parts.path.removeprefix("/")),
            # One for as long as its thread lives: whoever closes the last one copies the whole
            # journal back, at every request that is alone.
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                # Writers queue at BEGIN, for as long as the time-out, instead of failing midway.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-20000;"
                ),
            },
        }
    if parts.scheme in {"postgres", "postgresql"}:
        options: dict[str, object] = dict(parse_qsl(parts.query))
        host = str(options.pop("host", "")) or unquote(parts.hostname or "")
        pool: dict[str, object] = {
            "min_size": 1,
            "max_size": pool_size,
            # Seconds: whoever waits longer for a connection is told to come back.
            "timeout": 3,
            # No `max_waiting`: the pool counts also those who have given up, for ever.
            # Each failed attempt doubles the wait for the next one. Given up early, it is begun
            # anew by the next request: a database that is back is found at once.
            "reconnect_timeout": 2,
        }
        if secret_id:
            pool["connection_class"] = rotating(secret_id)
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.removeprefix("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": host,
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 0,
            # Asked when the pool gives one away: after a restart nobody is given a dead connection.
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": PATIENCE | options | {"pool": pool},
        }
    raise ImproperlyConfigured(
        "DATABASE_URL must start with sqlite:/// or postgres://, such as "
        "postgres://devops360:password@localhost/devops360."
    )


def bucket_sources(*, bucket: str, region: str, endpoint: str) -> list[str]:
    """Return the CSP sources by which a page may reach this bucket, and no other; [] for none.

    Named both ways that S3 has: botocore signs for the global name, which S3 may redirect from.
    """
    if not bucket:
        return []
    if endpoint:
        return [f"{endpoint.rstrip('/')}/{bucket}/"]
    domain = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    hosts = ["s3", f"s3.{region}"] if region else ["s3"]
    if "." in bucket:
        # A certificate's wildcard covers one label: such buckets are named in the path.
        return [f"https://{host}.{domain}/{bucket}/" for host in hosts]
    return [f"https://{bucket}.{host}.{domain}" for host in hosts]


def traces_endpoint() -> str:
    """Return the address that traces are posted to, by OpenTelemetry's variables; "" for none.

    https://opentelemetry.io/docs/specs/otel/protocol/exporter/
    """
    base = text("OTEL_EXPORTER_OTLP_ENDPOINT").rstrip("/")
    endpoint = text("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", f"{base}/v1/traces" if base else "")
    if flag("OTEL_SDK_DISABLED") or text("OTEL_TRACES_EXPORTER", "otlp") == "none":
        return ""
    protocol = text(
        "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", text("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
    )
    if endpoint and protocol != "http/protobuf":
        raise ImproperlyConfigured(
            f"OTEL_EXPORTER_OTLP_PROTOCOL must be http/protobuf, not {protocol!r}: name the "
            "receiver's HTTP port in OTEL_EXPORTER_OTLP_ENDPOINT, such as http://collector:4318."
        )
    return endpoint


def mailer(url: str) -> dict[str, object]:
    """Return Django's MAILERS entry for `console:`, `memory:` or `smtp://user:pass@host:port`.

    `smtp+tls://` asks for STARTTLS, `smtps://` for TLS from the first byte. `file:///folder`
    writes each mail into a file there.
    """
    parts = urlsplit(url)
    if parts.scheme == "console":
        return {"BACKEND": "devops360.console_mail.ConsoleMailBackend"}
    if parts.scheme == "file":
        return {
            "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "OPTIONS": {"file_path": unquote(parts.path)},
        }
    if parts.scheme == "memory":
        return {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}
    if parts.scheme in {"smtp", "smtps", "smtp+tls"} and parts.hostname:
        return {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {
                "host": parts.hostname,
                "port": parts.port or {"smtp": 25, "smtps": 465, "smtp+tls": 587}[parts.scheme],
                "username": unquote(parts.username or ""),
                "password": unquote(parts.password or ""),
                "use_ssl": parts.scheme == "smtps",
                "use_tls": parts.scheme == "smtp+tls",
                "timeout": 10,
            },
        }
    raise ImproperlyConfigured(
        "EMAIL_URL must be console:, file:///folder, or such as smtp+tls://user:password@host:587."
    )
