"""A drill with many clients who are as slow as they can be."""

import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from practice.drills.drill import Drill
from practice.drills.stack import MissingProgramError, Stack
from tests.browser.parts import PARTS, nginx_configuration
from tests.operations.processes import free_port, get, wait_until

SLOW_CLIENTS_COUNT = 500
BEGINNING = b"GET /files/ HTTP/1.1\r\nHost: localhost\r\nX-Slow: "


def _behind_nginx(stack: Stack) -> None:
    """Put nginx before the site, with compose's configuration: slow clients are its to bear."""
    if "nginx" in stack.beside:
        return
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if not program:
        raise MissingProgramError("This drill needs nginx: apt install nginx-light.")
    place, port = stack.place / "nginx", free_port()
    place.mkdir()
    file = place / "nginx.conf"
    ports = dict.fromkeys(PARTS, stack.port)
    file.write_text(nginx_configuration(place=place, port=port, ports=ports))
    nginx = subprocess.Popen(
        [program, "-c", str(file), "-p", str(place)], stderr=subprocess.DEVNULL
    )
    stack.ending.callback(nginx.wait)
    stack.ending.callback(nginx.terminate)
    wait_until(lambda: get(f"http://127.0.0.1:{port}/account/login/")[0] == 200, "nginx answers")
    stack.beside["nginx"], stack.front = nginx, port


class SlowClients:
    """Each sends a byte of a header in a second, and never comes to its end."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.stopping = threading.Event()
        self.connections = [self._connect() for _ in range(SLOW_CLIENTS_COUNT)]

    def _connect(self) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        connection.sendall(BEGINNING)
        return connection

    def run(self) -> None:
        while not self.stopping.wait(1):
            for number, connection in enumerate(self.connections):
                try:
                    connection.sendall(b"a")
                except OSError:
                    # Cut off: it comes again.
                    connection.close()
                    with suppress(OSError):
                        self.connections[number] = self._connect()

    def close(self) -> None:
        for connection in self.connections:
            connection.close()


@contextmanager
def _slow_clients(stack: Stack) -> Iterator[None]:
    clients = SlowClients(stack.front)
    thread = threading.Thread(target=clients.run)
    thread.start()
    try:
        yield
    finally:
        clients.stopping.set()
        thread.join()
        clients.close()


SLOW_CLIENTS = Drill(
    name="slow-clients",
    breaks=f"{SLOW_CLIENTS_COUNT} clients send a byte of a header in a second, for ever.",
    people="Nothing: nginx holds them, and cuts them off after `client_header_timeout`. A gunicorn "
    "that is reached without a proxy would have no thread left for others.",
    mended="They go.",
    todo="Nothing. Were they to come from few addresses, block those at the proxy.",
    broken=_slow_clients,
    prepare=_behind_nginx,
    signals=(),
    quick=2,
)
