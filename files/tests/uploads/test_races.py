"""Many at once, in threads with connections of their own: on SQLite and on PostgreSQL."""

import hashlib
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Event, Thread
from typing import Any

import pytest
from django.db import connection

from files.activity import Act
from files.conflicts import Conflict
from files.errors import FilesError, MissingPartsError, QuotaError, UploadBusyError
from files.models import Blob, Node, Upload, UploadPart, Vault
from files.quota import usage_of
from files.tests.factories import OwnerFactory, read_file
from files.tests.uploads.sender import PART, pattern
from files.tree import root_of
from files.uploads.complete import Completed, complete_upload
from files.uploads.create import Begun, create_upload
from files.uploads.parts import receive_part, sign_parts

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 8
CONTENT = pattern(2 * PART + 99)


@pytest.fixture
def root(settings: Any) -> Node:
    settings.FILES_PART_SIZE = PART
    return root_of(OwnerFactory())


def at_once(work: Callable[[int], Any], times: int = THREADS) -> list[Any]:
    """Run it in many threads at the same moment; return the outcomes and the FilesErrors."""
    barrier = Barrier(times)

    def run(number: int) -> Any:
        try:
            barrier.wait()
            return work(number)
        except FilesError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


def begin(root: Node, key: str = "key", path: str = "a.bin", size: int = len(CONTENT)) -> Begun:
    return create_upload(
        folder=root,
        path=path,
        size=size,
        conflict=Conflict.ASK,
        key=key,
        act=Act(actor=root.owner),
    )


def begun(root: Node) -> Upload:
    upload = begin(root).upload
    assert upload is not None
    return upload


def address(upload: Upload, number: int) -> str:
    return sign_parts(upload=upload, wanted=[(number, "")])[0].url.split("/")[-2]


def put(upload: Upload, number: int, content: bytes = CONTENT) -> str:
    data = content[(number - 1) * PART : number * PART]
    return receive_part(token=address(upload, number), stream=io.BytesIO(data), length=len(data))


def put_all(upload: Upload) -> None:
    for number in (1, 2, 3):
        put(upload, number)


def drafts(settings: Any) -> list[Path]:
    return list((Path(settings.MEDIA_ROOT) / ".uploads").iterdir())


def test_one_key_begins_one_upload(root: Node, settings: Any) -> None:
    outcomes = at_once(lambda _: begin(root))
    assert len({outcome.upload.pk for outcome in outcomes}) == 1
    assert [outcome.new for outcome in outcomes].count(True) == 1
    assert len(drafts(settings)) == 1, "the others' files are gone"
    assert usage_of(root.owner).reserved == len(CONTENT)


def test_the_quota_is_never_exceeded(root: Node) -> None:
    Vault.objects.update_or_create(owner=root.owner, defaults={"quota": 3 * len(CONTENT) + 5})
    outcomes = at_once(lambda number: begin(root, f"key-{number}", f"{number}.bin"))
    assert len([outcome for outcome in outcomes if isinstance(outcome, Begun)]) == 3
    assert len([outcome for outcome in outcomes if isinstance(outcome, QuotaError)]) == 5
    assert usage_of(root.owner).free == 5


def test_parts_in_parallel(root: Node) -> None:
    upload = begun(root)
    at_once(lambda number: put(upload, number + 1), 3)
    node = complete_upload(upload=upload).node
    assert node is not None
    assert read_file(node) == CONTENT


def test_many_completes_give_one_file(root: Node, settings: Any) -> None:
    upload = begun(root)
    put_all(upload)

    def complete(_: int) -> Completed:
        return complete_upload(upload=Upload.objects.get(pk=upload.pk))

    outcomes = at_once(complete)
    assert all(isinstance(outcome, Completed) for outcome in outcomes), outcomes
    ready = [outcome.node for outcome in outcomes if not outcome.pending]
    assert ready
    assert len({node.pk for node in ready if node is not None}) == 1
    assert Node.objects.files().count() == Blob.objects.count() == 1
    assert usage_of(root.owner).used == len(CONTENT)
    assert usage_of(root.owner).reserved == 0
    assert drafts(settings) == []


class Held(io.BytesIO):
    """A stream that waits before it gives its second piece."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.began, self.go_on, self.reads = Event(), Event(), 0

    def read(self, size: int | None = -1, /) -> bytes:
        self.reads += 1
        if self.reads == 2:
            self.began.set()
            assert self.go_on.wait(30)
        return super().read(1000 if self.reads == 1 else size)


def in_thread(work: Callable[[], Any]) -> tuple[Thread, list[Any]]:
    outcome: list[Any] = []

    def run() -> None:
        try:
            outcome.append(work())
        except FilesError as error:
            outcome.append(error)
        finally:
            connection.close()

    thread = Thread(target=run)
    thread.start()
    return thread, outcome


def test_the_newest_attempt_at_a_part_wins(root: Node) -> None:
    """The laptop slept: what is left of its old connection wakes up, and writes no more."""
    upload = begun(root)
    old = Held(b"old" * PART)
    token = address(upload, 1)
    thread, outcome = in_thread(lambda: receive_part(token=token, stream=old, length=PART))
    assert old.began.wait(30)
    put_all(upload)
    old.go_on.set()
    thread.join()
    assert isinstance(outcome[0], UploadBusyError)
    node = complete_upload(upload=upload).node
    assert node is not None
    assert node.content is not None
    assert read_file(node) == CONTENT
    assert node.content.sha256 == hashlib.sha256(CONTENT).hexdigest()


def test_a_part_that_is_sent_again_while_the_end_is_asked_for(root: Node) -> None:
    upload = begun(root)
    put_all(upload)
    again = Held(CONTENT[:PART])
    token = address(upload, 1)
    thread, outcome = in_thread(lambda: receive_part(token=token, stream=again, length=PART))
    assert again.began.wait(30)
    with pytest.raises(MissingPartsError) as refusal:
        complete_upload(upload=upload)
    assert refusal.value.numbers == [1]
    again.go_on.set()
    thread.join()
    assert outcome == [f'"{hashlib.sha256(CONTENT[:PART]).hexdigest()}"']
    node = complete_upload(upload=Upload.objects.get(pk=upload.pk)).node
    assert node is not None
    assert read_file(node) == CONTENT


def test_a_broken_attempt_leaves_the_part_missing(root: Node) -> None:
    upload = begun(root)
    put_all(upload)
    with pytest.raises(FilesError):
        receive_part(token=address(upload, 2), stream=io.BytesIO(b"short"), length=PART)
    assert not UploadPart.objects.filter(upload=upload, number=2).exists()
    with pytest.raises(MissingPartsError):
        complete_upload(upload=upload)
    put(upload, 2)
    assert complete_upload(upload=Upload.objects.get(pk=upload.pk)).node is not None
