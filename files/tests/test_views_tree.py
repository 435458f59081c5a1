from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from files.models import Node
from files.tests.factories import make_file, make_folder, read_file
from files.tree import create_folder

JSON = {"Accept": "application/json"}


def post(client: Client, route: str, *args: Any, **data: Any) -> Any:
    return client.post(reverse(f"files:{route}", args=args), data, headers=JSON)


def test_a_script_gets_json_and_an_undo(own: Client, owner: Any, root: Node) -> None:
    target = make_folder(owner, "target")
    node = make_file(root, "a.txt")
    moved = post(own, "move", id=[str(node.pk)], target=str(target.pk)).json()
    assert moved["message"] == "Moved 1 item to “target”."
    undo = moved["undo"]
    own.post(undo["url"], {"id": undo["ids"], "target": undo["target"]}, headers=JSON)
    node.refresh_from_db()
    assert node.parent_id == root.pk


def test_undo_of_a_deletion(own: Client, root: Node) -> None:
    node = make_file(root, "a.txt", b"precious")
    undo = post(own, "delete", id=[str(node.pk)]).json()["undo"]
    assert not Node.objects.living().below_root().exists()
    assert own.post(undo["url"], {"id": undo["ids"]}, headers=JSON).status_code == 200
    assert read_file(node) == b"precious"
    assert Node.objects.living().below_root().get() == node


def test_undo_of_a_new_name(own: Client, root: Node) -> None:
    node = make_file(root, "a.txt")
    undo = post(own, "rename", node.pk, name="b.txt").json()["undo"]
    own.post(undo["url"], {"name": undo["name"]}, headers=JSON)
    node.refresh_from_db()
    assert node.name == "a.txt"


def test_a_person_gets_a_page_and_a_message(own: Client, root: Node) -> None:
    node = make_file(root, "a.txt")
    here = reverse("files:folder", args=[root.pk])
    response = own.post(reverse("files:delete"), {"id": str(node.pk), "next": here})
    assert response.status_code == 303
    assert response.headers["Location"] == here


@pytest.mark.parametrize("url", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_no_way_leads_out_of_the_site(own: Client, root: Node, url: str) -> None:
    node = make_file(root, "a.txt")
    response = own.post(reverse("files:delete"), {"id": str(node.pk), "next": url})
    assert response.headers["Location"] == reverse("files:home")


def test_a_taken_name_is_said_in_its_field(own: Client, root: Node) -> None:
    make_file(root, "a.txt")
    node = make_file(root, "b.txt")
    response = post(own, "rename", node.pk, name="A.txt")
    assert response.status_code == 409
    assert response.json() == {"error": "“A.txt” is already in this folder.", "field": "name"}


@pytest.mark.parametrize("name", ["", "..", "a/b", "x" * 256, "\u202e"])
def test_what_is_no_name(own: Client, root: Node, name: str) -> None:
    response = post(own, "new_folder", root.pk, name=name)
    assert response.status_code == 400
    assert response.json()["field"] == "name"
    assert not Node.objects.below_root().exists()


def test_conflicts_are_listed(own: Client, owner: Any, root: Node) -> None:
    target = make_folder(owner, "target")
    make_file(target, "a.txt")
    node = make_file(root, "a.txt")
    response = post(own, "move", id=[str(node.pk)], target=str(target.pk))
    assert response.status_code == 409
    assert response.json()["conflicts"] == ["a.txt"]


@pytest.mark.parametrize("ids", [[], ["x"], ["00000000-0000-0000-0000-000000000000"]])
@pytest.mark.parametrize("name", ["delete", "restore", "purge", "zip"])
def test_ids_of_nothing(own: Client, root: Node, name: str, ids: list[str]) -> None:
    assert post(own, name, id=ids).status_code == 404


def test_one_foreign_id_spoils_the_whole(own: Client, root: Node) -> None:
    node = make_file(root, "a.txt")
    gone = "00000000-0000-0000-0000-000000000000"
    assert post(own, "delete", id=[str(node.pk), gone]).status_code == 404
    assert Node.objects.living().filter(pk=node.pk).exists()


def test_emptying(own: Client, root: Node) -> None:
    for number in range(3):
        node = make_file(root, f"{number}.txt")
        post(own, "delete", id=[str(node.pk)])
    assert "3 items" in post(own, "empty_trash").json()["message"]
    assert not Node.objects.in_trash().exists()


def test_choosing_a_place_for_more_than_an_address_holds(own: Client, owner: Any) -> None:
    """Without scripts: the ids go through the form, one look at the folders after the other."""
    source, target = make_folder(owner, "source"), make_folder(owner, "target")
    ids = [str(create_folder(parent=source, name=f"{n}").pk) for n in range(150)]
    first = own.post(reverse("files:move"), {"id": ids, "at": ""})
    assert first.status_code == 200
    assert first.context["folder"] == source
    assert not first.context["folders"]
    there = own.post(reverse("files:move"), {"id": ids, "at": str(target.pk), "target": "x"})
    content = there.content.decode()
    assert f'name="target" value="{target.pk}"' in content
    assert content.count('name="id"') == 150
    assert Node.objects.filter(parent=source).count() == 150
    # The whole page's form carries the target: there, htmx must not swap the picker alone.
    assert "hx-post" not in content
    dialog = own.post(reverse("files:move"), {"id": ids, "at": ""}, headers={"HX-Request": "true"})
    assert "hx-post" in dialog.content.decode()


def new_folders(client: Client, folder: Node, body: object) -> Any:
    url = reverse("files:new_folders", args=[folder.pk])
    return client.post(url, body, content_type="application/json", headers=JSON)


def test_empty_folders_are_made_and_those_that_are_there_stay(own: Client, owner: Any) -> None:
    place = make_folder(owner, "place")
    make_file(place, "a/kept.txt")
    answer = new_folders(own, place, {"paths": ["a/b", "a/b", "A/c/d"]})
    assert (answer.status_code, answer.json()) == (201, {"folders": 3})
    (a,) = place.children.all()
    assert sorted(a.children.values_list("name", flat=True)) == ["b", "c", "kept.txt"]


@pytest.mark.parametrize("path", ["", "a/../b", "x" * 300, "a//b", "\0"])
def test_empty_folders_with_bad_names_make_none(own: Client, root: Node, path: str) -> None:
    assert new_folders(own, root, {"paths": ["good", path]}).status_code == 400
    assert not root.children.exists()


def test_a_file_in_the_way_of_an_empty_folder(own: Client, root: Node) -> None:
    make_file(root, "a")
    assert new_folders(own, root, {"paths": ["good", "a/b"]}).status_code == 409
    assert [node.name for node in root.children.all()] == ["a"]


@pytest.mark.parametrize("body", [{}, [], {"paths": "a"}, {"paths": [1]}, {"paths": None}])
def test_what_is_no_list_of_paths_is_told_how_it_should_be(
    own: Client, root: Node, body: object
) -> None:
    answer = new_folders(own, root, body)
    assert answer.status_code == 400
    assert "paths" in answer.json()["error"]
