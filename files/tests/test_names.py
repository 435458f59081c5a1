import unicodedata

import pytest

from files.errors import InvalidNameError
from files.names import clean_name, clean_path, name_key, numbered, sort_key


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("report.pdf", "report.pdf"),
        ("  spaced out  ", "spaced out"),
        ("nul\0byte.txt", "nulbyte.txt"),
        ("tab\tand\nnewline", "tabandnewline"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("\u2066isolated\u2069\u200f", "isolated"),
        ("👩‍💻 notes.txt", "👩‍💻 notes.txt"),
        (unicodedata.normalize("NFD", "Café.txt"), "Café.txt"),
        ("日本語.txt", "日本語.txt"),
        ("..hidden", "..hidden"),
        ("a" * 255, "a" * 255),
        ("é" * 127, "é" * 127),
    ],
)
def test_names_become_clean(raw: str, clean: str) -> None:
    assert clean_name(raw) == clean


@pytest.mark.parametrize(
    "raw",
    ["", "   ", ".", "..", "\0", "\u202e", "a/b", "../etc/passwd", "a\\b", "a" * 256, "é" * 128],
)
def test_what_is_no_name_is_refused(raw: str) -> None:
    with pytest.raises(InvalidNameError):
        clean_name(raw)


@pytest.mark.parametrize(
    "raw", ["../x", "a/../b", "/etc/passwd", "a//b", "", "a/", "x/" * 101 + "y"]
)
def test_paths_never_climb(raw: str) -> None:
    with pytest.raises(InvalidNameError):
        clean_path(raw)


def test_paths_are_split_and_cleaned() -> None:
    assert clean_path("Holiday/day 1/beach\u202e.jpg") == ["Holiday", "day 1", "beach.jpg"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("README", "readme"),
        ("Straße", "STRASSE"),
        ("Ångström", "a\u030angstro\u0308m"),
        ("ΣΑΣ", "σας"),
    ],
)
def test_names_that_differ_by_case_share_a_key(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("report.pdf", "report (2).pdf"),
        ("report (7).pdf", "report (2).pdf"),
        ("folder", "folder (2)"),
        (".bashrc", ".bashrc (2)"),
        ("archive.tar.gz", "archive.tar (2).gz"),
    ],
)
def test_numbered(name: str, expected: str) -> None:
    assert numbered(name, 2) == expected


@pytest.mark.parametrize("name", ["x" * 255, "é" * 127, "a." + "b" * 253, "🎈" * 63 + ".txt"])
def test_numbered_names_stay_valid(name: str) -> None:
    assert clean_name(numbered(name, 12)) == numbered(name, 12)


def test_names_are_ordered_as_people_count() -> None:
    ordered = ["a", "IMG_2.jpg", "img_10.JPG", "IMG_100.jpg", "page 9", "Page 10", "page 10b"]
    assert sorted(ordered[::2] + ordered[1::2], key=sort_key) == ordered


def test_leading_zeros_make_another_name() -> None:
    assert len({sort_key(name) for name in ("7", "07", "007", "7 7", "77")}) == 5
    assert len(sort_key("1" * 255)) < 300
