"""Links by which people without an account reach a file or a folder, and nothing beside it."""

import hashlib
import secrets
from datetime import datetime, timedelta
from math import ceil
from uuid import UUID

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from files.errors import ShareError
from files.models import Node, Share
from files.tree import ancestors

# 192 bits, as 32 letters.
SECRET_BYTES = 24
LINKS_PER_NODE = 100
FREE_GUESSES = 5
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=15)


class SharePasswordError(ShareError):
    """The password is wrong."""


class ShareWaitError(ShareError):
    """Too many wrong passwords: this one was not looked at."""


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


@transaction.atomic
def create_link(
    *,
    node: Node,
    label: str = "",
    password: str = "",
    expires_at: datetime | None = None,
    max_downloads: int | None = None,
) -> tuple[Share, str]:
    """Make a link; return it and its secret, which is kept nowhere. Raises ShareError."""
    if node.is_root:
        raise ShareError("Share a folder in your vault, not the whole of it.")
    if node.shares.filter(revoked_at=None).count() >= LINKS_PER_NODE:
        raise ShareError("There are 100 links to this. End one that is not needed any more.")
    if expires_at is not None and expires_at <= timezone.now():
        raise ShareError("Choose a time that is still to come.")
    secret = secrets.token_urlsafe(SECRET_BYTES)
    share = Share.objects.create(
        node=node,
        digest=digest_of(secret),
        label=label,
        password=make_password(password) if password else "",
        expires_at=expires_at,
        max_downloads=max_downloads,
    )
    return share, secret


@transaction.atomic
def revoke_link(*, share: Share) -> None:
    """End a link at once. Harmless to repeat."""
    if share.revoked_at is None:
        share.revoked_at = timezone.now()
        share.save(update_fields=["revoked_at"])


def find_link(secret: str) -> Share:
    """Return the link of that secret, if it leads somewhere still. Raises Share.DoesNotExist."""
    links = Share.objects.open().select_related("node", "node__owner", "node__content")
    return links.get(digest=digest_of(secret))


def count_open(*, share: Share) -> None:
    Share.objects.filter(pk=share.pk).update(opens=F("opens") + 1)


def count_download(*, share: Share) -> bool:
    """Take one of the link's downloads; return False where none is left.

    One statement decides, so that of many who come for the last one, one gets it.
    """
    return bool(Share.objects.open().filter(pk=share.pk).update(downloads=F("downloads") + 1))


def check_share_password(*, share: Share, password: str) -> None:
    """Raises SharePasswordError, or ShareWaitError without having looked at the password."""
    _count_guess(share)
    if not check_password(password, share.password):
        raise SharePasswordError("This is not the password. Ask whoever sent you the link.")
    Share.objects.filter(pk=share.pk).update(wrong_passwords=0)


@transaction.atomic
def _count_guess(share: Share) -> None:
    """Count a guess before it is looked at, under the link's row."""
    held = Share.objects.select_for_update().get(pk=share.pk)
    over = held.wrong_passwords - FREE_GUESSES
    now = timezone.now()
    if over >= 0 and held.wrong_at is not None:
        ready_at = held.wrong_at + min(FIRST_WAIT * 2 ** min(over, 10), LONGEST_WAIT)
        if now < ready_at:
            seconds = ceil((ready_at - now).total_seconds())
            raise ShareWaitError(f"Too many attempts. Try again in {seconds} seconds.")
    held.wrong_passwords += 1
    held.wrong_at = now
    held.save(update_fields=["wrong_passwords", "wrong_at"])


def unlock_mark(share: Share) -> str:
    """Return what a guest's session remembers of a link that was unlocked.

    It changes with the password and is worth nothing for another link.
    """
    return hashlib.sha256(f"{share.pk}:{share.password}".encode()).hexdigest()


def shared_node(*, share: Share, pk: UUID) -> Node:
    """Return a living node within what is shared. Raises Node.DoesNotExist for any other."""
    nodes = Node.objects.owned_by(share.node.owner).living().select_related("content")
    node = nodes.get(pk=pk)
    if share.node_id not in {above.pk for above in ancestors(node)}:
        raise Node.DoesNotExist
    return node
