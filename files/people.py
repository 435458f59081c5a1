"""The people of the site, as far as sharing must know them: asked of whoever registered.

Files do not know the app that keeps people; the project connects the two.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser

type FindPerson = Callable[[str], AbstractBaseUser | None]


@dataclass
class _Directory:
    find: FindPerson | None = field(default=None)


_directory = _Directory()


def register_directory(find: FindPerson) -> None:
    """Let `find` tell who has an e-mail address or user name: active and verified, or None."""
    _directory.find = find


def find_person(login: str) -> AbstractBaseUser | None:
    return _directory.find(login) if _directory.find else None


def name_of(person: AbstractBaseUser) -> str:
    """Return how the person is called on pages."""
    named: Any = person
    name: str = named.get_full_name()
    return name
