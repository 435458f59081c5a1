"""Only what nobody can reach goes, and only once it has been so for long enough."""

import io
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as current
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.utils import timezone

from files import sweep as sweeping
from files.conflicts import Conflict
from files.models import Blob, Node, Preview, Upload
from files.stores import store_named
from files.sweep import sweep, sweep_unfinished
from files.tests.factories import make_file, read_file, store_blob
from files.tests.keeping.conftest import content_of, path_of
from files.trash import purge_trash, trash_nodes

pytestmark = pytest.mark.django_db
LONG_AGO = timedelta(days=100)


@pytest.fixture
def aged(settings: Any) -> None:
    """Every object is old enough: the tests of this machine's clock are their own."""
    settings.FILES_ORPHAN_DAYS = 0


def orphan_object(store: str, key: str = "users/somebody/0123") -> str:
    return store_named(store).save(key, ContentFile(b"nobody knows"))


def test_what_was_purged_goes_after_its_grace(owner: Any, root: Node, store: str) -> None:
    node = make_file(root, "a.txt")
    blob = content_of(node)
    kept = make_file(root, "kept.txt", b"kept")
    trash_nodes(owner=owner, nodes=[node])
    purge_trash(owner=owner)
    assert sweep().blobs == 0
    Blob.objects.filter(pk=blob.pk).update(released_at=timezone.now() - LONG_AGO)
    assert sweep(dry_run=True).blobs == 1
    assert store_named(store).exists(blob.key)
    assert sweep().blobs == 1
    assert not store_named(store).exists(blob.key)
    assert not Blob.objects.filter(pk=blob.pk).exists()
    assert read_file(kept) == b"kept"
    assert sweep().blobs == 0


def test_an_object_without_a_row_goes(root: Node, store: str, aged: None) -> None:
    kept = make_file(root, "kept.txt", b"kept")
    key = orphan_object(store)
    found = sweep(dry_run=True)
    assert (found.orphans, found.bytes) == (1, 12)
    assert store_named(store).exists(key)
    assert sweep().orphans == 1
    assert not store_named(store).exists(key)
    assert sweep().orphans == 0
    assert read_file(kept) == b"kept"


def test_a_young_object_without_a_row_stays(root: Node, store: str) -> None:
    """As after a restore of the database from before it was stored."""
    node = make_file(root, "a.txt", b"newer than the backup")
    key = content_of(node).key
    Node.objects.filter(pk=node.pk).delete()
    Blob.objects.all().delete()
    found = sweep()
    assert (found.orphans, found.young) == (0, 1)
    assert store_named(store).exists(key)


def test_the_age_is_the_stores_own(root: Node, settings: Any) -> None:
    key = orphan_object("local")
    days = settings.FILES_ORPHAN_DAYS
    for age, swept in ((days - 1, 0), (days + 1, 1)):
        moment = (timezone.now() - timedelta(days=age)).timestamp()
        os.utime(path_of(key), (moment, moment))
        assert sweep().orphans == swept


def test_what_an_upload_is_about_to_name_stays(owner: Any, root: Node, aged: None) -> None:
    stream = io.BytesIO(b"waits")
    blob = store_blob(owner=owner, stream=stream, name="", expected=5, limit=5)
    Blob.objects.update(released_at=timezone.now() - LONG_AGO)
    fields = {
        "owner": owner,
        "folder": root,
        "path": ["a"],
        "conflict": Conflict.ASK,
        "size": 5,
        "part_size": 5,
        "store": "local",
        "expires_at": timezone.now() + timedelta(days=1),
    }
    waiting = Upload.objects.create(**fields, idempotency_key="1", key=blob.key, blob=blob)
    key = orphan_object("local", f"users/{owner.pk}/assembled")
    Upload.objects.create(**fields, idempotency_key="2", key=key)
    found = sweep()
    assert (found.blobs, found.orphans) == (0, 0)
    waiting.delete()
    assert sweep().blobs == 1


def test_previews_that_nothing_knows_go(root: Node, aged: None) -> None:
    blob = content_of(make_file(root, "a.txt"))
    known = store_named("local").save("previews/x/known", ContentFile(b"1"))
    lost = store_named("local").save("previews/x/lost", ContentFile(b"2"))
    ready = Preview.State.READY
    Preview.objects.create(blob=blob, variant="thumbnail", state=ready, key=known)
    waits = Preview.objects.create(blob=blob, variant="page-9")
    Preview.objects.filter(pk=waits.pk).update(requested_at=timezone.now() - LONG_AGO)
    found = sweep()
    assert (found.orphans, found.previews) == (1, 1)
    assert store_named("local").exists(known)
    assert not store_named("local").exists(lost)


def test_what_others_keep_is_not_looked_at(root: Node, store: str, aged: None) -> None:
    key = store_named(store).save("avatars/somebody/128.webp", ContentFile(b"face"))
    assert sweep().orphans == 0
    assert store_named(store).exists(key)


def test_half_written_files_go(root: Node) -> None:
    make_file(root, "a.txt")
    left = Path(current.MEDIA_ROOT) / ".incoming" / "left"
    left.write_bytes(b"half")
    assert sweep_unfinished() == 0
    os.utime(left, (0, 0))
    assert sweep(dry_run=True).unfinished == 1
    assert sweep_unfinished() == 1
    assert sweep_unfinished() == 0


def test_when_the_time_is_over_the_next_run_goes_on(
    root: Node, store: str, aged: None, monkeypatch: Any
) -> None:
    cache.clear()
    monkeypatch.setattr(sweeping, "BATCH", 2)
    for number in range(12):
        orphan_object(store, f"users/person-{number // 3}/{number}")
    runs = [sweep(seconds=-1) for _ in range(8)]
    assert sum(run.orphans for run in runs) == 12
    assert not runs[0].whole
    assert runs[-1].whole
    assert max(run.orphans for run in runs) < 12, "each run goes some of the way"


def test_a_batch_is_compared_in_one_go(
    root: Node, aged: None, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        make_file(root, f"{number}.txt")
    with django_assert_max_num_queries(14):
        assert sweep(dry_run=True).orphans == 0


def test_the_command_says_in_numbers_what_it_does(root: Node, aged: None) -> None:
    orphan_object("local")
    out = io.StringIO()
    call_command("sweep", "--dry-run", stdout=out)
    assert "Would delete 0 released blobs, 1 objects without a row" in out.getvalue()
    call_command("sweep", stdout=out)
    assert "Deleted 0 released blobs, 1 objects" in out.getvalue()
