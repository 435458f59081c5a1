"""Each check says what is missing, and is content with the real thing."""

import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from local_cloud.resources import BUCKET, SECRET, Cloud, client, make_resources
from local_cloud.services import Services
from practice import rungs, work
from tests.aws import running_aws
from tests.infra import tools
from tests.infra.tools import ROOT
from tests.s3 import running_s3

BUCKET_TF = """
resource "aws_s3_bucket" "mine" {
  bucket = "practice"
}
"""
WHOLE_TF = (
    BUCKET_TF
    + """
resource "aws_s3_bucket_versioning" "mine" {
  bucket = aws_s3_bucket.mine.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_public_access_block" "mine" {
  bucket                  = aws_s3_bucket.mine.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}
"""
)


class Answer(BaseHTTPRequestHandler):
    title = "DevOps360"

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        if self.path == "/readyz":
            self.wfile.write(json.dumps({"parts": {"database": "ok"}}).encode())
        else:
            self.wfile.write(f"<title>Sign in · {self.title}</title>".encode())

    def log_message(self, *arguments: Any) -> None:
        pass


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Answer]]:
    handler = type("Site", (Answer,), {})
    server = HTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setattr(rungs, "PORT", str(server.server_port))
    yield handler
    server.shutdown()
    server.server_close()


def test_01_and_02_a_site(site: type[Answer]) -> None:
    assert rungs.running() == []
    assert "another SITE_NAME" in rungs.changed()[0]
    site.title = "My vault"
    assert rungs.changed() == []


def test_01_and_02_no_site(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rungs, "PORT", "1")
    assert "make run" in rungs.running()[0]
    assert "make run" in rungs.changed()[0]


@pytest.mark.infra
def test_04_terraform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if tools.missing():
        pytest.skip(f"missing: {tools.missing()}")
    monkeypatch.setattr(rungs, "WORK", tmp_path)
    assert "main.tf" in rungs.first_resource()[0]
    file = tmp_path / "04" / "main.tf"
    file.parent.mkdir()
    file.write_text(BUCKET_TF)
    assert len(rungs.first_resource()) == 2
    file.write_text(BUCKET_TF.replace("bucket =", "bucked ="))
    assert "bucked" in rungs.first_resource()[0]
    file.write_text(WHOLE_TF.replace("ignore_public_acls      = true", ""))
    assert rungs.first_resource() == ["ignore_public_acls is not true."]
    file.write_text(WHOLE_TF)
    assert rungs.first_resource() == []


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with running_s3() as s3, running_aws() as aws:
        yield make_resources(Services(s3=s3.url, aws=aws.url))


@pytest.fixture
def addresses(cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Services:
    file = tmp_path / "services.json"
    file.write_text(json.dumps({"s3": cloud.services.s3, "aws": cloud.services.aws}))
    monkeypatch.setattr(rungs, "ADDRESSES", file)
    monkeypatch.delenv("SECRET_KEY", raising=False)
    return cloud.services


def test_05_files_in_s3(addresses: Services) -> None:
    assert "0 files" in rungs.stored_in_s3()[0]
    s3 = client("s3", addresses.s3)
    for number in range(3):
        s3.put_object(Bucket=BUCKET, Key=f"users/me/{number}", Body=b"x")
    assert rungs.stored_in_s3() == []


def test_07_secrets(addresses: Services) -> None:
    assert "SITE_NAME" in rungs.secret_kept()[0]
    secrets = client("secretsmanager", addresses.aws)
    content = json.loads(secrets.get_secret_value(SecretId=SECRET)["SecretString"])
    text = json.dumps(content | {"SITE_NAME": "Mine"})
    secrets.put_secret_value(SecretId=SECRET, SecretString=text)
    assert rungs.secret_kept() == []


def test_08_sns(addresses: Services, cloud: Cloud) -> None:
    assert "subscribe" in rungs.subscribed()[0]
    sns = client("sns", addresses.aws)
    sns.subscribe(TopicArn=cloud.topics[0], Protocol="email", Endpoint="me@example.com")
    assert rungs.subscribed() == []


def test_without_a_cloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rungs, "ADDRESSES", tmp_path / "none")
    for check in (rungs.stored_in_s3, rungs.secret_kept, rungs.subscribed):
        assert check() == [rungs.NO_CLOUD]


def test_06_without_a_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert "DATABASE_URL" in rungs.on_postgres()[0]


@pytest.mark.infra
def test_09_kubernetes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if tools.missing():
        pytest.skip(f"missing: {tools.missing()}")
    shutil.copytree(ROOT / "deploy", tmp_path / "deploy")
    monkeypatch.setattr(work, "ROOT", tmp_path)
    assert "kustomization.yaml" in rungs.own_overlay()[0]
    file = tmp_path / "deploy/overlays/practice/kustomization.yaml"
    file.parent.mkdir()
    content = {"resources": ["../../base"], "namespace": "devops360"}
    file.write_text(json.dumps(content))
    assert len(rungs.own_overlay()) == 2
    more = {
        "components": ["../../components/network-policies"],
        "replicas": [{"name": "files", "count": 3}],
    }
    file.write_text(json.dumps(content | more))
    assert rungs.own_overlay() == []


def test_10_what_was_learnt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rungs, "WORK", tmp_path)
    assert "drill.md" in rungs.written_down()[0]
    notes = tmp_path / "10/drill.md"
    notes.parent.mkdir()
    notes.write_text("# What I broke\n# What I saw\n")
    assert len(rungs.written_down()) == 2
    notes.write_text("# What I broke\n# What I saw\n# What mended it\n# What I changed\n")
    assert rungs.written_down() == []


@pytest.mark.parametrize(("words", "status"), [([], 0), (["99"], 64)])
def test_the_command(words: list[str], status: int) -> None:
    command = [sys.executable, "-m", "practice", *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == status
    assert "RUNG=10" in done.stdout


def test_every_rung_has_its_page() -> None:
    pages = {path.name[:2]: path for path in (ROOT / "docs/practice").glob("[0-9]*.md")}
    assert pages.keys() == {rung.number for rung in rungs.RUNGS}
    for rung in rungs.RUNGS:
        text = pages[rung.number].read_text()
        assert text.startswith(f"# {rung.number}: {rung.title}\n")
        assert f"make practice RUNG={rung.number}" in text
