import io
import re
import zipfile
from typing import Any
from urllib.parse import unquote

import pytest

from files.delivery import (
    Span,
    UnsatisfiableRangeError,
    content_disposition,
    etag_of,
    open_span,
    span_for,
)
from files.errors import TooLargeError
from files.models import Blob, Node
from files.tests.factories import make_file, make_folder
from files.tree import create_folder
from files.zips import zip_nodes

BLOB = Blob(size=1000, sha256="ab" * 32)


@pytest.mark.parametrize(
    ("header", "span"),
    [
        ("bytes=0-0", (0, 1)),
        ("bytes=0-", (0, 1000)),
        ("bytes=500-", (500, 1000)),
        ("bytes=10-19", (10, 20)),
        ("bytes=990-5000", (990, 1000)),
        ("bytes=-1", (999, 1000)),
        ("bytes=-5000", (0, 1000)),
        ("bytes= 10 - 19", (10, 20)),
        ("", None),
        ("bytes=", None),
        ("bytes=-", None),
        ("bytes=a-b", None),
        ("bytes=5-4", None),
        ("items=0-1", None),
        ("bytes=0-1,5-6", None),
        ("bytes=0-1,0-1,0-1", None),
        ("bytes=٣-٤", None),
        ("bytes=" + "9" * 30 + "-", None),
    ],
)
def test_ranges(header: str, span: tuple[int, int] | None) -> None:
    got = span_for(header=header, if_range="", blob=BLOB)
    assert (got and (got.start, got.stop)) == span


@pytest.mark.parametrize("header", ["bytes=1000-", "bytes=1000-2000", "bytes=-0"])
def test_ranges_behind_the_end(header: str) -> None:
    with pytest.raises(UnsatisfiableRangeError):
        span_for(header=header, if_range="", blob=BLOB)


def test_any_range_of_nothing_is_behind_its_end() -> None:
    with pytest.raises(UnsatisfiableRangeError):
        span_for(header="bytes=0-", if_range="", blob=Blob(size=0, sha256="0" * 64))


def test_if_range_takes_the_digest_only() -> None:
    assert span_for(header="bytes=0-1", if_range=etag_of(BLOB), blob=BLOB)
    for other in ('"other"', "W/" + etag_of(BLOB), "Wed, 21 Oct 2015 07:28:00 GMT"):
        assert span_for(header="bytes=0-1", if_range=other, blob=BLOB) is None


@pytest.mark.parametrize(
    "name",
    [
        "report.pdf",
        'quo"te.txt',
        "back\\slash",
        "Straße & Ümläut.txt",
        "日本語 📷.jpg",
        "100%.txt",
        "a;b=c.txt",
        "line\r\nSet-Cookie: x=1",
        "x" * 255,
    ],
)
def test_content_disposition_keeps_the_name_and_one_line(name: str) -> None:
    header = content_disposition(kind="attachment", name=name)
    assert header.isascii()
    assert "\r" not in header
    assert "\n" not in header
    parts = re.fullmatch(
        r"attachment; filename=\"([^\"\\]*)\"; filename\*=UTF-8''([\w%.~-]*)", header
    )
    assert parts is not None
    assert len(parts[1]) == len(name)
    assert unquote(parts[2]) == name


def test_a_span_gives_its_bytes_and_no_more(root: Node) -> None:
    node = make_file(root, "digits", b"0123456789")
    assert node.content is not None
    file = open_span(node.content, Span(3, 7, 10))
    assert file.read(2) + file.read() + file.read() == b"3456"
    file.close()


def unzip(nodes: list[Node]) -> zipfile.ZipFile:
    stream = zip_nodes(nodes=nodes)
    length = len(stream)
    data = b"".join(stream)
    assert len(data) == length, "the announced length"
    archive = zipfile.ZipFile(io.BytesIO(data))
    assert archive.testzip() is None
    return archive


def test_a_zip_holds_the_whole_selection(owner: Any, root: Node) -> None:
    top = make_folder(owner, "Reise ✈")
    create_folder(parent=top, name="empty")
    make_file(top, "day 1/a.txt", b"a" * 5000)
    loose = make_file(root, "b.txt", b"b")
    archive = unzip([top, loose])
    assert archive.namelist() == [
        "Reise ✈/",
        "b.txt",
        "Reise ✈/day 1/",
        "Reise ✈/empty/",
        "Reise ✈/day 1/a.txt",
    ]
    assert archive.read("Reise ✈/day 1/a.txt") == b"a" * 5000


def test_files_of_one_name_both_get_into_the_zip(root: Node) -> None:
    nodes = [make_file(root, "x/a.txt", b"1"), make_file(root, "y/a.txt", b"2")]
    archive = unzip(nodes)
    assert archive.namelist() == ["a.txt", "a (2).txt"]
    assert [archive.read(name) for name in archive.namelist()] == [b"1", b"2"]


def test_a_zip_costs_a_query_per_level(
    owner: Any, root: Node, django_assert_num_queries: Any
) -> None:
    top = make_folder(owner, "top")
    for number in range(30):
        make_file(top, f"folder {number % 5}/{number}.txt")
    with django_assert_num_queries(2):
        zip_nodes(nodes=[top])


def test_a_zip_has_a_limit(owner: Any, root: Node, settings: Any) -> None:
    settings.FILES_ZIP_MAX_ENTRIES = 2
    for number in range(3):
        make_file(root, f"top/{number}.txt")
    with pytest.raises(TooLargeError):
        zip_nodes(nodes=list(Node.objects.folders().below_root()))
