"""Pages, previews, downloads and zips, with every byte in a bucket: direct, and by proxy."""

import io
import urllib.error
import urllib.request
import zipfile
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from prometheus_client import REGISTRY

from files.blobs import open_blob
from files.models import Node, Preview
from files.previews.make import make_preview, request_preview
from files.tests.factories import make_file, read_file
from files.tests.previews import makers
from tests.s3 import Bucket

pytestmark = pytest.mark.django_db
TEXT = b"Hello, vault.\n" * 1000


@pytest.fixture(params=["direct", "by proxy"])
def proxied(request: pytest.FixtureRequest, on_s3: Bucket, settings: Any) -> bool:
    settings.S3_PROXY = request.param == "by proxy"
    return bool(settings.S3_PROXY)


def fetch(client: Client, url: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """GET as a browser does: a redirect is followed, with the same headers."""
    answer = client.get(url, headers=headers)
    if answer.status_code != 302:
        chunks = answer.streaming_content if answer.streaming else [answer.content]  # type: ignore[attr-defined]
        return answer.status_code, dict(answer.headers), b"".join(chunks)
    assert "no-store" in answer.headers["Cache-Control"]
    request = urllib.request.Request(answer.headers["Location"], headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.status, dict(response.headers), response.read()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read()


def test_downloads_and_ranges(proxied: bool, own: Client, root: Node) -> None:
    node = make_file(root, "a “b”.txt", TEXT)
    url = reverse("files:download", args=[node.pk])
    assert (own.get(url).status_code == 302) is not proxied
    status, headers, body = fetch(own, url)
    assert (status, body) == (200, TEXT)
    assert headers["Content-Disposition"].startswith("attachment;")
    assert headers["Content-Type"] == "application/octet-stream"
    status, headers, body = fetch(own, url, Range="bytes=7-11")
    assert (status, body) == (206, TEXT[7:12])
    assert fetch(own, url, Range=f"bytes={len(TEXT)}-")[0] == 416
    head = own.head(url)
    assert (head.status_code, head.headers["Content-Length"]) == (200, str(len(TEXT)))


def test_pictures_are_shown_and_have_thumbnails(proxied: bool, own: Client, root: Node) -> None:
    node = make_file(root, "a.jpg", makers.picture())
    status, headers, body = fetch(own, reverse("files:content", args=[node.pk]))
    assert (status, headers["Content-Type"]) == (200, "image/jpeg")
    assert body == makers.picture()
    assert node.content is not None
    preview = request_preview(blob=node.content, variant="thumbnail")
    make_preview(preview_id=preview.pk)
    assert Preview.objects.get(pk=preview.pk).state == Preview.State.READY
    status, headers, body = fetch(own, reverse("files:thumbnail", args=[node.pk]))
    assert (status, headers["Content-Type"], body[:4]) == (200, "image/webp", b"RIFF")


def test_a_folder_as_a_zip(proxied: bool, own: Client, root: Node) -> None:
    make_file(root, "dir/a.txt", TEXT)
    folder = make_file(root, "dir/b.bin", bytes(range(256)) * 5000).parent
    assert folder is not None
    _, _, body = fetch(own, reverse("files:download", args=[folder.pk]))
    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        assert packed.testzip() is None
        assert packed.read("dir/a.txt") == TEXT


def test_pages_and_versions(proxied: bool, own: Client, root: Node) -> None:
    node = make_file(root, "a.md", b"# Title\n")
    for url in (
        reverse("files:home"),
        reverse("files:detail", args=[node.pk]),
        reverse("files:preview", args=[node.pk]),
        reverse("files:trash"),
    ):
        assert own.get(url).status_code == 200, url
    assert read_file(node) == b"# Title\n"


def test_reading_goes_anywhere(proxied: bool, root: Node) -> None:
    node = make_file(root, "a.bin", TEXT)
    assert node.content is not None
    with open_blob(node.content) as file:
        file.seek(-14, io.SEEK_END)
        assert file.read() == TEXT[-14:]
        file.seek(5)
        assert (file.read(3), file.tell()) == (TEXT[5:8], 8)
        assert file.read(0) == b""
        file.seek(len(TEXT) + 5)
        assert file.read() == b""


def observed(act: str) -> float:
    labels = {"store": "s3", "act": act}
    return REGISTRY.get_sample_value("files_store_seconds_count", labels) or 0.0


def test_what_the_bucket_was_asked_is_timed_and_what_people_send_is_not(
    on_s3: Bucket, root: Node
) -> None:
    begun = observed("GetObject")
    assert read_file(make_file(root, "a.txt", TEXT)) == TEXT
    assert observed("GetObject") == begun + 1
    assert observed("PutObject") == 0
