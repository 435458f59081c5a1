"""Each check says what is missing, and is content with the real thing."""

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
import yaml
from django.db import connection
from django.utils import timezone

from accounts.tests.factories import UserFactory
from devops360.roles import PREFIXES, role_of
from local_cloud.resources import BUCKET, SECRET, Cloud, client, make_resources
from local_cloud.services import Services
from notifications.channels import topic
from notifications.channels.base import Message, Target
from practice import cloud as practice_cloud
from practice import databases, dockerfile, images, notes, parts, rungs, watching, work
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
    parts: dict[str, str] = {"database": "ok"}

    def do_GET(self) -> None:
        well = set(self.parts.values()) == {"ok"}
        self.send_response(200 if well or self.path != "/readyz" else 503)
        self.end_headers()
        if self.path == "/readyz":
            self.wfile.write(json.dumps({"parts": self.parts}).encode())
        else:
            self.wfile.write(f"<title>Sign in · {self.title}</title>".encode())

    def log_message(self, *arguments: Any) -> None:
        pass


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[int]:
    server = HTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Answer]]:
    handler = type("Site", (Answer,), {})
    with serving(handler) as port:
        monkeypatch.setattr(rungs, "PORT", str(port))
        yield handler


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a learner's work lies."""
    monkeypatch.setattr(rungs, "WORK", tmp_path)
    return tmp_path


def write(place: Path, name: str, text: str) -> Path:
    file = place / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def test_01_and_02_a_site(site: type[Answer]) -> None:
    assert rungs.running() == []
    assert "another SITE_NAME" in rungs.changed()[0]
    site.title = "My vault"
    assert rungs.changed() == []
    site.parts = {"database": "gone", "storage": "ok"}
    assert rungs.running() == ["database is not well: gone"]


def test_01_and_02_no_site(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rungs, "PORT", "1")
    assert "make run" in rungs.running()[0]
    assert "make run" in rungs.changed()[0]


OURS = (ROOT / "Dockerfile").read_text()
BASE = OURS.partition("ARG BASE=")[2].partition("\n")[0]


def test_03_our_own_dockerfile_is_a_good_one() -> None:
    assert list(dockerfile.shortcomings(OURS)) == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (OURS, "RUN true\n", "no FROM"),
        (BASE, "python", "tomorrow"),
        ("FROM ${BASE}\nARG", "ARG", "one stage"),
        ("USER 10001:10001", "USER root", "runs as root"),
        ("HEALTHCHECK", "LABEL", "HEALTHCHECK"),
        ('ENTRYPOINT ["/app/deploy/image/entrypoint.sh"]', "ENTRYPOINT ./start.sh", "as a list"),
        ("COPY requirements.txt ./", "", "requirements.txt"),
        ("ARG VERSION=0.1.0", "ENV SECRET_KEY=abc", "secret into every copy"),
    ],
)
def test_03_a_worse_dockerfile(old: str, new: str, words: str) -> None:
    assert old in OURS
    said = list(dockerfile.shortcomings(OURS.replace(old, new, 1)))
    assert any(words in line for line in said), said


IMAGE = {
    "Created": "2999-01-01T00:00:00Z",
    "Config": {"User": "10001:10001", "Healthcheck": {"Test": ["CMD", "x"]}, "Env": ["PATH=/bin"]},
}


def engine(place: Path, monkeypatch: pytest.MonkeyPatch, **config: Any) -> None:
    """Put a docker there that knows one image."""
    answer = json.dumps([IMAGE | {"Config": IMAGE["Config"] | config}])  # type: ignore[operator]
    program = place / "docker"
    program.write_text(f"#!/bin/sh\ncat <<'END'\n{answer}\nEND\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{place}:{os.environ['PATH']}")


def test_03_the_image(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "before you read ours" in rungs.containerised()[0]
    file = write(place, "03/Dockerfile", OURS)
    monkeypatch.setattr(images, "ENGINES", ())
    monkeypatch.setattr(images, "STORAGE", place / "none")
    assert "make image" in rungs.containerised()[0]
    monkeypatch.setattr(images, "ENGINES", ("docker",))
    engine(place, monkeypatch)
    assert rungs.containerised() == []
    engine(place, monkeypatch, User="", Healthcheck=None, Env=["API_TOKEN=x"])
    assert [line.split(":")[0] for line in rungs.containerised()] == [
        "The image runs as root",
        "The image has no health check",
        "The image carries API_TOKEN",
    ]
    old = {"created": "2001-01-01T00:00:00Z", "config": IMAGE["Config"]}
    assert "build it again" in next(images.shortcomings(old, file))
    (place / "docker").write_text("#!/bin/sh\nexit 1\n")
    assert "docker build" in rungs.containerised()[0]


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
    monkeypatch.setattr(practice_cloud, "ADDRESSES", file)
    monkeypatch.delenv("SECRET_KEY", raising=False)
    return cloud.services


def test_05_files_in_s3(addresses: Services) -> None:
    assert "0 files" in rungs.stored_in_s3()[0]
    s3 = client("s3", addresses.s3)
    for number in range(3):
        s3.put_object(Bucket=BUCKET, Key=f"users/me/{number}", Body=b"x")
    assert rungs.stored_in_s3() == []


def test_05_an_account_of_ones_own(
    addresses: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PRACTICE_CLOUD=aws: boto3 as it is signed in, here to the stand-in."""
    monkeypatch.setenv("PRACTICE_CLOUD", "aws")
    assert rungs.stored_in_s3() == [practice_cloud.NO_CLOUD]
    for name, value in {
        "S3_BUCKET": "mine",
        "AWS_SECRET_ID": "mine",
        "SNS_EVENTS_TOPIC": "mine",
        "AWS_ENDPOINT_URL": addresses.aws,
        "AWS_REGION": "eu-central-1",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
    }.items():
        monkeypatch.setenv(name, value)
    s3 = client("s3", addresses.aws)
    s3.create_bucket(
        Bucket="mine", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    assert "s3://mine/users/" in rungs.stored_in_s3()[0]
    for number in range(3):
        s3.put_object(Bucket="mine", Key=f"users/me/{number}", Body=b"x")
    assert rungs.stored_in_s3() == []


def test_07_secrets(
    addresses: Services, site: type[Answer], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "SITE_NAME" in rungs.secret_kept()[0]
    secrets = client("secretsmanager", addresses.aws)
    content = json.loads(secrets.get_secret_value(SecretId=SECRET)["SecretString"])
    text = json.dumps(content | {"SITE_NAME": "Mine"})
    secrets.put_secret_value(SecretId=SECRET, SecretString=text)
    assert "not 'Mine'" in rungs.secret_kept()[0]
    site.title = "Mine"
    assert rungs.secret_kept() == []
    monkeypatch.setenv("SECRET_KEY", "x")
    assert "unset it" in rungs.secret_kept()[0]
    monkeypatch.setattr(rungs, "PORT", "1")
    assert "Nothing answers" in rungs.secret_kept()[1]


def test_08_sns(addresses: Services, cloud: Cloud) -> None:
    assert "subscribe" in rungs.subscribed()[0]
    sns, sqs = client("sns", addresses.aws), client("sqs", addresses.aws)
    sns.subscribe(TopicArn=cloud.topics[0], Protocol="email", Endpoint="me@example.com")
    assert "Subscribe a queue" in rungs.subscribed()[0]
    queue = sqs.create_queue(QueueName="mine")["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    subscription = sns.subscribe(
        TopicArn=cloud.topics[0],
        Protocol="sqs",
        Endpoint=attributes["Attributes"]["QueueArn"],
        ReturnSubscriptionArn=True,
    )["SubscriptionArn"]
    sns.publish(TopicArn=cloud.topics[0], Message="Hello")
    assert [line.split(":")[0] for line in rungs.subscribed()] == [
        "The queue gets everything",
        "No event of the site lies in the queue mine",
    ]
    sns.set_subscription_attributes(
        SubscriptionArn=subscription,
        AttributeName="FilterPolicy",
        AttributeValue='{"category": ["sharing"]}',
    )
    message = Message(
        uuid=uuid4(),
        kind="file_shared",
        category="sharing",
        created_at=timezone.now(),
        title="Shared",
        text="Somebody has shared a file with you.",
    )
    sns.publish(
        TopicArn=cloud.topics[0],
        **topic._published(message, uuid4(), Target(cloud.topics[0])),
    )
    assert rungs.subscribed() == []


def test_without_a_cloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(practice_cloud, "ADDRESSES", tmp_path / "none")
    for check in (rungs.stored_in_s3, rungs.secret_kept, rungs.subscribed):
        assert check() == [practice_cloud.NO_CLOUD]


def test_06_without_a_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert "DATABASE_URL" in rungs.on_postgres()[0]
    nobody = "postgres://nobody@127.0.0.1:1/nothing"
    assert "was not reached" in next(databases.shortcomings(nobody))


@pytest.mark.skipif(connection.vendor != "postgresql", reason="about PostgreSQL")
@pytest.mark.django_db(transaction=True)
def test_06_a_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests' own database: with all tables, and connected to by this process."""
    server = urlsplit(os.environ["DATABASE_URL"])
    url = server._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    monkeypatch.setenv("DATABASE_URL", url)
    connection.ensure_connection()
    UserFactory(email="demo@example.com")
    assert rungs.on_postgres() == [
        "Nobody but the demo account is in it: make an account of your own."
    ]
    UserFactory(email="me@example.com")
    assert rungs.on_postgres() == []
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_user RENAME TO accounts_nobody")
        try:
            assert "tables are not there" in rungs.on_postgres()[0]
        finally:
            cursor.execute("ALTER TABLE accounts_nobody RENAME TO accounts_user")


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


class Part(BaseHTTPRequestHandler):
    """Answers as devops360.roles has a part answer."""

    role = "files"

    def do_GET(self) -> None:
        owner = role_of(self.path)
        mine = not owner or owner == self.role
        self.send_response(200 if mine else 404)
        self.end_headers()
        self.wfile.write(b"mine" if mine else b"Another role serves this: not me.")

    def log_message(self, *arguments: Any) -> None:
        pass


def test_10_parts(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "where each part listens" in rungs.split()[0]
    assert "no JSON" in _parts_say(place, "{")
    assert "must name each of" in _parts_say(place, '{"files": "http://localhost:1"}')
    roles = sorted(set(PREFIXES.values()))
    one = dict.fromkeys(roles, "http://localhost:1")
    assert "a process of its own" in _parts_say(place, json.dumps(one))
    with ExitStack() as stack:
        handlers: dict[str, type[Part]] = {
            role: type(role, (Part,), {"role": role}) for role in roles
        }
        listening = {
            role: f"http://localhost:{stack.enter_context(serving(handler))}"
            for role, handler in handlers.items()
        }
        write(place, "10/parts.json", json.dumps(listening))
        assert rungs.split() == []
        # Two that swapped their roles, and one that is gone.
        handlers["files"].role = "admin"
        (said,) = rungs.split()
        assert "does not serve /" in said
        assert "SERVICE=files" in said
        monkeypatch.setattr(parts, "NOT_MINE", "never said")
        assert len(rungs.split()) == len(roles)
        monkeypatch.undo()
        monkeypatch.setattr(rungs, "WORK", place)
        write(place, "10/parts.json", json.dumps(listening | {"admin": "http://localhost:1"}))
        assert "SERVICE=admin" in rungs.split()[0]


def _parts_say(place: Path, text: str) -> str:
    write(place, "10/parts.json", text)
    (said,) = rungs.split()
    return said


def test_11_alerts(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rungs, "METRICS_PORT", "1")
    assert "METRICS_PORT" in rungs.observed()[0]
    monkeypatch.setattr(watching, "metrics", lambda port: MEASURED)
    assert "an alert of your own" in rungs.observed()[0]
    write(place, "11/alerts.yaml", "groups: 3")
    assert "no file of rules" in rungs.observed()[0]
    write(place, "11/alerts.yaml", yaml.safe_dump({"groups": [{"rules": [ALERT]}]}))
    assert rungs.observed() == []


ALERT = {
    "alert": "NobodySignsIn",
    "expr": 'sum(increase(http_requests_total{route="accounts:login"}[1d])) by (role) < 1',
    "for": "1h",
    "labels": {"severity": "ticket"},
    "annotations": {"summary": "Nobody has signed in for a day."},
}
MEASURED = "# TYPE http_requests_total counter\n# TYPE database_up gauge\n"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"alert": "SiteFails"}, "is ours"),
        ({"for": ""}, "for how long"),
        ({"expr": ""}, "when it rings"),
        ({"labels": {}}, "severity"),
        ({"annotations": {}}, "what is wrong"),
        ({"expr": "rate(http_request_total[5m]) > 1"}, "does not measure"),
        ({"expr": "vector(1) > 0"}, "nothing that this site measures"),
    ],
)
def test_11_a_worse_alert(changes: dict[str, Any], words: str) -> None:
    assert list(watching.shortcomings([ALERT], MEASURED)) == []
    said = list(watching.shortcomings([ALERT | changes], MEASURED))
    assert any(words in line for line in said), said


def test_11_our_own_alerts_are_complete() -> None:
    """Against what they ask for; tests/operations holds the names to the site."""
    rules, words = watching.rules_of(watching.OURS)
    assert not words
    assert len(rules) > 5


NOTES = """# A drill
## What I broke
I stopped PostgreSQL below the site. I guessed that pages would hang for a minute and then fail.
## What I saw
At 14:05 the first page answered 503 with words that said to try again. At 14:07 it was well again.
```
{"level": "ERROR", "message": "request", "status": 503}
```
## What mended it
I started PostgreSQL again. The pool made new connections by itself, and /readyz said ok.
## What I changed
I would be woken a minute earlier: deploy/observability/alerts.yaml waits for one minute now.
"""


def test_12_what_was_learnt(place: Path, site: type[Answer]) -> None:
    said = rungs.mended()
    assert "make drill" in said[0]
    assert "drill.md" in said[1]
    write(place, "12/drill.md", NOTES)
    older = {"drill": "kill-web", "ended": "2026-01-01T14:00:00+00:00", "report": "…"}
    write(place, "12/drills/kill-web.json", json.dumps(older | {"problems": ["a mail is lost"]}))
    assert "NAME=kill-web" in rungs.mended()[0]
    newer = {"drill": "database-gone", "ended": "2026-01-01T14:09:00+00:00", "report": "…"}
    write(place, "12/drills/database-gone.json", json.dumps(newer | {"problems": []}))
    assert rungs.mended() == []
    site.parts = {"database": "gone"}
    assert rungs.mended() == ["database is not well: gone"]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("## What I saw", "## What happened", "no heading with 'saw'"),
        (" I guessed that pages would hang for a minute and then fail.", "", "Under 'broke' are"),
        ("At 14:07", "Later", "when you saw it"),
        ("```", "", "Show what you saw"),
        ("deploy/observability/alerts.yaml", "the alert", "Name a file"),
    ],
)
def test_12_worse_notes(tmp_path: Path, old: str, new: str, words: str) -> None:
    assert old in NOTES
    file = tmp_path / "drill.md"
    file.write_text(NOTES.replace(old, new))
    said = list(notes.shortcomings(file))
    assert any(words in line for line in said), said


@pytest.mark.parametrize(("words", "status"), [([], 0), (["99"], 64)])
def test_the_command(words: list[str], status: int) -> None:
    command = [sys.executable, "-m", "practice", *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == status
    assert "RUNG=12" in done.stdout


def test_every_rung_has_its_page() -> None:
    pages = {path.name[:2]: path for path in (ROOT / "docs/practice").glob("[0-9]*.md")}
    assert pages.keys() == {rung.number for rung in rungs.RUNGS}
    for rung in rungs.RUNGS:
        text = pages[rung.number].read_text()
        assert text.startswith(f"# {rung.number}: {rung.title}\n")
        assert f"make practice RUNG={rung.number}" in text
