"""Rot is found on either store, kept apart, told of once; what becomes right again is let out."""

import io
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from files import integrity
from files.blobs import read_blob
from files.conflicts import Conflict
from files.errors import QuarantineError, StoreUnavailableError
from files.integrity import Verdict, verify_blob
from files.models import Blob, Node
from files.scrub import AWAY, Pace, scrub, scrub_a_while
from files.sharing import create_link
from files.stores import store_named
from files.tests.factories import OwnerFactory, make_file, make_folder, read_file
from files.tests.keeping.conftest import content_of, flip_one_byte
from files.versions import newest_version, restore_version
from files.zips import zip_nodes
from notifications.models import Notification

pytestmark = pytest.mark.django_db
FAST = 10**9


def told(kind: str) -> int:
    return Notification.objects.filter(kind=kind, recipient__isnull=False).count()


def test_one_flipped_byte_is_found_kept_apart_and_told(
    owner: Any, root: Node, store: str, own: Client
) -> None:
    OwnerFactory(is_staff=True)
    node = make_file(root, "a.txt", b"precious")
    make_file(root, "b.txt", b"well")
    blob = content_of(node)
    assert scrub(rate=FAST).troubles == 0
    flip_one_byte(blob)
    reported: list[Any] = []
    found = scrub(rate=FAST, report=lambda *trouble: reported.append(trouble))
    assert reported == [(blob, Verdict.DAMAGED)]
    assert (found.blobs, found.damaged, found.new) == (2, 1, 1)
    with pytest.raises(QuarantineError):
        b"".join(read_blob(content_of(node)))
    answer = own.get(reverse("files:download", args=[node.pk]))
    assert answer.status_code == 410
    assert "Older versions" in answer.content.decode()
    assert own.get(reverse("files:detail", args=[node.pk])).status_code == 200
    assert (told("integrity_trouble"), told("operators_integrity")) == (1, 1)
    again = scrub(rate=FAST)
    assert (again.troubles, again.new) == (1, 0)
    assert (told("integrity_trouble"), told("operators_integrity")) == (1, 1), "not twice"
    flip_one_byte(blob)
    assert scrub(rate=FAST).recovered == 1
    assert read_file(node) == b"precious"


def test_a_missing_object_is_found_and_told(root: Node, store: str, own: Client) -> None:
    """As after a restore of the database from before the file was deleted for good."""
    node = make_file(root, "a.txt")
    store_named(store).delete(content_of(node).key)
    assert scrub(rate=FAST).missing == 1
    assert told("integrity_trouble") == 1
    assert own.get(reverse("files:download", args=[node.pk])).status_code == 410


def test_a_missing_object_is_said_before_it_is_found(root: Node, own: Client) -> None:
    node = make_file(root, "a.txt")
    store_named("local").delete(content_of(node).key)
    for address in ("download", "detail"):
        answer = own.get(reverse(f"files:{address}", args=[node.pk]))
        assert answer.status_code in {200, 410}
    assert own.get(reverse("files:download", args=[node.pk])).status_code == 410


def test_an_older_version_helps(root: Node, owner: Any) -> None:
    node = make_file(root, "a.txt", b"older")
    old = newest_version(node)
    make_file(root, "a.txt", b"newer", Conflict.REPLACE)
    flip_one_byte(content_of(node))
    scrub(rate=FAST)
    damaged = newest_version(node)
    restore_version(version=old)
    assert read_file(node) == b"older"
    with pytest.raises(QuarantineError):
        restore_version(version=damaged)


def test_guests_and_scripts_are_told_plainly(root: Node, client: Client, own: Client) -> None:
    node = make_file(root, "a.txt")
    _, secret = create_link(node=node)
    flip_one_byte(content_of(node))
    scrub(rate=FAST)
    answer = client.get(reverse("guest:download", args=[secret, node.pk]))
    assert answer.status_code == 410
    answer = own.get(
        reverse("files:download", args=[node.pk]), headers={"Accept": "application/json"}
    )
    assert answer.status_code == 410
    assert "older version" in answer.json()["error"]


def test_a_zip_holds_a_word_in_its_place(root: Node, owner: Any) -> None:
    folder = make_folder(owner, "dir")
    node = make_file(folder, "a.txt", b"precious")
    make_file(folder, "b.txt", b"well")
    flip_one_byte(content_of(node))
    scrub(rate=FAST)
    stream = zip_nodes(nodes=[folder])
    packed = b"".join(stream)
    assert len(packed) == len(stream)
    assert b"dir/a.txt is damaged.txt" in packed
    assert b"precious" not in packed


def test_a_digest_that_was_not_known_is_written_down(root: Node, store: str) -> None:
    blob = content_of(make_file(root, "a.txt"))
    digest = blob.sha256
    Blob.objects.update(sha256="")
    blob.refresh_from_db()
    assert verify_blob(blob) is Verdict.DIGESTED
    blob.refresh_from_db()
    assert blob.sha256 == digest
    assert blob.verified_at is not None
    assert verify_blob(blob) is Verdict.RIGHT


def test_a_wrong_length_is_damage_even_without_a_digest(root: Node) -> None:
    blob = content_of(make_file(root, "a.txt"))
    Blob.objects.update(sha256="", size=F("size") + 1)
    blob.refresh_from_db()
    assert verify_blob(blob) is Verdict.DAMAGED


def test_a_store_that_does_not_answer_is_no_damage(root: Node, monkeypatch: Any) -> None:
    make_file(root, "a.txt")

    def silent(*args: Any, **kwargs: Any) -> Any:
        raise StoreUnavailableError

    monkeypatch.setattr(integrity, "read_object", silent)
    found = scrub(rate=FAST)
    assert (found.unread, found.troubles) == (1, 0)
    assert Blob.objects.get().quarantined_at is None
    assert Blob.objects.get().verified_at is None


def test_a_disk_that_is_not_mounted_is_no_damage(root: Node, own: Client, settings: Any) -> None:
    """Nobody gets mail at night about files that are all still there."""
    for number in range(AWAY + 5):
        node = make_file(root, f"{number}.txt")
    there = Path(settings.MEDIA_ROOT, "users")
    there.rename(there.with_name("elsewhere"))
    found = scrub(rate=FAST)
    assert (found.unread, found.troubles, found.whole) == (AWAY, 0, False), "it stops by itself"
    assert not Blob.objects.exclude(quarantined_at=None).exists()
    address, script = reverse("files:download", args=[node.pk]), {"Accept": "application/json"}
    assert own.get(address, headers=script).status_code == 503
    assert told("integrity_trouble") == told("operators_integrity") == 0
    there.with_name("elsewhere").rename(there)
    assert scrub(rate=FAST, resume=True).blobs == AWAY + 5


def test_the_longest_unread_come_first_and_a_broken_pass_goes_on(root: Node) -> None:
    blobs = [content_of(make_file(root, f"{number}.txt")) for number in range(5)]
    now = timezone.now()
    for age, blob in enumerate(blobs):
        Blob.objects.filter(pk=blob.pk).update(verified_at=now - timedelta(days=age))
    first = scrub(rate=FAST, limit=2)
    assert (first.blobs, first.whole) == (2, False)
    read = Blob.objects.filter(verified_at__gt=now)
    assert set(read) == {blobs[4], blobs[3]}
    rest = scrub(rate=FAST, resume=True)
    assert (rest.blobs, rest.whole) == (3, True)
    assert scrub(rate=FAST, resume=True).blobs == 5, "the last pass had come to its end"


def test_pages_of_many_are_each_read_once(root: Node, monkeypatch: Any) -> None:
    monkeypatch.setattr("files.scrub.BATCH", 2)
    for number in range(7):
        make_file(root, f"{number}.txt")
    assert scrub(rate=FAST).blobs == 7
    Blob.objects.update(verified_at=timezone.now() - timedelta(days=1))
    assert scrub(rate=FAST).blobs == 7, "all of one moment"


def test_the_worker_reads_a_while_what_is_due(root: Node, settings: Any) -> None:
    settings.FILES_SCRUB_RATE, settings.FILES_SCRUB_SECONDS = 100, 3
    small, large = make_file(root, "small", b"x"), make_file(root, "large", bytes(301))
    fresh = make_file(root, "fresh", b"y")
    Blob.objects.filter(pk=content_of(fresh).pk).update(verified_at=timezone.now())
    found = scrub_a_while()
    assert found.blobs == 1
    assert content_of(small).verified_at is not None
    assert content_of(large).verified_at is None, "left to the command, which has the time"
    settings.FILES_SCRUB_SECONDS = 0
    Blob.objects.update(verified_at=None)
    assert scrub_a_while().blobs == 0


def test_reading_keeps_its_pace(monkeypatch: Any) -> None:
    clock = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(time, "sleep", lambda seconds: clock.__setitem__(0, clock[0] + seconds))
    pace = Pace(1000)
    for _ in range(10):
        pace(500)
    assert clock[0] == pytest.approx(5)


def test_the_command_ends_with_1_where_something_is_wrong(root: Node) -> None:
    node = make_file(root, "a.txt", b"precious")
    out = io.StringIO()
    call_command("scrub", "--rate", "1GB", stdout=out)
    assert "Read 1 blobs, 8\xa0bytes: 0 in trouble" in out.getvalue()
    flip_one_byte(content_of(node))
    with pytest.raises(SystemExit):
        call_command("scrub", stdout=out, stderr=out)
    assert f"damaged: blob {content_of(node).pk}" in out.getvalue()


def test_of_a_bucket_that_is_not_there_nothing_is_missing(
    root: Node, on_s3: Any, settings: Any
) -> None:
    """A wrong S3_BUCKET is no reason to tell everybody that their files are lost."""
    make_file(root, "a.txt", b"precious")
    options = settings.STORAGES["s3"]["OPTIONS"] | {"bucket_name": "no-such-bucket"}
    store = settings.STORAGES["s3"] | {"OPTIONS": options}
    settings.STORAGES = settings.STORAGES | {"s3": store, "default": store}
    found = scrub(rate=FAST)
    assert (found.troubles, found.unread) == (0, 1)
    assert not Blob.objects.exclude(quarantined_at=None).exists()
    assert told("integrity_trouble") == 0
