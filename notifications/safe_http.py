"""HTTP to addresses that people typed, so that none of them leads into our own network.

The host is resolved once, every answer is checked, and the connection goes to the checked address,
with the host's name for TLS and for the server: a name that means another address a moment later
changes nothing. Redirects are not followed, proxies of the environment not used, and neither a
slow nor an endless answer holds a worker. Why no library does it: docs/decisions/0020.
"""

import http.client
import logging
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from notifications.addresses import forbidden

logger = logging.getLogger(__name__)

CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 15.0
# Of an answer as much is read as somebody might look at.
ANSWER_BYTES = 16 * 1024
URL_LENGTH = 2000
ADDRESSES_TRIED = 4
TOO_SLOW = "The server's whole answer took too long."
PORT_OF = {"https": 443, "http": 80}


class OutgoingError(Exception):
    """The call could not be made. The message is meant for whoever named the address."""


class ForbiddenUrlError(OutgoingError):
    """The address is none that we call; trying again changes nothing until it is changed."""


class UnreachableError(OutgoingError):
    """Nobody answered, not in time, or not in HTTP. It may be different later."""


@dataclass(frozen=True)
class Answer:
    status: int
    # Names in lower case.
    headers: Mapping[str, str]
    # The first ANSWER_BYTES of it.
    body: bytes


@dataclass(frozen=True)
class Target:
    """A URL that was taken apart and found good; not yet resolved."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORT_OF[self.scheme] else f"{host}:{self.port}"


@dataclass
class Deadline:
    """Cuts the connection once the whole call has taken too long, whatever it is waiting for.

    A time-out of the socket alone starts again with each byte that dribbles in.
    """

    seconds: float
    passed: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def over(self, connection: socket.socket) -> Iterator[None]:
        # A second handle on the same connection: TLS takes the first one for itself.
        with connection.dup() as handle:
            timer = threading.Timer(self.seconds, self._cut, [handle])
            timer.daemon = True
            timer.start()
            try:
                yield
            finally:
                timer.cancel()
                timer.join()

    def _cut(self, connection: socket.socket) -> None:
        self.passed.set()
        try:
            connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            logger.debug("the connection had ended by itself")


def check_url(url: str) -> Target:
    """Take a URL apart; raise ForbiddenUrlError, which says what is wrong with it."""
    if len(url) > URL_LENGTH:
        raise ForbiddenUrlError(
            _("The address is longer than %(url_length)s characters.") % {"url_length": URL_LENGTH}
        )
    if not url.isprintable() or " " in url:
        raise ForbiddenUrlError(_("The address has blanks or invisible characters in it."))
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ForbiddenUrlError(_("This is not an address.")) from error
    schemes = ("https", "http") if settings.OUTGOING_HTTP else ("https",)
    if parts.scheme not in schemes:
        raise ForbiddenUrlError(
            _("The address must begin with %(join)s://.") % {"join": " or ".join(schemes)}
        )
    if parts.username is not None or parts.password is not None:
        raise ForbiddenUrlError(_("Leave user name and password out of the address."))
    port = port or PORT_OF[parts.scheme]
    if port not in settings.OUTGOING_PORTS and port != PORT_OF[parts.scheme]:
        raise ForbiddenUrlError(
            _("Port %(port)s is not one that this site calls.") % {"port": port}
        )
    return Target(parts.scheme, _host_of(parts), port, _path_of(parts))


def _host_of(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".")
    try:
        # RFC 3490: what is sent to resolvers and servers is ASCII.
        ascii_host = host.encode("idna").decode("ascii") if ":" not in host else host
    except UnicodeError as error:
        raise ForbiddenUrlError(_("The host in this address is not a host's name.")) from error
    if not ascii_host:
        raise ForbiddenUrlError(_("The address names no host."))
    return ascii_host


def _path_of(parts: SplitResult) -> str:
    path = parts.path or "/"
    path = f"{path}?{parts.query}" if parts.query else path
    if not path.isascii():
        raise ForbiddenUrlError(_("Write letters beyond ASCII in the address as %XX."))
    return path


def resolve(host: str, port: int) -> list[str]:
    """Return every address of a host, in the order in which to try them. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def open_connection(address: str, port: int) -> socket.socket:
    """Connect to one address, which was checked. Raises OSError."""
    return socket.create_connection((address, port), timeout=CONNECT_SECONDS)


@cache
def _trust(ca_file: str) -> ssl.SSLContext:
    """Return what servers are believed by: the system's authorities, and OUTGOING_CA_FILE's."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_file:
        context.load_verify_locations(cafile=ca_file)
    return context


def send(
    method: str,
    url: str,
    *,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    seconds: float = TOTAL_SECONDS,
) -> Answer:
    """Make one call and return the answer, whatever its status. Raises OutgoingError."""
    target = check_url(url)
    deadline = Deadline(seconds)
    connection = _connect(target)
    try:
        with deadline.over(connection):
            answer = _exchange(connection, target, method, body, headers or {})
    except (OSError, http.client.HTTPException) as error:
        if deadline.passed.is_set():
            raise UnreachableError(TOO_SLOW) from error
        raise UnreachableError(_words_for(error)) from error
    finally:
        connection.close()
    if deadline.passed.is_set():
        # What was cut looks like an answer that ended.
        raise UnreachableError(TOO_SLOW)
    return answer


def _connect(target: Target) -> socket.socket:
    try:
        addresses = resolve(target.host, target.port)
    except (OSError, UnicodeError) as error:
        raise UnreachableError(
            _("The host %(host)s is not known.") % {"host": target.host}
        ) from error
    # One bad address among good ones is a trick, not a mistake.
    refused = forbidden(addresses)
    if refused or not addresses:
        raise ForbiddenUrlError(_("The address leads into a network that this site does not call."))
    failed: OSError | None = None
    for address in addresses[:ADDRESSES_TRIED]:
        try:
            return open_connection(address, target.port)
        except OSError as error:
            failed = error
    raise UnreachableError(_words_for(failed)) from failed


def _exchange(
    raw: socket.socket, target: Target, method: str, body: bytes, headers: Mapping[str, str]
) -> Answer:
    speaking = http.client.HTTPConnection(target.host, target.port)
    # Never by itself: it would resolve the name again.
    speaking.auto_open = 0
    speaking.sock = raw
    if target.scheme == "https":
        context = _trust(settings.OUTGOING_CA_FILE)
        speaking.sock = context.wrap_socket(raw, server_hostname=target.host)
    try:
        own = {"Host": target.authority, "Accept-Encoding": "identity", "Connection": "close"}
        speaking.request(method, target.path, body=body or None, headers={**headers, **own})
        with speaking.getresponse() as response:
            answered = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, answered, response.read(ANSWER_BYTES))
    finally:
        speaking.close()


def _words_for(error: Exception | None) -> str:
    """Return what went wrong, in words that tell nothing of our network."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"The server's certificate is not good: {error.verify_message}."
    if isinstance(error, ssl.SSLError):
        return "The server does not speak TLS as it should."
    if isinstance(error, TimeoutError):
        return "The server did not answer in time."
    if isinstance(error, ConnectionRefusedError):
        return "The server refused the connection."
    if isinstance(error, http.client.HTTPException):
        return "The server's answer is not HTTP."
    return "The connection to the server failed."
