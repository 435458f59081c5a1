"""Pictures and archives stay where they are when another store takes what is new."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as current
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client

from accounts import stores
from accounts.avatars import changes
from accounts.models import User
from tests.s3 import Bucket

NAME = "avatars/x/y/128.webp"


@pytest.fixture
def move(bucket: Bucket, settings: Any) -> Callable[[], Bucket]:
    """Let the bucket take what is new from now on, as FILES_STORE=s3 does."""

    def moved() -> Bucket:
        settings.STORAGES = settings.STORAGES | {"s3": bucket.store, "default": bucket.store}
        return bucket

    return moved


def test_what_lies_in_the_store_before_is_read_and_deleted_there(
    move: Callable[[], Bucket],
) -> None:
    default_storage.save(NAME, ContentFile(b"old"))
    path = Path(current.MEDIA_ROOT) / NAME
    bucket = move()
    assert not default_storage.exists(NAME)
    assert stores.store_of(NAME) is not None
    with stores.open_file(NAME) as file:
        assert file.read() == b"old"
    stores.delete_file(NAME)
    assert not path.exists()
    assert stores.store_of(NAME) is None
    with pytest.raises(FileNotFoundError):
        stores.open_file(NAME)
    default_storage.save(NAME, ContentFile(b"new"))
    assert bucket.keys() == [NAME]
    with stores.open_file(NAME) as file:
        assert file.read() == b"new"


def test_a_picture_is_seen_after_the_move_and_one_that_is_lost_is_no_error(
    move: Callable[[], Bucket], signed_in: Client, person: User
) -> None:
    folder = "avatars/x/y"
    default_storage.save(NAME, ContentFile(b"old"))
    User.objects.filter(pk=person.pk).update(avatar=folder)
    person.refresh_from_db()
    move()
    assert signed_in.get(person.avatar_url).getvalue() == b"old"
    changes.delete_folder(folder=folder)
    assert signed_in.get(person.avatar_url).status_code == 404
