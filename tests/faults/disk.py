"""A small disk of a test's own, which really is full, or really takes no writes: a tmpfs."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

# What the tests here put on it needs a few dozen.
NAMES = 1000


@dataclass(frozen=True)
class Disk:
    path: Path

    @property
    def free(self) -> int:
        """Return how many bytes can still be written."""
        found = os.statvfs(self.path)
        return found.f_bavail * found.f_frsize

    def fill(self, *, leave: int = 0) -> None:
        """Take all space but so many bytes."""
        with (self.path / "filler").open("wb") as filler:
            os.posix_fallocate(filler.fileno(), 0, self.free - leave)

    def take_names(self) -> None:
        """Take what a disk has for files, however small: its inodes."""
        for number in range(os.statvfs(self.path).f_favail):
            (self.path / f"filler{number}").touch()

    def make_room(self) -> None:
        for filler in self.path.glob("filler*"):
            filler.unlink()

    @contextmanager
    def read_only(self) -> Iterator[None]:
        """Let it take no writes meanwhile, as Linux does with a disk in which it finds a fault."""
        _as_root("mount", "-o", "remount,ro", str(self.path))
        try:
            yield
        finally:
            _as_root("mount", "-o", "remount,rw", str(self.path))


def _as_root(*command: str) -> None:
    sudo = () if os.geteuid() == 0 else ("sudo", "-n")
    subprocess.run([*sudo, *command], check=True, capture_output=True)


def _mount(path: Path, size: int) -> None:
    options = f"size={size},nr_inodes={NAMES},mode=0700,uid={os.geteuid()},gid={os.getegid()}"
    try:
        _as_root("mount", "-t", "tmpfs", "-o", options, "tmpfs", str(path))
    except (OSError, subprocess.CalledProcessError) as error:
        reason = f"mounting a disk needs root, or sudo without a password: {error}"
        if os.environ.get("REQUIRE_ALL") == "1":
            pytest.fail(reason)
        pytest.skip(reason)


@contextmanager
def small_disk(path: Path, *, size: int) -> Iterator[Disk]:
    """Mount a disk of so many bytes, and take it away again with all that is on it."""
    path.mkdir(parents=True)
    _mount(path, size)
    try:
        yield Disk(path)
    finally:
        # At once, whoever still has something open there.
        _as_root("umount", "--lazy", str(path))
