"""What the processes of a run and the whole machine take, sampled while it lasts."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from bench.processes import TICKS, Tree

GROUPS = ("gunicorn", "worker", "PostgreSQL", "locust")
# Beside the groups: all processors' time that was taken, and what was spent waiting for a disk.
MACHINE, DISK = "machine", "disk wait"
# Seconds from one sample to the next.
EVERY = 5.0


@dataclass(frozen=True)
class Sample:
    """`second` since the start; of each group, bytes in memory and seconds of a core so far."""

    second: float
    memory: dict[str, int]
    processor: dict[str, float]


@dataclass
class Watch:
    """A thread that takes a sample every so often, from `with` to its end."""

    groups: Mapping[str, Tree]
    every: float = EVERY
    samples: list[Sample] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._start, self._ended = time.monotonic(), threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._ended.set()
        self._thread.join()

    @property
    def second(self) -> float:
        return time.monotonic() - self._start

    def _run(self) -> None:
        while True:
            memory = {name: tree.memory() for name, tree in self.groups.items()}
            processor = {name: tree.ticks() / TICKS for name, tree in self.groups.items()}
            self.samples.append(Sample(self.second, memory, processor | _machine()))
            if self._ended.wait(self.every):
                return


def _machine() -> dict[str, float]:
    """Read proc(5), stat: user, nice, system, idle, iowait, irq, softirq, steal."""
    ticks = [int(word) for word in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    idle, waiting = ticks[3], ticks[4]
    return {MACHINE: (sum(ticks) - idle - waiting) / TICKS, DISK: waiting / TICKS}
