"""Where files and accounts meet: what was shared with an address waits for who confirms it."""

from typing import Any

import pytest
from allauth.account.models import EmailAddress

from accounts.clients import NOBODY
from accounts.entrance import complete_sign_in
from files.activity import Act
from files.grants import grant_access
from files.models import Grant, Node
from files.tests.factories import OwnerFactory, make_folder


@pytest.fixture
def owner(db: None) -> Any:
    return OwnerFactory()


@pytest.fixture
def folder(owner: Any) -> Node:
    return make_folder(owner, "Shared")


def test_a_newcomer_finds_what_waited_for_the_confirmed_address(owner: Any, folder: Node) -> None:
    for address in ("new@example.com", "new"):
        grant_access(node=folder, address=address, role=Grant.Role.VIEWER, act=Act(actor=owner))
    newcomer = OwnerFactory(email="new@example.com", username="new")
    complete_sign_in(user=newcomer, client=NOBODY)
    assert not Grant.objects.filter(person=newcomer).exists()
    EmailAddress.objects.create(user=newcomer, email=newcomer.email, verified=True, primary=True)
    complete_sign_in(user=newcomer, client=NOBODY)
    # By the address alone: the user name was anybody's to take.
    assert Grant.objects.get(person=newcomer).address == "new@example.com"
