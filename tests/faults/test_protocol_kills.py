"""Killed at every step of the protocol: no finished file is lost, none is half-made.

For every instant that tests.faults.killing finds in a step; each time the same is then asked for
again.
"""

import hashlib
import io
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.utils import timezone

from files.activity import Act
from files.blobs import read_blob
from files.conflicts import Conflict
from files.models import Activity, Blob, Node, Upload, UploadPart, Vault, Version
from files.quota import usage_of
from files.sweep import sweep
from files.tests.factories import OwnerFactory, read_file
from files.tree import root_of
from files.uploads.abort import abort_upload, expire_uploads
from files.uploads.complete import complete_upload
from files.uploads.create import create_version_upload
from files.uploads.parts import receive_part, sign_parts
from files.uploads.receive import receive_stream, receive_version
from files.uploads.strays import clear_strays
from tests.faults.killing import WRITERS, begin_upload, every_step

pytestmark = pytest.mark.django_db(transaction=True)
PART = 64
CONTENT = os.urandom(PART + 10)
# What a file held before.
OLD = os.urandom(PART - 10)
# Where replacing differs: the version is written, and the older one stays.
REPLACING = (*WRITERS, "versions.py")


@pytest.fixture
def root(settings: Any) -> Node:
    settings.FILES_PART_SIZE = PART
    return root_of(OwnerFactory())


def begin(root: Node) -> Upload:
    return begin_upload(root, len(CONTENT))


def put(upload: Upload, number: int) -> None:
    data = CONTENT[(number - 1) * PART : number * PART]
    token = sign_parts(upload=upload, wanted=[(number, "")])[0].url.split("/")[-2]
    receive_part(token=token, stream=io.BytesIO(data), length=len(data))


def put_all(upload: Upload) -> None:
    for number in (1, 2):
        put(upload, number)


def assert_whole(root: Node, node: Node | None) -> None:
    assert node is not None
    assert read_file(node) == CONTENT
    assert node.content is not None
    assert node.content.sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert Node.objects.files().count() == Version.objects.count() == Blob.objects.count() == 1
    usage = usage_of(root.owner)
    assert (usage.used, usage.reserved) == (len(CONTENT), 0)


def clean(root: Node) -> None:
    """Forget all but the root, for the next step; and nothing may be left on the disk then."""
    Node.objects.below_root().delete()
    for blob in Blob.objects.all():
        Path(django_settings.MEDIA_ROOT, blob.key).unlink()
    Blob.objects.all().delete()
    Upload.objects.all().delete()
    assert stored() == []


def stored() -> list[str]:
    media = Path(django_settings.MEDIA_ROOT)
    return [str(path.relative_to(media)) for path in media.rglob("*") if path.is_file()]


def test_killed_while_it_begins(root: Node) -> None:
    for number in every_step(lambda: begin(root)):
        upload = begin(root)
        assert Upload.objects.count() == 1, number
        assert usage_of(root.owner).reserved == len(CONTENT), number
        put_all(upload)
        assert_whole(root, complete_upload(upload=upload).node)
        # Room that was made, and no row came: the daily job's.
        clear_strays(now=timezone.now() + timedelta(days=2))
        assert len(stored()) == 1, number
        clean_quota(root)


def test_killed_while_a_part_arrives(root: Node) -> None:
    upload = begin(root)
    put(upload, 1)
    for number in every_step(lambda: put(upload, 2)):
        recorded = UploadPart.objects.filter(number=2).exists()
        if recorded:
            assert stored_part(upload, 2) == CONTENT[PART:], number
        UploadPart.objects.filter(number=2).delete()
    put_all(upload)
    assert_whole(root, complete_upload(upload=upload).node)


def receive(root: Node) -> Node | None:
    return receive_stream(
        owner=root.owner,
        folder=root,
        path="a/b.bin",
        stream=io.BytesIO(CONTENT),
        size=len(CONTENT),
        conflict=Conflict.ASK,
        act=Act(actor=root.owner),
    )


def test_killed_while_one_request_brings_it_all(root: Node, settings: Any) -> None:
    settings.FILES_ORPHAN_DAYS = 0
    steps = 0
    for number in every_step(lambda: receive(root)):
        steps += 1
        node = Node.objects.files().select_related("content").first()
        assert_whole(root, node or receive(root))
        if len(stored()) > 1:
            sweep_all()
        assert len(stored()) == 1, number
        clean_quota(root)
    assert steps > 20


def sweep_all() -> None:
    """Sweep as on another day: half-written files, and bytes for which no row came."""
    for left in Path(django_settings.MEDIA_ROOT, ".incoming").iterdir():
        os.utime(left, (0, 0))
    sweep()


def stored_part(upload: Upload, number: int) -> bytes:
    draft = Path(django_settings.MEDIA_ROOT, ".uploads", upload.pk.hex).read_bytes()
    return draft[: len(CONTENT)][(number - 1) * PART : number * PART]


def test_killed_while_it_is_completed(root: Node) -> None:
    upload = begin(root)
    put_all(upload)
    steps = 0

    def complete() -> None:
        complete_upload(upload=Upload.objects.get(pk=upload.pk))

    for number in every_step(complete):
        steps += 1
        for node in Node.objects.files():
            assert read_file(node) == CONTENT, number
        assert_whole(root, complete_upload(upload=Upload.objects.get(pk=upload.pk)).node)
        clear_strays(now=timezone.now() + timedelta(days=2))
        assert len(stored()) == 1, number
        clean_quota(root)
        upload = begin(root)
        put_all(upload)
    assert steps > 20


def test_killed_while_it_is_given_up(root: Node) -> None:
    upload = begin(root)
    put_all(upload)

    def give_up() -> None:
        abort_upload(upload=Upload.objects.get(pk=upload.pk))

    for number in every_step(give_up):
        expire_uploads(now=timezone.now() + timedelta(days=8))
        clear_strays(now=timezone.now() + timedelta(days=8))
        assert usage_of(root.owner).reserved == 0, number
        assert not Upload.objects.exists(), number
        assert stored() == [], number
        upload = begin(root)
        put_all(upload)


# -- What replaces a file's content: either the old one is there, whole, or the new one ------------
def put_old(root: Node) -> Node:
    node = receive_stream(
        owner=root.owner,
        folder=root,
        path="a/b.bin",
        stream=io.BytesIO(OLD),
        size=len(OLD),
        conflict=Conflict.ASK,
        act=Act(actor=root.owner),
    )
    assert node is not None
    return node


def the_file() -> Node:
    return Node.objects.files().get()


def replace_by_name(root: Node, _node: Node) -> None:
    receive_stream(
        owner=root.owner,
        folder=root,
        path="a/b.bin",
        stream=io.BytesIO(CONTENT),
        size=len(CONTENT),
        conflict=Conflict.REPLACE,
        act=Act(actor=root.owner),
        sent_as="key",
    )


def replace_file(root: Node, node: Node) -> None:
    receive_version(
        node=node,
        stream=io.BytesIO(CONTENT),
        size=len(CONTENT),
        act=Act(actor=root.owner),
        sent_as="key",
    )


def begin_version(root: Node, node: Node) -> Upload:
    act = Act(actor=root.owner)
    begun = create_version_upload(node=node, size=len(CONTENT), key="key", act=act)
    assert begun.upload is not None
    return begun.upload


def assert_old_or_new(root: Node, *, reserved: int = 0) -> bool:
    """Say whether it is the new one; whichever it is, all that the file has held reads back."""
    node = Node.objects.files().select_related("content").get()
    versions = Version.objects.filter(node=node).order_by("number").select_related("blob")
    held = [b"".join(read_blob(version.blob)) for version in versions]
    assert held in ([OLD], [OLD, CONTENT])
    assert [version.number for version in versions] == list(range(1, len(held) + 1))
    assert read_file(node) == held[-1]
    assert node.content is not None
    assert node.content.sha256 == hashlib.sha256(held[-1]).hexdigest()
    assert (node.size, node.content.size) == (len(held[-1]), len(held[-1]))
    usage = usage_of(root.owner)
    is_new = len(held) == 2
    assert usage.used == sum(map(len, held))
    assert usage.reserved == (0 if is_new else reserved)
    told = Activity.objects.filter(kind=Activity.Kind.REPLACED).count()
    assert told == is_new
    return is_new


def forget(root: Node) -> None:
    Activity.objects.all().delete()
    clean_quota(root)


@pytest.mark.parametrize("replace", [replace_by_name, replace_file])
def test_killed_while_one_request_replaces_it(
    root: Node, settings: Any, replace: Callable[[Node, Node], None]
) -> None:
    settings.FILES_ORPHAN_DAYS = 0
    put_old(root)
    seen = set()
    steps = 0
    for number in every_step(lambda: replace(root, the_file()), within=REPLACING):
        steps += 1
        seen.add(assert_old_or_new(root))
        # Whoever has heard nothing sends it again.
        replace(root, the_file())
        assert assert_old_or_new(root), number
        if len(stored()) > 2:
            sweep_all()
        assert assert_old_or_new(root), number
        assert len(stored()) == 2, number
        forget(root)
        put_old(root)
    assert seen == {False, True}
    assert steps > 20


def test_killed_while_a_new_version_begins(root: Node) -> None:
    put_old(root)
    for number in every_step(lambda: begin_version(root, the_file())):
        # The old one counts, and what is reserved beside it, if that came so far.
        assert not assert_old_or_new(root, reserved=usage_of(root.owner).reserved), number
        put_all(begin_version(root, the_file()))
        assert not assert_old_or_new(root, reserved=len(CONTENT)), number
        complete_upload(upload=Upload.objects.get())
        assert assert_old_or_new(root), number
        clear_strays(now=timezone.now() + timedelta(days=2))
        assert len(stored()) == 2, number
        forget(root)
        put_old(root)


def test_killed_while_a_new_version_is_completed(root: Node) -> None:
    node = put_old(root)
    upload = begin_version(root, node)
    put_all(upload)
    seen = set()
    steps = 0

    def complete() -> None:
        complete_upload(upload=Upload.objects.get(pk=upload.pk))

    for number in every_step(complete, within=REPLACING):
        steps += 1
        seen.add(assert_old_or_new(root, reserved=len(CONTENT)))
        complete()
        assert assert_old_or_new(root), number
        clear_strays(now=timezone.now() + timedelta(days=2))
        assert assert_old_or_new(root), number
        assert len(stored()) == 2, number
        forget(root)
        node = put_old(root)
        upload = begin_version(root, node)
        put_all(upload)
    assert seen == {False, True}
    assert steps > 20


def test_killed_while_a_new_version_is_given_up(root: Node) -> None:
    node = put_old(root)
    upload = begin_version(root, node)
    put_all(upload)

    def give_up() -> None:
        abort_upload(upload=Upload.objects.get(pk=upload.pk))

    for number in every_step(give_up, within=REPLACING):
        expire_uploads(now=timezone.now() + timedelta(days=8))
        clear_strays(now=timezone.now() + timedelta(days=8))
        assert not assert_old_or_new(root), number
        assert not Upload.objects.exists(), number
        assert len(stored()) == 1, number
        upload = begin_version(root, node)
        put_all(upload)


def clean_quota(root: Node) -> None:
    clean(root)
    Vault.objects.update(used=0)
