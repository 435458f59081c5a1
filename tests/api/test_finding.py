"""Finding, as scripts do it: search, recent, stars, tags."""

from typing import Any

import pytest

from files.models import Node
from tests.api.conftest import Script


@pytest.fixture
def file(script: Script, root: Node) -> str:
    kept = script.upload(root.pk, "deep/R%C3%A9sum%C3%A9.txt", b"content")
    return str(kept.json()["id"])


def names(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [entry["name"] for entry in answer.json()["entries"]]


def test_search_takes_words_and_filters(script: Script, stranger: Script, file: str) -> None:
    assert names(script.get("search?q=resume")) == ["Résumé.txt"]
    assert names(script.get("search?kind=document&max_size=7&since=2026-01-01T00:00:00Z")) == [
        "Résumé.txt"
    ]
    assert names(script.get("search?q=resume&kind=image")) == []
    assert names(script.get("search")) == [], "nothing asked finds nothing"
    assert names(stranger.get("search?q=resume")) == []


@pytest.mark.parametrize(
    "query",
    [
        "kind=nonsense",
        "min_size=-1",
        "since=yesterday",
        "since=0001-01-01T00:00:00%2B14:00",
        "tag=x",
    ],
)
def test_filters_that_cannot_be_are_named(script: Script, query: str) -> None:
    answer = script.get(f"search?{query}")
    assert answer.status_code == 422
    assert query.partition("=")[0] in answer.json()["detail"]


def test_stars_come_and_go(script: Script, stranger: Script, file: str) -> None:
    assert script.call("PUT", f"nodes/{file}/star").status_code == 204
    assert script.call("PUT", f"nodes/{file}/star").status_code == 204
    assert names(script.get("starred")) == ["Résumé.txt"]
    assert names(script.get("search?starred=true")) == ["Résumé.txt"]
    assert stranger.call("PUT", f"nodes/{file}/star").status_code == 404
    assert script.call("DELETE", f"nodes/{file}/star").status_code == 204
    assert names(script.get("starred")) == []


@pytest.mark.parametrize("by", ["opened", "changed", "added"])
def test_recent(script: Script, file: str, by: str) -> None:
    assert names(script.get(f"recent?by={by}")) == ([] if by == "opened" else ["Résumé.txt"])
    assert script.get(f"recent?by={by}&cursor=x").status_code == 422
    assert script.get("starred?cursor=x").status_code == 422


def test_tags_are_made_put_on_found_and_deleted(
    script: Script, stranger: Script, file: str
) -> None:
    made = script.post("tags", {"name": "work", "colour": "red"})
    assert made.status_code == 201
    tag = made.json()["id"]
    put = script.call("PUT", f"nodes/{file}/tags", {"names": ["WORK", "to read"]})
    assert [one["name"] for one in put.json()] == ["to read", "work"]
    assert names(script.get(f"search?tag={tag}")) == ["Résumé.txt"]
    assert [(one["name"], one["count"]) for one in script.get("tags").json()] == [
        ("to read", 1),
        ("work", 1),
    ]
    assert script.post("tags", {"name": "Work"}).status_code == 400
    changed = script.call("PUT", f"tags/{tag}", {"name": "job", "colour": "blue"})
    assert (changed.json()["name"], changed.json()["colour"]) == ("job", "blue")
    for method, path, data in (
        ("PUT", f"tags/{tag}", {"name": "x"}),
        ("DELETE", f"tags/{tag}", None),
        ("GET", f"nodes/{file}/tags", None),
        ("PUT", f"nodes/{file}/tags", {"names": []}),
    ):
        assert stranger.call(method, path, data).status_code == 404
    other = script.get("tags").json()[1]["id"]
    taken = script.call("PUT", f"tags/{tag}", {"name": "To Read"})
    assert taken.status_code == 409
    assert "Merge the two" in taken.json()["detail"]
    assert stranger.post(f"tags/{tag}/merge", {"into": other}).status_code == 404
    assert script.call("DELETE", f"tags/{tag}").status_code == 204
    assert [one["name"] for one in script.get(f"nodes/{file}/tags").json()] == ["to read"]


def test_tags_are_merged(script: Script, stranger: Script, file: str) -> None:
    script.call("PUT", f"nodes/{file}/tags", {"names": ["one"]})
    one = script.get("tags").json()[0]["id"]
    two = script.post("tags", {"name": "two"}).json()["id"]
    theirs = stranger.post("tags", {"name": "theirs"}).json()["id"]
    assert script.post(f"tags/{one}/merge", {"into": theirs}).status_code == 404
    assert script.post(f"tags/{one}/merge", {"into": one}).status_code == 400
    assert script.post(f"tags/{one}/merge", {"into": two}).json() == {"moved": 1}
    assert [tag["name"] for tag in script.get(f"nodes/{file}/tags").json()] == ["two"]
    assert script.post(f"tags/{one}/merge", {"into": two}).status_code == 404
