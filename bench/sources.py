"""The files that are sent."""

import os
from dataclasses import dataclass
from pathlib import Path

from bench.sizes import MEBI

BLOCK = 16 * MEBI


@dataclass(frozen=True)
class Sources:
    """Files of any size, made when they are first asked for."""

    place: Path

    def of(self, size: int) -> Path:
        path = self.place / f"{size}.bin"
        if not path.exists():
            block = os.urandom(min(BLOCK, size))
            with path.open("wb") as file:
                while (left := size - file.tell()) > 0:
                    file.write(block[:left])
        return path

    def fresh(self, size: int) -> Path:
        """Return a file whose content nobody has seen: some servers keep the same bytes once."""
        path = self.of(size)
        with path.open("r+b") as file:
            file.write(os.urandom(min(64, size)))
        return path
