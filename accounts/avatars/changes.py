"""Choosing and removing a person's picture."""

import logging
import secrets
from collections.abc import Iterator

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from accounts.avatars.sandbox import Crop, render
from accounts.models import AVATAR_SIZES, User
from accounts.stores import delete_file

logger = logging.getLogger(__name__)
MAX_BYTES = 10 * 1000 * 1000


def change_avatar(*, user: User, picture: bytes, crop: Crop | None = None) -> None:
    """Make a picture the person's own. Raises AvatarError where it cannot be used.

    Its sizes are stored before the row names them, in a folder of their own; the old ones go once
    the change is committed. Slow work stays out of the transaction.
    """
    images = render(picture=picture, sizes=AVATAR_SIZES, crop=crop)
    folder = f"avatars/{user.pk}/{secrets.token_urlsafe(16)}"
    try:
        for size, image in images.items():
            default_storage.save(f"{folder}/{size}.webp", ContentFile(image))
        _set_avatar(user=user, folder=folder)
    except BaseException:
        delete_folder(folder=folder)
        raise


def remove_avatar(*, user: User) -> None:
    _set_avatar(user=user, folder="")


@transaction.atomic
def _set_avatar(*, user: User, folder: str) -> None:
    # Locked, so that of two changes at once none forgets the folder of the other.
    old = User.objects.select_for_update().get(pk=user.pk).avatar
    user.avatar = folder
    user.save(update_fields=["avatar"])
    if old:
        transaction.on_commit(lambda: delete_folder(folder=old))


def delete_folder(*, folder: str) -> None:
    """Delete an avatar's files; what fails is logged, for it harms nobody."""
    for key in keys_in(folder):
        try:
            delete_file(key)
        except OSError:
            logger.exception("avatar file left behind key=%s", key)


def keys_in(folder: str) -> list[str]:
    """Return where an avatar is, in each of its sizes."""
    return [f"{folder}/{size}.webp" for size in AVATAR_SIZES]


def everybodys_keys() -> Iterator[str]:
    """Yield where the avatars of all people are, in each of their sizes."""
    folders = User.objects.exclude(avatar="").order_by("pk").values_list("avatar", flat=True)
    for folder in folders.iterator(chunk_size=500):
        yield from keys_in(folder)
