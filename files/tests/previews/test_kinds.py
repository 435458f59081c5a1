"""Every kind on real input, good and hostile, through the real sandbox."""

import io
import tarfile
import time
from typing import Any

import pytest
from PIL import ExifTags, Image, ImageCms
from PIL.TiffImagePlugin import IFDRational

from files.models import Node, Preview
from files.previews.context import PreviewContext, preview_context
from files.previews.make import open_preview
from files.tests.factories import OwnerFactory, make_file
from files.tests.previews import makers

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def owner() -> Any:
    return OwnerFactory()


def look(root: Node, name: str, content: bytes, page: int = 1) -> tuple[Node, PreviewContext]:
    node = make_file(root, name, content)
    # The first look asks for it; the test's tasks run at once, so the next one sees it.
    for _ in range(3):
        context = preview_context(node=node, page=page)
        if context.state != "pending":
            break
    return node, context


def opened(node: Node, variant: str) -> Image.Image:
    with open_preview(Preview.objects.get(blob=node.content, variant=variant)) as file:
        image = Image.open(io.BytesIO(file.read()))
        image.load()
    return image


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "HEIF", "AVIF"])
def test_pictures(root: Node, kind: str) -> None:
    node, context = look(root, f"a.{kind}", makers.picture(kind, (3000, 1500)))
    assert context.template == "files/previews/image.html"
    assert (context.details["width"], context.details["height"]) == (3000, 1500)
    view, thumbnail = opened(node, "view"), opened(node, "thumbnail")
    assert view.format == thumbnail.format == "WEBP"
    assert view.size == (2048, 1024)
    assert thumbnail.size == (320, 160)


def test_a_photo_is_turned_upright_told_about_and_stripped(root: Node) -> None:
    node, context = look(root, "photo.jpg", makers.picture(exif=True))
    assert context.details["exif"]["Camera"] == "Vault Cam 1"
    assert context.details["exif"]["Place"] == "48.20833, 16.36667"
    view = opened(node, "view")
    assert view.size == (360, 640), "a quarter turn"
    assert not view.getexif()
    assert not set(view.info) & {"exif", "xmp", "icc_profile"}
    red, _, blue = view.convert("RGB").getpixel((view.width - 10, 10))  # type: ignore[misc]
    assert red > 200 > blue, "the red corner of the upright picture is at its top right"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("cut.jpg", makers.picture()[:2000], "damaged"),
        ("nonsense.png", b"\x89PNG\r\n\x1a\n" + b"nonsense" * 50, "damaged"),
        ("bomb.png", makers.png_bomb(), "too large"),
        ("cut.pdf", makers.pdf()[:200], "damaged"),
        ("locked.pdf", makers.locked_pdf(), "password"),
        ("cut.zip", b"PK\x03\x04" + b"x" * 200, "damaged"),
        ("huge.pdf", makers.pdf(1, "0 0 9000000 9000000"), "too large"),
    ],
)
def test_what_is_damaged_or_hostile_gets_words(
    root: Node, name: str, content: bytes, words: str
) -> None:
    _, context = look(root, name, content)
    assert context.state == "failed"
    assert words in context.words
    assert context.template == "files/previews/fallback.html"


def test_pdf_pages_are_drawn_when_asked_for(root: Node) -> None:
    node, context = look(root, "a.pdf", makers.pdf(pages=5), page=4)
    assert (context.page, context.pages, context.variant) == (4, 5, "page-4")
    assert (context.previous_page, context.next_page) == (3, 5)
    assert opened(node, "page-4").size == (1536, 2048)
    assert not Preview.objects.filter(variant="page-2").exists()
    assert opened(node, "thumbnail").height == 320


@pytest.mark.parametrize(("asked", "shown"), [(0, 1), (-5, 1), (99, 3)])
def test_pages_that_are_not_there(root: Node, asked: int, shown: int) -> None:
    assert look(root, "a.pdf", makers.pdf(pages=3), page=asked)[1].page == shown


def test_source_code_is_escaped_and_coloured(root: Node) -> None:
    _, context = look(root, "a.py", b"def f():\n    return '<script>alert(1)</script>'\n")
    assert context.details["language"] == "Python"
    assert '<span class="k">def</span>' in context.html
    assert "<script>" not in context.html
    assert context.html.count('class="line"') == 2


@pytest.mark.parametrize(
    ("content", "encoding"),
    [("Grüße", "UTF-8"), ("Grüße", "latin-1"), ("Grüße", "utf-16"), ("Grüße", "utf-8-sig")],
)
def test_encodings(root: Node, content: str, encoding: str) -> None:
    assert "Grüße" in look(root, "a.txt", content.encode(encoding))[1].html


def test_a_50_mb_log_is_shown_quickly_in_its_beginning(root: Node) -> None:
    line = b"2026-11-24 12:00:00 INFO a line of a log that goes on and on\n"
    node = make_file(root, "big.log", line * (50_000_000 // len(line)))
    start = time.monotonic()
    preview_context(node=node)
    context = preview_context(node=node)
    assert time.monotonic() - start < 10
    assert context.state == "ready"
    assert context.details["truncated"]
    assert len(context.html) < 1_000_000


def test_one_endless_line(root: Node) -> None:
    _, context = look(root, "min.js", b"var a=1;" * 100_000)
    assert context.state == "ready"
    assert context.details["truncated"]


def test_markdown_acts_on_nothing_and_loads_nothing(root: Node) -> None:
    source = (
        "# Title\n\n<script>alert(1)</script> <img src=x onerror=alert(1)>\n\n"
        "[bad](javascript:alert(1)) [good](https://example.com) ![pic](https://evil.example/a.png)\n\n"
        "| a | b |\n|---|---|\n| 1 | 2 |\n\n[data](data:text/html;base64,PHNjcmlwdD4=)\n"
    )
    html = look(root, "README.md", source.encode())[1].html
    assert "<h2>Title</h2>" in html
    assert "<td>1</td>" in html
    assert 'rel="noopener noreferrer nofollow"' in html
    for bad in ("<script", "<img", 'href="javascript', 'href="data', "evil.example/a.png"):
        assert bad not in html


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        (b"a,b\n1,2\n", [["a", "b"], ["1", "2"]]),
        ("Name;Größe\nx;1,5".encode("latin-1"), [["Name", "Größe"], ["x", "1,5"]]),
        (b"a\tb\n1\t2", [["a", "b"], ["1", "2"]]),
        (b'"quo""te","li\nne"\n1', [['quo"te', "li\nne"], ["1", ""]]),
        (b"\n", []),
    ],
)
def test_tables(root: Node, content: bytes, rows: list[list[str]]) -> None:
    assert look(root, "a.csv", content)[1].rows == rows


def test_a_wide_and_long_table_is_cut(root: Node) -> None:
    context = look(root, "a.csv", (b",".join([b"x"] * 80) + b"\n") * 3000)[1]
    assert len(context.rows) == 501
    assert len(context.rows[0]) == 50
    assert context.details["truncated"]
    assert context.details["wide"]


def test_zip_is_listed_not_unpacked(root: Node) -> None:
    context = look(root, "a.zip", makers.archive(3, zeros=50_000_000))[1]
    assert [entry["path"] for entry in context.rows] == [f"folder/entry {n}.txt" for n in range(3)]
    assert context.details["unpacked"] == 150_000_000


def test_a_zip_of_very_many(root: Node) -> None:
    context = look(root, "a.zip", makers.archive(30_000, zeros=0))[1]
    assert context.details["total"] == 30_000
    assert len(context.rows) == 2000
    assert context.details["truncated"]


def test_tar(root: Node) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as packed:
        info = tarfile.TarInfo("../etc/passwd")
        info.size = 4
        packed.addfile(info, io.BytesIO(b"root"))
    context = look(root, "a.tar", out.getvalue())[1]
    assert [entry["path"] for entry in context.rows] == ["../etc/passwd"]


def test_players_get_the_file_itself(root: Node) -> None:
    wav = b"RIFF\x24\0\0\0WAVEfmt " + bytes(40)
    assert look(root, "a.wav", wav)[1].template == "files/previews/audio.html"
    assert not Preview.objects.exists()


@pytest.mark.parametrize(
    ("name", "content", "mislabelled"),
    [
        ("photo.jpg", b"<html>not a photo</html>", True),
        ("setup.txt", b"MZ\x90\0\3\0\0\0", True),
        ("photo.png", makers.picture("JPEG"), False),
        ("empty.txt", b"", False),
        ("unknown", b"\0\1\2", False),
        ("data.xyz", b"\0\1\2", False),
    ],
)
def test_a_name_that_lies_is_told(
    root: Node,
    name: str,
    content: bytes,
    mislabelled: bool,
) -> None:
    assert look(root, name, content)[1].mislabelled is mislabelled


def png(image: Image.Image, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG", **options)
    return out.getvalue()


def test_sixteen_bits_of_grey_stay_grey(root: Node) -> None:
    node, _ = look(root, "scan.png", png(Image.new("I;16", (64, 64), 128 * 256)))
    [(_, grey)] = opened(node, "thumbnail").convert("L").getcolors() or []
    assert isinstance(grey, int)
    assert 120 < grey < 136


def test_a_bitmap_is_scaled_smoothly(root: Node) -> None:
    checks = Image.effect_noise((1280, 1280), 200).convert("1")
    node, _ = look(root, "fax.png", png(checks))
    shades = opened(node, "thumbnail").convert("L").histogram()
    assert sum(shades[64:192]) > sum(shades) / 2, "black and white mix to greys"


def test_colours_are_converted_before_their_profile_is_stripped(root: Node) -> None:
    plain = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = plain.replace(b"rXYZ", b"tmpX").replace(b"bXYZ", b"rXYZ").replace(b"tmpX", b"bXYZ")
    node, _ = look(root, "p3.png", png(Image.new("RGB", (64, 64), "red"), icc_profile=swapped))
    red, _, blue = opened(node, "view").convert("RGB").getpixel((9, 9))  # type: ignore[misc]
    assert blue > 200 > red, "a profile whose red is blue"


def test_a_profile_that_is_nonsense_changes_nothing(root: Node) -> None:
    node, _ = look(root, "a.png", png(Image.new("RGB", (64, 64), "red"), icc_profile=b"nonsense"))
    assert opened(node, "view").size == (64, 64)


def test_one_senseless_exif_value_costs_no_other(root: Node) -> None:
    data = Image.Exif()
    data[ExifTags.Base.Model] = "Vault Cam 1"
    data[ExifTags.Base.Orientation] = 6
    data.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.ExposureTime] = IFDRational(1, 0)
    data.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.FNumber] = IFDRational(28, 10)
    out = io.BytesIO()
    Image.new("RGB", (400, 200)).save(out, "JPEG", exif=data)
    details = look(root, "a.jpg", out.getvalue())[1].details
    assert details["exif"] == {"Camera": "Vault Cam 1", "Aperture": "f/2.8"}
    assert (details["width"], details["height"]) == (200, 400), "as it is seen"


def test_long_cells_and_odd_separators_do_not_break_rows(root: Node) -> None:
    content = f'a,"{"x" * 5000}",c\nd,e\u2028f,g\n'.encode()
    rows = look(root, "a.csv", content)[1].rows
    assert rows == [["a", "x" * 300, "c"], ["d", "e\u2028f", "g"]]


def test_the_row_that_was_cut_through_is_left_out(root: Node) -> None:
    context = look(root, "a.csv", b"x" * 40_000 + b",1\n" + b"y" * 600_000)[1]
    assert [len(row) for row in context.rows] == [2]
    assert context.details["truncated"]


def test_markdown_keeps_long_paragraphs_and_what_images_show(root: Node) -> None:
    html = look(root, "a.md", b"word " * 2000 + b"end\n\n![a <b>cat](https://evil.example/c.png)")[
        1
    ].html
    assert "end</p>" in html
    assert "a &lt;b&gt;cat" in html


@pytest.mark.parametrize(
    "evil", [b"[" * 100_000, b"*a _b " * 40_000, b"> " * 100_000, b"`a``" * 50_000]
)
def test_markdown_bombs_end(root: Node, evil: bytes) -> None:
    start = time.monotonic()
    assert look(root, "a.md", evil)[1].state in {"ready", "failed"}
    assert time.monotonic() - start < 40


def test_the_page_asked_for_outlives_the_wait(root: Node, settings: Any) -> None:
    settings.TASKS = {
        "default": {
            "BACKEND": "django.tasks.backends.dummy.DummyBackend",
            "QUEUES": ["default", "previews"],
        }
    }
    node = make_file(root, "a.pdf", makers.pdf())
    context = preview_context(node=node, page=2)
    assert (context.state, context.page) == ("pending", 2)
