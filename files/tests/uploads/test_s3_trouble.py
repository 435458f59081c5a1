"""S3 in trouble: a clear message, nothing half-done, and a second try that works."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.config import Config
from django.test import Client
from django.urls import reverse

from files.conflicts import Conflict
from files.errors import StoreUnavailableError
from files.models import Blob, Node, Upload
from files.quota import usage_of
from files.tests.factories import make_file, read_file
from files.tests.uploads.sender import PART, Sender, pattern
from files.uploads.abort import expire_uploads
from files.uploads.receive import receive_stream
from tests.s3 import Bucket
from tests.stores.middleman import Middleman, middleman

pytestmark = pytest.mark.django_db
TROUBLES = ("500", "503", "cut", "slow", "lost")


@pytest.fixture
def man(bucket: Bucket, settings: Any) -> Iterator[Middleman]:
    """Keep files in the bucket, by way of somebody who can do harm."""
    with middleman(bucket.url) as man:
        store = bucket.store
        quick = Config(
            signature_version="s3v4",
            s3={"addressing_style": "path"},
            connect_timeout=2,
            read_timeout=4,
            retries={"mode": "standard", "total_max_attempts": 1},
        )
        store["OPTIONS"] |= {"endpoint_url": man.url, "client_config": quick}
        settings.FILES_STORE = "s3"
        settings.FILES_PART_SIZE = PART
        settings.STORAGES = settings.STORAGES | {"s3": store, "default": store}
        yield man


@pytest.fixture
def sender(man: Middleman, own: Client, root: Node) -> Sender:
    return Sender(own, root, pattern(PART + 77))


def all_parts(sender: Sender) -> None:
    assert sender.create().status_code == 201
    for number in sender.numbers:
        assert sender.put(number) == 200


@pytest.mark.parametrize("trouble", TROUBLES)
def test_beginning(sender: Sender, man: Middleman, trouble: str) -> None:
    man.make(trouble, method="POST")
    answer = sender.create()
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert "Try again" in answer.json()["error"]
    assert usage_of(sender.folder.owner).reserved == 0
    assert not Upload.objects.exists()
    man.make("")
    assert sender.send()["size"] == len(sender.content)


@pytest.mark.parametrize("trouble", TROUBLES)
def test_completing(sender: Sender, man: Middleman, trouble: str) -> None:
    all_parts(sender)
    man.make(trouble, method="POST")
    answer = sender.complete()
    assert answer.status_code == 503
    assert not Node.objects.files().exists()
    man.make("")
    answer = sender.complete()
    assert answer.status_code == 201, answer.content
    assert read_file(Node.objects.get(pk=answer.json()["id"])) == sender.content
    assert Blob.objects.count() == 1


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_looking_after_completing(sender: Sender, man: Middleman, method: str) -> None:
    """It is one object already, but nobody could look at it: asking again finds it."""
    all_parts(sender)
    if method == "HEAD":
        # Found only where the parts are gone.
        man.make("lost", method="POST", times=1)
        assert sender.complete().status_code == 503
    man.make("500", method=method, words="users/")
    assert sender.complete().status_code == 503
    man.make("")
    assert sender.complete().status_code == 201


def test_an_upload_that_s3_forgot(sender: Sender, bucket: Bucket) -> None:
    all_parts(sender)
    upload = Upload.objects.get()
    bucket.client.abort_multipart_upload(
        Bucket=bucket.name, Key=upload.key, UploadId=upload.store_upload_id
    )
    answer = sender.complete()
    assert answer.status_code == 410
    assert "Start it again" in answer.json()["error"]


@pytest.mark.parametrize("trouble", ["500", "cut"])
def test_giving_up_without_s3(sender: Sender, man: Middleman, trouble: str) -> None:
    all_parts(sender)
    man.make(trouble)
    url = reverse("files:upload_state", args=[sender.upload["id"]])
    assert sender.client.delete(url).status_code == 204
    assert usage_of(sender.folder.owner).reserved == 0
    assert Upload.objects.get().state == Upload.State.ABORTED, "its parts are still to be deleted"
    man.make("")
    expire_uploads()
    assert not Upload.objects.exists()


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("size", [100, 9 * 1024**2])
def test_one_request_for_a_file(
    man: Middleman,
    bucket: Bucket,
    root: Node,
    trouble: str,
    size: int,
) -> None:
    content = pattern(size)

    def receive() -> Node | None:
        return receive_stream(
            owner=root.owner,
            folder=root,
            path="a.bin",
            stream=io.BytesIO(content),
            size=size,
            conflict=Conflict.ASK,
        )

    man.make(trouble, method="PUT")
    with pytest.raises(StoreUnavailableError):
        receive()
    assert not Blob.objects.exists()
    man.make("")
    node = receive()
    assert node is not None
    assert read_file(node) == content


@pytest.mark.parametrize("trouble", ["500", "cut", "lost"])
def test_a_part_that_passes_through_us(
    sender: Sender, man: Middleman, settings: Any, trouble: str
) -> None:
    settings.S3_PROXY = True
    sender.create()
    man.make(trouble, method="PUT")
    assert sender.put(1) == 503
    # Of an answer that was lost S3 knows better than we do.
    assert sender.arrived() == ([1] if trouble == "lost" else [])
    man.make("")
    assert [sender.put(number) for number in sender.numbers] == [200, 200]
    assert sender.complete().status_code == 201


@pytest.mark.parametrize("trouble", ["500", "cut"])
def test_a_download_is_told_plainly(
    man: Middleman, root: Node, own: Client, settings: Any, trouble: str
) -> None:
    settings.S3_PROXY = True
    url = reverse("files:download", args=[make_file(root, "a.txt", b"hello").pk])
    man.make(trouble)
    answer = own.get(url, headers={"Accept": "application/json"})
    assert answer.status_code == 503
    assert "Try again" in answer.json()["error"]
    man.make("")
    again: Any = own.get(url)
    assert b"".join(again.streaming_content) == b"hello"


def test_reading_without_s3(man: Middleman, root: Node, own: Client) -> None:
    node = make_file(root, "a.txt", b"hello")
    man.make("500")
    with pytest.raises(StoreUnavailableError):
        read_file(node)
