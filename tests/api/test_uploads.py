"""Uploads in parts by a script: with its token, but for the parts themselves."""

import hashlib
from typing import Any

import pytest
from django.test import Client

from files.models import Node, Upload
from files.tests.factories import make_file, read_file
from tests.api.conftest import Script

PART = 5 * 1024**2
CONTENT = bytes(range(256)) * (PART // 256) + b"the rest"


@pytest.fixture(autouse=True)
def _small_parts(settings: Any) -> None:
    settings.FILES_PART_SIZE = PART


def begin(script: Script, root: Node, **more: Any) -> Any:
    body = {"path": "a/film.bin", "size": len(CONTENT), "key": "k"} | more
    return script.post(f"folders/{root.pk}/uploads", body)


def test_from_the_first_part_to_the_file(script: Script, root: Node) -> None:
    upload = begin(script, root).json()["upload"]
    assert begin(script, root).status_code == 200, "the same key, the same upload"
    early = script.post(f"uploads/{upload['id']}/complete", {})
    assert (early.status_code, early.json()["missing"]) == (409, [1, 2])
    wanted = {"parts": [{"number": 1}, {"number": 2}]}
    for part in script.post(f"uploads/{upload['id']}/sign", wanted).json():
        start = (part["number"] - 1) * PART
        answer = Client().put(
            part["url"], CONTENT[start : start + PART], "application/octet-stream"
        )
        assert answer.status_code == 200
    assert len(script.get(f"uploads/{upload['id']}").json()["arrived"]) == 2
    assert [entry["id"] for entry in script.get("uploads").json()] == [upload["id"]]
    done = script.post(f"uploads/{upload['id']}/complete", {})
    assert done.status_code == 201
    assert done.json()["sha256"] == hashlib.sha256(CONTENT).hexdigest()
    assert read_file(Node.objects.get(pk=done.json()["id"])) == CONTENT


def test_what_is_kept_already_is_not_sent(script: Script, root: Node) -> None:
    make_file(root, "there.bin", CONTENT)
    answer = begin(script, root, sha256=hashlib.sha256(CONTENT).hexdigest())
    assert answer.status_code == 201
    assert answer.json()["upload"] is None
    assert answer.json()["file"]["name"] == "film.bin"


def test_strangers_find_nothing(script: Script, stranger: Script, root: Node) -> None:
    upload = begin(script, root).json()["upload"]["id"]
    assert begin(stranger, root).status_code == 404
    for path, body in (("sign", {"parts": [{"number": 1}]}), ("complete", {})):
        assert stranger.post(f"uploads/{upload}/{path}", body).status_code == 404
    assert stranger.get(f"uploads/{upload}").status_code == 404
    assert stranger.call("DELETE", f"uploads/{upload}").status_code == 404
    assert stranger.get("uploads").json() == []
    assert script.call("DELETE", f"uploads/{upload}").status_code == 204
    assert not Upload.objects.exists()
