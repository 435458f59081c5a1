"""Workers are killed and the mail server has a bad day: everybody is told, none is lost.

OUTBOX_MESSAGES=10000 for the long run.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote

import psycopg
import pytest

from devops360.tests.processes import ROOT, environment, manage
from notifications.tests.smtp import Mailbox, mail_server, troubled
from tests.postgres import temporary_server
from tests.programs import find_postgres

MESSAGES = int(os.environ.get("OUTBOX_MESSAGES", "200"))
PATIENCE = 120 + MESSAGES / 5
WORKERS = 2
STARTED: list[subprocess.Popen[bytes]] = []

PREPARE = """
from django.contrib.auth import get_user_model
from notifications.events import notify
User = get_user_model()
people = User.objects.bulk_create(
    User(username=f"p{{n}}", email=f"p{{n}}@example.com", password="!") for n in range({count})
)
print(notify(kind="file_shared", to=people, context={{"actor": "Rosa", "name": "Plan"}}, key="x"))
"""
# As if the time had passed for which failures wait, channels rest, and dead workers hold leases.
LATER = """
import json
from django.db.models import Count
from django.utils import timezone
from notifications.models import ChannelState, Delivery
Delivery.objects.open().update(due_at=timezone.now())
ChannelState.objects.update(paused_until=None)
print(json.dumps(dict(Delivery.objects.values_list("state").annotate(Count("pk")))))
"""
KEYS = """
import json
from notifications.models import Delivery
rows = Delivery.objects.values_list("address", "idempotency_key")
print(json.dumps({address: str(key) for address, key in rows}))
"""


@contextmanager
def database(kind: str) -> Iterator[dict[str, str]]:
    if kind == "sqlite":
        yield {}
        return
    programs = find_postgres()
    if programs is None:
        pytest.skip("install postgresql")
    with temporary_server(programs) as url:
        host = unquote(url.partition("?host=")[2])
        with psycopg.connect(
            host=host, user="devops360", dbname="postgres", autocommit=True
        ) as own:
            own.execute("CREATE DATABASE devops360")
        yield {"DATABASE_URL": url}


def shell(code: str, place: Path, **variables: str) -> str:
    done = manage("shell", "--no-imports", "-c", code, state=place, **variables)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().splitlines()[-1]


def start(place: Path, **variables: str) -> subprocess.Popen[bytes]:
    worker = subprocess.Popen(
        [sys.executable, "manage.py", "deliver"],
        cwd=ROOT,
        env=environment(place, **variables),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    STARTED.append(worker)
    return worker


@pytest.fixture(autouse=True)
def _no_worker_is_left() -> Iterator[None]:
    yield
    while STARTED:
        worker = STARTED.pop()
        worker.kill()
        worker.wait()


def work_and_die(box: Mailbox, place: Path, **variables: str) -> int:
    """Let workers run and kill them, until most mails have arrived; return how many died."""
    chance, killed = random.Random(7), 0
    workers = [start(place, **variables) for _ in range(WORKERS)]
    deadline = time.monotonic() + PATIENCE
    while killed < 4 or len(box.arrived) < MESSAGES * 0.6:
        assert time.monotonic() < deadline, f"only {len(box.arrived)} arrived"
        before = len(box.arrived)
        while len(box.arrived) < min(before + MESSAGES // 10, MESSAGES):
            time.sleep(0.02)
            if time.monotonic() > deadline or killed >= 4:
                break
        victim = workers.pop(chance.randrange(len(workers)))
        victim.kill()
        victim.wait()
        killed += 1
        shell(LATER, place, **variables)
        workers.append(start(place, **variables))
    for worker in workers:
        worker.kill()
        worker.wait()
    return killed + len(workers)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_everybody_is_told_at_least_once_and_duplicates_carry_the_same_key(
    tmp_path: Path, kind: str
) -> None:
    with database(kind) as where, mail_server() as box:
        variables = where | {"EMAIL_URL": box.url}
        assert manage("migrate", "-v0", state=tmp_path, **variables).returncode == 0
        assert manage("createcachetable", state=tmp_path, **variables).returncode == 0
        assert shell(PREPARE.format(count=MESSAGES), tmp_path, **variables) == str(MESSAGES)
        box.answer = troubled(seed=1)
        killed = work_and_die(box, tmp_path, **variables)

        workers = [start(tmp_path, **variables) for _ in range(WORKERS)]
        deadline = time.monotonic() + PATIENCE
        while True:
            states = json.loads(shell(LATER, tmp_path, **variables))
            if set(states) == {"sent"}:
                break
            assert time.monotonic() < deadline, states
            time.sleep(0.5)
        for worker in workers:
            worker.send_signal(signal.SIGTERM)
            # It ends by itself, or had only just begun.
            assert worker.wait(timeout=60) in (0, -signal.SIGTERM)
        keys = json.loads(shell(KEYS, tmp_path, **variables))

    assert states == {"sent": MESSAGES}
    assert set(box.arrived) == set(keys)
    assert {to: set(seen) for to, seen in box.arrived.items()} == {
        to: {key} for to, key in keys.items()
    }
    twice = sum(len(seen) - 1 for seen in box.arrived.values())
    print(f"{kind}: {MESSAGES} messages, {killed} workers killed, {twice} came twice or more")
