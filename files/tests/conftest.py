from typing import Any

import pytest
from django.test import Client

from files.models import Node
from files.tests.factories import OwnerFactory
from files.tree import root_of


@pytest.fixture
def owner(db: None) -> Any:
    return OwnerFactory()


@pytest.fixture
def stranger(db: None) -> Any:
    return OwnerFactory()


@pytest.fixture
def root(owner: Any) -> Node:
    return root_of(owner)


@pytest.fixture
def browser_of() -> Any:
    """Return a function that signs a person in and returns their client."""

    def sign_in(person: Any) -> Client:
        client = Client()
        client.force_login(person)
        return client

    return sign_in


@pytest.fixture
def own(owner: Any, browser_of: Any) -> Client:
    client: Client = browser_of(owner)
    return client
