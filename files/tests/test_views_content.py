import hashlib
import io
import json
import os
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from files.models import Blob, Node, Preview
from files.tests.factories import make_file, make_folder, read_file

CONTENT = os.urandom(3_000_000)


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else bytes(response.content)


def download(client: Client, node: Node, **headers: str) -> Any:
    return client.get(reverse("files:download", args=[node.pk]), headers=headers)


def put(client: Client, folder: Node, content: bytes, query: str, **extra: Any) -> Any:
    url = reverse("files:upload", args=[folder.pk])
    return client.put(f"{url}?{query}", content, content_type="application/octet-stream", **extra)


def test_what_went_in_comes_out(own: Client, root: Node) -> None:
    answer = put(own, root, CONTENT, "path=Fotos/März.bin")
    assert answer.status_code == 201
    told = answer.json()
    assert told["sha256"] == hashlib.sha256(CONTENT).hexdigest()
    assert told["size"] == len(CONTENT)
    response = own.get(reverse("files:download", args=[told["id"]]))
    assert body(response) == CONTENT
    assert response.headers["ETag"] == f'"{told["sha256"]}"'


def test_content_is_never_active(own: Client, root: Node) -> None:
    for name, content in [
        ("page.html", b"<!doctype html><script>alert(1)</script>"),
        ("picture.svg", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
        ("photo.png", b"\x89PNG\r\n\x1a\n" + bytes(100)),
        ("fake.png", b"<!doctype html><script>alert(1)</script>"),
    ]:
        node = make_file(root, name, content)
        response = download(own, node)
        body(response)
        assert response.headers["Content-Type"] == "application/octet-stream"
        assert response.headers["Content-Disposition"].startswith("attachment;")
        inline = own.get(reverse("files:content", args=[node.pk]))
        assert inline.status_code == (200 if name == "photo.png" else 404)
        for answer in (response, inline):
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
        if inline.status_code == 200:
            body(inline)
            response = inline
        assert response.headers["Content-Security-Policy"].startswith("sandbox;")
        assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize(
    ("header", "start", "stop"),
    [
        ("bytes=0-9", 0, 10),
        ("bytes=-7", 2_999_993, 3_000_000),
        ("bytes=2999999-", 2_999_999, 3_000_000),
    ],
)
def test_a_range(own: Client, root: Node, header: str, start: int, stop: int) -> None:
    node = make_file(root, "a.bin", CONTENT)
    response = download(own, node, Range=header)
    assert response.status_code == 206
    assert body(response) == CONTENT[start:stop]
    assert response.headers["Content-Range"] == f"bytes {start}-{stop - 1}/3000000"
    assert response.headers["Content-Length"] == str(stop - start)


def test_a_range_behind_the_end(own: Client, root: Node) -> None:
    response = download(own, make_file(root, "a.bin", b"123"), Range="bytes=3-")
    assert response.status_code == 416
    assert response.headers["Content-Range"] == "bytes */3"


def test_if_range_with_another_digest_gives_the_whole(own: Client, root: Node) -> None:
    node = make_file(root, "a.bin", b"123")
    response = download(own, node, Range="bytes=1-", **{"If-Range": '"other"'})
    assert (response.status_code, body(response)) == (200, b"123")


def test_unchanged_is_304(own: Client, root: Node) -> None:
    node = make_file(root, "a.bin", b"123")
    first = download(own, node)
    assert body(first) == b"123"
    etag = first.headers["ETag"]
    response = download(own, node, **{"If-None-Match": etag})
    assert (response.status_code, response.content) == (304, b"")
    assert response.headers["ETag"] == etag
    assert download(own, node, **{"If-Match": '"other"'}).status_code == 412


def test_head_tells_without_the_body(own: Client, root: Node) -> None:
    node = make_file(root, "a.bin", CONTENT)
    response = own.head(reverse("files:download", args=[node.pk]), headers={"Range": "bytes=0-1"})
    assert response.status_code == 200
    assert response.headers["Content-Length"] == str(len(CONTENT))
    assert response.headers["Accept-Ranges"] == "bytes"
    assert response.content == b""


def test_an_empty_file(own: Client, root: Node) -> None:
    response = download(own, make_file(root, "empty", b""))
    assert (response.status_code, body(response)) == (200, b"")
    assert response.headers["Content-Length"] == "0"


def test_a_selection_and_a_folder_as_zip(own: Client, owner: Any, root: Node) -> None:
    top = make_folder(owner, "top")
    make_file(top, "a.txt", b"a")
    loose = make_file(root, "b.txt", b"b")
    for response in (
        own.post(reverse("files:zip"), {"id": [str(top.pk), str(loose.pk)]}),
        own.get(reverse("files:download", args=[top.pk])),
    ):
        data = body(response)
        assert len(data) == int(response.headers["Content-Length"])
        assert zipfile.ZipFile(io.BytesIO(data)).read("top/a.txt") == b"a"
        assert response.headers["Content-Disposition"].startswith("attachment;")


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("path=../a", 400),
        ("path=", 400),
        ("path=%00", 400),
        ("path=" + "x" * 256, 400),
        ("path=taken.txt", 409),
        ("path=taken.txt&conflict=skip", 200),
        ("path=taken.txt&conflict=keep_both", 201),
        ("path=taken.txt&conflict=replace", 201),
        ("path=taken.txt&conflict=nonsense", 409),
        ("path=%F0%9F%8E%88%20caf%C3%A9.txt", 201),
    ],
)
def test_uploads_answer_with_a_status(own: Client, root: Node, query: str, status: int) -> None:
    make_file(root, "taken.txt", b"old")
    response = put(own, root, b"new", query)
    assert response.status_code == status
    if status >= 400:
        assert response.json()["error"]
        assert Blob.objects.count() == 1


def test_too_large_is_413(own: Client, root: Node, settings: Any) -> None:
    settings.FILES_MAX_SIZE = 2
    assert put(own, root, b"123", "path=a").status_code == 413


def test_an_upload_without_a_length(own: Client, root: Node) -> None:
    assert put(own, root, b"123", "path=a", CONTENT_LENGTH="").status_code == 411
    assert put(own, root, b"123", "path=a", CONTENT_LENGTH="-1").status_code == 411


def test_a_plain_form_uploads_many(own: Client, root: Node) -> None:
    files = [SimpleUploadedFile("a.txt", b"a"), SimpleUploadedFile("a.txt", b"b")]
    response = own.post(reverse("files:upload", args=[root.pk]), {"file": files})
    assert response.status_code == 303
    kept = Node.objects.files().order_by("name_key")
    assert [(node.name, read_file(node)) for node in kept] == [("a (2).txt", b"b"), ("a.txt", b"a")]


def test_conflicts_are_told_beforehand(own: Client, root: Node) -> None:
    make_file(root, "a.txt")
    url = reverse("files:conflicts", args=[root.pk])

    def ask(body: object) -> Any:
        return own.post(url, json.dumps(body), content_type="application/json")

    assert ask({"paths": ["a.txt", "b.txt"]}).json() == {"conflicts": ["a.txt"]}
    nonsense: object
    for nonsense in ([], {"paths": "a.txt"}, {"paths": [1]}, None):
        assert ask(nonsense).status_code == 400
    assert ask({"paths": ["../a"]}).status_code in {302, 400}
    deep = "[" * 100_000 + "]" * 100_000
    assert own.post(url, deep, content_type="application/json").status_code == 400


def test_looking_for_a_preview_ends(own: Client, root: Node) -> None:
    """Ever more seldom, and after some minutes the page says so instead."""
    node = make_file(root, "a.txt")
    Preview.objects.update_or_create(
        blob=node.content, variant="view", defaults={"state": Preview.State.PENDING}
    )
    waits, look = [], 0
    while True:
        answer = own.get(reverse("files:preview", args=[node.pk]), {"look": look})
        if not answer.context["next_look"]:
            break
        look = answer.context["next_look"]
        waits.append(answer.context["wait"])
        assert f"look={look}" in answer.content.decode()
    assert waits == sorted(waits)
    assert 120_000 < sum(waits) < 240_000
    assert "hx-get" not in answer.content.decode()
    assert "Look again" in answer.content.decode()


def test_one_line_is_a_line() -> None:
    for lines, words in ((1, "1 line"), (2, "2 lines")):
        preview = {"details": {"language": "Text", "encoding": "utf-8", "lines": lines}}
        shown = render_to_string("files/previews/text.html", {"preview": preview, "node": {}})
        assert f"· {words}</p>" in shown
