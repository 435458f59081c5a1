"""Uploads under real accidents: every acknowledged one is whole, of others nothing is left."""

import contextlib
import hashlib
import json
import os
import signal
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.browser.site import Site
from tests.faults.client import Vault

PART = os.urandom(1_000_000)
MEGABYTE = 1_000_000


@pytest.fixture
def vault(site: Site) -> Vault:
    return Vault(site)


def wait_until(true: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def processes() -> dict[int, tuple[int, bytes]]:
    """Return every process's parent and command line; those that end meanwhile are left out."""
    found = {}
    for path in Path("/proc").iterdir():
        if path.name.isdigit():
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                parent = int((path / "stat").read_text().rpartition(")")[2].split()[1])
                found[int(path.name)] = (parent, (path / "cmdline").read_bytes())
    return found


def web_workers(site: Site) -> list[int]:
    """Return the process ids of gunicorn's workers: children of a child of the supervisor."""
    known = processes()
    below = {site.server.pid}
    while grown := {pid for pid, (parent, _) in known.items() if parent in below} - below:
        below |= grown
    masters = {pid for pid in below & set(known) if b"gunicorn" in known[pid][1]}
    return [pid for pid in masters if known[pid][0] in masters]


def test_what_was_acknowledged_reads_back(vault: Vault) -> None:
    answer = vault.upload("big.bin", PART * 20, 20 * MEGABYTE)
    assert answer["status"] == 201
    assert answer["sha256"] == hashlib.sha256(PART * 20).hexdigest()
    status, body = vault.request("GET", f"/files/{answer['id']}/download/")
    assert status == 200
    assert hashlib.sha256(body).hexdigest() == answer["sha256"]


def test_a_client_that_leaves_keeps_nothing(vault: Vault) -> None:
    before = (vault.rows("files_blob"), len(vault.stored()))
    connection = vault.start_upload("left.bin", 50 * MEGABYTE)
    connection.sendall(PART * 3)
    wait_until(lambda: len(vault.stored()) > before[1])
    connection.close()
    wait_until(lambda: (vault.rows("files_blob"), len(vault.stored())) == before)


def test_a_killed_process_keeps_nothing_and_the_site_goes_on(site: Site, vault: Vault) -> None:
    blobs = vault.rows("files_blob")
    before = len(vault.stored())
    connection = vault.start_upload("killed.bin", 50 * MEGABYTE)
    connection.sendall(PART * 3)
    wait_until(lambda: len(vault.stored()) > before)
    old = web_workers(site)
    for pid in old:
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: bool(set(web_workers(site)) - set(old)))
    connection.close()
    wait_until(lambda: vault.upload("after.bin", PART, MEGABYTE, "replace")["status"] == 201)
    assert vault.rows("files_blob") == blobs + 1, "the one after, not the one killed"
    leftovers = list((site.place / "media/.incoming").iterdir())
    assert len(leftovers) == 1, "half a file, under no name: the sweeper's, after a day"
    leftovers[0].unlink()


def test_many_people_at_once(site: Site) -> None:
    vaults = [Vault(site) for _ in range(4)]

    def upload(number: int) -> dict[str, object]:
        content = bytes([number]) * MEGABYTE
        answer = vaults[number % 4].upload(f"{number}.bin", content, MEGABYTE)
        return answer | {"expected": hashlib.sha256(content).hexdigest()}

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(upload, range(48)))
    assert [answer["status"] for answer in answers] == [201] * 48
    assert [answer["sha256"] for answer in answers] == [answer["expected"] for answer in answers]


def test_a_refused_upload_is_told_even_when_its_body_is_on_the_way(vault: Vault) -> None:
    vault.upload("taken.txt", b"x", 1)
    assert vault.upload("taken.txt", b"y" * 100, 100)["status"] == 409
    # So much that the sender is still at it.
    assert vault.upload("taken.txt", PART * 20, 20 * MEGABYTE)["status"] == 409


def ask(vault: Vault, path: str, body: dict[str, Any]) -> dict[str, Any]:
    headers = {"Content-Type": "application/json"}
    status, answer = vault.request("POST", path, json.dumps(body), headers)
    assert status in {200, 201, 202}, answer
    told: dict[str, Any] = json.loads(answer)
    return told


def test_parts_go_on_after_every_process_was_killed(site: Site, vault: Vault) -> None:
    content = os.urandom(40 * MEGABYTE)
    begun = {"path": "parts.bin", "size": len(content), "key": "k"}
    upload = ask(vault, f"/files/folder/{vault.root}/uploads/", begun)
    place, step = f"/files/uploads/{upload['id']}/", upload["part_size"]
    wanted = {"parts": [{"number": number} for number in (1, 2, 3)]}
    urls = [part["url"] for part in ask(vault, f"{place}sign/", wanted)["urls"]]
    assert vault.request("PUT", urls[0], content[:step])[0] == 200
    # The second is cut short by a kill -9 of all that serve the web.
    connection = socket.create_connection(vault.address, timeout=30)
    host = urlsplit(site.url).netloc
    head = f"PUT {urls[1]} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {step}\r\n\r\n"
    connection.sendall(head.encode() + content[step : step + MEGABYTE])
    old = web_workers(site)
    for pid in old:
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: bool(set(web_workers(site)) - set(old)), 60)
    connection.close()
    state = json.loads(vault.request("GET", place)[1])
    assert [part["number"] for part in state["arrived"]] == [1]
    for number in (2, 3):
        data = content[(number - 1) * step : number * step]
        assert vault.request("PUT", urls[number - 1], data)[0] == 200
    file = ask(vault, f"{place}complete/", {})
    assert file["sha256"] == hashlib.sha256(content).hexdigest()
    status, body = vault.request("GET", f"/files/{file['id']}/download/")
    assert (status, body) == (200, content)
