"""AWS for tests: moto's server, over HTTP, as boto3 meets the real one."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from moto.backends import get_backend
from moto.server import ThreadedMotoServer

ACCOUNT = "123456789012"


@dataclass(frozen=True)
class Aws:
    url: str

    def sent_texts(self, region: str) -> list[tuple[str, str]]:
        """Return each SMS that SNS took: the number and the text."""
        backends: Any = get_backend("sns")
        return list(backends[ACCOUNT][region].sms_messages.values())

    def forget(self) -> None:
        get_backend("sns").reset()


@contextmanager
def running_aws() -> Iterator[Aws]:
    """Serve on a free port; its state is read in this process, its answers come by HTTP."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield Aws(f"http://{host}:{port}")
    finally:
        server.stop()
