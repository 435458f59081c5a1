"""Leaving: a person asks, has time to think again, and then everything goes."""

import logging
from collections.abc import Callable
from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts import archives, mail, notices
from accounts.avatars.changes import delete_folder
from accounts.clients import NOBODY
from accounts.models import User
from accounts.people import refuse_last_administrator
from accounts.sessions import end_sessions

logger = logging.getLogger(__name__)

type Cleaner = Callable[[User], None]

_cleaners: list[Cleaner] = []


def register_cleaner(cleaner: Cleaner) -> None:
    """Add a function that deletes what another app keeps of a person.

    It runs inside the deletion's transaction, before the person's row goes; what it does outside
    of the database it must leave to transaction.on_commit. Registering twice counts once.
    """
    if cleaner not in _cleaners:
        _cleaners.append(cleaner)


@transaction.atomic
def schedule_deletion(*, user: User, keep_session: str = "") -> None:
    """Mark an account for deletion after the days of grace; end its other sessions and tell.

    Raises LastAdministratorError for the only administrator. Asking twice changes nothing.
    """
    if user.delete_after:
        return
    refuse_last_administrator(user=user)
    user.delete_after = timezone.now() + timedelta(days=settings.ACCOUNT_DELETION_DAYS)
    user.save(update_fields=["delete_after"])
    end_sessions(user=user, keep=keep_session)
    logger.info("deletion scheduled user=%s", user.pk)
    notices.tell(
        kind="deletion_scheduled",
        user=user,
        client=NOBODY,
        page="accounts:deletion",
        when=user.delete_after.isoformat(),
    )


@transaction.atomic
def cancel_deletion(*, user: User) -> None:
    """Keep the account after all."""
    if not user.delete_after:
        return
    user.delete_after = None
    user.save(update_fields=["delete_after"])
    logger.info("deletion cancelled user=%s", user.pk)
    page = "account_reset_password"
    notices.tell(kind="deletion_cancelled", user=user, client=NOBODY, page=page)


def delete_due() -> int:
    """Delete every account whose days of grace are over; return how many.

    Each goes in a transaction of its own: one that fails is logged and stays due.
    """
    deleted = 0
    due = User.objects.filter(delete_after__lte=timezone.now()).order_by("delete_after")
    for user_id in list(due.values_list("pk", flat=True)):
        try:
            deleted += _delete_if_due(user_id)
        except Exception:
            logger.exception("deletion failed user=%s", user_id)
    return deleted


@transaction.atomic
def _delete_if_due(user_id: object) -> bool:
    """Delete an account, unless its owner, or another process, has been faster."""
    due = User.objects.select_for_update().filter(pk=user_id, delete_after__lte=timezone.now())
    user = due.first()
    if user is None:
        return False
    delete_person(user=user)
    return True


@transaction.atomic
def delete_person(*, user: User) -> None:
    """Delete a person at once, with all that this and other apps keep of them, and tell them."""
    user_id, folder = user.pk, user.avatar
    for session in UserSession.objects.filter(user=user):
        session.end()
    archives.discard_archives(user=user)
    for cleaner in _cleaners:
        cleaner(user)
    user.delete()
    logger.info("account deleted user=%s", user_id)
    if folder:
        transaction.on_commit(lambda: delete_folder(folder=folder))
    # A letter: whoever is gone has no notifications.
    mail.post_to_person(template="account/email/account_deleted", user=user)
