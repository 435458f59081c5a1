"""What a piece of work is, and how it is done in several lanes at once."""

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from bench.servers import Server
from bench.wire import Line


def _nothing(server: Server) -> None:
    pass


@dataclass(frozen=True)
class Work:
    """`run(server, turn)` does it and returns how much was done, in `unit`; only it is timed."""

    name: str
    unit: str
    # Beginnings of the names of the servers that can do it.
    servers: tuple[str, ...]
    run: Callable[[Server, int], float]
    prepare: Callable[[Server], None] = _nothing
    before: Callable[[Server], None] = _nothing

    def can_be_done_by(self, server: Server) -> bool:
        return server.name.startswith(self.servers)

    def timed(self, server: Server, turn: int) -> float:
        """Do it once. Returns how much of it was done in a second."""
        self.before(server)
        # What others have written must not be written to the disk in this one's time.
        os.sync()
        start = time.perf_counter()
        done = self.run(server, turn)
        return done / (time.perf_counter() - start)


def in_lanes(server: Server, lanes: int, count: int, do: Callable[[Line, int], None]) -> None:
    """Do it for 0 … count-1: each lane one connection, each next number to whoever is free."""
    numbers = iter(range(count))

    def lane() -> None:
        with server.line() as line:
            # Of an iterator over a range, every number is given to one thread alone.
            for number in numbers:
                do(line, number)

    with ThreadPoolExecutor(lanes) as pool:
        for outcome in [pool.submit(lane) for _ in range(lanes)]:
            outcome.result()
