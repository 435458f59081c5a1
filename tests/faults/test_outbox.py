"""Workers are killed and every receiver has a bad day: everybody is told, and no request waits.

Three kinds of receiver (SMTP, webhooks, SNS) fail, stall, throttle and cut; each of MESSAGES people
is owed a mail, every second a post, and the topic is told of what requests cause meanwhile.
OUTBOX_MESSAGES=10000 for the long run.
"""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import UUID

import psycopg
import pytest

from devops360.tests.processes import ROOT, environment, manage
from tests.faults.receivers import Receivers, receivers_on_a_bad_day
from tests.postgres import temporary_server
from tests.programs import find_postgres

MESSAGES = int(os.environ.get("OUTBOX_MESSAGES", "120"))
# Of these, as many are caused by requests while workers die.
REQUESTS = min(MESSAGES // 4, 500)
KILLS = 2 + MESSAGES // 1000
PATIENCE = 120 + MESSAGES / 5
# In the long run longer than every time-out of ours.
STALL_SECONDS = 15.0 if MESSAGES >= 1000 else 1.0
WORKERS = 2
LOOK_SECONDS = 0.2

PREPARE = """
import os
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("createcachetable")
from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from django.utils import timezone
from files.tree import create_folder, root_of
from notifications.events import notify
from notifications.models import Endpoint, Webhook
from notifications.webhooks import keys
User, url = get_user_model(), os.environ["POSTS"]
people = User.objects.bulk_create(
    User(username=f"p{{n}}", email=f"p{{n}}@example.com", password="!") for n in range({count})
)
EmailAddress.objects.bulk_create(
    EmailAddress(user=each, email=each.email, verified=True, primary=True) for each in people
)
endpoints = Endpoint.objects.bulk_create(
    Endpoint(user=each, channel="webhook", address=f"{{url}}/{{each.username}}",
        verified_at=timezone.now()) for each in people[::2]
)
sealed = keys.new_key()[1]
Webhook.objects.bulk_create(Webhook(endpoint=each, sealed_secret=sealed) for each in endpoints)
owner = User.objects.create(username="owner", email="owner@example.com", password="!")
for number in range(0, {requests}, 50):
    create_folder(parent=root_of(owner), name=f"Plan {{number}}")
told = people[{requests}:]
print(notify(kind="file_shared", to=told, context={{"actor": "Rosa", "name": "Plan"}}))
"""
# Sharing a folder, as the site's page does it. Whom the process speaks to meanwhile is noted.
ASK = """
import json, socket, statistics, time
from django.contrib.auth import get_user_model
from django.test import Client
from files.models import Node
User = get_user_model()
owner, spoken_to, took, connect = User.objects.get(username="owner"), [], [], socket.socket.connect
def noted(self, address):
    spoken_to.append(str(address))
    return connect(self, address)
socket.socket.connect = noted
client = Client(SERVER_NAME="localhost")
client.force_login(owner)
folders = Node.objects.filter(owner=owner, name__startswith="Plan").order_by("pk")
folders = [str(pk) for pk in folders.values_list("pk", flat=True)]
for number in range({requests}):
    began = time.perf_counter()
    fields = {{"address": f"p{{number}}@example.com", "role": "viewer"}}
    answer = client.post(f"/files/{{folders[number // 50]}}/share/people/", fields)
    took.append(time.perf_counter() - began)
    assert answer.status_code == 302, answer.content
print(json.dumps({{"spoken_to": spoken_to, "median": statistics.median(took), "most": max(took)}}))
"""
NOW = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%f', 'now')",
    "postgresql": "now()",
}
# Where each is found among what arrived, and under which key it has to be.
KEYS = """
SELECT delivery.channel, delivery.address, {notification}, {key}
FROM notifications_delivery AS delivery
JOIN notifications_notification AS told ON told.id = delivery.notification_id
"""
AS_TEXT = {
    # SQLite keeps a UUID as its 32 digits.
    "sqlite": {"notification": "told.uuid", "key": "delivery.idempotency_key"},
    "postgresql": {"notification": "told.uuid::text", "key": "delivery.idempotency_key::text"},
}


@dataclass
class Store:
    """The database of the site, reached past the site."""

    kind: str
    place: Path
    # DATABASE_URL, or nothing on SQLite.
    variables: dict[str, str] = field(default_factory=dict)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        if self.kind == "sqlite":
            path = self.place / "db.sqlite3"
            with closing(sqlite3.connect(path, timeout=60, isolation_level=None)) as own:
                return list(own.execute(sql))
        with _postgres(self.variables["DATABASE_URL"], "devops360") as own:
            found = own.execute(sql)
            return found.fetchall() if found.description else []

    def let_time_pass(self, *, leases: bool) -> None:
        """As if what failures wait for had passed; and the leases of dead workers too."""
        states = "('pending', 'sending')" if leases else "('pending')"
        self.rows(
            f"UPDATE notifications_delivery SET due_at = {NOW[self.kind]} "
            f"WHERE state IN {states} AND due_at > {NOW[self.kind]}"
        )
        self.rows(
            "UPDATE notifications_channelstate SET paused_until = NULL "
            "WHERE paused_until IS NOT NULL"
        )

    def keys(self) -> dict[str, dict[str, str]]:
        """Return, by channel, where each message goes and its key."""
        found: dict[str, dict[str, str]] = {}
        for channel, address, notification, key in self.rows(KEYS.format(**AS_TEXT[self.kind])):
            own = found.setdefault(channel, {})
            if channel == "topic":
                own[str(UUID(notification))] = str(UUID(key))
            else:
                own[urlsplit(address).path] = str(UUID(key))
        return found

    def states(self) -> dict[str, int]:
        found = self.rows("SELECT state, count(*) FROM notifications_delivery GROUP BY state")
        return dict(found)


def _postgres(url: str, name: str) -> psycopg.Connection[Any]:
    host = unquote(url.partition("?host=")[2])
    return psycopg.connect(host=host, user="devops360", dbname=name, autocommit=True)


@contextmanager
def database(kind: str, place: Path) -> Iterator[Store]:
    if kind == "sqlite":
        yield Store(kind, place)
        return
    programs = find_postgres()
    if programs is None:
        pytest.skip("install postgresql")
    with temporary_server(programs) as url:
        with _postgres(url, "postgres") as own:
            own.execute("CREATE DATABASE devops360")
        yield Store(kind, place, {"DATABASE_URL": url})


@dataclass
class Site:
    """Processes of a site, each of which may be killed."""

    place: Path
    variables: dict[str, str]
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def shell(self, code: str) -> str:
        done = manage("shell", "--no-imports", "-c", code, state=self.place, **self.variables)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip().splitlines()[-1]

    def ask(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "manage.py", "shell", "-c", ASK.format(requests=REQUESTS)],
            cwd=ROOT,
            env=environment(self.place, **self.variables),
            stdout=subprocess.PIPE,
            text=True,
        )

    def start(self, count: int = 1) -> None:
        for _ in range(count):
            self.workers.append(
                subprocess.Popen(
                    [sys.executable, "manage.py", "deliver"],
                    cwd=ROOT,
                    env=environment(self.place, **self.variables),
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
            )

    def kill(self, number: int) -> None:
        victim = self.workers.pop(number)
        victim.kill()
        victim.wait()

    def kill_all(self) -> None:
        while self.workers:
            self.kill(0)

    def end(self) -> None:
        for worker in self.workers:
            worker.send_signal(signal.SIGTERM)
        for worker in self.workers:
            # It ends by itself, or had only just begun.
            assert worker.wait(timeout=60) in (0, -signal.SIGTERM)
        self.workers.clear()


def work_and_die(site: Site, store: Store, receivers: Receivers, owed: int) -> None:
    """Let workers run and kill them, KILLS times, until most has arrived."""
    chance, killed = random.Random(7), 0
    deadline = time.monotonic() + PATIENCE
    site.start(WORKERS)
    while killed < KILLS or receivers.count() < owed * 0.6:
        assert time.monotonic() < deadline, f"only {receivers.count()} of {owed} arrived"
        # Somewhere between two marks: by what has arrived, not by the clock.
        enough = receivers.count() + chance.randrange(1, max(2, owed // (KILLS * 2)))
        looked = time.monotonic()
        while receivers.count() < min(enough, owed) and time.monotonic() < deadline:
            time.sleep(0.01)
            if time.monotonic() - looked > LOOK_SECONDS:
                # A receiver that says "too fast" once in fifty is left alone for seconds each time.
                store.let_time_pass(leases=False)
                looked = time.monotonic()
        if killed < KILLS:
            site.kill(chance.randrange(len(site.workers)))
            killed += 1
            site.start()
        store.let_time_pass(leases=True)
    site.kill_all()


def finish(site: Site, store: Store) -> None:
    store.let_time_pass(leases=True)
    site.start(WORKERS)
    deadline = time.monotonic() + PATIENCE
    while set(store.states()) != {"sent"}:
        assert time.monotonic() < deadline, store.states()
        time.sleep(LOOK_SECONDS)
        store.let_time_pass(leases=False)
    site.end()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_everybody_is_told_at_least_once_and_duplicates_carry_the_same_key(
    tmp_path: Path, kind: str
) -> None:
    owed = MESSAGES + MESSAGES // 2 + REQUESTS + 1
    with (
        database(kind, tmp_path) as store,
        receivers_on_a_bad_day(stall_seconds=STALL_SECONDS) as receivers,
    ):
        posts = receivers.posts.url("")
        site = Site(tmp_path, store.variables | receivers.variables | {"POSTS": posts})
        told = site.shell(PREPARE.format(count=MESSAGES, requests=REQUESTS))
        assert told == str(MESSAGES - REQUESTS)
        began = time.monotonic()
        with site.ask() as asking:
            try:
                work_and_die(site, store, receivers, owed)
                answered = json.loads((asking.stdout or sys.stdin).read().splitlines()[-1])
                finish(site, store)
            finally:
                asking.kill()
                site.kill_all()
        seconds = time.monotonic() - began
        keys = store.keys()
        arrived = {
            "email": receivers.box.arrived,
            "webhook": receivers.posted,
            "topic": receivers.published,
        }

    assert answered["spoken_to"] == []
    assert {channel: len(own) for channel, own in keys.items()} == {
        "email": MESSAGES,
        "webhook": MESSAGES // 2,
        "topic": REQUESTS + 1,
    }
    for channel, own in keys.items():
        seen = {place: set(came) for place, came in arrived[channel].items()}
        assert seen == {place: {key} for place, key in own.items()}, channel
    again = {
        channel: sum(len(came) - 1 for came in own.values()) for channel, own in arrived.items()
    }
    print(
        f"\n{kind}: {owed} messages in {seconds:.0f} s, {KILLS + WORKERS} workers killed; "
        f"came again under the same key: {again}; receivers: "
        f"{ {name: day.happened for name, day in receivers.days.items()} }; "
        f"{REQUESTS} requests, median {answered['median'] * 1000:.0f} ms, "
        f"longest {answered['most'] * 1000:.0f} ms"
    )
