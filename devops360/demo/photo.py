"""A drawn photograph: mountains under an evening sky, with the EXIF of a camera."""

import io
import math
import random
from datetime import UTC, datetime

from PIL import Image, ImageDraw, ImageFilter

WIDTH, HEIGHT = 2400, 1600
SKY_TOP, SKY_BOTTOM = (18, 24, 60), (250, 150, 90)
# EXIF 2.32 tag numbers.
MAKE, MODEL, SOFTWARE, DATE_TIME, ARTIST = 0x010F, 0x0110, 0x0131, 0x0132, 0x013B
EXIF_IFD, EXPOSURE, F_NUMBER, ISO, FOCAL_LENGTH = 0x8769, 0x829A, 0x829D, 0x8827, 0x920A


def draw_photo(*, taken: datetime = datetime(2026, 6, 21, 21, 4, tzinfo=UTC)) -> bytes:
    """Return a JPEG of 2400 x 1600 pixels."""
    picture = _sky()
    draw = ImageDraw.Draw(picture)
    draw.ellipse((1500, 760, 1740, 1000), fill=(255, 226, 170))
    for depth in range(5):
        draw.polygon(_ridge(depth), fill=_shade(depth))
    picture = picture.filter(ImageFilter.GaussianBlur(1.2))
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=88, exif=_exif(taken))
    return file.getvalue()


def _sky() -> Image.Image:
    column = Image.new("RGB", (1, HEIGHT))
    for y in range(HEIGHT):
        part = (y / HEIGHT) ** 1.4
        column.putpixel((0, y), _between(SKY_TOP, SKY_BOTTOM, part))
    return column.resize((WIDTH, HEIGHT))


def _ridge(depth: int) -> list[tuple[float, float]]:
    # Seeded: the same picture on every machine.
    chance = random.Random(depth)  # noqa: S311  (a drawing, not a secret)
    waves = [(chance.uniform(0.5, 4) * n, chance.uniform(0, 7), 130 / n) for n in range(1, 7)]
    base = 850 + depth * 150
    line = [
        (
            float(x),
            base - sum(size * math.sin(x / WIDTH * pace + start) for pace, start, size in waves),
        )
        for x in range(0, WIDTH + 8, 8)
    ]
    return [(0, HEIGHT), *line, (WIDTH, HEIGHT)]


def _shade(depth: int) -> tuple[int, int, int]:
    return _between((112, 84, 120), (12, 16, 34), depth / 4)


def _between(
    first: tuple[int, int, int], second: tuple[int, int, int], part: float
) -> tuple[int, int, int]:
    red, green, blue = (round(a + (b - a) * part) for a, b in zip(first, second, strict=True))
    return red, green, blue


def _exif(taken: datetime) -> Image.Exif:
    exif = Image.Exif()
    exif[MAKE], exif[MODEL] = "DevOps360", "Sketchbook One"
    exif[SOFTWARE], exif[ARTIST] = "create_demo", "A few lines of Python"
    exif[DATE_TIME] = taken.strftime("%Y:%m:%d %H:%M:%S")
    details = exif.get_ifd(EXIF_IFD)
    details.update({EXPOSURE: 1 / 250, F_NUMBER: 8.0, ISO: 100, FOCAL_LENGTH: 35.0})
    return exif
