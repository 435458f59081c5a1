"""What the processes of a run take, sampled while it lasts."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from bench.processes import TICKS, Tree


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
    every: float = 5.0
    samples: list[Sample] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._start, self._ended = time.monotonic(), threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        while True:
            second = time.monotonic() - self._start
            memory = {name: tree.memory() for name, tree in self.groups.items()}
            processor = {name: tree.ticks() / TICKS for name, tree in self.groups.items()}
            self.samples.append(Sample(second, memory, processor))
            if self._ended.wait(self.every):
                return
