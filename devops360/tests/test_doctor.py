"""Doctor: what is whole is said to be, and each thing that is broken comes with its mending."""

from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError
from django.core import mail
from django.core.management import CommandError, call_command
from django.tasks import TaskResultStatus
from django.utils import timezone
from django_tasks_db.models import DBTaskResult, get_date_max

from accounts.tests.factories import UserFactory
from devops360.doctor.examine import examine
from devops360.doctor.findings import Finding, Verdict
from devops360.doctor.serving import topics
from devops360.tests.processes import manage
from files.models import Blob
from notifications import sns
from tests.aws import Aws, running_aws
from tests.s3 import Bucket

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def aws() -> Iterator[Aws]:
    with running_aws() as aws:
        yield aws


def found(part: str) -> Finding:
    return next(finding for finding in examine() if finding.part.startswith(part))


def test_a_whole_site_is_said_to_be_whole() -> None:
    out = StringIO()
    call_command("doctor", stdout=out)
    said = out.getvalue()
    assert "BROKEN" not in said
    # The tests' own PostgreSQL need not survive a power cut, and doctor says so.
    assert "ok      database: SQLite" in said or "look    database: PostgreSQL" in said
    for part in ("migrations", "clock", "store local, in use", "cache", "disk", "queue"):
        assert f"ok      {part}:" in said


def test_a_bucket_is_written_read_and_left_empty(on_s3: Bucket) -> None:
    assert found("store s3, in use").verdict is Verdict.GOOD
    assert on_s3.keys() == []


def test_a_bucket_that_refuses_us_is_broken_and_the_rest_is_looked_at(
    on_s3: Bucket, settings: Any
) -> None:
    options = settings.STORAGES["s3"]["OPTIONS"] | {"secret_key": "another"}
    settings.STORAGES = settings.STORAGES | {
        "s3": settings.STORAGES["s3"] | {"OPTIONS": options},
    }
    findings = list(examine())
    assert [f.part for f in findings if f.verdict is Verdict.BROKEN] == ["store s3, in use"]
    assert findings[-1].part == "SNS"


def test_a_store_that_is_not_used_need_not_be_writable(on_s3: Bucket, settings: Any) -> None:
    """As in a pod, whose file system is read-only. With a blob in it, it matters."""
    local = settings.STORAGES["local"]
    nowhere = local | {"OPTIONS": local.get("OPTIONS", {}) | {"location": "/proc/nowhere"}}
    settings.STORAGES = settings.STORAGES | {"local": nowhere}
    assert found("store local").verdict is Verdict.ABSENT
    assert found("store s3, in use").verdict is Verdict.GOOD
    Blob.objects.create(
        owner=UserFactory.create(), store="local", key="users/1/a", size=1, media_type="text/plain"
    )
    assert found("store local").verdict is Verdict.BROKEN
    assert found("store s3, in use").verdict is Verdict.GOOD


@pytest.mark.parametrize("is_retry", [False, True])
def test_a_task_that_waits_names_the_worker(is_retry: bool) -> None:
    long_ago = timezone.now() - timedelta(minutes=30)
    result = DBTaskResult.objects.create(
        status=TaskResultStatus.READY,
        args_kwargs={"args": [], "kwargs": {}},
        task_path="devops360.schedule.run_job",
        queue_name="default",
        backend_name="default",
        run_after=long_ago if is_retry else get_date_max(),
    )
    DBTaskResult.objects.filter(pk=result.pk).update(enqueued_at=long_ago)
    finding = found("queue")
    assert (finding.verdict, finding.mend) == (Verdict.BROKEN, "Run manage.py worker.")
    with pytest.raises(CommandError, match="1 broken"):
        call_command("doctor", stdout=StringIO())


def test_a_letter_is_sent_where_one_is_asked_for() -> None:
    call_command("doctor", send_to="operator@example.com", stdout=StringIO())
    assert mail.outbox[0].to == ["operator@example.com"]


def test_a_topic_that_is_not_there_is_broken(
    aws: Aws, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    settings.SNS_ENDPOINT_URL, settings.AWS_REGION = aws.url, "eu-central-1"
    settings.SMS_URL = "sns:"
    settings.SNS_OPERATORS_TOPIC = "arn:aws:sns:eu-central-1:123456789012:gone"
    sns.client.cache_clear()
    try:
        findings = {finding.part: finding for finding in examine()}
    finally:
        sns.client.cache_clear()
    assert findings["topic gone"].verdict is Verdict.BROKEN
    assert "NotFound" in findings["topic gone"].words
    assert findings["text messages"].verdict is Verdict.GOOD


def test_a_role_that_may_only_publish_is_not_broken(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the worker's on AWS (infra/modules/workload_identity)."""

    def refuse(**arguments: str) -> None:
        answer: Any = {"Error": {"Code": "AuthorizationError", "Message": "not authorized"}}
        raise ClientError(answer, "GetTopicAttributes")

    monkeypatch.setattr(sns, "client", lambda: SimpleNamespace(get_topic_attributes=refuse))
    settings.SNS_EVENTS_TOPIC = arn = "arn:aws:sns:eu-central-1:123456789012:events"
    (finding,) = topics()
    assert finding.verdict is Verdict.DOUBTFUL
    assert finding.mend == f"Only sending tells: manage.py notify_test --channel topic --to {arn}"


def test_without_a_database_it_speaks_all_the_same(tmp_path: Path) -> None:
    gone = f"postgres://vault@/vault?host={tmp_path}/nowhere"
    (tmp_path / "media").mkdir()
    done = manage("doctor", state=tmp_path, DATABASE_URL=gone)
    assert done.returncode != 0
    assert "BROKEN  database:" in done.stdout
    assert "ok      store local, in use:" in done.stdout
    assert "Traceback" not in done.stderr


def test_an_empty_database_is_to_be_migrated(tmp_path: Path) -> None:
    done = manage("doctor", state=tmp_path)
    assert "are not applied" in done.stdout
    assert "-> Run manage.py migrate." in done.stdout
    assert "-> Run manage.py createcachetable" in done.stdout or "BROKEN  cache:" in done.stdout
