"""Uploads under real accidents: every acknowledged one is whole, of others nothing is left."""

import contextlib
import hashlib
import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

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
