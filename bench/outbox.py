"""How many notifications a second two workers send, on PostgreSQL as durable as in production.

Part of `make bench`; alone: `make bench BENCH_WORK=outbox` or `python -m bench.outbox`
(BENCH_DELIVERIES=20000: more of them; BENCH_CHANNELS=mail,smtp: only these).

- `inbox`: what telling people writes, by one process: the inbox has nothing to be delivered.
- `words`: the outbox alone: taken, put into words, marked; the receiver throws away what it gets.
- `mail`: with each mail composed in text and HTML, to its last byte, and thrown away.
- `smtp`: with each mail handed to a mail server on this machine.
- `webhook`: with each post signed and answered by a server on this machine.
- `topic`: published to moto's SNS on this machine, which takes more time than we do.

The receivers are Python's own and take from the same processors. Beside the rate stands the CPU
time that one delivery costs a worker, which a busy machine changes least.
"""

import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import boto3
import psycopg

from bench.servers import MissingError
from bench.sizes import FULL
from bench.within import WITHIN
from notifications.tests.receiver import running_receiver
from notifications.tests.smtp import mail_server
from tests.aws import Aws, running_aws
from tests.postgres import temporary_server
from tests.programs import find_postgres

COUNT = int(os.environ.get("BENCH_DELIVERIES", "10000"))
WORKERS = 2
ROOT = Path(__file__).resolve().parents[1]
# As a server has it: what is marked is on the disk.
DURABLE = ("max_connections=100",)
# moto answers a hundred calls a second.
FEWER = {"topic": 20, "webhook": 2}


@dataclass(frozen=True)
class OutboxSpeed:
    """One kind of work: how many a second all workers together, at what CPU time of a worker."""

    work: str
    sent: int
    seconds: float
    cpu_milliseconds: float

    @property
    def rate(self) -> float:
        return self.sent / self.seconds

    def __str__(self) -> str:
        return (
            f"{self.work:<8} {self.sent:>6} in {self.seconds:5.1f} s: {self.rate:7,.0f} a second, "
            f"{self.cpu_milliseconds:.2f} ms of CPU each"
        )


@contextmanager
def databases() -> Iterator[Callable[[str], str]]:
    """Run a server; yield what makes a database with the site's tables, and returns its URL."""
    programs = find_postgres()
    if programs is None:
        raise MissingError("install postgresql")
    with temporary_server(programs, DURABLE) as url:
        host = unquote(url.partition("?host=")[2])
        with psycopg.connect(
            host=host, user="devops360", dbname="postgres", autocommit=True
        ) as own:

            def make(name: str, template: str = "devops360") -> str:
                own.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
                return url.replace("/devops360?", f"/{name}?")

            _numbers(start("migrate", 0, {"DATABASE_URL": make("devops360", "template1")}))
            yield make


@contextmanager
def receiver_for(work: str) -> Iterator[dict[str, str]]:
    """Run what the work is sent to; yield the variables by which the site finds it."""
    if work == "smtp":
        with mail_server() as box:
            yield {"EMAIL_URL": box.url}
    elif work == "webhook":
        with running_receiver() as receiver:
            yield {
                "OUTGOING_HTTP": "1",
                "OUTGOING_PORTS": str(receiver.port),
                "OUTGOING_NETWORKS": "127.0.0.0/8",
                "BENCH_RECEIVER": receiver.url("/"),
            }
    elif work == "topic":
        # moto's server tells of every request.
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        with running_aws() as aws:
            yield topic_on(aws)
    else:
        yield {}


def topic_on(aws: Aws) -> dict[str, str]:
    variables = {
        "AWS_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
    }
    client = boto3.client(
        "sns",
        region_name=variables["AWS_REGION"],
        endpoint_url=aws.url,
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )
    topic = client.create_topic(Name="events")["TopicArn"]
    return variables | {"SNS_ENDPOINT_URL": aws.url, "SNS_EVENTS_TOPIC": topic}


def start(step: str, count: int, variables: dict[str, str]) -> subprocess.Popen[str]:
    fixed = {
        WITHIN: "1",
        "DJANGO_SETTINGS_MODULE": "devops360.settings",
        "EMAIL_URL": "memory:",
        "LOG_LEVEL": "ERROR",
        # Nothing is kept there but a key, which all of them need.
        "SECRET_KEY": "of-the-bench-alone",
        "STATE_DIR": str(ROOT / "var" / "bench-state"),
    }
    return subprocess.Popen(
        [sys.executable, "-m", "bench.outbox_worker", *step.split(), str(count)],
        cwd=ROOT,
        env=os.environ | fixed | variables,
        stdout=subprocess.PIPE,
        text=True,
    )


def measure(work: str, count: int, url: str) -> OutboxSpeed:
    with receiver_for(work) as found:
        variables = found | {"DATABASE_URL": url}
        told = _numbers(start(f"prepare {work}", count, variables))
        if work == "inbox":
            return OutboxSpeed(work, int(told[0]), told[1], told[2] / told[0] * 1000)
        said = [_numbers(each) for each in [start(work, count, variables) for _ in range(WORKERS)]]
    sent = int(sum(numbers[0] for numbers in said))
    if sent != count:
        raise RuntimeError(f"{sent} of {count} were sent by {work}")
    # Without the start of Python and Django, which each worker takes off.
    return OutboxSpeed(
        work,
        sent,
        max(numbers[1] for numbers in said),
        sum(numbers[2] for numbers in said) / sent * 1000,
    )


def _numbers(process: subprocess.Popen[str]) -> list[float]:
    """Wait for a process and return what it printed: how many, in which time, with what CPU."""
    words = process.communicate()[0].split()
    if process.returncode != 0:
        raise RuntimeError("a process of the bench failed; it said why above")
    return [float(word) for word in words[-3:]]


def measure_outbox(count: int, works: Sequence[str]) -> Iterator[OutboxSpeed]:
    """Yield how fast each kind of work goes. Raises MissingError without PostgreSQL."""
    with databases() as make:
        for work in works:
            yield measure(work, max(20, count // FEWER.get(work, 1)), make(f"of_{work}"))


if __name__ == "__main__":
    chosen = os.environ.get("BENCH_CHANNELS", "").split(",")
    wanted = [work for work in FULL.outbox if chosen == [""] or work in chosen]
    for speed in measure_outbox(COUNT, wanted):
        print(speed, flush=True)
