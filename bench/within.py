"""Running a module of the bench again as a process of the site, on a database that it is told."""

import os
import subprocess
import sys
from pathlib import Path

from tests.browser.site import ROOT
from tests.postgres import FAST, temporary_server

WITHIN = "BENCH_WITHIN"
# What a server of 4 GB would be given; filled without waiting for the disk.
OPTIONS = (*FAST, "shared_buffers=1GB", "effective_cache_size=3GB")


def is_within() -> bool:
    """Return whether this process is that of the site."""
    return WITHIN in os.environ


def run_within(module: str, url: str, place: Path) -> None:
    """Run `module` under the site's settings, with the database `url` and its files in `place`."""
    more = {"DATABASE_URL": url, "STATE_DIR": str(place), "MEDIA_ROOT": str(place), WITHIN: "1"}
    more |= {"DJANGO_SETTINGS_MODULE": "devops360.settings", "EMAIL_URL": "memory:"}
    subprocess.run([sys.executable, "-m", module], cwd=ROOT, env=os.environ | more, check=True)


def run_on_postgres(module: str, programs: Path, place: Path, *options: str) -> None:
    """Run `module` on a server of its own, with these `options` beside OPTIONS."""
    with temporary_server(programs, options=(*OPTIONS, *options), locale="C.UTF-8") as url:
        run_within(module, url.replace("@/devops360?", "@/postgres?"), place)
