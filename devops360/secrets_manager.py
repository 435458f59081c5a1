"""AWS Secrets Manager: secret settings, and a database password that changes while we run.

A secret holds one JSON object. With AWS_SECRET_ID its keys are names of settings; with
DATABASE_SECRET_ID they are `username` and `password`, as RDS keeps and rotates them.
"""

import json
import os
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any, ClassVar

import boto3
import psycopg
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.exceptions import ImproperlyConfigured

# Nobody waits long for a start, and nothing is asked for ever.
ASKING = Config(connect_timeout=3, read_timeout=5, retries={"max_attempts": 3, "mode": "standard"})
# While the database is away every attempt fails: the secret is not asked for each time.
ASK_AGAIN_SECONDS = 5.0


class NoValueError(ImproperlyConfigured):
    """A secret that has no value yet, or is not there: Secrets Manager says the same of both."""


def read_secret(secret_id: str) -> dict[str, str]:
    """Return a secret's object.

    Raises ImproperlyConfigured, which never tells what is in it, and NoValueError.
    """
    return read_secret_and_date(secret_id)[0]


def read_secret_and_date(secret_id: str) -> tuple[dict[str, str], datetime]:
    """Return a secret's object, and since when it is that. Raises what read_secret does."""
    client = _client()
    try:
        answer = client.get_secret_value(SecretId=secret_id)
        text, date = answer["SecretString"], answer["CreatedDate"]
    except client.exceptions.ResourceNotFoundException as error:
        raise NoValueError(f"The secret {secret_id} cannot be read: {error}") from error
    except (BotoCoreError, ClientError, KeyError) as error:
        raise ImproperlyConfigured(f"The secret {secret_id} cannot be read: {error}") from error
    try:
        content = json.loads(text)
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise ImproperlyConfigured(f"The secret {secret_id} must be one JSON object.")
    return {name: str(value) for name, value in content.items()}, date.astimezone(UTC)


def write_secret(secret_id: str, content: Mapping[str, str]) -> None:
    """Give a secret that is there a new value. Raises ImproperlyConfigured."""
    try:
        _client().put_secret_value(SecretId=secret_id, SecretString=json.dumps(dict(content)))
    except (BotoCoreError, ClientError) as error:
        raise ImproperlyConfigured(f"The secret {secret_id} cannot be written: {error}") from error


def _client() -> Any:
    return boto3.client(
        "secretsmanager",
        region_name=os.environ.get("AWS_REGION") or None,
        endpoint_url=os.environ.get("SECRETS_ENDPOINT_URL") or None,
        config=ASKING,
    )


@cache
def secret_settings() -> dict[str, str]:
    """Return what AWS_SECRET_ID holds, read once per process; nothing where it is not set."""
    secret_id = os.environ.get("AWS_SECRET_ID", "")
    return read_secret(secret_id) if secret_id else {}


class Credentials:
    """The user and password of a database, asked for again when they were refused."""

    def __init__(self, secret_id: str) -> None:
        self.secret_id = secret_id
        self._lock = threading.Lock()
        self._current: dict[str, str] | None = None
        self._asked_at = 0.0

    def current(self) -> dict[str, str]:
        with self._lock:
            return self._current if self._current is not None else self._ask()

    def changed(self, refused: dict[str, str]) -> dict[str, str] | None:
        """Return others than the refused ones, if there are any by now."""
        with self._lock:
            long_ago = time.monotonic() - self._asked_at >= ASK_AGAIN_SECONDS
            if self._current == refused and long_ago:
                self._ask()
            return self._current if self._current != refused else None

    def _ask(self) -> dict[str, str]:
        content = read_secret(self.secret_id)
        if not {"username", "password"} <= content.keys():
            raise ImproperlyConfigured(
                f"The secret {self.secret_id} must have a username and a password."
            )
        self._asked_at = time.monotonic()
        self._current = {"user": content["username"], "password": content["password"]}
        return self._current


class RotatingConnection(psycopg.Connection[Any]):
    """A connection whose password may be another one than at the start of the process.

    Connections that are open stay so when RDS rotates: only new ones are refused, once, and then
    made with what the secret says now.
    """

    credentials: ClassVar[Credentials]

    @classmethod
    def connect(cls, conninfo: str = "", **kwargs: Any) -> "RotatingConnection":
        known = cls.credentials.current()
        try:
            return super().connect(conninfo, **kwargs | known)
        except psycopg.OperationalError:
            fresh = cls.credentials.changed(known)
            if fresh is None:
                raise
            return super().connect(conninfo, **kwargs | fresh)


def rotating(secret_id: str) -> type[RotatingConnection]:
    """Return the class of connections for a pool whose credentials are that secret's."""
    return type("Connection", (RotatingConnection,), {"credentials": Credentials(secret_id)})
