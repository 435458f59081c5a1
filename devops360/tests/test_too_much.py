"""More at once than is read: everybody is told how much may be, and what to do instead."""

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from accounts.tests.factories import UserFactory
from files.models import Node
from files.tests.factories import make_file
from files.tree import root_of

pytestmark = pytest.mark.django_db
DELETE = "/files/delete/"
WHAT_TO_DO = "Choose fewer, or do it with the folder that holds them."


@pytest.fixture
def root() -> Node:
    return root_of(UserFactory())


@pytest.fixture
def own(client: Client, root: Node) -> Client:
    client.force_login(root.owner)
    return client


@pytest.fixture
def _little(settings: Settings) -> None:
    settings.FILES_MAX_CHOSEN = 20
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 25


@pytest.fixture
def chosen(root: Node, _little: None) -> dict[str, list[str]]:
    """A file of one's own, and more beside it than can be chosen."""
    file = make_file(root, "a.txt", b"a")
    return {"id": [str(file.pk), *(str(uuid4()) for _ in range(25))]}


def test_a_person_gets_a_page_of_the_site(own: Client, chosen: dict[str, list[str]]) -> None:
    answer = own.post(DELETE, chosen)
    assert answer.status_code == 413
    assert "At most 20 entries can be chosen at once." in answer.text
    assert WHAT_TO_DO in answer.text
    assert "Go to your files" in answer.text
    assert Node.objects.living().files().count() == 1


def test_so_does_one_whose_form_is_guarded(root: Node, chosen: dict[str, list[str]]) -> None:
    # Who looks for the token in the form reads it before any view does.
    guarded = Client(enforce_csrf_checks=True)
    guarded.force_login(root.owner)
    guarded.get("/files/")
    answer = guarded.post(DELETE, chosen)
    assert answer.status_code == 413
    assert WHAT_TO_DO in answer.text


def test_a_script_is_told_so_in_json(own: Client, chosen: dict[str, list[str]]) -> None:
    answer = own.post(DELETE, chosen, headers={"Accept": "application/json"})
    assert answer.status_code == 413
    assert WHAT_TO_DO in answer.json()["error"]


def test_a_part_of_a_page_gets_a_sentence(own: Client, chosen: dict[str, list[str]]) -> None:
    answer = own.post("/files/move/", chosen | {"at": [""]}, headers={"HX-Request": "true"})
    assert answer.status_code == 413
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert WHAT_TO_DO in answer.text
    assert "<" not in answer.text


def test_so_much_that_not_even_the_fields_are_counted(
    own: Client, chosen: dict[str, list[str]], settings: Settings
) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 500
    body = "&".join(f"id={pk}" for pk in chosen["id"])
    form = "application/x-www-form-urlencoded"
    answer = own.post(DELETE, body, content_type=form)
    assert answer.status_code == 413
    assert WHAT_TO_DO in answer.text


def test_in_german(own: Client, root: Node, chosen: dict[str, list[str]]) -> None:
    type(root.owner).objects.filter(pk=root.owner.pk).update(language="de")
    answer = own.post(DELETE, chosen)
    assert "Höchstens 20 Einträge" in answer.text


@pytest.mark.usefixtures("_little")
def test_as_many_as_may_be_are_taken(own: Client, root: Node) -> None:
    files = [make_file(root, f"{number}.txt", b"a") for number in range(20)]
    fields = {"id": [str(file.pk) for file in files], "next": "/files/", "conflict": "ask"}
    assert own.post(DELETE, fields).status_code == 303
    assert not Node.objects.living().files().exists()


def test_too_many_files_in_one_form(own: Client, root: Node, settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FILES = 2
    files = [SimpleUploadedFile(f"{number}.txt", b"a") for number in range(3)]
    answer = own.post(f"/files/folder/{root.pk}/upload/", {"file": files})
    assert answer.status_code == 413
    assert "At most 2 files can be sent by one form." in answer.text
    assert not Node.objects.files().exists()


def test_too_long_a_question_in_json(own: Client, root: Node, settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 500
    answer = own.post(
        f"/files/folder/{root.pk}/uploads/",
        {"path": "a" * 1000, "size": 1, "key": "k"},
        content_type="application/json",
    )
    assert answer.status_code == 413
    assert "fit into one request" in answer.json()["error"]


def test_other_nonsense_stays_what_it_was(own: Client) -> None:
    answer = own.post("/files/delete/", b"x", content_type="multipart/form-data; boundary=")
    assert answer.status_code == 400
    assert "made no sense" in answer.text
