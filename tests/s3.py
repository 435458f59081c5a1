"""S3 for tests: a SeaweedFS server, over HTTP. It checks signatures, expiry and sizes as S3 does.

moto's S3 takes forged and expired URLs: nothing about security could be shown on it.
"""

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import boto3
from botocore.config import Config

START_SECONDS = 60
# Which of the server's ports, in _command, is S3's.
S3_PORT = 3
REGION = "eu-central-1"
ACCESS_KEY = "test-access-key"
SECRET_KEY = "test-secret-key"
# What a page's script must be let send and read: docs/configuration.md says the same.
CORS_METHODS = ("GET", "PUT", "HEAD")


@dataclass(frozen=True)
class Bucket:
    """A bucket of its own on the server, and how the site is told of it."""

    url: str
    name: str

    @property
    def environment(self) -> dict[str, str]:
        """Return the variables by which a site of its own process keeps its files here."""
        return {
            "S3_BUCKET": self.name,
            "S3_ENDPOINT_URL": self.url,
            "AWS_REGION": REGION,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        }

    @property
    def store(self) -> dict[str, Any]:
        """Return the entry of settings.STORAGES by which this process keeps its files here."""
        return {
            "BACKEND": "files.object_storage.VaultS3Storage",
            "OPTIONS": {
                "bucket_name": self.name,
                "region_name": REGION,
                "endpoint_url": self.url,
                "access_key": ACCESS_KEY,
                "secret_key": SECRET_KEY,
                "file_overwrite": False,
                "querystring_expire": 300,
                "signature_version": "s3v4",
            },
        }

    @property
    def client(self) -> Any:
        return client_of(self.url)

    def keys(self, prefix: str = "") -> list[str]:
        """Return the keys that the bucket holds, in order."""
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.name, Prefix=prefix
        )
        return [item["Key"] for page in pages for item in page.get("Contents", [])]

    def unfinished(self) -> list[str]:
        """Return the keys of multipart uploads that were neither completed nor aborted."""
        answer = self.client.list_multipart_uploads(Bucket=self.name)
        return [item["Key"] for item in answer.get("Uploads", [])]

    def delete(self) -> None:
        """Delete the bucket with all that it holds, at once: SeaweedFS lets one do that."""
        self.client.delete_bucket(Bucket=self.name)

    def allow_origin(self, origin: str) -> None:
        """Let scripts of that origin send parts and read their ETags, as a real bucket would."""
        rule = {
            "AllowedOrigins": [origin],
            "AllowedMethods": list(CORS_METHODS),
            "AllowedHeaders": ["*"],
            "ExposeHeaders": ["ETag"],
            "MaxAgeSeconds": 3000,
        }
        self.client.put_bucket_cors(Bucket=self.name, CORSConfiguration={"CORSRules": [rule]})


@dataclass(frozen=True)
class S3:
    url: str

    def make_bucket(self) -> Bucket:
        bucket = Bucket(self.url, f"vault-{secrets.token_hex(6)}")
        bucket.client.create_bucket(
            Bucket=bucket.name,
            CreateBucketConfiguration={"LocationConstraint": REGION},
        )
        return bucket


def client_of(url: str) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=url,
        region_name=REGION,
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=SECRET_KEY,
        config=Config(signature_version="s3v4", s3={"addressing_style": "path"}),
    )


def _free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on: all held at once, so that none is given twice."""
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As the server does it: a port that a closed connection still lingers on is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _ports_of(place: Path) -> list[int]:
    """Return ports, of which S3's is that of the last time there, unless others have taken it.

    Pages that are open may talk to the address that they were given, and to no other. The rest is
    new each time: a master that finds its own port's state takes long to elect itself.
    """
    ports = _free_ports(8)
    file = place / "port"
    kept = int(file.read_text()) if file.exists() else 0
    if kept and _is_free(kept):
        ports[S3_PORT] = kept
    file.write_text(str(ports[S3_PORT]))
    return ports


def _identities(place: Path) -> Path:
    """Write who may do what: one identity; nothing is open to the anonymous."""
    path = place / "s3.json"
    credentials = [{"accessKey": ACCESS_KEY, "secretKey": SECRET_KEY}]
    actions = ["Admin", "Read", "List", "Tagging", "Write"]
    identity = {"name": "vault", "credentials": credentials, "actions": actions}
    path.write_text(json.dumps({"identities": [identity]}))
    return path


def _command(place: Path, ports: Sequence[int]) -> list[str]:
    program = shutil.which("weed") or str(Path(sys.executable).parent / "weed")
    kinds = ("master.port", "volume.port", "filer.port", "s3.port")
    names = [*kinds, *(f"{kind}.grpc" for kind in kinds)]
    return [
        program,
        "server",
        "-s3",
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        f"-dir={place}",
        f"-s3.config={_identities(place)}",
        *(f"-{name}={port}" for name, port in zip(names, ports, strict=True)),
        f"-filer.localSocket={place / 'filer.sock'}",
        f"-s3.localSocket={place / 's3.sock'}",
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
        # A page's origin is allowed by the bucket's own rules or not at all.
        "-s3.allowedOrigins=",
        "-master.telemetry=false",
        "-master.volumeSizeLimitMB=1024",
        # Each bucket takes volumes of its own.
        "-volume.max=1000",
        "-volume.preStopSeconds=0",
    ]


def _answers(url: str) -> bool:
    """Tell whether the server takes an object, not only a connection: volumes come up last."""
    try:
        client = client_of(url)
        # Where the place is kept, it is there from the last time.
        if "ready" not in [bucket["Name"] for bucket in client.list_buckets()["Buckets"]]:
            client.create_bucket(Bucket="ready")
        client.put_object(Bucket="ready", Key="ready", Body=b"ready")
    except Exception:  # noqa: BLE001  (whatever it says, it is not up yet)
        return False
    return True


def _wait_until_ready(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not _listens(url) or not _answers(url):
        if server.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"SeaweedFS did not start:\n{log.read_text()[-3000:]}")
        time.sleep(0.2)


def _listens(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


@contextmanager
def running_s3(kept: Path | None = None) -> Iterator[S3]:
    """Serve on free ports of this machine alone, and leave nothing behind, but in `kept`.

    What is kept is served at the same address the next time.
    """
    place = kept or Path(tempfile.mkdtemp(prefix="devops360-s3-"))
    place.mkdir(parents=True, exist_ok=True)
    (place / "master.toml").write_text("[master.volume_growth]\ncopy_1 = 1\n")
    ports = _ports_of(place)
    url = f"http://127.0.0.1:{ports[S3_PORT]}"
    log = place / "log"
    with log.open("wb") as output:
        server = _start(place, ports, output)
    try:
        _wait_until_ready(url, server, log)
        yield S3(url)
    finally:
        # It stops slowly when asked kindly, and nothing of it is kept.
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()
        if not kept:
            shutil.rmtree(place, ignore_errors=True)


def _start(place: Path, ports: Sequence[int], output: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        _command(place, ports),
        cwd=place,
        env={"PATH": os.environ.get("PATH", ""), "HOME": str(place)},
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
