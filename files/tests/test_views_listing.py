import base64
import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from files.models import Node
from files.tests.factories import make_file, make_folder
from files.tests.test_listing import fill
from files.trash import trash_nodes


def names(response: Any) -> list[str]:
    assert response.status_code == 200
    return [entry.name for entry in response.context["entries"]]


def test_home_is_the_root(own: Client, owner: Any, root: Node) -> None:
    make_file(root, "b.txt")
    make_folder(owner, "a")
    assert names(own.get(reverse("files:home"))) == ["a", "b.txt"]


def test_a_new_vault_is_empty(own: Client) -> None:
    assert names(own.get(reverse("files:home"))) == []


def test_order_and_view_are_kept(own: Client, root: Node) -> None:
    make_file(root, "small.txt", b"1")
    make_file(root, "large.txt", b"12345")
    home = reverse("files:home")
    assert names(own.get(home)) == ["large.txt", "small.txt"]
    assert names(own.get(home, {"sort": "size", "dir": "asc"})) == ["small.txt", "large.txt"]
    response = own.get(home, {"view": "grid"})
    assert names(response) == ["small.txt", "large.txt"]
    assert own.get(home).context["view"] == "grid"
    assert names(own.get(home, {"sort": "nonsense", "dir": "x"})) == ["large.txt", "small.txt"]


@pytest.mark.parametrize("name", ["files:home", "files:search", "files:trash"])
def test_a_place_that_is_none(own: Client, name: str) -> None:
    assert own.get(reverse(name), {"after": "nonsense", "q": "a"}).status_code == 400


def test_a_page_of_the_folder_costs_the_same_for_10_and_10_000(
    own: Client, owner: Any, root: Node, django_assert_num_queries: Any
) -> None:
    for name, count in (("small", 10), ("large", 10_000)):
        folder = make_folder(owner, name)
        fill(folder, count)
        url = reverse("files:folder", args=[folder.pk])
        own.get(url)
        # Session, person, second factor, folder, ancestors, folders, files, thumbnails, stars,
        # tags, bell.
        with django_assert_num_queries(13):
            assert len(names(own.get(url))) == min(count, 100)


def test_pages_follow_each_other(own: Client, root: Node) -> None:
    fill(root, 150)
    home = reverse("files:home")
    first = own.get(home)
    rest = own.get(home, {"after": first.context["next_cursor"]}, headers={"HX-Request": "true"})
    assert len(set(names(first) + names(rest))) == 150
    assert "<html" not in rest.text
    assert rest.context["next_cursor"] == ""


def test_htmx_gets_the_listing_alone(own: Client, root: Node) -> None:
    make_file(root, "a.txt")
    part = own.get(reverse("files:home"), headers={"HX-Request": "true"})
    assert "a.txt" in part.text
    assert "<html" not in part.text
    assert "HX-Request" in part.headers["Vary"]


def test_search(own: Client, root: Node) -> None:
    make_file(root, "deep/report.pdf")
    url = reverse("files:search")
    assert names(own.get(url, {"q": "REPORT"})) == ["report.pdf"]
    assert names(own.get(url)) == []
    assert "<html" not in own.get(url, {"q": "x"}, headers={"HX-Request": "true"}).text


def test_the_trash_goes_from_the_latest_back(own: Client, owner: Any, root: Node) -> None:
    for number in range(130):
        trash_nodes(owner=owner, nodes=[make_file(root, f"{number}.txt", b"")])
    url = reverse("files:trash")
    first = own.get(url)
    rest = own.get(url, {"after": first.context["next_cursor"]})
    assert names(first) + names(rest) == [f"{number}.txt" for number in reversed(range(130))]


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "a&amp;b", "👩‍💻.txt", "עברית.txt", "x" * 255, "a'\"b"]
)
def test_names_are_text(own: Client, root: Node, name: str) -> None:
    node = make_file(root, name.replace("/", ""))
    page = own.get(reverse("files:home")).text
    assert "<script>alert" not in page
    assert str(node.pk) in page
    assert own.get(reverse("files:detail", args=[node.pk])).status_code == 200


def cursor(value: object) -> str:
    raw = json.dumps([1, value, "00000000-0000-0000-0000-000000000000"])
    return base64.urlsafe_b64encode(raw.encode()).decode()


@pytest.mark.parametrize(
    "data",
    [
        {"sort": "size", "after": cursor(10**30)},
        {"sort": "size", "after": cursor(-1)},
        {"sort": "modified", "after": cursor("2026-01-01T00:00:00")},
        {"sort": "modified", "after": cursor(7)},
        {"sort": "name", "after": cursor("nul\0")},
        {"sort": "name", "after": cursor(None)},
        {"after": base64.urlsafe_b64encode(b"[" * 2900).decode()},
        {"sort": "name", "after": cursor("\ud800")},
        {"after": "\0"},
    ],
)
def test_made_up_places_are_refused(own: Client, data: dict[str, str]) -> None:
    assert own.get(reverse("files:home"), data).status_code == 400


@pytest.mark.parametrize(
    "after",
    [
        "2026-01-01T00:00:00Z_" + "z" * 32,
        "2026-01-01T00:00:00_" + "0" * 32,
        "9999-99-99T00:00:00Z_" + "0" * 32,
        "_",
        "\0",
    ],
)
def test_made_up_places_in_the_trash_are_refused(own: Client, after: str) -> None:
    assert own.get(reverse("files:trash"), {"after": after}).status_code == 400


@pytest.mark.parametrize("value", ["\0", "x" * 3000, "9" * 50, "-1", "\u202e", "'\"<>"])
@pytest.mark.parametrize("name", ["sort", "dir", "view", "q", "page", "at", "id", "next"])
def test_nothing_said_in_a_url_breaks_a_page(
    own: Client, root: Node, name: str, value: str
) -> None:
    node = make_file(root, "a.txt")
    for url in (
        reverse("files:home"),
        reverse("files:search"),
        reverse("files:trash"),
        reverse("files:move"),
        reverse("files:detail", args=[node.pk]),
    ):
        assert own.get(url, {name: value}).status_code in {200, 404}
