"""`make aws-local`, as a person starts it: the site stands on S3, SNS and Secrets Manager."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from local_cloud.resources import BUCKET, SECRET, client
from tests.s3 import Bucket, running_s3

# Once, whatever database the other tests are on.
pytestmark = pytest.mark.infra
ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 180


@dataclass
class Running:
    url: str
    place: Path
    process: subprocess.Popen[bytes]

    @property
    def addresses(self) -> dict[str, str]:
        found: dict[str, str] = json.loads((self.place / "services.json").read_text())
        return found

    def manage(self, program: str) -> None:
        """Run a line in the site's own Python, in its own environment."""
        variables = Path(f"/proc/{self._site()}/environ").read_bytes().split(b"\0")
        environment = dict(item.decode().split("=", 1) for item in variables if b"=" in item)
        command = [sys.executable, "manage.py", "shell", "-v", "0", "-c", program]
        subprocess.run(command, cwd=ROOT, env=environment, check=True, timeout=120)

    def _site(self) -> int:
        """Return the number of `manage.py run_local`, the launcher's only child of that name."""
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                status = (folder / "stat").read_text().rsplit(")", 1)[1].split()
                words = (folder / "cmdline").read_bytes()
            except OSError:
                continue
            if int(status[1]) == self.process.pid and b"run_local" in words:
                return int(folder.name)
        raise AssertionError("the site is not running")


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    place = tmp_path_factory.mktemp("aws-local")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment = kept | {"PORT": str(port), "AWS_LOCAL_DIR": str(place)}
    with (place / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "local_cloud"],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    running = Running(f"http://localhost:{port}", place, process)
    try:
        wait_until_ready(running)
        yield running
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0


def wait_until_ready(running: Running) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            with urllib.request.urlopen(f"{running.url}/readyz", timeout=5) as answer:
                assert answer.status == 200
                return
        except OSError:
            stopped = running.process.poll() is not None
            if stopped or time.monotonic() > deadline:
                raise AssertionError((running.place / "log").read_text()[-3000:]) from None
            time.sleep(0.5)


def test_what_terraform_would_make_is_there(cloud: Running) -> None:
    bucket = Bucket(cloud.addresses["s3"], BUCKET)
    (rule,) = bucket.client.get_bucket_cors(Bucket=BUCKET)["CORSRules"]
    assert rule["AllowedOrigins"] == [cloud.url]
    assert "ETag" in rule["ExposeHeaders"]
    secrets = client("secretsmanager", cloud.addresses["aws"]).get_secret_value(SecretId=SECRET)
    assert {"SECRET_KEY", "VAPID_PRIVATE_KEY"} == json.loads(secrets["SecretString"]).keys()
    topics = client("sns", cloud.addresses["aws"]).list_topics()["Topics"]
    assert len(topics) == 2


def test_what_is_stored_lies_in_s3(cloud: Running) -> None:
    cloud.manage(
        "from django.core.files.base import ContentFile;"
        "from django.core.files.storage import default_storage;"
        "from django.conf import settings;"
        "assert settings.SMS_URL == 'sns:' and settings.FILES_STORE == 's3';"
        "default_storage.save('users/test/one', ContentFile(b'stored'))"
    )
    assert "users/test/one" in Bucket(cloud.addresses["s3"], BUCKET).keys("users/test/")


def test_a_text_can_be_read(cloud: Running) -> None:
    """It goes to SNS as on AWS; whoever is asked for a code finds it where mail is printed."""
    cloud.manage(
        "from notifications.channels.sms import send_sms;"
        "assert send_sms(to='+41446681800', text='421337 is your code')"
    )
    log = cloud.place / "log"
    deadline = time.monotonic() + 10
    while "Text to +41446681800: 421337 is your code" not in log.read_text():
        assert time.monotonic() < deadline, log.read_text()[-3000:]
        time.sleep(0.1)


def test_one_can_look(cloud: Running) -> None:
    environment = os.environ | {"AWS_LOCAL_DIR": str(cloud.place)}
    command = [sys.executable, "-m", "local_cloud.look"]
    seen = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    ).stdout
    assert f"s3://{BUCKET}" in seen
    assert SECRET in seen


def test_what_s3_keeps_is_there_at_the_next_start(tmp_path: Path) -> None:
    """At the same address: pages that are open may talk to no other."""
    with running_s3(tmp_path) as first:
        bucket = first.make_bucket()
        bucket.client.put_object(Bucket=bucket.name, Key="kept", Body=b"kept")
        upload = bucket.client.create_multipart_upload(Bucket=bucket.name, Key="begun")
    with running_s3(tmp_path) as second:
        assert second.url == first.url
        assert bucket.keys() == ["kept"]
        assert bucket.client.get_object(Bucket=bucket.name, Key="kept")["Body"].read() == b"kept"
        assert bucket.unfinished() == ["begun"], upload
