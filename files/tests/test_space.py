"""What takes the space, and how the pages say so."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from files.conflicts import Conflict
from files.models import Node, Upload, Vault
from files.quota import Usage
from files.space import level_of, percent, space_of
from files.tests.factories import make_file, make_folder
from files.trash import trash_nodes

ADDRESS = reverse("files:space")


def make_upload(folder: Node, size: int, state: str = Upload.State.OPEN) -> Upload:
    return Upload.objects.create(
        owner=folder.owner,
        folder=folder,
        path=["Holiday", "film.mp4"],
        conflict=Conflict.ASK,
        idempotency_key=f"key-{size}-{state}",
        size=size,
        part_size=1000,
        state=state,
        store="local",
        expires_at=timezone.now(),
    )


def test_each_byte_counts_once_where_it_is_most_in_use(owner: Any, root: Node) -> None:
    make_file(root, "kept.txt", b"k" * 10)
    make_file(root, "changed.txt", b"o" * 200)
    make_file(root, "changed.txt", b"n" * 20, Conflict.REPLACE)
    make_file(root, "gone.txt", b"g" * 3000)
    make_file(root, "gone.txt", b"h" * 4000, Conflict.REPLACE)
    trash_nodes(owner=owner, nodes=[root.children.get(name="gone.txt")])
    make_upload(root, 50_000)
    make_upload(root, 70_000, Upload.State.ABORTED)
    space = space_of(owner)
    assert (space.files, space.versions, space.trash) == (30, 200, 7000)
    assert space.usage.reserved == 50_000


def test_somebody_else_s_space_is_theirs(owner: Any, stranger: Any) -> None:
    make_file(make_folder(stranger, "theirs"), "a.txt", b"x" * 100)
    assert space_of(owner).files == 0


@pytest.mark.parametrize(
    ("taken", "level"), [(0, "calm"), (79, "calm"), (80, "warning"), (95, "alarm"), (120, "alarm")]
)
def test_the_meter_warns_before_it_is_full(taken: int, level: str) -> None:
    assert level_of(Usage(quota=100, used=taken - taken // 2, reserved=taken // 2)) == level
    assert percent(Usage(quota=100, used=taken, reserved=0)) <= 100


def test_no_quota_at_all_is_full(owner: Any) -> None:
    assert level_of(Usage(quota=0, used=0, reserved=0)) == "alarm"
    assert space_of(owner).slices[0] == ("files", 0.0, 0.0)


def test_the_page_names_what_is_under_way(own: Client, root: Node) -> None:
    make_upload(root, 5_000_000)
    make_upload(root, 7_000_000, Upload.State.DONE)
    page = own.get(ADDRESS).content.decode()
    assert "film.mp4" in page
    assert "5.0\u00a0MB" in page
    assert "7.0\u00a0MB" not in page


def test_scripts_get_numbers_and_the_sidebar_its_meter(own: Client, owner: Any) -> None:
    Vault.objects.update_or_create(owner=owner, defaults={"quota": 1000, "used": 960})
    numbers = own.get(ADDRESS, headers={"Accept": "application/json"}).json()
    assert numbers == {"quota": 1000, "used": 960, "reserved": 0, "free": 40}
    meter = own.get(ADDRESS, headers={"HX-Request": "true"}).content.decode()
    assert "meter--alarm" in meter
    assert "Almost full" in meter
    assert "<html" not in meter


def test_the_page_costs_the_same_whatever_is_kept(
    own: Client, root: Node, django_assert_num_queries: Any
) -> None:
    own.get(ADDRESS)
    for n in range(2):
        make_file(root, f"{n}.txt")
        make_upload(root, 100 + n)
        with django_assert_num_queries(10):
            own.get(ADDRESS)
