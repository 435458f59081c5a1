"""A database that is away: everybody is told so, in a form they understand, and when to return."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError
from django.test import Client
from psycopg_pool import PoolTimeout

from devops360 import environment as env
from devops360 import outage as module
from devops360.outage import Outage, outage, waited_in_vain

WORDS = "try it again"


@pytest.fixture(autouse=True)
def _over() -> Iterator[None]:
    yield
    outage.end()


@pytest.fixture
def client() -> Client:
    client = Client(raise_request_exception=False)
    client.cookies["sessionid"] = "a" * 32
    return client


@pytest.fixture(params=[OperationalError, InterfaceError])
def _gone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what asks for a session, or for a token, meet a database that is away."""

    def fail(*args: Any, **kwargs: Any) -> None:
        raise request.param("the connection is closed")

    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.load", fail)
    monkeypatch.setattr("accounts.tokens.use_token", fail)


@pytest.mark.usefixtures("_gone")
def test_a_page_says_that_nothing_is_lost_and_when_to_come_back(client: Client) -> None:
    answer = client.get("/files/")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert "One moment, please" in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.usefixtures("_gone")
def test_scripts_of_pages_are_told_in_json(client: Client) -> None:
    answer = client.get("/files/", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert WORDS in answer.json()["error"]


@pytest.mark.usefixtures("_gone")
def test_the_api_answers_with_a_problem(client: Client) -> None:
    answer = client.get("/api/v1/root", headers={"Authorization": "Bearer d360_any"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert WORDS in answer.json()["detail"]


def test_another_defect_is_a_500(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: Any) -> None:
        raise ValueError

    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.load", fail)
    answer = client.get("/files/")
    assert answer.status_code == 500
    assert "Retry-After" not in answer.headers


def test_a_vanished_machine_is_given_up_soon_unless_the_url_says_otherwise() -> None:
    entry: Any = env.database("postgres://vault@/files?connect_timeout=9", pool_size=4)
    assert entry["OPTIONS"]["connect_timeout"] == "9"
    assert entry["OPTIONS"]["tcp_user_timeout"] == 10_000
    assert entry["CONN_HEALTH_CHECKS"]


def no_connection() -> OperationalError:
    error = OperationalError("couldn't get a connection after 3.00 sec")
    error.__cause__ = PoolTimeout("couldn't get a connection after 3.00 sec")
    return error


def test_who_waited_in_vain_spares_the_others(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def fail(self: Any) -> None:
        asked.append("asked")
        raise no_connection()

    monkeypatch.setattr(module, "PAUSE", 60.0)
    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.load", fail)
    assert [client.get("/files/").status_code for _ in range(3)] == [503] * 3
    assert asked == ["asked"]
    assert client.get("/livez").status_code == 200


@pytest.mark.django_db
def test_it_is_over_with_the_first_who_is_answered(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PAUSE", 0.0)
    outage.begin()
    assert client.get("/files/").status_code == 302
    assert [outage.lets_through(), outage.lets_through()] == [True, True]


def test_one_tries_after_each_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    one = Outage()
    assert one.lets_through()
    monkeypatch.setattr(module, "PAUSE", 60.0)
    one.begin()
    assert not one.lets_through()
    monkeypatch.setattr(module, "PAUSE", 0.0)
    one.begin()
    assert [one.lets_through(), one.lets_through()] == [True, False]


def test_a_statement_that_was_refused_is_no_reason_to_refuse_others() -> None:
    assert waited_in_vain(no_connection())
    assert not waited_in_vain(OperationalError("deadlock detected"))
    assert not waited_in_vain(None)
