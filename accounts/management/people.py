"""What commands about people share."""

from django.core.management.base import CommandError

from accounts.models import User


def find_person(login: str) -> User:
    """Return the person of that e-mail address or user name; raise CommandError for nobody."""
    person: User | None = User.objects.with_login(login).first()
    if person is None:
        raise CommandError(f"Nobody is called {login}. Give an e-mail address or a user name.")
    return person
