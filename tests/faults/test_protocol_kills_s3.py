"""Killed at every step between us and S3: no finished file is lost, none is half-made.

As test_protocol_kills.py, where the bytes are in a bucket: S3 may have done its part already when
we die, and nobody has written that down.
"""

import hashlib
import os
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from files.activity import Act
from files.conflicts import Conflict
from files.models import Blob, Node, Upload, Vault, Version
from files.quota import usage_of
from files.tests.factories import OwnerFactory, read_file
from files.tests.uploads.sender import PART, put_to_bucket
from files.tree import root_of
from files.uploads.abort import abort_upload, expire_uploads
from files.uploads.complete import complete_upload
from files.uploads.create import create_upload
from files.uploads.parts import sign_parts
from files.uploads.strays import clear_strays
from tests.faults.killing import every_step
from tests.s3 import Bucket

pytestmark = pytest.mark.django_db(transaction=True)
CONTENT = os.urandom(1000)
DIGEST = hashlib.sha256(CONTENT).hexdigest()
# The quota and the tree are killed in on the local store, where that is quick.
WITHIN = ("uploads/s3.py", "uploads/complete.py", "uploads/abort.py", "object_storage.py")


@pytest.fixture
def root(on_s3: Bucket, settings: Any) -> Node:
    settings.FILES_PART_SIZE = PART
    return root_of(OwnerFactory())


def arrived(root: Node) -> Upload:
    """Return an upload whose only part is in the bucket."""
    begun = create_upload(
        folder=root,
        path="a/b.bin",
        size=len(CONTENT),
        conflict=Conflict.ASK,
        key="key",
        act=Act(actor=root.owner),
    )
    assert begun.upload is not None
    signed = sign_parts(upload=begun.upload, wanted=[(1, DIGEST)])[0]
    assert put_to_bucket(signed.url, CONTENT, signed.headers) == 200
    return begun.upload


def again(upload: Upload) -> Upload:
    """Read it as another process does, which knows nothing of what was begun."""
    return Upload.objects.get(pk=upload.pk)


def assert_whole(root: Node, node: Node | None) -> None:
    assert node is not None
    assert read_file(node) == CONTENT
    assert node.content is not None
    assert node.content.sha256 == DIGEST
    assert Node.objects.files().count() == Version.objects.count() == Blob.objects.count() == 1
    usage = usage_of(root.owner)
    assert (usage.used, usage.reserved) == (len(CONTENT), 0)


def clean(bucket: Bucket) -> None:
    """Forget all but the root, for the next step."""
    Node.objects.below_root().delete()
    Blob.objects.all().delete()
    Upload.objects.all().delete()
    Vault.objects.update(used=0)
    for key in bucket.keys():  # noqa: SIM118  (no dict)
        bucket.client.delete_object(Bucket=bucket.name, Key=key)


def test_killed_while_it_is_completed(root: Node, on_s3: Bucket) -> None:
    upload = arrived(root)
    steps = 0

    def complete() -> None:
        complete_upload(upload=again(upload))

    for number in every_step(complete, within=WITHIN):
        steps += 1
        for node in Node.objects.files():
            assert read_file(node) == CONTENT, number
        assert_whole(root, complete_upload(upload=again(upload)).node)
        clear_strays(now=timezone.now() + timedelta(days=2))
        assert on_s3.keys() == [upload.key], number
        assert on_s3.unfinished() == [], number
        clean(on_s3)
        upload = arrived(root)
    assert steps > 20


def test_killed_while_it_is_given_up(root: Node, on_s3: Bucket) -> None:
    upload = arrived(root)
    steps = 0

    def give_up() -> None:
        abort_upload(upload=again(upload))

    for number in every_step(give_up, within=WITHIN):
        steps += 1
        expire_uploads(now=timezone.now() + timedelta(days=8))
        clear_strays(now=timezone.now() + timedelta(days=8))
        assert usage_of(root.owner).reserved == 0, number
        assert not Upload.objects.exists(), number
        assert (on_s3.keys(), on_s3.unfinished()) == ([], []), number
        upload = arrived(root)
    assert steps > 5
