"""The pages of finding: search with its filters, recent, starred, tags; answers to scripts."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from files.models import Grant, Node, NodeTag, Star, Tag
from files.stars import star_nodes
from files.tags import Merger, create_tag, plan_merger, tag_nodes
from files.tests.factories import make_file, make_folder
from files.trash import trash_nodes

JSON = {"Accept": "application/json"}


def search(client: Client, **asked: Any) -> Any:
    return client.get(reverse("files:search"), asked)


def names(response: Any) -> list[str]:
    return [entry.name for entry in response.context["entries"]]


def test_filters_are_an_address(own: Client, root: Node) -> None:
    make_file(root, "beach.png", b"\x89PNG\r\n\x1a\n" + bytes(2_000_000))
    make_file(root, "beach.txt")
    assert names(search(own, q="béach")) == ["beach.txt", "beach.png"]
    assert names(search(own, q="beach", kind="image")) == ["beach.png"]
    assert names(search(own, kind="document")) == ["beach.txt"]
    assert names(search(own, min_mb="1.5")) == ["beach.png"]
    assert names(search(own, max_mb="0.001")) == ["beach.txt"]
    assert names(search(own, q="beach", since="2020-01-01", until="2021-01-01")) == []


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"kind": "nonsense"}, "Select a valid choice"),
        ({"since": "soon"}, "Enter a valid date"),
        ({"since": "0001-01-01"}, "greater than or equal"),
        ({"until": "9999-12-31"}, "less than or equal"),
        ({"since": "2026-02-02", "until": "2026-02-01"}, "Swap them"),
        ({"min_mb": "2", "max_mb": "1"}, "Swap them"),
        ({"min_mb": "-1"}, "greater than or equal"),
        ({"max_mb": "1e400"}, "digits"),
        ({"tag": "11111111-1111-4111-8111-111111111111"}, "Select a valid choice"),
        ({"tag": "x"}, "valid"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(
    own: Client, root: Node, asked: dict[str, str], words: str
) -> None:
    make_file(root, "a.txt")
    response = search(own, q="a", **asked)
    assert response.status_code == 400
    assert words in response.content.decode()
    assert names(response) == []


def test_a_strangers_tag_is_no_choice(own: Client, root: Node, stranger: Any) -> None:
    theirs = create_tag(user=stranger, name="theirs")
    assert search(own, tag=str(theirs.pk)).status_code == 400


def test_the_next_page_keeps_the_filters(own: Client, root: Node) -> None:
    for number in range(51):
        make_file(root, f"entry {number}.txt", b"")
    page = search(own, q="entry", kind="")
    assert "?q=entry&amp;kind=&amp;after=" in page.content.decode()


def test_results_say_where_they_lie_and_hide_what_is_not_shared(
    own: Client, root: Node, stranger: Any, browser_of: Any
) -> None:
    folder = make_folder(root.owner, "secret plans")
    file = make_file(folder, "report.txt")
    assert "secret plans" in search(own, q="report").content.decode()
    Grant.objects.create(node=file, address="x", person=stranger, role="viewer")
    theirs = search(browser_of(stranger), q="report").content.decode()
    assert "shared with you" in theirs
    assert "secret plans" not in theirs
    assert str(folder.pk) not in theirs


def test_a_page_costs_the_same_whatever_it_shows(
    own: Client, root: Node, django_assert_max_num_queries: Any
) -> None:
    tag = create_tag(user=root.owner, name="work")
    files = [make_file(root, f"entry {number}.txt", b"") for number in range(60)]
    star_nodes(user=root.owner, nodes=files)
    tag_nodes(user=root.owner, nodes=files, add=[tag])
    search(own, q="entry")
    # Three of the gate and the session; tags to choose from; two of the search; stars, tags and
    # pictures of the page; the deletion notice.
    for url in ("files:search", "files:starred", "files:recent"):
        with django_assert_max_num_queries(12):
            own.get(reverse(url), {"q": "entry", "by": "added"})


def test_stars_come_and_go_with_a_way_back(own: Client, root: Node) -> None:
    file = make_file(root, "a.txt")
    answer = own.post(reverse("files:star"), {"id": str(file.pk)}, headers=JSON).json()
    assert answer["message"] == "Starred “a.txt”."
    assert answer["undo"] == {"url": reverse("files:unstar"), "ids": [str(file.pk)]}
    assert names(own.get(reverse("files:starred"))) == ["a.txt"]
    again = own.post(reverse("files:star"), {"id": str(file.pk)}, headers=JSON).json()
    assert again["undo"] is None, "it had its star before"
    own.post(answer["undo"]["url"], {"id": answer["undo"]["ids"]}, headers=JSON)
    assert not Star.objects.exists()


def test_the_button_of_a_row_means_that_row_alone(own: Client, root: Node) -> None:
    files = [make_file(root, name) for name in ("a.txt", "b.txt")]
    data = {"id": [str(file.pk) for file in files], "only": str(files[0].pk), "next": "/files/"}
    assert own.post(reverse("files:star"), data).status_code == 303
    assert [star.node_id for star in Star.objects.all()] == [files[0].pk]


def test_marks_go_on_things_of_several_vaults(
    own: Client, root: Node, stranger: Any, browser_of: Any
) -> None:
    shared, mine = make_file(root, "a.txt"), make_file(make_folder(stranger), "mine.txt")
    data = {"id": [str(shared.pk), str(mine.pk)]}
    browser = browser_of(stranger)
    assert browser.post(reverse("files:star"), data, headers=JSON).status_code == 404
    Grant.objects.create(node=shared, address="x", person=stranger, role="viewer")
    assert browser.post(reverse("files:star"), data, headers=JSON).status_code == 200


def test_recent_shows_what_was_looked_at(own: Client, root: Node) -> None:
    file = make_file(root, "a.txt")
    make_file(root, "b.txt")
    own.get(reverse("files:detail", args=[file.pk]))
    assert names(own.get(reverse("files:recent"))) == ["a.txt"]
    assert names(own.get(reverse("files:recent"), {"by": "added"})) == ["b.txt", "a.txt"]
    assert own.get(reverse("files:recent"), {"by": "nonsense"}).status_code == 200
    assert own.get(reverse("files:recent"), {"after": "nonsense"}).status_code == 400
    assert own.get(reverse("files:starred"), {"after": "nonsense"}).status_code == 400


def choose(client: Client, nodes: list[Node], **fields: Any) -> Any:
    data = {"id": [str(node.pk) for node in nodes], "save": "1", **fields}
    return client.post(reverse("files:tag"), data, headers=JSON)


def test_what_only_some_have_stays_with_those(own: Client, root: Node) -> None:
    files = [make_file(root, name) for name in ("a.txt", "b.txt")]
    every, some = (create_tag(user=root.owner, name=name) for name in ("every", "some"))
    tag_nodes(user=root.owner, nodes=files, add=[every])
    tag_nodes(user=root.owner, nodes=files[:1], add=[some])
    page = own.get(reverse("files:tag"), {"id": [str(file.pk) for file in files]})
    states = {row["tag"].name: (row["all"], row["some"]) for row in page.context["rows"]}
    assert states == {"every": (True, False), "some": (False, True)}
    answer = choose(own, files, shown=str(every.pk), new="fresh").json()
    assert set(NodeTag.objects.values_list("tag__name", "node__name")) == {
        ("some", "a.txt"),
        ("fresh", "a.txt"),
        ("fresh", "b.txt"),
    }
    undo = answer["undo"]
    own.post(undo["url"], {"id": undo["ids"], **undo["fields"]}, headers=JSON)
    assert set(NodeTag.objects.values_list("tag__name", "node__name")) == {
        ("some", "a.txt"),
        ("every", "a.txt"),
        ("every", "b.txt"),
    }


def test_there_is_no_way_back_where_it_would_lose_something(own: Client, root: Node) -> None:
    files = [make_file(root, name) for name in ("a.txt", "b.txt")]
    some = create_tag(user=root.owner, name="some")
    tag_nodes(user=root.owner, nodes=files[:1], add=[some])
    assert choose(own, files, tag=str(some.pk)).json()["undo"] is None


def test_tags_are_made_changed_merged_and_deleted(own: Client, root: Node) -> None:
    url, back = reverse("files:tags"), {"next": reverse("files:tags")}
    own.post(url, {"name": "work", "colour": "red", **back})
    own.post(url, {"name": "home", "colour": "nonsense", **back})
    work, home = Tag.objects.get(name="work"), Tag.objects.get(name="home")
    assert (work.colour, home.colour) == ("red", "grey")
    own.post(reverse("files:change_tag", args=[work.pk]), {"name": "Job", "colour": "blue", **back})
    assert "Job" in own.get(url).content.decode()
    answer = own.post(url, {"name": "HOME"}, headers=JSON)
    assert (answer.status_code, answer.json()["error"]) == (400, "There is a tag “HOME” already.")
    own.post(reverse("files:merge_tag", args=[home.pk]), {"into": str(work.pk), **back})
    assert [tag.name for tag in Tag.objects.all()] == ["Job"]
    own.post(reverse("files:delete_tag", args=[work.pk]), back)
    assert not Tag.objects.exists()


def test_a_name_that_another_tag_has_asks_about_merging(
    own: Client, root: Node, django_assert_num_queries: Any
) -> None:
    user = root.owner
    work, job = create_tag(user=user, name="work"), create_tag(user=user, name="job")
    files = [make_file(root, f"{number}.txt") for number in range(5)]
    tag_nodes(user=user, nodes=files[:4], add=[work])
    tag_nodes(user=user, nodes=files[3:], add=[job])
    trash_nodes(owner=user, nodes=files[:1])
    change = reverse("files:change_tag", args=[work.pk])
    asked = own.post(change, {"name": "JOB", "colour": "red"})
    assert asked["Location"] == reverse("files:merge_tag", args=[work.pk]) + f"?into={job.pk}"
    with django_assert_num_queries(2):
        merger = plan_merger(tag=work, into=job)
    assert merger == Merger(having=3, having_both=1, after=4, trashed=1)
    page = " ".join(re.sub(r"<[^>]*>", "", own.get(asked["Location"]).content.decode()).split())
    assert "work 3 items have it now · 1 of them has both · 1 more in the trash" in page
    assert "job 4 items will have it" in page
    assert Tag.objects.count() == 2
    own.post(reverse("files:merge_tag", args=[work.pk]), {"into": str(job.pk)})
    assert [tag.name for tag in Tag.objects.all()] == ["job"]
    assert NodeTag.objects.filter(node__trashed_at=None).count() == 4
    assert NodeTag.objects.count() == 5


def test_scripts_are_told_that_a_name_is_taken(own: Client, root: Node) -> None:
    work = create_tag(user=root.owner, name="work")
    create_tag(user=root.owner, name="job")
    answer = own.post(reverse("files:change_tag", args=[work.pk]), {"name": "Job"}, headers=JSON)
    assert answer.status_code == 409
    assert answer.json()["error"] == "There is a tag “job” already. Merge the two instead."


def test_only_ones_own_tags_are_merged(own: Client, root: Node, stranger: Any) -> None:
    mine, theirs = create_tag(user=root.owner, name="x"), create_tag(user=stranger, name="y")
    address = reverse("files:merge_tag", args=[mine.pk])
    for into in (str(theirs.pk), "nonsense", ""):
        assert own.get(address, {"into": into}).status_code == 404
        assert own.post(address, {"into": into}).status_code == 404
    assert own.get(address, {"into": str(mine.pk)}).status_code == 302
    assert Tag.objects.count() == 2


def test_a_tag_in_a_list_is_ones_own(
    own: Client, root: Node, stranger: Any, browser_of: Any
) -> None:
    file = make_file(root, "a.txt")
    Grant.objects.create(node=file, address="x", person=stranger, role="viewer")
    tag_nodes(user=root.owner, nodes=[file], add=[create_tag(user=root.owner, name="private")])
    detail = reverse("files:detail", args=[file.pk])
    assert "private" in own.get(detail).content.decode()
    assert "private" in own.get(reverse("files:home")).content.decode()
    assert "private" not in browser_of(stranger).get(detail).content.decode()
