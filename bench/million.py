"""`python -m bench.million`: searches in a vault of a million entries, on PostgreSQL and on SQLite.

Under the site's settings, in a database of its own that is thrown away. BENCH_ENTRIES=10000 for a
smoke test. Prints the median and the worst of some runs of each search, in milliseconds.
"""

import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from pathlib import Path

from bench.within import is_within, run_on_postgres, run_within
from tests.browser.site import ROOT
from tests.programs import find_postgres

ENTRIES = int(os.environ.get("BENCH_ENTRIES", "1000000"))
RUNS = 7
# So many rows are made by the models; the others are copies of them, made by the database.
BASE = 10_000


def on_all() -> None:
    programs = find_postgres()
    with ExitStack() as stack:
        folders = [
            Path(
                stack.enter_context(
                    tempfile.TemporaryDirectory(dir=ROOT / "var", prefix="million-")
                )
            )
            for _ in range(2)
        ]
        if programs is None:
            print("SKIPPED: PostgreSQL is not installed")
        else:
            print("PostgreSQL", flush=True)
            run_on_postgres("bench.million", programs, folders[0])
        print("SQLite", flush=True)
        run_within("bench.million", f"sqlite:///{folders[1]}/db.sqlite3", folders[1])


if __name__ == "__main__" and not is_within():
    on_all()
    sys.exit()

import django  # noqa: E402  (only where the database is known)

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402  (after setup)
from django.contrib.auth.base_user import AbstractBaseUser  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from files.groups import Group  # noqa: E402
from files.models import Blob, Node, Tag  # noqa: E402
from files.names import name_fields  # noqa: E402
from files.recent import By, recent_page  # noqa: E402
from files.search import Criteria, search_page  # noqa: E402
from files.tags import tag_nodes  # noqa: E402
from files.tree import create_folder, root_of  # noqa: E402

FIRST = [
    "Holiday",
    "Invoice",
    "Report",
    "Résumé",
    "Straße",
    "Protokoll",
    "Budget",
    "年間報告",
    "Отчёт",
]
SECOND = ["Berlin", "Crème", "final", "draft", "Müller", "Łódź", "scan", "2025", "Q3", "backup"]
ENDINGS = {
    ".pdf": "application/pdf",
    ".jpg": "image/jpeg",
    ".txt": "text/plain",
    ".zip": "application/zip",
    ".py": "text/x-python",
}


def fill(owner: AbstractBaseUser) -> None:
    """Put ENTRIES files into the vault, and some rare names."""
    root, chance = root_of(owner), random.Random(1)
    blob = Blob.objects.create(owner_id=root.owner_id, key="million", size=1, media_type="x")
    base = min(BASE, ENTRIES)
    for start in range(0, base, 1000):
        folder = create_folder(parent=root, name=f"Folder {start // 1000}")
        numbers = range(start, min(start + 1000, base))
        Node.objects.bulk_create(_node(folder, blob, _name(chance, n), chance) for n in numbers)
    for copy in range(1, ENTRIES // base):
        _double(copy)
    folder = create_folder(parent=root, name="Rare")
    rare = [f"Zwölf Xylophone {number}.pdf" for number in range(4)]
    Node.objects.bulk_create(_node(folder, blob, name, chance) for name in rare)


def _name(chance: random.Random, number: int) -> str:
    return (
        f"{chance.choice(FIRST)} {chance.choice(SECOND)} {number:07}{chance.choice(list(ENDINGS))}"
    )


def _node(folder: Node, blob: Blob, name: str, chance: random.Random) -> Node:
    return Node(
        owner_id=folder.owner_id,
        parent=folder,
        kind=Node.Kind.FILE,
        **name_fields(name),
        size=chance.randrange(10**9),
        media_type=ENDINGS[Path(name).suffix],
        content=blob,
        modified_at=timezone.now() - timedelta(seconds=chance.randrange(10**8)),
    )


def _double(copy: int) -> None:
    """Insert the first files once more, each with a number behind its name."""
    number = f"' {copy}'"
    fresh = {
        "id": "gen_random_uuid()"
        if connection.vendor == "postgresql"
        else "lower(hex(randomblob(16)))",
        "name": f"name || {number}",
        "name_key": f"name_key || {number}",
        "search_key": f"search_key || {number}",
        "sort_key": f"sort_key || {number}",
    }
    columns = [str(field.column) for field in Node._meta.concrete_fields]  # noqa: SLF001  (documented)
    values = ", ".join(fresh.get(column, column) for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO files_node ({', '.join(columns)}) SELECT {values} FROM files_node "
            # Names of the first end as files do, those of the copies in a number.
            "WHERE kind = 1 AND (name LIKE '%.___' OR name LIKE '%.__')"
        )


def timed(name: str, work: Callable[[], object]) -> None:
    taken = []
    for _ in range(RUNS):
        start = time.perf_counter()
        work()
        taken.append((time.perf_counter() - start) * 1000)
    print(f"  {name:<34} {statistics.median(taken):8.1f} {max(taken):8.1f}", flush=True)


SEARCHES = {
    "rare word": Criteria("xylophone"),
    "rare word, accent left out": Criteria("zwolf"),
    "common word": Criteria("holiday"),
    "two common words": Criteria("resume berlin"),
    "three words, the last rare": Criteria("report lodz 0004711"),
    "a number": Criteria("0005123"),
    "no such word": Criteria("nonexistent"),
    "another script": Criteria("отчет"),
    "two letters, common": Criteria("報告"),
    "two letters, rare": Criteria("xy"),
    "two letters, nowhere": Criteria("qz"),
    "one letter, nowhere": Criteria("鑫"),
    "two letters, nowhere, in pictures": Criteria("qz", group=Group.IMAGE),
    "a common word, and two letters": Criteria("holiday be"),
    "common word among pictures": Criteria("holiday", group=Group.IMAGE),
    "common word, large files": Criteria("holiday", min_size=999_000_000),
    "pictures": Criteria(group=Group.IMAGE),
    "common word with a rare tag": Criteria("holiday"),
}


def measure() -> None:
    call_command("migrate", verbosity=0)
    owner = get_user_model().objects.create_user("million", "million@example.com", "x")
    start = time.perf_counter()
    fill(owner)
    print(f"  {ENTRIES:,} entries in {time.perf_counter() - start:.0f} s", flush=True)
    tag = Tag.objects.create(owner=owner, name="rare", name_key="rare")
    some = list(Node.objects.filter(kind=Node.Kind.FILE)[:200])
    tag_nodes(user=owner, nodes=some, add=[tag])
    with connection.cursor() as cursor:
        # As autovacuum leaves it: what an index alone can answer is known then.
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    print(f"  {'':<34} {'median':>8} {'worst':>8}  ms")
    for name, criteria in SEARCHES.items():
        if "tag" in name:
            criteria = Criteria(criteria.words, tag=tag.pk)  # noqa: PLW2901
        timed(name, partial(search_page, owner=owner, criteria=criteria, after=None))
    for by in By:
        timed(f"recent: {by}", partial(recent_page, user=owner, by=by, after=""))


if __name__ == "__main__":
    measure()
