"""A site whose disk really is full, or read-only: told plainly, nothing half-made, whole again.

What else a disk may answer is played in test_keeping.py; here nothing is pretended.
"""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.browser.site import ROOT, Person, Site, running_site
from tests.faults.client import Vault
from tests.faults.disk import Disk, small_disk

MEGABYTE = 1024**2
# The smallest that a site may set.
PART = 5 * MEGABYTE
DISK = 96 * MEGABYTE
FULL = "The vault's disk is full. Tell its administrator."
AWAY = "The storage does not answer just now. Try again in a moment."


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Disk]:
    with small_disk(tmp_path_factory.mktemp("site") / "media", size=DISK) as disk:
        yield disk


@pytest.fixture(scope="module")
def site(disk: Disk) -> Iterator[Site]:
    """A real site that keeps its files on that disk, and its database elsewhere."""
    with running_site(disk.path.parent, FILES_PART_SIZE=str(PART)) as site:
        yield site


@pytest.fixture
def vault(site: Site, disk: Disk) -> Iterator[Vault]:
    """A new person's vault; what the test took of the disk is given back after it."""
    yield Vault(site)
    disk.make_room()


@dataclass
class Sending:
    """A file on its way in parts: each call returns status and answer."""

    vault: Vault
    content: bytes
    name: str = "parts.bin"
    place: str = ""

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, dict[str, Any]]:
        headers = {"Content-Type": "application/json"}
        data = None if body is None else json.dumps(body)
        status, answer = self.vault.request(method, path, data, headers)
        return status, json.loads(answer or b"{}")

    def begin(self) -> tuple[int, dict[str, Any]]:
        body = {"path": self.name, "size": len(self.content), "key": self.name}
        status, told = self.ask("POST", f"/files/folder/{self.vault.root}/uploads/", body)
        self.place = f"/files/uploads/{told.get('id')}/"
        return status, told

    def put(self, number: int) -> tuple[int, dict[str, Any]]:
        wanted = {"parts": [{"number": number}]}
        url = self.ask("POST", f"{self.place}sign/", wanted)[1]["urls"][0]["url"]
        data = self.content[(number - 1) * PART : number * PART]
        status, answer = self.vault.request("PUT", url, data)
        return status, json.loads(answer or b"{}")

    def arrived(self) -> list[int]:
        return [part["number"] for part in self.ask("GET", self.place)[1]["arrived"]]

    def complete(self) -> tuple[int, dict[str, Any]]:
        return self.ask("POST", f"{self.place}complete/", {})

    def space(self) -> tuple[int, int]:
        """Return how many bytes the vault's files have, and its uploads have reserved."""
        told = self.ask("GET", "/files/space/")[1]
        return told["used"], told["reserved"]

    def assert_kept(self, told: dict[str, Any]) -> None:
        """What was acknowledged reads back, and only it counts."""
        assert told["sha256"] == hashlib.sha256(self.content).hexdigest()
        assert self.vault.request("GET", f"/files/{told['id']}/download/") == (200, self.content)
        assert self.space() == (len(self.content), 0)


@pytest.fixture
def sending(vault: Vault) -> Sending:
    return Sending(vault, os.urandom(2 * PART + 1000))


def test_a_full_disk_takes_no_part_until_there_is_room(sending: Sending, disk: Disk) -> None:
    assert sending.begin()[0] == 201
    assert sending.put(1)[0] == 200
    disk.fill()
    assert sending.put(2) == (507, {"error": FULL})
    assert sending.arrived() == [1]
    disk.make_room()
    assert [sending.put(number)[0] for number in (2, 3)] == [200, 200]
    status, told = sending.complete()
    assert status == 201
    sending.assert_kept(told)


def test_what_does_not_fit_on_the_disk_is_not_begun(sending: Sending, disk: Disk) -> None:
    before = sending.vault.drafts()
    disk.fill(leave=MEGABYTE)
    assert sending.begin() == (507, {"error": FULL})
    disk.make_room()
    disk.take_names()
    assert sending.begin() == (507, {"error": FULL})
    assert sending.space() == (0, 0)
    assert sending.vault.drafts() == before
    disk.make_room()
    assert sending.begin()[0] == 201


def test_a_disk_without_room_for_a_name_keeps_what_arrived(sending: Sending, disk: Disk) -> None:
    sending.begin()
    for number in (1, 2, 3):
        assert sending.put(number)[0] == 200
    disk.fill()
    disk.take_names()
    assert sending.complete() == (507, {"error": FULL})
    assert sending.complete() == (507, {"error": FULL})
    assert sending.space() == (0, len(sending.content))
    disk.make_room()
    status, told = sending.complete()
    assert status == 201
    sending.assert_kept(told)


def test_one_request_that_does_not_fit_leaves_nothing(sending: Sending, disk: Disk) -> None:
    vault, content = sending.vault, os.urandom(8 * MEGABYTE)
    blobs, files = vault.rows("files_blob"), set(vault.stored())
    disk.fill(leave=3 * MEGABYTE)
    answer = vault.upload("big.bin", content, len(content))
    assert answer == {"status": 507, "error": FULL}
    assert set(vault.stored()) == files
    assert vault.rows("files_blob") == blobs
    assert sending.space() == (0, 0)
    # What fits is still taken.
    assert vault.upload("small.bin", b"small", 5)["status"] == 201
    disk.make_room()
    assert vault.upload("big.bin", content, len(content))["status"] == 201


MAKE_TOKEN = (
    "from accounts import tokens; from accounts.clients import NOBODY; "
    "from accounts.models import User; user = User.objects.get(username={username!r}); "
    "print(tokens.make_token(user=user, name='t', scope='write', days=7, client=NOBODY)[1])"
)


def token_of(site: Site, person: Person) -> str:
    done = subprocess.run(
        [
            sys.executable,
            "manage.py",
            "shell",
            "-v0",
            "-c",
            MAKE_TOKEN.format(username=person.username),
        ],
        cwd=ROOT,
        env=site.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()[-1]


def curl(*words: str | Path) -> tuple[int, dict[str, Any]]:
    done = subprocess.run(
        ["curl", "-sS", "--max-time", "60", "-w", "\n%{http_code}", *words],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    body, _, status = done.stdout.rpartition("\n")
    return int(status), json.loads(body)


def test_curl_is_told_that_the_disk_is_full(vault: Vault, disk: Disk, tmp_path: Path) -> None:
    """As docs/api.md has it: `curl -T`, with a token."""
    path = tmp_path / "film.bin"
    path.write_bytes(os.urandom(12 * MEGABYTE))
    person = vault.site.make_person()
    url = f"{vault.site.url}/api/v1/folders/{person.root}/content?path=film.bin"
    send = ("-T", path, "-H", f"Authorization: Bearer {token_of(vault.site, person)}", url)
    files = set(vault.stored())
    disk.fill(leave=2 * MEGABYTE)
    status, told = curl(*send)
    assert (status, FULL in json.dumps(told)) == (507, True), told
    assert set(vault.stored()) == files
    disk.make_room()
    status, told = curl(*send)
    assert status == 201
    assert told["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_read_only_disk_is_read_and_told_of(sending: Sending, disk: Disk) -> None:
    vault = sending.vault
    kept = vault.upload("kept.txt", b"kept", 4)
    sending.begin()
    assert sending.put(1)[0] == 200
    late = Sending(vault, b"late", "late.bin")
    late.begin()
    assert late.put(1)[0] == 200
    files, refused = set(vault.stored()), (503, {"error": AWAY})
    with disk.read_only():
        assert vault.upload("new.txt", b"new", 3) == {"status": 503, "error": AWAY}
        assert Sending(vault, b"more", "more.bin").begin() == refused
        assert sending.put(2) == refused
        assert late.complete() == refused
        assert vault.request("GET", f"/files/{kept['id']}/download/") == (200, b"kept")
        assert sending.arrived() == [1]
    assert set(vault.stored()) == files
    assert sending.space() == (4, len(sending.content) + len(late.content))
    assert late.complete()[0] == 201
    assert [sending.put(number)[0] for number in (2, 3)] == [200, 200]
    assert sending.complete()[0] == 201
    assert vault.upload("new.txt", b"new", 3)["status"] == 201
    assert sending.space() == (4 + 3 + len(sending.content) + len(late.content), 0)


def test_an_upload_is_given_up_on_a_read_only_disk(sending: Sending, disk: Disk) -> None:
    sending.begin()
    assert sending.put(1)[0] == 200
    with disk.read_only():
        assert sending.ask("DELETE", sending.place)[0] == 204
        assert sending.space() == (0, 0)
