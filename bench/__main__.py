"""`make bench`: uploads and downloads over HTTP, beside the same work by plain programs.

Ratios, not speeds: both sides take turns, on the same machine, in the same minutes. 1.00 would
be as fast as `cp`, `sync` and one SHA-256 of the same bytes. BENCH_MEGABYTES and BENCH_ROUNDS
change the size and the number of rounds.
"""

import hashlib
import http.client
import json
import os
import secrets
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, urlsplit

from tests.browser.site import Person, Site, running_site

SIZE = int(os.environ.get("BENCH_MEGABYTES", "256")) * 1_000_000
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
CHUNK = 1 << 20


class Client:
    """A signed-in HTTP client that streams, in constant memory."""

    def __init__(self, site: Site, person: Person) -> None:
        self.host = urlsplit(site.url).netloc
        self.folder = f"/files/folder/{person.root}/"
        # Whoever can set both the cookie and the header is no other site: that is the protection.
        self.token = secrets.token_hex(16)
        self.cookies = f"sessionid={person.session}; csrftoken={self.token}"

    def upload(self, file: Path, name: str) -> dict[str, str]:
        path = f"{self.folder}upload/?path={quote(name)}&conflict=ask"
        with self._send("PUT", path, file) as answer:
            assert answer.status == 201, (answer.status, answer.read(2000))
            kept: dict[str, str] = json.load(answer)
        return kept

    def download(self, pk: str) -> str:
        """Return the SHA-256 of the file as it arrives."""
        digest = hashlib.sha256()
        with self._send("GET", f"/files/{pk}/download/") as answer:
            assert answer.status == 200, answer.status
            while chunk := answer.read(CHUNK):
                digest.update(chunk)
        return digest.hexdigest()

    def _send(self, method: str, path: str, file: Path | None = None) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection(self.host, timeout=600, blocksize=CHUNK)
        headers = {"Connection": "close", "Cookie": self.cookies, "X-CSRFToken": self.token}
        if file is None:
            connection.request(method, path, headers=headers)
        else:
            headers["Content-Length"] = str(file.stat().st_size)
            with file.open("rb") as body:
                connection.request(method, path, body=body, headers=headers)
        return connection.getresponse()


def plain_copy(source: Path, target: Path) -> None:
    subprocess.run(["cp", source, target], check=True)
    subprocess.run(["sync", target], check=True)
    plain_digest(target)


def plain_digest(path: Path) -> str:
    # Not sha256sum: coreutils' own SHA-256 is several times slower than OpenSSL's, which Python
    # uses on both sides here.
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def report(name: str, ours: list[float], theirs: list[float]) -> None:
    mine, peer = statistics.median(ours), statistics.median(theirs)
    print(
        f"{name:<10} {SIZE / mine / 1e6:8.0f} MB/s {SIZE / peer / 1e6:8.0f} MB/s {mine / peer:8.2f}"
    )


def measure(site: Site, place: Path) -> None:
    source = place / "source"
    with source.open("wb") as file:
        for _ in range(SIZE // 1_000_000):
            file.write(os.urandom(1_000_000))
    digest = plain_digest(source)
    client = Client(site, site.make_person())
    up, copy, down, check = [], [], [], []
    for number in range(ROUNDS):
        copy.append(seconds(lambda: plain_copy(source, place / "copy")))
        start = time.perf_counter()
        kept = client.upload(source, f"round {number}.bin")
        up.append(time.perf_counter() - start)
        assert kept["sha256"] == digest, "the upload changed on its way"
        check.append(seconds(lambda: plain_digest(source)))
        start = time.perf_counter()
        assert client.download(kept["id"]) == digest, "the download changed on its way"
        down.append(time.perf_counter() - start)
    print(
        f"\n{SIZE // 1_000_000} MB, {ROUNDS} rounds in turns, medians; time ratio: lower is better"
    )
    print(f"{'':<10} {'DevOps360':>13} {'plain':>13} {'ratio':>8}")
    report("upload", up, copy)
    report("download", down, check)
    print("upload: PUT to durable and answered; plain: cp, sync, SHA-256")
    print("download: GET, hashed on arrival; plain: SHA-256 of the file")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="devops360-bench-") as folder:
        place = Path(folder)
        with running_site(place) as site:
            measure(site, place)
