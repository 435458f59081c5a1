"""Run the decoder apart from the site, so that a picture can harm neither it nor its memory."""

import struct
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from accounts.avatars import decoder
from accounts.errors import AvatarError

TIMEOUT_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Crop:
    """A square: fractions of the upright picture's width, height and shorter side."""

    left: float
    top: float
    side: float


def render(*, picture: bytes, sizes: tuple[int, ...], crop: Crop | None) -> dict[int, bytes]:
    """Return the picture as square WebP files by size in pixels, without any metadata.

    Raises AvatarError, with what to do, where the picture cannot be used.
    """
    arguments = [",".join(map(str, sizes))]
    if crop:
        arguments += [repr(float(number)) for number in (crop.left, crop.top, crop.side)]
    try:
        done = subprocess.run(  # noqa: S603  (our own program, and numbers)
            [sys.executable, "-I", str(Path(decoder.__file__).resolve()), *arguments],
            input=picture,
            capture_output=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
            env={},
            cwd="/",
        )
    except subprocess.TimeoutExpired as error:
        raise AvatarError(_("This picture takes too long to read. Choose another.")) from error
    if done.returncode == decoder.TOO_MANY_PIXELS:
        message = _("This picture has too many pixels. Choose one of at most 60 megapixels.")
        raise AvatarError(message)
    if done.returncode != 0:
        message = _("This picture cannot be read. Choose a JPEG, PNG, WebP, HEIC or GIF file.")
        raise AvatarError(message)
    return dict(zip(sizes, _split(done.stdout), strict=True))


def _split(stream: bytes) -> list[bytes]:
    parts = []
    while stream:
        (length,) = struct.unpack_from(">I", stream)
        parts.append(stream[4 : 4 + length])
        stream = stream[4 + length :]
    return parts
