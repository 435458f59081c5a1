"""Doctor: what is whole is said to be, and each thing that is broken comes with its mending."""

import errno
import shutil
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError
from django.core import mail
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.tasks import TaskResultStatus
from django.utils import timezone
from django_tasks_db.models import DBTaskResult, get_date_max

from devops360.doctor.examine import examine
from devops360.doctor.findings import Finding, Verdict
from devops360.doctor.serving import topics
from devops360.models import JobRun
from devops360.tests.processes import manage
from files.errors import StoreUnavailableError
from files.models import Blob
from files.stores import store_named
from files.tests.factories import OwnerFactory
from notifications import sns
from notifications.models import ChannelState, Delivery, Notification
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
    for part in ("migrations", "clock", "store local, in use", "cache", "disk", "queue", "outbox"):
        assert f"ok      {part}:" in said


def test_a_bucket_is_written_read_and_left_empty(on_s3: Bucket) -> None:
    assert found("store s3, in use").verdict is Verdict.GOOD
    assert on_s3.keys() == []


def test_a_disk_that_nobody_keeps_anything_on_need_not_be_there(on_s3: Bucket) -> None:
    """As in a container with a bucket and a file system that takes no writes."""
    assert found("store local").verdict is Verdict.ABSENT
    owner = OwnerFactory.create()
    key = f"users/{owner.pk}/{'0' * 32}"
    Blob.objects.create(owner=owner, store="local", key=key, size=0)
    shutil.rmtree(Path(store_named("local").path("users")), ignore_errors=True)
    finding = found("store local")
    assert (finding.verdict, finding.mend[:5]) == (Verdict.BROKEN, "Mount")
    store_named("local").save(key, ContentFile(b""))
    assert found("store local").verdict is Verdict.GOOD


def test_a_disk_that_takes_no_writes_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any, **options: Any) -> str:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr("files.storage.DurableFileSystemStorage.save", refuse)
    finding = found("store local, in use")
    assert finding.verdict is Verdict.BROKEN
    assert "Read-only file system" in finding.words
    assert "mounted" in finding.mend


def test_a_bucket_that_is_not_there_is_said_not_to_be(
    on_s3: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SeaweedFS makes it instead; S3 answers so."""

    def refuse(*args: Any, **options: Any) -> str:
        answer: Any = {"Error": {"Code": "NoSuchBucket", "Message": "does not exist"}}
        raise StoreUnavailableError from ClientError(answer, "PutObject")

    monkeypatch.setattr("files.object_storage.VaultS3Storage.save", refuse)
    finding = found("store s3, in use")
    assert finding.verdict is Verdict.BROKEN
    assert "NoSuchBucket" in finding.words
    assert "S3_BUCKET" in finding.mend


def test_a_role_without_objects_of_its_own_is_not_broken(
    on_s3: Bucket, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the admin on AWS (infra/modules/workload_identity)."""

    def refuse(*args: Any, **options: Any) -> str:
        answer: Any = {"Error": {"Code": "AccessDenied", "Message": "not authorized"}}
        raise StoreUnavailableError from ClientError(answer, "PutObject")

    monkeypatch.setattr("files.object_storage.VaultS3Storage.save", refuse)
    settings.SERVICE = "admin"
    assert found("store s3").verdict is Verdict.DOUBTFUL
    settings.SERVICE = "files"
    assert found("store s3").verdict is Verdict.BROKEN


def test_a_bucket_that_refuses_us_is_broken_and_the_rest_is_looked_at(
    on_s3: Bucket, settings: Any
) -> None:
    options = settings.STORAGES["s3"]["OPTIONS"] | {"secret_key": "another"}
    settings.STORAGES = settings.STORAGES | {
        "s3": settings.STORAGES["s3"] | {"OPTIONS": options},
    }
    findings = list(examine())
    broken = [f.part for f in findings if f.verdict is Verdict.BROKEN]
    assert broken == ["store s3, in use"]
    assert findings[-1].part == "SNS"


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


def test_jobs_that_nobody_enqueues_name_the_worker() -> None:
    """Without a worker the queue is empty: nothing waits in it."""
    assert found("jobs").verdict is Verdict.DOUBTFUL
    run = JobRun.objects.create(name="sweep_blobs", next_at=timezone.now() - timedelta(minutes=9))
    assert found("queue").verdict is Verdict.GOOD
    finding = found("jobs")
    assert finding.verdict is Verdict.BROKEN
    assert finding.words == "sweep_blobs has been due for 9 minutes"
    assert "manage.py worker" in finding.mend
    JobRun.objects.update(next_at=timezone.now())
    assert found("jobs").verdict is Verdict.GOOD
    run.failures, run.outcome = 3, "OSError: the disk is gone"
    run.save(update_fields=["failures", "outcome"])
    assert found("jobs").words == "sweep_blobs failed 3 times in a row: OSError: the disk is gone"


@pytest.mark.parametrize(
    ("minutes", "failures", "state", "verdict", "words"),
    [
        (1, 0, "pending", Verdict.GOOD, "nobody waits for long to be told"),
        (20, 0, "pending", Verdict.BROKEN, "1 wait, the oldest for 20 minutes"),
        (-5, 8, "pending", Verdict.BROKEN, "1 wait, and sending failed 8 times in a row"),
        (20, 8, "dead", Verdict.DOUBTFUL, "1 were given up"),
        (20, 8, "sent", Verdict.GOOD, "nobody waits for long to be told"),
    ],
)
def test_people_who_wait_to_be_told_are_spoken_of(
    minutes: int, failures: int, state: str, verdict: Verdict, words: str
) -> None:
    notice = Notification.objects.create(recipient=OwnerFactory.create(), kind="file_shared")
    due = timezone.now() - timedelta(minutes=minutes)
    Delivery.objects.create(notification=notice, channel="email", state=state, due_at=due)
    ChannelState.objects.create(name="email", failures=failures)
    finding = found("outbox")
    assert (finding.verdict, finding.words) == (verdict, words)


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
    for part in ("clock", "cache", "queue", "jobs", "outbox"):
        assert f"-       {part}: is not looked at, without the database" in done.stdout
    assert "1 broken" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_empty_database_is_to_be_migrated(tmp_path: Path) -> None:
    done = manage("doctor", state=tmp_path)
    assert "are not applied" in done.stdout
    assert "-> Run manage.py migrate." in done.stdout
    assert "-> Run manage.py createcachetable" in done.stdout or "BROKEN  cache:" in done.stdout
