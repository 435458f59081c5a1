"""Killed at every step between us and S3: no finished file is lost, none is half-made.

As test_protocol_kills.py, where the bytes are in a bucket: S3 may have done its part already when
we die, and nobody has written that down.
"""

import hashlib
import io
import os
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from files.models import Blob, Node, Upload, Vault, Version
from files.quota import usage_of
from files.tests.factories import OwnerFactory, read_file
from files.tests.uploads.sender import PART, put_to_bucket
from files.tree import root_of
from files.uploads.abort import abort_upload, expire_uploads
from files.uploads.complete import complete_upload
from files.uploads.parts import receive_part, sign_parts
from files.uploads.registry import part_store
from files.uploads.strays import clear_strays
from tests.faults.killing import begin_upload, every_step
from tests.s3 import Bucket

pytestmark = pytest.mark.django_db(transaction=True)
CONTENT = os.urandom(1000)
DIGEST = hashlib.sha256(CONTENT).hexdigest()
# The quota and the tree are killed in on the local store, where that is quick.
WITHIN = ("uploads/s3.py", "uploads/complete.py", "uploads/abort.py", "object_storage.py")
BEGINNING = ("uploads/s3.py", "uploads/create.py", "object_storage.py")


@pytest.fixture
def root(on_s3: Bucket, settings: Any) -> Node:
    settings.FILES_PART_SIZE = PART
    return root_of(OwnerFactory())


def arrived(root: Node) -> Upload:
    """Return an upload whose only part is in the bucket."""
    upload = begin_upload(root, len(CONTENT))
    put(upload)
    return upload


def put(upload: Upload) -> None:
    """Put the part into the bucket, by its own address or, where that is ours, by us."""
    signed = sign_parts(upload=upload, wanted=[(1, DIGEST)])[0]
    if signed.url.startswith("http"):
        assert put_to_bucket(signed.url, CONTENT, signed.headers) == 200
        return
    token = signed.url.split("/")[-2]
    receive_part(token=token, stream=io.BytesIO(CONTENT), length=len(CONTENT))


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


def test_killed_while_it_begins(root: Node, on_s3: Bucket) -> None:
    steps = 0
    for number in every_step(lambda: begin_upload(root, len(CONTENT)), within=BEGINNING):
        steps += 1
        upload = arrived(root)
        assert Upload.objects.count() == 1, number
        assert usage_of(root.owner).reserved == len(CONTENT), number
        # Room in the bucket that was made, and no row came: the daily job's.
        clear_strays(now=timezone.now() + timedelta(days=2))
        assert_whole(root, complete_upload(upload=again(upload)).node)
        assert (on_s3.keys(), on_s3.unfinished()) == ([upload.key], []), number
        clean(on_s3)
    assert steps > 10


def test_killed_while_a_part_passes_through_us(root: Node, on_s3: Bucket, settings: Any) -> None:
    settings.S3_PROXY = True
    # Else every child would read the site's addresses anew.
    reverse("files:upload_part", args=["x"])
    upload = begin_upload(root, len(CONTENT))
    steps = 0
    for _number in every_step(lambda: put(again(upload)), within=WITHIN):
        steps += 1
        # S3 alone is asked what has arrived: what we wrote down ourselves was only a wish.
        assert [part.size for part in part_store("s3").arrived(upload)] in ([], [len(CONTENT)])
    assert steps > 5
    put(again(upload))
    assert_whole(root, complete_upload(upload=again(upload)).node)


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
