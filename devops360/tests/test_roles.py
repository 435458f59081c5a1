"""Each role answers its own addresses, and every address has a role."""

from typing import Any

import pytest
from django.core.exceptions import MiddlewareNotUsed
from django.test import Client

from devops360.roles import PREFIXES, RoleMiddleware, role_of
from devops360.tests.test_gate import ROUTES


def test_every_route_has_a_role() -> None:
    everywhere = {"favicon.ico"}
    assert {path for path, _name in ROUTES if not role_of(path)} == everywhere


@pytest.mark.parametrize(
    ("path", "role"),
    [("/", "files"), ("/s/x/", "files"), ("/account/login/", "accounts"), ("/static/x.js", "")],
)
def test_whose_a_path_is(path: str, role: str) -> None:
    assert role_of(path) == role


@pytest.mark.parametrize("role", sorted(set(PREFIXES.values())))
def test_a_role_answers_its_own_alone(client: Client, db: None, settings: Any, role: str) -> None:
    settings.SERVICE = role
    client.handler.load_middleware()
    for prefix, owner in PREFIXES.items():
        answer = client.get(f"/{prefix}/")
        refused = b"Another role serves this" in answer.content
        assert refused == (owner != role), prefix
        assert not refused or answer.status_code == 404


def test_a_process_for_everything_has_no_such_layer(settings: Any) -> None:
    with pytest.raises(MiddlewareNotUsed):
        RoleMiddleware(lambda request: None)  # type: ignore[arg-type,return-value]
