"""The visual language: tags, filters, forms, contrast and the pages for errors."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.utils import timezone, translation

from devops360.templatetags import ui
from files.sizes import filesize

STATIC = Path(settings.BASE_DIR) / "static"
TOKEN = re.compile(r"(--color-[\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);")


def tokens(sheet: str) -> dict[str, tuple[str, str]]:
    """Return each colour token's value in the light and in the dark."""
    text = (STATIC / sheet).read_text()
    return {name: (light, dark) for name, light, dark in TOKEN.findall(text)}


def luminance(colour: str) -> float:
    """Relative luminance of "#rrggbb", WCAG 2.2."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


GROUNDS = ("bg", "surface", "surface-2", "accent-tint")
TEXT_PAIRS = [
    *((text, ground) for text in ("text", "muted", "accent") for ground in GROUNDS),
    *((text, ground) for text in ("danger", "warning", "success") for ground in GROUNDS[:3]),
    *((tone, f"{tone}-tint") for tone in ("danger", "warning", "success")),
    ("accent-text", "accent"),
    ("accent-text", "accent-hover"),
    ("danger-text", "danger"),
]


@pytest.mark.parametrize(("text", "ground"), TEXT_PAIRS)
@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_text_has_contrast(text: str, ground: str, theme: int) -> None:
    found = tokens("style.css")
    colours = found[f"--color-{text}"][theme], found[f"--color-{ground}"][theme]
    assert contrast(*colours) >= 4.5


@pytest.mark.parametrize("edge", ["line-strong", "accent", "danger"])
@pytest.mark.parametrize("ground", ["bg", "surface"])
@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_edges_of_fields_and_focus_have_contrast(edge: str, ground: str, theme: int) -> None:
    found = tokens("style.css")
    colours = found[f"--color-{edge}"][theme], found[f"--color-{ground}"][theme]
    assert contrast(*colours) >= 3


def test_admin_has_the_same_colours() -> None:
    ours = tokens("style.css")
    theirs = tokens("admin.css")
    assert theirs
    assert theirs == {name: ours[name] for name in theirs}


def test_style_sheet_stays_small() -> None:
    assert (STATIC / "style.css").stat().st_size <= 40_000


def test_pages_and_scripts_ask_only_for_icons_that_exist() -> None:
    drawn = re.findall(r'<symbol id="([\w-]+)"', (STATIC / "img" / "icons.svg").read_text())
    assert len(drawn) == len(set(drawn))
    sources = [
        *(Path(settings.BASE_DIR) / "templates").rglob("*.html"),
        *(STATIC / "js").rglob("*.js"),
    ]
    asked = {
        name
        for source in sources
        for name in re.findall(r'(?:{% icon |\bicon\()"([\w-]+)"', source.read_text())
    }
    asked |= {*ui.ICON_OF_TYPE.values(), *ui.ICON_OF_FAMILY.values(), "file"}
    assert asked <= set(drawn)


def test_pages_have_no_inline_style_or_script() -> None:
    inline = re.compile(r"\sstyle=|<style|<script(?![^>]*\ssrc=)|\son[a-z]+=", re.IGNORECASE)
    folder = Path(settings.BASE_DIR) / "templates"
    pages = [
        page for page in folder.rglob("*.html") if "email" not in str(page.relative_to(folder))
    ]
    assert pages
    assert [str(page) for page in pages if inline.search(page.read_text())] == []


def test_icon_is_decoration_unless_it_is_named() -> None:
    plain = ui.icon("folder")
    assert 'aria-hidden="true"' in plain
    assert 'href="/static/img/icons.svg#folder"' in plain
    assert 'width="1.25rem" height="1.25rem"' in plain
    named = ui.icon("lock", 'Locked "well"', size=16)
    assert 'role="img" aria-label="Locked &quot;well&quot;"' in named
    assert "aria-hidden" not in named
    assert 'width="1rem"' in named


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (88_123, "88.1 kB"),
        (99_960, "100 kB"),
        (312_331, "312 kB"),
        (999_499, "999 kB"),
        (999_500, "1.0 MB"),
        (1_438_291, "1.4 MB"),
        (5_000_000_000_000, "5.0 TB"),
        (7 * 10**21, "7000 EB"),
        (None, ""),
        ("", ""),
    ],
)
def test_filesize(size: object, shown: str) -> None:
    assert filesize(size) == shown.replace(" ", "\u00a0")


def test_moment_is_in_the_reader_s_zone() -> None:
    at = datetime(2026, 3, 1, 23, 59, 58, 123, tzinfo=UTC)
    with timezone.override("Europe/Berlin"):
        shown = '<time datetime="2026-03-02T00:59:58+01:00">2026-03-02 00:59</time>'
        assert ui.moment(at) == shown


def test_filesize_follows_the_language() -> None:
    with translation.override("de"):
        assert filesize(1_438_291) == "1,4\u00a0MB"


@pytest.mark.parametrize(
    ("media_type", "name"),
    [
        ("application/pdf", "pdf"),
        ("text/markdown; charset=utf-8", "markdown"),
        ("Image/PNG", "image"),
        ("text/x-python", "code"),
        ("text/plain", "text"),
        ("text/csv", "table"),
        ("application/zip", "archive"),
        ("audio/flac", "audio"),
        ("video/mp4", "video"),
        ("application/octet-stream", "file"),
        ("", "file"),
    ],
)
def test_kind_icon(media_type: str, name: str) -> None:
    assert ui.kind_icon(media_type) == name


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Grace Brewster Hopper", "GH"), ("grace", "G"), ("ada.lovelace", "AL"), ("", "")],
)
def test_initials(name: str, letters: str) -> None:
    assert ui.initials(name) == letters


class SampleForm(forms.Form):
    name = forms.CharField(help_text="As on the door.")
    nickname = forms.CharField(required=False)
    agreed = forms.BooleanField()
    kind = forms.ChoiceField(choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)

    def clean(self) -> None:
        raise forms.ValidationError("Not today.")


def test_form_ties_labels_help_and_errors_to_their_field() -> None:
    page = str(SampleForm({"nickname": "x"}))
    field = re.search(r'<input type="text" name="name"[^>]*>', page)
    assert field
    assert 'aria-invalid="true"' in field[0]
    assert 'aria-describedby="id_name_helptext id_name_error"' in field[0]
    assert '<label class="field__label" for="id_name">' in page
    assert 'id="id_name_helptext">As on the door.' in page
    assert 'id="id_name_error"' in page
    assert re.search(r"<legend[^>]*>\s*Kind", page)
    assert 'aria-describedby="id_kind_error"' in page


def test_form_says_what_is_optional_and_what_is_wrong_as_a_whole() -> None:
    page = str(SampleForm({}))
    assert page.count("field__optional") == 1
    assert re.search(r'role="alert">.*Not today\.', page, re.DOTALL)
    assert page.index("Not today.") < page.index("id_name")


def test_check_box_stands_before_its_label() -> None:
    page = str(SampleForm())
    assert page.index('type="checkbox"') < page.index('for="id_agreed"')


@pytest.mark.parametrize("template", ["400.html", "500.html", "503.html"])
def test_pages_for_broken_requests_need_no_context(template: str) -> None:
    page = render_to_string(template)
    assert "<h1>" in page
    assert 'href="/"' in page


def test_page_for_a_broken_server_asks_for_nothing_that_may_be_broken() -> None:
    source = (Path(settings.BASE_DIR) / "templates" / "500.html").read_text()
    assert re.findall(r"{[{%].*?[%}]}", source) == []


@pytest.mark.parametrize(
    ("template", "advice"),
    [
        ("403.html", "rights"),
        ("403_csrf.html", "Reload it"),
        ("404.html", "Check the address"),
        ("413.html", "5.0\u00a0GB"),
    ],
)
def test_error_pages_say_what_to_do(template: str, advice: str) -> None:
    request = RequestFactory().get("/nowhere/")
    request.user = AnonymousUser()
    page = render_to_string(template, {"limit": 5_000_000_000}, request)
    assert advice in page
    assert page.count("<h1>") == 1
    assert "Go to your files" not in page


@pytest.mark.django_db
def test_missing_page_answers_404_to_anyone(client: Client) -> None:
    response = client.get("/no/such/page/")
    assert response.status_code == 404
    assert "Nothing here" in response.text
    assert "Sign in" in response.text


@pytest.mark.django_db
def test_expired_form_answers_403_with_advice() -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.post("/account/login/", {"login": "grace"})
    assert response.status_code == 403
    assert "This form has expired" in response.text


def test_mail_button_carries_its_address() -> None:
    page = render_to_string("emails/button.html", {"url": "https://x.test/?a=1&b=2", "label": "Go"})
    assert page.count("https://x.test/?a=1&amp;b=2") == 3
