"""Rows by a stencil: what a row shows is the entry's own, escaped."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.template import Context, Template
from django.urls import reverse

from devops360.stencil import Stencil
from devops360.templatetags.entries import MARKS

NASTY = """<img src=x onerror="alert('1')">&amp; отчёт 報告"""


def entry(**more: Any) -> SimpleNamespace:
    own = {
        "pk": uuid4(),
        "name": "report.txt",
        "size": 1500,
        "media_type": "text/plain",
        "is_folder": False,
        "is_starred": False,
        "thumbnail_url": "",
        "own_tags": [],
        "modified_at": datetime(2026, 3, 1, 12, 0, tzinfo=UTC),
    }
    return SimpleNamespace(**own | more)


def rows(*entries: SimpleNamespace, template: str = "entry_row", flags: str = "") -> str:
    text = f'{{% entry_rows entries "files/parts/{template}.html" {flags} %}}'
    return Template(text).render(Context({"entries": entries}))


def test_a_stencil_puts_values_where_the_marks_were() -> None:
    stencil = Stencil("<b>@a@</b> @b@ @a@", {"@a@": "name", "@b@": "size"})
    assert stencil.fill({"name": "x", "size": "1"}) == "<b>x</b> 1 x"
    # What looks like a mark in a value is a value.
    assert stencil.fill({"name": "@b@", "size": "1"}) == "<b>@b@</b> 1 @b@"


@pytest.mark.parametrize("template", ["entry_row", "entry_card"])
def test_names_are_escaped(template: str) -> None:
    page = rows(entry(name=NASTY, thumbnail_url='/x/?v=1&y="'), template=template)
    assert "<img src=x" not in page
    assert "&lt;img src=x onerror=&quot;alert(&#x27;1&#x27;)&quot;&gt;&amp;amp; отчёт 報告" in page
    assert 'src="/x/?v=1&amp;y=&quot;"' in page


@pytest.mark.parametrize("template", ["entry_row", "entry_card"])
def test_each_row_is_of_its_own_entry(template: str) -> None:
    file, folder = entry(is_starred=True), entry(name="Plans", is_folder=True, size=0)
    page = rows(file, folder, template=template)
    assert reverse("files:detail", args=[file.pk]) in page
    assert reverse("files:folder", args=[folder.pk]) in page
    assert page.count("report.txt") == page.count("Plans") > 2
    assert page.count('aria-pressed="true"') == 1
    assert "1.5\u00a0kB" in page
    assert not any(mark in page for mark in MARKS.values())


def test_rows_may_be_dragged_where_they_can_be_put_elsewhere() -> None:
    assert ' draggable="true"' in rows(entry(), flags="draggable=True")
    assert ' draggable="true"' not in rows(entry())


def test_where_it_lies_and_its_tags() -> None:
    place = entry(name="A & B", is_folder=True)
    tag = SimpleNamespace(pk=uuid4(), name="<b>", colour="green")
    page = rows(entry(place=place, own_tags=[tag]), flags="show_place=True")
    assert reverse("files:folder", args=[place.pk]) in page
    assert "A &amp; B" in page
    assert "&lt;b&gt;" in page
    assert "shared with you" in rows(entry(place=None), flags="show_place=True")
    assert "entry__place" not in rows(entry(place=place))


def test_a_time_of_its_own_comes_before_that_of_the_change() -> None:
    assert "2026-03-01" in rows(entry())
    assert "2025-12-31" in rows(entry(at=datetime(2025, 12, 31, 12, 0, tzinfo=UTC)))
