"""All of one's data: made by a worker, told, fetched by its owner alone, and gone in time."""

import io
import json
import urllib.request
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from accounts import archives, deletion
from accounts.models import Archive, User
from accounts.tests.factories import PASSWORD
from notifications.models import Notification

PAGE = "/account/export/"

type Committed = Callable[..., Any]


def prove(client: Client) -> None:
    client.post("/account/confirm/", {"password": PASSWORD})


def made(person: User, committed: Committed) -> Archive:
    with committed(execute=True):
        archives.ask(user=person)
    return Archive.objects.get(user=person, state="ready", expires_at__gt=timezone.now())


def kept() -> list[Path]:
    return [path for path in Path(default_storage.path("exports")).rglob("*") if path.is_file()]


@pytest.fixture
def committed(django_capture_on_commit_callbacks: Any) -> Committed:
    capture: Committed = django_capture_on_commit_callbacks
    return capture


def test_it_is_asked_for_made_told_and_fetched(
    signed_in: Client, person: User, committed: Committed
) -> None:
    assert "/account/confirm/" in signed_in.post(PAGE)["Location"]
    assert not Archive.objects.exists()
    prove(signed_in)
    with committed() as work:
        assert signed_in.post(PAGE)["Location"] == PAGE
    assert "is being made" in signed_in.get(PAGE).text
    assert not Notification.objects.exists()
    for step in work:
        step()
    told = Notification.objects.get(recipient=person)
    assert (told.kind, told.url) == ("export_ready", PAGE)
    archive = Archive.objects.get()
    assert f"{PAGE}{archive.pk}/" in signed_in.get(PAGE).text
    # In the units of all other pages.
    Archive.objects.filter(pk=archive.pk).update(size=1_500_000)
    assert "1.5\N{NO-BREAK SPACE}MB" in signed_in.get(PAGE).text
    answer = signed_in.get(f"{PAGE}{archive.pk}/")
    assert f'filename="kim-{archive.asked_at:%Y-%m-%d}.zip"' in answer["Content-Disposition"]
    whole = answer.getvalue()
    assert len(whole) == archive.size
    profile = json.loads(zipfile.ZipFile(io.BytesIO(whole)).read("account/profile.json"))
    assert profile["email"] == "kim@example.com"
    assert "password" not in profile


def test_only_its_owner_fetches_it_and_only_once_confirmed(
    signed_in: Client, person: User, stranger: User, committed: Committed
) -> None:
    path = f"{PAGE}{made(person, committed).pk}/"
    assert signed_in.get(path)["Location"].startswith("/account/confirm/")
    other = Client()
    other.force_login(stranger)
    prove(other)
    assert other.get(path).status_code == 404
    assert Client().get(path)["Location"].startswith("/account/login/")


def test_one_whose_bytes_are_gone_is_told_of(
    signed_in: Client, person: User, committed: Committed
) -> None:
    archive = made(person, committed)
    prove(signed_in)
    default_storage.delete(archive.key)
    answer = signed_in.get(f"{PAGE}{archive.pk}/", follow=True)
    assert answer.redirect_chain == [(PAGE, 302)]
    assert "Have a new one made." in answer.text


def test_asking_twice_makes_one_and_a_new_one_ends_the_old(
    person: User, committed: Committed
) -> None:
    assert archives.ask(user=person) == archives.ask(user=person)
    Archive.objects.all().delete()
    made(person, committed)
    second = made(person, committed)
    usable = Archive.objects.of(person).ready()
    assert list(usable) == [second]
    archives.forget_old_archives()
    assert [path.name for path in kept()] == [Path(second.key).name]


def test_what_failed_leaves_nothing_and_is_made_again(
    person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = archives.ask(user=person)
    finish = archives._finish

    def full(*_args: Any, **_named: Any) -> bool:
        raise OSError("full")

    monkeypatch.setattr(archives, "_finish", full)
    with pytest.raises(OSError, match="full"):
        archives.make(archive_id=archive.pk)
    monkeypatch.setattr(archives, "_finish", finish)
    assert kept() == []
    archives.make(archive_id=archive.pk)
    archives.make(archive_id=archive.pk)
    assert len(kept()) == Notification.objects.count() == 1


def test_of_two_workers_at_once_one_counts(person: User, monkeypatch: pytest.MonkeyPatch) -> None:
    archive, finish = archives.ask(user=person), archives._finish

    def overtaken(*args: Any, **named: Any) -> bool:
        monkeypatch.setattr(archives, "_finish", finish)
        archives.make(archive_id=archive.pk)
        return finish(*args, **named)

    monkeypatch.setattr(archives, "_finish", overtaken)
    archives.make(archive_id=archive.pk)
    archive.refresh_from_db()
    assert [path.name for path in kept()] == [Path(archive.key).name]
    assert Notification.objects.count() == 1


def test_it_goes_after_a_week_and_with_the_account(
    signed_in: Client, person: User, committed: Committed
) -> None:
    archive = made(person, committed)
    assert archives.forget_old_archives() == 0
    Archive.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    prove(signed_in)
    assert signed_in.get(f"{PAGE}{archive.pk}/").status_code == 404
    assert archives.forget_old_archives() == 1
    assert kept() == []
    made(person, committed)
    with committed(execute=True):
        deletion.delete_person(user=person)
    assert kept() == []


def make_stuck() -> None:
    Archive.objects.update(asked_at=timezone.now() - archives.PATIENCE - timedelta(seconds=1))


def test_what_never_came_to_be_may_be_asked_for_again(person: User) -> None:
    stuck = archives.ask(user=person)
    make_stuck()
    assert archives.ask(user=person) != stuck
    assert Archive.objects.count() == 1


def test_what_is_given_up_is_told_and_asked_for_again_at_once(
    signed_in: Client, person: User, committed: Committed
) -> None:
    failed = archives.ask(user=person)
    assert "could not be made" not in signed_in.get(PAGE).text
    assert archives.give_up(archive_id=failed.pk)
    told = Notification.objects.get(recipient=person)
    assert (told.kind, told.url) == ("export_failed", PAGE)
    page = signed_in.get(PAGE).text
    assert "could not be made" in page
    assert "is being made" not in page
    assert "Make my archive" in page
    # A worker that was late finds that nobody waits for it, and nobody is told twice.
    archives.make(archive_id=failed.pk)
    assert not archives.give_up(archive_id=failed.pk)
    assert kept() == []
    assert Notification.objects.count() == 1
    again = made(person, committed)
    assert list(Archive.objects.all()) == [again]
    assert "could not be made" not in signed_in.get(PAGE).text


def test_what_came_is_not_given_up(person: User, committed: Committed) -> None:
    archive = made(person, committed)
    assert not archives.give_up(archive_id=archive.pk)
    archive.refresh_from_db()
    assert archive.state == Archive.State.READY


def test_what_nobody_works_at_is_given_up_by_the_clock_and_forgotten_in_a_week(
    person: User,
) -> None:
    archives.ask(user=person)
    assert archives.forget_old_archives() == 0
    make_stuck()
    assert archives.forget_old_archives() == 1
    assert Notification.objects.get().kind == "export_failed"
    assert Archive.objects.get().state == Archive.State.FAILED
    Archive.objects.update(expires_at=timezone.now())
    assert archives.forget_old_archives() == 1
    assert not Archive.objects.exists()
    assert Notification.objects.count() == 1


def test_an_older_archive_stays_while_a_new_one_fails(
    signed_in: Client, person: User, committed: Committed
) -> None:
    older = made(person, committed)
    with committed():
        newer = archives.ask(user=person)
    archives.give_up(archive_id=newer.pk)
    page = signed_in.get(PAGE).text
    assert "could not be made" in page
    assert f"{PAGE}{older.pk}/" in page


def test_a_bucket_sends_it_itself(
    on_s3: Any, signed_in: Client, person: User, committed: Committed
) -> None:
    archive = made(person, committed)
    prove(signed_in)
    address = signed_in.get(f"{PAGE}{archive.pk}/")["Location"]
    assert address.startswith(on_s3.url)
    with urllib.request.urlopen(address) as answer:
        whole = answer.read()
        assert answer.headers["Content-Disposition"].endswith('.zip"')
    assert len(whole) == archive.size
    assert "account/profile.json" in zipfile.ZipFile(io.BytesIO(whole)).namelist()
    Archive.objects.update(expires_at=timezone.now())
    assert archives.forget_old_archives() == 1
    assert not default_storage.exists(archive.key)
