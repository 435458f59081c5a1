"""`python -m bench.keeping`: the sweep and the scrub over ten million blobs, on PostgreSQL.

Under the site's settings, in a database of its own that is thrown away. BENCH_BLOBS=100000 for a
smoke test. 100,000 of the rows are released and go; 1,000 objects lie in the store, which the
scrub reads; the others are rows alone, made by the database. Prints seconds, and by how many
megabytes the process grew (VmHWM): that must not depend on BENCH_BLOBS.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.processes import Tree
from bench.within import is_within, run_on_postgres
from tests.browser.site import ROOT
from tests.programs import find_postgres

BLOBS = int(os.environ.get("BENCH_BLOBS", "10000000"))
RELEASED = 100_000
STORED = 1_000
SIZE = 50_000


def main() -> None:
    programs = find_postgres()
    if programs is None:
        sys.exit("Needs PostgreSQL: apt install postgresql")
    with tempfile.TemporaryDirectory(dir=ROOT / "var", prefix="keeping-") as place:
        run_on_postgres("bench.keeping", programs, Path(place), "max_wal_size=8GB")


if __name__ == "__main__" and not is_within():
    main()
    sys.exit()

import django  # noqa: E402  (only where the database is known)

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402  (after setup)
from django.core.files.base import ContentFile  # noqa: E402
from django.core.files.storage import default_storage  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from files.models import Blob, Node  # noqa: E402
from files.names import name_fields  # noqa: E402
from files.scrub import scrub  # noqa: E402
from files.sweep import sweep  # noqa: E402
from files.tree import root_of  # noqa: E402

# Versions name all but the released. `verified_at` is now for all but the stored, so that those
# are due.
ROWS = """
    INSERT INTO files_blob (id, owner_id, store, key, size, sha256, media_type, created_at,
                            released_at, verified_at)
    SELECT gen_random_uuid(), %(owner)s, 'local', 'users/none/' || n, %(size)s, '', 'text/plain',
           now(), CASE WHEN n <= %(released)s THEN now() - interval '9 days' END, now()
    FROM generate_series(1, %(blobs)s) n
"""
NAMED = """
    INSERT INTO files_version (id, node_id, blob_id, number, created_at)
    SELECT gen_random_uuid(), %(node)s, id, row_number() OVER (), now()
    FROM files_blob WHERE released_at IS NULL
"""


def fill() -> None:
    """Make the rows by the database, and a few objects that are really there."""
    owner = get_user_model().objects.create_user("keeping@example.com")
    root = root_of(owner)
    keys = [f"users/{owner.pk}/{number}" for number in range(STORED)]
    for key in keys:
        default_storage.save(key, ContentFile(os.urandom(SIZE)))
    stored = Blob.objects.bulk_create(
        Blob(owner=owner, key=key, size=SIZE, media_type="x", released_at=None) for key in keys
    )
    file = Node.objects.create(
        owner_id=owner.pk,
        parent=root,
        kind=Node.Kind.FILE,
        content=stored[0],
        size=SIZE,
        modified_at=timezone.now(),
        **name_fields("file"),
    )
    with connection.cursor() as cursor:
        given = {"owner": owner.pk, "size": SIZE, "released": RELEASED, "blobs": BLOBS}
        cursor.execute(ROWS, given)
        cursor.execute(NAMED, {"node": file.pk})
        cursor.execute("VACUUM ANALYZE")


def high_water() -> float:
    """Return the most memory that this process has had, in megabytes."""
    return Tree(os.getpid()).peaks()[os.getpid()] / 1e6


def measure(name: str, work: Callable[[], object]) -> None:
    before, begun = high_water(), time.monotonic()
    found = work()
    seconds = time.monotonic() - begun
    print(f"{name:<28} {seconds:8.1f} s  +{high_water() - before:5.1f} MB  {found}", flush=True)


def measure_all() -> None:
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    begun = time.monotonic()
    fill()
    print(f"{Blob.objects.count():,} blobs made in {time.monotonic() - begun:.0f} s", flush=True)
    measure("sweep --dry-run", lambda: sweep(dry_run=True))
    measure("sweep", sweep)
    measure("sweep again", sweep)
    measure("scrub of what is due", lambda: scrub(rate=10**9, limit=STORED))
    # The rows without objects: each is found missing, and its owner told.
    measure("scrub of what is missing", lambda: scrub(rate=10**9, limit=STORED))


if __name__ == "__main__":
    measure_all()
