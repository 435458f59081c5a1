from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as current
from django.core.files.storage import storages

from files.models import Blob, Node
from files.stores import store_named


@pytest.fixture(params=["local", "s3"])
def store(request: pytest.FixtureRequest) -> str:
    """Run the test with new bytes in either store."""
    if request.param == "s3":
        request.getfixturevalue("on_s3")
    return str(request.param)


@pytest.fixture
def both_stores(bucket: Any, settings: Any) -> str:
    """A site that has both, and keeps new bytes on the disk."""
    settings.S3_BUCKET = bucket.name
    settings.STORAGES = settings.STORAGES | {"s3": bucket.store}
    return str(settings.FILES_STORE)


type Hurt = Callable[[Blob], None]


def content_of(node: Node) -> Blob:
    node.refresh_from_db()
    assert node.content is not None
    return node.content


def path_of(key: str) -> Path:
    return Path(current.MEDIA_ROOT) / key


def flip_one_byte(blob: Blob) -> None:
    """Change the last byte of what is stored, where the store itself would not notice."""
    store = store_named(blob.store)
    with store.open(blob.key) as file:
        content = file.read()
    hurt = content[:-1] + bytes([content[-1] ^ 1])
    if blob.store == "local":
        path_of(blob.key).write_bytes(hurt)
    else:
        bucket: Any = storages["s3"]
        bucket.client.put_object(Bucket=bucket.bucket_name, Key=blob.key, Body=hurt)
