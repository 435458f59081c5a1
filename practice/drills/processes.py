"""Drills that kill the site's own processes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from practice.drills.drill import Drill
from practice.drills.load import NO_ANSWER
from practice.drills.observe import UP, Signal
from practice.drills.stack import Stack, manage_all
from tests.operations.processes import wait_until

UNREACHED = Signal("ProcessIsGone", UP, "falls")


@contextmanager
def _web_killed(stack: Stack) -> Iterator[None]:
    stack.web.kill()
    yield
    stack.web.start()
    stack.wait_until_up()


@contextmanager
def _worker_killed(stack: Stack) -> Iterator[None]:
    stack.worker.kill()
    yield
    stack.worker.start()
    stack.wait_until_up()


ENQUEUE = "from practice.drills.poison import poison; print(poison.enqueue().id)"
# As if the dead worker's lease had run out.
LEASE_IS_OVER = """
UPDATE django_tasks_database_dbtaskresult SET started_at = started_at - interval '5 minutes'
WHERE id = '{id}' AND status = 'RUNNING'
"""
POISON_STATE = """
SELECT status, jsonb_array_length(worker_ids)
FROM django_tasks_database_dbtaskresult WHERE id = '{id}'
"""
ATTEMPTS = 5


@contextmanager
def _poisoned(stack: Stack) -> Iterator[None]:
    """Enqueue what kills its worker, and be the supervisor who starts another each time."""
    words = ("manage.py", "shell", "-v0", "-c", ENQUEUE)
    poison = manage_all(stack.place, stack.worker.variables, words).split()[-1]
    for _ in range(ATTEMPTS):
        wait_until(stack.worker.has_ended, "the task kills its worker")
        stack.execute(LEASE_IS_OVER.format(id=poison))
        stack.worker.start()
    yield
    state = POISON_STATE.format(id=poison)
    wait_until(lambda: stack.execute(state)[0][0] == "FAILED", "the task is given up")
    if (found := stack.execute(state)[0][1]) != ATTEMPTS:
        stack.findings.append(f"The task was tried {found} times, not {ATTEMPTS}.")


DUE = "UPDATE devops360_jobrun SET next_at = now() - interval '1 second'; SELECT now()"
ENQUEUED = """
SELECT args_kwargs->'args'->>0, count(*) FROM django_tasks_database_dbtaskresult
WHERE task_path = 'devops360.schedule.run_job' AND enqueued_at >= '{since}' GROUP BY 1
"""


@contextmanager
def _two_schedulers(stack: Stack) -> Iterator[None]:
    """Have two workers and two schedulers look while every job is due."""
    other = replace(stack.worker, name="worker-2", variables=dict(stack.worker.variables))
    other.running, other.variables["WORKER_METRICS_PORT"] = None, "0"
    other.start()
    try:
        (since,) = stack.execute(DUE)[0]
        enqueue = ("manage.py", "enqueue_due")
        manage_all(stack.place, stack.worker.variables, enqueue, enqueue)
        yield
        found = dict(stack.execute(ENQUEUED.format(since=since)))
    finally:
        other.kill()
    if not found:
        stack.findings.append("No job was enqueued.")
    if twice := [name for name, count in found.items() if count > 1]:
        stack.findings.append(f"Enqueued more than once: {twice}.")


HOUR = 3600


@contextmanager
def _clock_jumped(stack: Stack) -> Iterator[None]:
    with stack.troubled("clock-worker", str(HOUR)):
        yield


KILL_WEB = Drill(
    name="kill-web",
    breaks="gunicorn and all its processes get `kill -9`, in the middle of uploads.",
    people="Nobody answers. Browsers and scripts send again what was cut off, part by part.",
    mended="gunicorn is started again. What was half-written has no name: the sweeper takes it.",
    todo="Find out who killed it: `kubectl describe pod`, `dmesg` (out of memory), `journalctl`.",
    broken=_web_killed,
    signals=(UNREACHED,),
    statuses=frozenset({NO_ANSWER}),
    seconds=10,
    quick=1,
)
KILL_WORKER = Drill(
    name="kill-worker",
    breaks="`manage.py worker` gets `kill -9`, while it makes previews and sends mail.",
    people="All works. Previews and mail come late; a mail may come twice, with the same key.",
    mended="A worker is started. What the dead one held is taken up once its lease has ended.",
    todo="Start a worker; its last lines, or the kernel's, say what it died of.",
    broken=_worker_killed,
    signals=(
        UNREACHED,
        Signal("NoWorker", "tasks_oldest_age_seconds", "rises"),
        Signal("PeopleAreNotTold", "deliveries_oldest_age_seconds", "rises", ("channel", "email")),
    ),
    quick=3,
)

POISON_TASK = Drill(
    name="poison-task",
    breaks="A task kills its worker each time that it is tried.",
    people="Everything works; what else the worker does waits until it is started again.",
    mended="After five attempts the task is given up. It is in the admin, as failed.",
    todo="Look at the failed task in the admin, and at the kernel's log for the reason; mend the "
    "code, then ask for it again.",
    broken=_poisoned,
    signals=(UNREACHED,),
    seconds=5,
    quick=0,
)
TWO_SCHEDULERS = Drill(
    name="two-schedulers",
    breaks="Two workers and two schedulers look at the same moment, and every job is due.",
    people="Nothing.",
    mended="Nothing has to be: of many who see that a job is due, one enqueues it.",
    todo="Nothing.",
    broken=_two_schedulers,
    signals=(),
    seconds=10,
    quick=1,
)
CLOCK_JUMP = Drill(
    name="clock-jump",
    breaks="The clock of the worker's machine is an hour ahead, and jumps back.",
    people="Nothing. Messages go by the database's clock; jobs run early, once, and then late.",
    mended="The clock is right again.",
    todo="Set the clock by NTP: `chronyc tracking`.",
    broken=_clock_jumped,
    signals=(Signal("ClockIsWrong", "clock_skew_seconds", "rises"),),
    quick=3,
)
