"""Making people, and what is done to an account from outside of it."""

import logging
import secrets

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import mail
from accounts.errors import AccountError, LastAdministratorError
from accounts.models import User
from accounts.passwords import reset_link
from accounts.second_factor.standing import has_second_factor
from accounts.sessions import end_sessions
from accounts.validators import USERNAME_MAX_LENGTH

logger = logging.getLogger(__name__)


def free_username(wanted: str) -> str:
    """Return the wanted user name, or one like it that nobody has.

    Sign-up takes this rather than saying that a name is taken, which would tell who is here.
    """
    name = wanted[:USERNAME_MAX_LENGTH]
    while User.objects.with_username(name).exists():
        name = f"{wanted[: USERNAME_MAX_LENGTH - 4]}{secrets.randbelow(9000) + 1000}"
    return name


@transaction.atomic
def create_person(
    *,
    email: str,
    username: str,
    password: str | None = None,
    display_name: str = "",
    language: str = "en",
    verified: bool = False,
    staff: bool = False,
    superuser: bool = False,
) -> User:
    """Make an account. `verified` says that the address is known to be the person's."""
    user = User(
        email=email.lower(),
        username=username,
        display_name=display_name,
        language=language,
        is_staff=staff or superuser,
        is_superuser=superuser,
    )
    user.set_password(password)
    user.full_clean(exclude=["password"])
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=verified)
    return user


@transaction.atomic
def invite_person(
    *, email: str, username: str, display_name: str = "", language: str = "en"
) -> User:
    """Make an account without a password and mail a link to set one, in the language."""
    user = create_person(
        email=email, username=username, display_name=display_name, language=language
    )
    link = reset_link(user=user)
    mail.post_to_person(template="account/email/invitation", user=user, link=link)
    return user


@transaction.atomic
def deactivate(*, user: User, by: User) -> None:
    """Lock a person out: no sign-in, and every session ends at once."""
    if user == by:
        raise AccountError(_("You cannot deactivate your own account."))
    refuse_last_administrator(user=user)
    user.is_active = False
    user.save(update_fields=["is_active"])
    end_sessions(user=user)
    logger.info("account deactivated user=%s by=%s", user.pk, by.pk)


@transaction.atomic
def activate(*, user: User, by: User) -> None:
    user.is_active = True
    user.save(update_fields=["is_active"])
    logger.info("account activated user=%s by=%s", user.pk, by.pk)


def refuse_last_administrator(*, user: User) -> None:
    """Raise LastAdministratorError if nobody else could administer the site.

    Call it inside a transaction: it locks the administrators, so that of two who leave at once
    one stays.
    """
    administrators = User.objects.select_for_update().filter(is_superuser=True, is_active=True)
    ids = set(administrators.values_list("pk", flat=True))
    if ids == {user.pk}:
        raise LastAdministratorError(
            _("This is the only administrator. Make someone else an administrator first.")
        )


@transaction.atomic
def require_enrolment(*, user: User, by: User) -> None:
    """Ask the person for a second factor from now on; sessions without one end at once."""
    user.must_enrol = True
    user.save(update_fields=["must_enrol"])
    if not has_second_factor(user):
        end_sessions(user=user)
    logger.info("second factor required user=%s by=%s", user.pk, by.pk)
