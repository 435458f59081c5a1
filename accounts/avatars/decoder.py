"""Turn an untrusted picture into square WebP files: a program of its own, under limits.

Run with the picture on standard input and the sizes, then optionally the crop, as arguments:

    python decoder.py 64,128 [LEFT TOP SIDE]

LEFT and TOP are fractions of the upright picture's width and height, SIDE of its shorter side.
Standard output carries each size in turn: four bytes of length, big-endian, then the WebP.
The exit code says what was wrong. Nothing of Django is loaded, no secret is in the environment.
"""

import contextlib
import io
import resource
import struct
import sys
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError
from pillow_heif import register_heif_opener

# What Pillow reads itself; JPEG stands for MPO, of some phones, too. Left out are EPS, WMF and
# others that call outside programs or libraries.
FORMATS = (
    *("AVIF", "BMP", "DIB", "GIF", "HEIF", "ICO", "JPEG", "JPEG2000", "PCX", "PNG"),
    *("PPM", "QOI", "SGI", "TGA", "TIFF", "WEBP", "XBM"),
)
MAX_PIXELS = 60_000_000
MAX_MEMORY = 1536 * 1024 * 1024
MAX_SECONDS = 15
QUALITY = 86

UNREADABLE = 3
TOO_MANY_PIXELS = 4


def limit_resources() -> None:
    limits = (
        (resource.RLIMIT_AS, MAX_MEMORY),
        (resource.RLIMIT_CPU, MAX_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    )
    for kind, limit in limits:
        # Not every system knows every limit.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (limit, limit))


def open_image(data: bytes) -> Image.Image:
    """Return the picture upright, in plain red, green, blue and alpha, without its metadata."""
    with Image.open(io.BytesIO(data), formats=FORMATS) as image:
        image.draft("RGB", (1024, 1024))
        upright = ImageOps.exif_transpose(image)
    plain = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    plain.info.clear()
    return plain


def crop_square(image: Image.Image, crop: list[float]) -> Image.Image:
    """Cut out a square, the largest in the middle unless told otherwise, inside the picture."""
    width, height = image.size
    side = max(1.0, min(width, height) * (crop[2] if crop else 1.0))
    left = crop[0] * width if crop else (width - side) / 2
    top = crop[1] * height if crop else (height - side) / 2
    left = round(min(max(left, 0.0), width - side))
    top = round(min(max(top, 0.0), height - side))
    return image.crop((left, top, left + round(side), top + round(side)))


def write_sizes(square: Image.Image, sizes: list[int]) -> None:
    for size in sizes:
        file = io.BytesIO()
        resized = square.resize((size, size), Image.Resampling.LANCZOS, reducing_gap=3.0)
        resized.save(file, "WEBP", quality=QUALITY, method=4)
        sys.stdout.buffer.write(struct.pack(">I", file.tell()) + file.getvalue())


def main() -> int:
    limit_resources()
    register_heif_opener(thumbnails=False)
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    sizes = [int(size) for size in sys.argv[1].split(",")]
    crop = [float(number) for number in sys.argv[2:5]]
    try:
        write_sizes(crop_square(open_image(sys.stdin.buffer.read()), crop), sizes)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return TOO_MANY_PIXELS
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, MemoryError):
        return UNREADABLE
    return 0


if __name__ == "__main__":
    sys.exit(main())
