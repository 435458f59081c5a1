"""Scripts: clients that send a token, and nothing else."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client

from accounts import tokens
from accounts.clients import NOBODY
from accounts.models import User
from accounts.tests.factories import UserFactory
from files.models import Node
from files.tree import root_of

# Streams that a test did not read to the end are closed after it.
ANSWERS: list[Any] = []


class Script:
    """Calls the API as a script does: paths below /api/v1/, JSON in and out."""

    def __init__(self, secret: str) -> None:
        self.bearer = {"Authorization": f"Bearer {secret}"} if secret else {}
        self.client = Client(headers=self.bearer)

    def call(self, method: str, path: str, data: Any = None, **more: Any) -> Any:
        if data is not None and not isinstance(data, bytes):
            data, more["content_type"] = json.dumps(data), "application/json"
        answer = self.client.generic(method, f"/api/v1/{path}", data or b"", **more)
        ANSWERS.append(answer)
        return answer

    def get(self, path: str, **more: Any) -> Any:
        return self.call("GET", path, **more)

    def post(self, path: str, data: Any) -> Any:
        return self.call("POST", path, data)

    def upload(self, folder: UUID, path: str, data: bytes, query: str = "") -> Any:
        kind = {"content_type": "application/octet-stream"}
        return self.call("PUT", f"folders/{folder}/content?path={path}{query}", data, **kind)


def make_script(user: User, scope: str = "write") -> Script:
    _token, secret = tokens.make_token(user=user, name="t", scope=scope, days=7, client=NOBODY)
    return Script(secret)


@pytest.fixture(autouse=True)
def _fresh(db: None) -> Iterator[None]:
    call_command("createcachetable", verbosity=0)
    cache.clear()
    yield
    for answer in ANSWERS:
        # Read to the end, a stream closes itself; close() would close the database as well.
        if answer.streaming:
            b"".join(answer.streaming_content)
    ANSWERS.clear()


@pytest.fixture
def owner(db: None) -> User:
    user: User = UserFactory.create(username="kim")
    return user


@pytest.fixture
def root(owner: User) -> Node:
    return root_of(owner)


@pytest.fixture
def script(owner: User) -> Script:
    return make_script(owner)


@pytest.fixture
def stranger(db: None) -> Script:
    return make_script(UserFactory.create(username="stranger"))
