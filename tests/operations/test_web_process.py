"""One web process as a server runs it: its lines, its metrics, and how it leaves."""

import http.client
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.operations import emf
from tests.operations.processes import Web, get, prepared, running_web, wait_until


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepared(tmp_path_factory.mktemp("place"))


@pytest.fixture(scope="module")
def web(place: Path) -> Iterator[Web]:
    with running_web(place, WEB_PROCESSES="2", METRICS_EMF="1", METRICS_EMF_SECONDS="1") as web:
        yield web


def counted(text: str, name: str, labels: str = "") -> float:
    """Return the sum of a metric over the label sets that hold the words."""
    rows = re.findall(rf"^{name}(?:{{(.*)}})? (\S+)$", text, re.MULTILINE)
    return sum(float(value) for found, value in rows if labels in found)


def test_what_all_processes_counted_is_one_sum_on_a_port_of_its_own(web: Web) -> None:
    for _ in range(20):
        assert get(f"{web.url}/account/login/")[0] == 200
    status, text = get(f"{web.metrics_url}/metrics")
    assert status == 200
    assert counted(text, "http_requests_total", 'route="account_login"') == 20
    assert counted(text, "http_request_duration_seconds_count", 'route="account_login"') == 20
    assert counted(text, "http_requests_in_flight") == 0
    assert counted(text, "database_up") == 1
    assert get(f"{web.metrics_url}/account/login/")[0] == 404
    assert get(f"{web.url}/metrics")[0] == 404


def test_metrics_are_in_the_log_too(web: Web) -> None:
    asked = 'route="account_signup"'
    assert get(f"{web.url}/account/signup/")[0] == 200

    def told() -> float:
        lines = [line for line in web.lines() if line.get("route") == "account_signup"]
        found = [emf.read(line) for line in lines if "_aws" in line]
        return sum(metrics.get("http_requests_total", 0) for metrics in found)

    wait_until(lambda: told() > 0, "a line with metrics")
    text = get(f"{web.metrics_url}/metrics")[1]
    assert told() == counted(text, "http_requests_total", asked) == 1


def test_no_header_leads_to_the_metrics(web: Web) -> None:
    address = urlsplit(web.url)
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=10)
    connection.putrequest("GET", "/metrics", skip_host=True)
    connection.putheader("Host", urlsplit(web.metrics_url).netloc)
    connection.endheaders()
    assert connection.getresponse().status in {400, 404}
    connection.close()


def test_every_line_is_json_with_an_id(web: Web) -> None:
    get(f"{web.url}/account/login/")
    get(f"{web.url}/s/a-secret-of-a-link-in-an-address/")
    wait_until(
        lambda: any(line.get("route") == "guest:open" for line in web.lines()), "the line is there"
    )
    lines = [line for line in web.lines() if line["message"] == "request"]
    assert all(re.fullmatch("[0-9a-f]{16}", line["request_id"]) for line in lines)
    assert "a-secret-of-a-link" not in web.log.read_text()


def test_leaving_is_told_first_and_nobody_is_cut_off(place: Path) -> None:
    with running_web(place, WEB_PROCESSES="2", DRAIN_SECONDS="3") as web:
        _leave(web)


def _leave(web: Web) -> None:
    assert get(f"{web.url}/readyz")[0] == 200
    # A slow sender, whose request is in flight while the process is told to leave.
    address = urlsplit(web.url)
    slow = http.client.HTTPConnection(str(address.hostname), address.port, timeout=30)
    token = "a" * 32
    body = f"csrfmiddlewaretoken={token}&login=nobody".encode()
    slow.putrequest("POST", "/account/login/")
    slow.putheader("Cookie", f"csrftoken={token}")
    slow.putheader("Content-Type", "application/x-www-form-urlencoded")
    slow.putheader("Content-Length", str(len(body)))
    slow.endheaders(body[:10])
    web.process.send_signal(signal.SIGTERM)
    wait_until(lambda: get(f"{web.url}/readyz")[0] == 503, "it says that it is leaving")
    assert get(f"{web.url}/account/login/")[0] == 200, "and serves as before"
    wait_until(
        lambda: any("Handling signal: term" in line["message"] for line in web.lines()),
        "it takes no new requests",
    )
    slow.send(body[10:])
    assert slow.getresponse().status == 200, "the form again: a password is missing"
    slow.close()
    assert web.process.wait(timeout=30) == 0
