"""Drills that take the database away, or all connections to it."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from practice.drills.drill import Drill
from practice.drills.observe import Signal
from practice.drills.stack import NAME, Stack
from tests.postgres import DURABLE, Server

GONE = Signal("DatabaseIsGone", "database_up", "falls")
FAILS = Signal("SiteFails", "http_requests_total", "grows", ("status", "5"))
TOLD = frozenset({503})
PEOPLE = "Pages and scripts get a 503 that says to try again; uploads go on where they were."


@contextmanager
def _killed(stack: Stack) -> Iterator[None]:
    stack.database.kill()
    yield
    stack.database.start()


@contextmanager
def _stopped(stack: Stack) -> Iterator[None]:
    stack.database.stop()
    yield
    stack.database.start()


@contextmanager
def _restarted(stack: Stack) -> Iterator[None]:
    stack.database.stop()
    stack.database.start()
    yield


@contextmanager
def _exhausted(stack: Stack) -> Iterator[None]:
    """Lock a table that every page reads: whoever asks keeps a connection, and waits."""
    with psycopg.connect(stack.database.url(name=NAME)) as connection:
        connection.execute("LOCK TABLE files_node IN ACCESS EXCLUSIVE MODE")
        yield


def _with_standby(stack: Stack) -> Server:
    """Start a standby that has each change before anybody is told that it was made."""
    primary = stack.database
    standby = Server(primary.programs, stack.standby, DURABLE)
    standby.take_folder()
    standby.make_standby_of(primary)
    standby.start()
    stack.ending.callback(standby.stop)
    primary.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
    primary.execute("SELECT pg_reload_conf()")
    return standby


@contextmanager
def _failed_over(stack: Stack) -> Iterator[None]:
    standby = _with_standby(stack)
    stack.database.kill()
    yield
    standby.promote()
    stack.database = standby


KILL_DATABASE = Drill(
    name="kill-database",
    breaks="All of PostgreSQL's processes get `kill -9`, as in a power cut.",
    people=PEOPLE,
    mended="PostgreSQL is started again and recovers from its log. Nothing else is restarted.",
    todo="Look at the server's log and disk; on RDS nothing: it starts again by itself.",
    broken=_killed,
    signals=(GONE, FAILS),
    statuses=TOLD,
    seconds=10,
    quick=4,
)
DATABASE_GONE = Drill(
    name="database-gone",
    breaks="PostgreSQL is stopped for half a minute.",
    people=PEOPLE,
    mended="PostgreSQL is started. Site and worker find it by themselves.",
    todo="Start or restore the database; restart nothing else.",
    broken=_stopped,
    signals=(GONE, FAILS),
    statuses=TOLD,
    seconds=30,
    quick=6,
)
DATABASE_RESTARTED = Drill(
    name="database-restarted",
    breaks="PostgreSQL is restarted, as for a new version or parameter.",
    people="At most a few 503, for as long as the restart takes; whoever waits 3 s sees none.",
    mended="By itself: dead connections are found before they are used.",
    todo="Nothing.",
    broken=_restarted,
    signals=(),
    statuses=TOLD,
    seconds=5,
    quick=1,
)
POOL_EXHAUSTED = Drill(
    name="pool-exhausted",
    breaks="A session that stays open locks a table: every connection of the pool waits for it.",
    people="Who got a connection waits; the others get a 503 after 3 s. Probes are answered.",
    mended="The session ends. What waited goes on.",
    todo="Find it: `SELECT pid, query FROM pg_stat_activity WHERE state = 'idle in transaction'`, "
    "then `SELECT pg_terminate_backend(pid)`.",
    broken=_exhausted,
    signals=(FAILS,),
    statuses=TOLD,
    # More than a process has connections to the database.
    readers=6,
    seconds=20,
    quick=5,
)
DATABASE_FAILOVER = Drill(
    name="database-failover",
    breaks="The machine of the database is gone for good; its synchronous standby takes over.",
    people=PEOPLE,
    mended="The standby is promoted. Connections are made anew, to where writing is possible.",
    todo="Make a new standby. The old one must not come back as it is.",
    broken=_failed_over,
    signals=(GONE, FAILS),
    statuses=TOLD,
    seconds=10,
    quick=4,
)
