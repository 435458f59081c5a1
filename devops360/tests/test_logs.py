"""Lines of the log: one per event, with its request's id, and without secrets."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from accounts.tests.factories import UserFactory
from devops360.observability.backend import REQUEST_ID, TracedDatabaseBackend
from devops360.observability.context import request_id_from, within_request
from devops360.observability.logs import ContextFilter, JsonFormatter, TextFormatter
from devops360.schedule import run_job

SECRET = "a-links-secret-that-no-line-may-hold"


class Kept(logging.Handler):
    """Keeps lines as the server would print them."""

    def __init__(self) -> None:
        super().__init__()
        self.addFilter(ContextFilter())
        self.setFormatter(JsonFormatter())
        self.lines: list[dict[str, Any]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(json.loads(self.format(record)))


@pytest.fixture
def kept() -> Iterator[Kept]:
    handler = Kept()
    root, requests = logging.getLogger(), logging.getLogger("devops360.requests")
    before = requests.level
    requests.setLevel(logging.INFO)
    root.addHandler(handler)
    yield handler
    root.removeHandler(handler)
    requests.setLevel(before)


@pytest.mark.parametrize("given", ["", "short", "x" * 65, "with space", "new\nline1", "ümlaut-ü"])
def test_an_id_that_could_forge_a_line_is_replaced(given: str) -> None:
    made = request_id_from(given)
    assert made != given
    assert len(made) == 16


def test_a_proxys_id_is_kept_and_given_back(client: Client, db: None, kept: Kept) -> None:
    answer = client.get("/account/login/", headers={"X-Request-ID": "from-the-proxy-1"})
    assert answer.headers["X-Request-ID"] == "from-the-proxy-1"
    line = next(line for line in kept.lines if line["message"] == "request")
    assert line["request_id"] == "from-the-proxy-1"
    assert (line["route"], line["method"], line["status"]) == ("account_login", "GET", 200)
    assert line["user"] == "-"


def test_a_line_names_the_person_by_id(client: Client, db: None, kept: Kept) -> None:
    person = UserFactory.create()
    client.force_login(person)
    client.get("/files/")
    line = next(line for line in kept.lines if line["message"] == "request")
    assert line["user"] == str(person.pk)
    assert person.email not in json.dumps(kept.lines)


def test_addresses_of_links_and_searches_are_not_in_the_log(
    client: Client, db: None, kept: Kept
) -> None:
    client.force_login(UserFactory.create())
    for path in (f"/s/{SECRET}/", f"/nothing/{SECRET}/", f"/files/search/?q={SECRET}"):
        client.get(path)
    client.post(f"/s/{SECRET}/", headers={"Host": "testserver"})
    text = json.dumps(kept.lines)
    assert "guest:open" in text
    assert "Not Found: (no route)" in text
    assert SECRET not in text


def test_what_was_sent_cannot_begin_a_line() -> None:
    record = logging.makeLogRecord({"msg": "one\ntwo\r", "levelname": "INFO", "name": "x"})
    assert "\n" not in TextFormatter().format(record)
    assert "\n" not in JsonFormatter().format(record)


def test_an_exception_is_one_line() -> None:
    error = ValueError("told")
    info = (ValueError, error, error.__traceback__)
    record = logging.makeLogRecord({"msg": "failed", "exc_info": info, "levelname": "ERROR"})
    line = JsonFormatter().format(record)
    assert "\n" not in line
    assert "ValueError: told" in json.loads(line)["exception"]


def test_a_task_remembers_its_request(db: None) -> None:
    backend = TracedDatabaseBackend("default", {"QUEUES": ["default"], "OPTIONS": {}})
    with within_request("asked-for-it-1"):
        result = backend.enqueue(run_job, ["prune_tasks"], {})
    assert result.db_result.args_kwargs[REQUEST_ID] == "asked-for-it-1"
    alone = backend.enqueue(run_job, ["prune_tasks"], {})
    assert REQUEST_ID not in alone.db_result.args_kwargs
