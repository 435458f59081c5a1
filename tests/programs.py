"""Find the programs that tests need and that pip does not install."""

import os
import shutil
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_BROWSERS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
POSTGRES_PROGRAMS = ("initdb", "postgres", "pg_isready")
DEBIAN_POSTGRES = Path("/usr/lib/postgresql")


def find_chromium() -> str | None:
    """Return the path of a Chromium: the one that CHROMIUM names, else the machine's own."""
    named = os.environ.get("CHROMIUM")
    if named:
        return shutil.which(named)
    found = (shutil.which(name) for name in (*BROWSERS, *MAC_BROWSERS))
    return next((path for path in found if path), None)


def find_postgres() -> Path | None:
    """Return the folder that holds PostgreSQL's server programs, or None.

    Debian keeps them off the PATH, in one folder per major version: the newest is taken.
    """
    on_path = shutil.which("initdb")
    versions = sorted(DEBIAN_POSTGRES.glob("*/bin"), key=lambda path: -float(path.parent.name))
    folders = [Path(on_path).resolve().parent] if on_path else []
    for folder in (*folders, *versions):
        if all((folder / program).exists() for program in POSTGRES_PROGRAMS):
            return folder
    return None


def find_nginx() -> str | None:
    """Return the path of nginx; Debian keeps it off the PATH of whoever is not root."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
