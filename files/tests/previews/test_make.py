import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import OperationalError
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from files.models import Node, Preview
from files.previews import sandbox
from files.previews.errors import RenderError
from files.previews.make import make_preview, request_preview
from files.tests.factories import OwnerFactory, make_file
from files.tests.previews import makers

HERE = "files.tests.previews.hostile"


@pytest.fixture
def owner(transactional_db: None) -> Any:
    return OwnerFactory()


def made(owner: Any) -> list[str]:
    folder = f"previews/{owner.pk}"
    return default_storage.listdir(folder)[1] if default_storage.exists(folder) else []


def test_made_once_however_often_it_is_asked_for(owner: Any, root: Node) -> None:
    node = make_file(root, "a.jpg", makers.picture())
    assert node.content is not None
    first = request_preview(blob=node.content, variant="thumbnail")
    assert first.state == Preview.State.READY, "made in the background of the upload"
    make_preview(preview_id=first.pk)
    make_preview(preview_id=first.pk)
    assert len(made(owner)) == 1
    assert request_preview(blob=node.content, variant="thumbnail").key == first.key


def test_of_two_workers_at_once_one_wins_and_nothing_is_left_over(
    owner: Any, root: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = make_file(root, "a.jpg", makers.picture())
    preview = Preview.objects.get()
    Preview.objects.update(state=Preview.State.PENDING, key="")
    for name in made(owner):
        default_storage.delete(f"previews/{owner.pk}/{name}")
    real = sandbox.run

    def slow(**order: Any) -> dict[str, Any]:
        result = real(**order)
        monkeypatch.setattr(sandbox, "run", real)
        make_preview(preview_id=preview.pk)  # the other one, meanwhile
        return result

    monkeypatch.setattr(sandbox, "run", slow)
    make_preview(preview_id=preview.pk)
    preview.refresh_from_db()
    assert preview.state == Preview.State.READY
    assert made(owner) == [Path(preview.key).name]
    assert node.content is not None


def test_one_that_was_lost_with_its_worker_is_made_again(owner: Any, root: Node) -> None:
    node = make_file(root, "a.jpg", makers.picture())
    assert node.content is not None
    Preview.objects.update(state=Preview.State.PENDING, key="")
    request_preview(blob=node.content, variant="thumbnail")
    assert Preview.objects.get().state == Preview.State.PENDING, "it may be under way"
    Preview.objects.update(requested_at=timezone.now() - timedelta(hours=1))
    request_preview(blob=node.content, variant="thumbnail")
    assert Preview.objects.get().state == Preview.State.READY


def test_one_that_failed_is_not_tried_for_ever(owner: Any, root: Node) -> None:
    node = make_file(root, "a.jpg", makers.picture()[:500])
    assert node.content is not None
    assert request_preview(blob=node.content, variant="thumbnail").error == "malformed"
    Preview.objects.update(requested_at=timezone.now() - timedelta(hours=1))
    assert request_preview(blob=node.content, variant="thumbnail").state == Preview.State.FAILED


def run(tmp_path: Path, variant: str, seconds: int = 2, memory: int = 512 * 1024**2) -> Any:
    return sandbox.run(
        kind=HERE,
        source=Path(__file__),
        out=tmp_path,
        variant=variant,
        name="",
        seconds=seconds,
        memory=memory,
    )


@pytest.mark.parametrize(
    ("variant", "code"),
    [
        ("loop", "too_slow"),
        ("sleep", "too_slow"),
        ("memory", "too_big"),
        ("disk", "malformed"),
        ("crash", "malformed"),
        ("raise", "malformed"),
        ("chatter", "too_big"),
    ],
)
def test_limits_hold(tmp_path: Path, variant: str, code: str) -> None:
    start = time.monotonic()
    with pytest.raises(RenderError) as raised:
        run(tmp_path, variant)
    assert raised.value.code == code
    assert time.monotonic() - start < 8


def test_the_sandbox_knows_no_secret_and_no_django(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("SECRET_KEY", "top secret")
    details = run(tmp_path, "tell")["details"]
    assert set(details["environment"]) <= {"PATH", "PYTHONPATH", "LANG", "LC_CTYPE"}
    assert details["django"] is False


def test_children_of_a_renderer_do_not_outlive_it(tmp_path: Path) -> None:
    pid = run(tmp_path, "child")["details"]["pid"]
    deadline = time.monotonic() + 5
    stat = Path(f"/proc/{pid}/stat")
    while stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z":
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_thumbnails_reach_the_listing(owner: Any, root: Node, browser_of: Any) -> None:
    node = make_file(root, "a.jpg", makers.picture())
    client = browser_of(owner)
    page = client.get(reverse("files:home")).text
    url = reverse("files:thumbnail", args=[node.pk])
    assert f'src="{url}?v={node.content_id}"' in page
    response = client.get(url)
    assert response.headers["Content-Type"] == "image/webp"
    assert b"".join(response.streaming_content).startswith(b"RIFF")


def test_text_previews_are_never_served_by_themselves(
    owner: Any, root: Node, browser_of: Any
) -> None:
    node = make_file(root, "a.md", b"# Hello")
    client = browser_of(owner)
    client.get(reverse("files:detail", args=[node.pk]))
    assert Preview.objects.get(variant="view").media_type == "text/html"
    url = reverse("files:preview_file", args=[node.pk, "view"])
    assert client.get(url).status_code == 404


def test_a_look_takes_no_transaction(
    owner: Any, root: Node, django_assert_num_queries: Any
) -> None:
    node = make_file(root, "a.jpg", makers.picture())
    assert node.content is not None
    with django_assert_num_queries(1):
        request_preview(blob=node.content, variant="thumbnail")


def test_what_was_thrown_away_is_made_again(owner: Any, root: Node, browser_of: Any) -> None:
    node = make_file(root, "a.py", b"def f(): pass\n")
    client = browser_of(owner)
    page = reverse("files:detail", args=[node.pk])
    client.get(page)
    default_storage.delete(Preview.objects.get().key)
    assert "Preparing the preview" in client.get(page).text
    assert '<span class="k">def</span>' in client.get(page).text, "still Python"


def test_a_thumbnail_that_was_thrown_away_is_made_again(
    owner: Any, root: Node, browser_of: Any
) -> None:
    node = make_file(root, "a.jpg", makers.picture())
    client = browser_of(owner)
    url = reverse("files:thumbnail", args=[node.pk])
    default_storage.delete(Preview.objects.get().key)
    assert client.get(url).status_code == 404
    response = client.get(url)
    assert response.status_code == 200
    response.close()


def test_nothing_is_left_over_when_the_database_goes(
    owner: Any, root: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = make_file(root, "b.jpg", makers.picture())
    preview = Preview.objects.get(blob=node.content)
    default_storage.delete(preview.key)
    Preview.objects.update(state=Preview.State.PENDING, key="")

    def gone(*args: Any, **changes: Any) -> int:
        raise OperationalError("gone")

    monkeypatch.setattr(QuerySet, "update", gone)
    with pytest.raises(OperationalError):
        make_preview(preview_id=preview.pk)
    assert made(owner) == []
