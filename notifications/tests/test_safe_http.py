"""What an address that somebody typed must never lead to, tried on real servers."""

import ipaddress
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from notifications import safe_http
from notifications.addresses import may_call
from notifications.safe_http import ForbiddenUrlError, UnreachableError, check_url, send
from notifications.tests.authority import Signed, make_authority, sign_for
from notifications.tests.receiver import Handler, Receiver, running_receiver

PUBLIC = "93.184.216.34"


@pytest.fixture(scope="module")
def authority() -> Signed:
    return make_authority()


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    with running_receiver() as running:
        settings.OUTGOING_HTTP = True
        settings.OUTGOING_PORTS = {running.port}
        yield running


class Internet:
    """Names and addresses as the test says; what is dialled ends at the receiver."""

    def __init__(self, receiver: Receiver) -> None:
        self.receiver = receiver
        self.names: dict[str, list[list[str]]] = {}
        self.asked: list[str] = []
        self.dialled: list[str] = []

    def resolve(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        answers = self.names[host]
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def open_connection(self, address: str, port: int) -> socket.socket:
        self.dialled.append(address)
        return socket.create_connection(("127.0.0.1", self.receiver.port), timeout=5)


@pytest.fixture
def internet(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> Internet:
    made = Internet(receiver)
    monkeypatch.setattr(safe_http, "resolve", made.resolve)
    monkeypatch.setattr(safe_http, "open_connection", made.open_connection)
    return made


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "100.100.100.200",
        "169.254.169.254",
        "168.63.129.16",
        "192.0.0.192",
        "192.0.2.1",
        "198.18.0.1",
        "224.0.0.1",
        "239.1.1.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::a00:1",
        "2002:7f00:1::",
        "2002:a9fe:a9fe::1",
        "2001::1",
        "2001:db8::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fe80::1%eth0",
        "2606:4700::1%1",
        "fec0::1",
        "ff02::1",
        "not an address",
    ],
)
def test_what_is_not_the_internets_is_not_called(address: str) -> None:
    assert not may_call(address)


@pytest.mark.parametrize(
    "address", [PUBLIC, "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_what_is_the_internets_is(address: str) -> None:
    assert may_call(address)


def test_a_private_network_is_called_where_the_operator_says_so(settings: Any) -> None:
    settings.OUTGOING_NETWORKS = networks("10.1.0.0/16", "fd12::/64")
    assert may_call("10.1.2.3")
    assert may_call("fd12::5")
    assert not may_call("10.2.0.1")
    assert not may_call("fd13::5")


def networks(*texts: str) -> tuple[Any, ...]:
    return tuple(ipaddress.ip_network(text) for text in texts)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://",
        "example.com/hook",
        "ftp://example.com/",
        "file:///etc/passwd",
        "gopher://example.com/",
        "http://example.com/",
        "https://user:secret@example.com/",
        "https://@example.com/",
        "https://example.com:22/",
        "https://example.com:99999/",
        "https://example.com:port/",
        "https://exa mple.com/",
        "https://example.com/\r\nX-Injected: 1",
        "https://example.com/\x00",
        "https://[::1/",
        "https://example.com/ünicode",
        "https://" + "a" * 64 + ".example.com/",
        "https://example.com/" + "x" * 2000,
    ],
)
def test_urls_that_are_refused_unresolved(url: str) -> None:
    with pytest.raises(ForbiddenUrlError):
        check_url(url)


def test_a_url_is_taken_apart_as_the_server_will_see_it(settings: Any) -> None:
    target = check_url("https://Bücher.Example.:8443/a%20b?c=d#e")
    assert (target.host, target.port, target.path) == ("xn--bcher-kva.example", 8443, "/a%20b?c=d")
    assert target.authority == "xn--bcher-kva.example:8443"
    assert check_url("https://[2606:4700::1]/").authority == "[2606:4700::1]"


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1", "127.1", "2130706433", "0x7f.1", "0177.0.0.1", "[::1]", "0"]
)
def test_loopback_by_any_spelling(receiver: Receiver, host: str) -> None:
    with pytest.raises((ForbiddenUrlError, UnreachableError)):
        send("POST", receiver.url(host=host))
    assert not receiver.received


def test_a_call_goes_to_the_checked_address_under_its_name(
    internet: Internet, receiver: Receiver
) -> None:
    internet.names["hooks.example.com"] = [[PUBLIC]]
    receiver.behave(lambda handler: handler.answer(201, b"made", X_Note="hi"))
    url = receiver.url("/in?x=1", host="hooks.example.com")
    answer = send("POST", url, body=b"{}", headers={"Content-Type": "application/json"})
    assert (answer.status, answer.body, answer.headers["x-note"]) == (201, b"made", "hi")
    (got,) = receiver.received
    assert (got.method, got.path, got.body) == ("POST", "/in?x=1", b"{}")
    assert got.headers["host"] == f"hooks.example.com:{receiver.port}"
    assert internet.dialled == [PUBLIC]


def test_a_name_that_changes_its_mind_is_asked_once(internet: Internet, receiver: Receiver) -> None:
    """DNS rebinding: public when looked at, ours when called."""
    internet.names["rebind.example"] = [[PUBLIC], ["127.0.0.1"], ["169.254.169.254"]]
    send("POST", receiver.url(host="rebind.example"))
    assert internet.asked == ["rebind.example"]
    assert internet.dialled == [PUBLIC]
    with pytest.raises(ForbiddenUrlError):
        send("POST", receiver.url(host="rebind.example"))
    assert len(internet.dialled) == len(receiver.received) == 1


@pytest.mark.parametrize("trick", ["127.0.0.1", "::ffff:10.0.0.1", "169.254.169.254"])
def test_one_bad_address_among_good_ones_is_enough(
    internet: Internet, receiver: Receiver, trick: str
) -> None:
    internet.names["mixed.example"] = [[PUBLIC, trick]]
    with pytest.raises(ForbiddenUrlError, match="network"):
        send("POST", receiver.url(host="mixed.example"))
    assert internet.dialled == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_answers_and_not_followed(
    internet: Internet, receiver: Receiver, status: int
) -> None:
    internet.names["hooks.example.com"] = [[PUBLIC]]
    inside = f"http://127.0.0.1:{receiver.port}/inside"
    receiver.behave(lambda handler: handler.answer(status, Location=inside))
    assert send("POST", receiver.url(host="hooks.example.com")).status == status
    assert [got.path for got in receiver.received] == ["/"]


def test_proxies_of_the_environment_are_not_used(
    internet: Internet, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    internet.names["hooks.example.com"] = [[PUBLIC]]
    assert send("POST", receiver.url(host="hooks.example.com")).status == 204


def test_the_next_address_is_tried_when_one_is_dead(
    internet: Internet, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    internet.names["two.example"] = [["8.8.8.8", PUBLIC]]
    alive = internet.open_connection

    def one_is_dead(address: str, port: int) -> socket.socket:
        if address == "8.8.8.8":
            raise ConnectionRefusedError
        return alive(address, port)

    monkeypatch.setattr(safe_http, "open_connection", one_is_dead)
    assert send("POST", receiver.url(host="two.example")).status == 204
    assert internet.dialled == [PUBLIC]


def test_an_endless_answer_is_read_so_far(internet: Internet, receiver: Receiver) -> None:
    def pours(handler: Handler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while not receiver.over.is_set():
            handler.wfile.write(b"x" * 65536)

    internet.names["pours.example"] = [[PUBLIC]]
    receiver.behave(pours)
    answer = send("POST", receiver.url(host="pours.example"))
    assert answer.body == b"x" * safe_http.ANSWER_BYTES


@pytest.mark.parametrize("how", ["stalls", "dribbles"])
def test_a_slow_answer_is_cut(internet: Internet, receiver: Receiver, how: str) -> None:
    internet.names["slow.example"] = [[PUBLIC]]
    receiver.behave(getattr(receiver, how))
    started = time.monotonic()
    with pytest.raises(UnreachableError, match="too long"):
        send("POST", receiver.url(host="slow.example"), seconds=0.5)
    # Without the deadline the dribble would last as long as the server does.
    assert time.monotonic() - started < 30


def test_a_body_that_dribbles_is_no_answer(internet: Internet, receiver: Receiver) -> None:
    def dribbles_the_body(handler: Handler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n")
        while not receiver.over.wait(0.05):
            handler.wfile.write(b"z")
            handler.wfile.flush()

    internet.names["slow.example"] = [[PUBLIC]]
    receiver.behave(dribbles_the_body)
    with pytest.raises(UnreachableError, match="too long"):
        send("POST", receiver.url(host="slow.example"), seconds=0.5)


@pytest.mark.parametrize(
    "noise", [b"", b"SSH-2.0-OpenSSH_9.6\r\n", b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 500 + b"\r\n"]
)
def test_what_is_not_http_is_told_in_plain_words(
    internet: Internet, receiver: Receiver, noise: bytes
) -> None:
    internet.names["odd.example"] = [[PUBLIC]]
    receiver.behave(lambda handler: handler.wfile.writelines([noise]))
    with pytest.raises(UnreachableError) as caught:
        send("POST", receiver.url(host="odd.example"))
    assert "127.0.0.1" not in str(caught.value)


def test_nobody_there(settings: Any) -> None:
    settings.OUTGOING_HTTP, settings.OUTGOING_PORTS = True, {1}
    settings.OUTGOING_NETWORKS = networks("127.0.0.0/8")
    with pytest.raises(UnreachableError, match="refused"):
        send("GET", "http://127.0.0.1:1/")
    with pytest.raises(UnreachableError, match="not known"):
        send("GET", "http://no-such-host.invalid:1/")


def test_headers_of_a_caller_do_not_change_where_it_goes(
    internet: Internet, receiver: Receiver
) -> None:
    internet.names["hooks.example.com"] = [[PUBLIC]]
    with pytest.raises(ValueError, match="Invalid header value"):
        send("POST", receiver.url(host="hooks.example.com"), headers={"X": "a\r\nHost: b"})


class Secured:
    """A TLS server with a certificate for one name, reached by any name."""

    def __init__(self, receiver: Receiver, internet: Internet) -> None:
        self.receiver = receiver
        self.internet = internet

    def send(self, name: str) -> safe_http.Answer:
        self.internet.names[name] = [[PUBLIC]]
        return send("POST", self.receiver.url(host=name), body=b"hello")


@pytest.fixture
def serve_tls(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Signed, str], AbstractContextManager[Secured]]:
    @contextmanager
    def serving(authority: Signed, certified: str) -> Iterator[Secured]:
        certificate = sign_for(authority, certified).write(tmp_path / "server.pem")
        with running_receiver(certificate) as running:
            settings.OUTGOING_PORTS = {running.port}
            internet = Internet(running)
            monkeypatch.setattr(safe_http, "resolve", internet.resolve)
            monkeypatch.setattr(safe_http, "open_connection", internet.open_connection)
            yield Secured(running, internet)

    return serving


@pytest.fixture
def _believed(settings: Any, tmp_path: Path, authority: Signed) -> None:
    (tmp_path / "ca.pem").write_bytes(authority.pem)
    settings.OUTGOING_CA_FILE = str(tmp_path / "ca.pem")


@pytest.mark.usefixtures("_believed")
def test_tls_is_checked_for_the_name_not_the_address(serve_tls: Any, authority: Signed) -> None:
    with serve_tls(authority, "hooks.example.com") as server:
        assert server.send("hooks.example.com").status == 204
        (got,) = server.receiver.received
        assert got.headers["host"] == f"hooks.example.com:{server.receiver.port}"


@pytest.mark.usefixtures("_believed")
@pytest.mark.parametrize("certified", ["other.example.com", "127.0.0.1", PUBLIC])
def test_tls_of_another_name_is_not_believed(
    serve_tls: Any, authority: Signed, certified: str
) -> None:
    with serve_tls(authority, certified) as server:
        with pytest.raises(UnreachableError, match="certificate"):
            server.send("hooks.example.com")
        assert not server.receiver.received


def test_tls_of_an_unknown_authority_is_not_believed(serve_tls: Any, authority: Signed) -> None:
    with (
        serve_tls(authority, "hooks.example.com") as server,
        pytest.raises(UnreachableError, match="certificate"),
    ):
        server.send("hooks.example.com")


def test_a_handshake_that_stalls_is_cut(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        settings.OUTGOING_PORTS = {port}
        monkeypatch.setattr(safe_http, "resolve", lambda host, port: [PUBLIC])
        monkeypatch.setattr(
            safe_http,
            "open_connection",
            lambda address, port: socket.create_connection(("127.0.0.1", port), timeout=60),
        )
        with pytest.raises(UnreachableError, match="too long"):
            send("POST", f"https://stall.example:{port}/", seconds=0.5)


def test_no_thread_stays_behind(internet: Internet, receiver: Receiver) -> None:
    internet.names["hooks.example.com"] = [[PUBLIC]]
    before = {
        thread.name for thread in threading.enumerate() if isinstance(thread, threading.Timer)
    }
    send("POST", receiver.url(host="hooks.example.com"))
    after = {thread.name for thread in threading.enumerate() if isinstance(thread, threading.Timer)}
    assert after <= before
