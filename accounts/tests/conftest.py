import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client

from accounts.models import User
from accounts.tests.factories import UserFactory


@pytest.fixture
def person(db: None) -> User:
    made: User = UserFactory.create(username="kim")
    return made


@pytest.fixture
def stranger(db: None) -> User:
    made: User = UserFactory.create(username="stranger")
    return made


@pytest.fixture
def signed_in(client: Client, person: User) -> Client:
    client.force_login(person)
    return client


@pytest.fixture(autouse=True)
def _fresh_limits(db: None) -> None:
    call_command("createcachetable", verbosity=0)
    cache.clear()
