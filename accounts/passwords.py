"""Setting, resetting and forcing the reset of passwords."""

import logging

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.db import transaction

from accounts import browsers, history, mail, notices
from accounts.clients import NOBODY, Client
from accounts.models import SecurityEvent, User
from accounts.sessions import end_sessions

logger = logging.getLogger(__name__)


def reset_link(*, user: User) -> str:
    """Return a link to choose a new password: signed, for one use, good for an hour.

    It ends early with the next sign-in, password or e-mail address. Seconds of its life:
    settings.PASSWORD_RESET_TIMEOUT.
    """
    token = default_token_generator.make_token(user)
    return mail.absolute_url("account_reset_password_from_key", user_pk_to_url_str(user), token)


@transaction.atomic
def force_reset(*, user: User, by: User) -> None:
    """Make the password useless, end all sessions and mail a link to choose a new one."""
    user.must_reset_password = True
    user.save(update_fields=["must_reset_password"])
    end_sessions(user=user)
    # The link holds the time of the last sign-in: an older copy of the row would make a dead one.
    user.refresh_from_db()
    link = reset_link(user=user)
    logger.info("password reset forced user=%s by=%s", user.pk, by.pk)
    mail.post_to_person(template="account/email/forced_reset", user=user, link=link)


@transaction.atomic
def set_password(*, user: User, password: str, client: Client = NOBODY) -> None:
    """Set a password that its owner has just chosen."""
    user.set_password(password)
    user.must_reset_password = False
    user.save(update_fields=["password", "must_reset_password"])
    # Whoever the old password was for must show the second factor again.
    browsers.forget_browsers(user=user)
    history.record(user=user, kind=SecurityEvent.Kind.PASSWORD_CHANGED, client=client)
    page = "account_reset_password"
    notices.tell(kind="password_changed", user=user, client=client, page=page)


@transaction.atomic
def reset_password(*, user: User, password: str, client: Client = NOBODY) -> None:
    """Set a password chosen through a mailed link, which proves that the address is theirs.

    Sessions end by themselves: each is bound to the password it was made under.
    """
    set_password(user=user, password=password, client=client)
    end_sessions(user=user)
    address, _ = EmailAddress.objects.get_or_create(user=user, email=user.email.lower())
    if address.set_verified():
        address.set_as_primary()
