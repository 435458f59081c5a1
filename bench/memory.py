"""How much memory a server takes, and whether a large transfer takes more than a small one."""

from dataclasses import dataclass

from bench.servers import Server
from bench.sizes import MEBI, Sizes
from bench.sources import Sources

SERVERS = ("DevOps360", "copyparty")
# Enough that every process of a server has had one.
LITTLE_ONES = 40


@dataclass(frozen=True)
class Memory:
    """In MiB."""

    server: str
    # The largest of its processes, and all of them together, after all the work.
    largest: float
    together: float
    # By how much the process grew that grew most, from little transfers to a huge one.
    growth: float | None


def measure_memory(server: Server, sizes: Sizes, sources: Sources) -> Memory:
    peaks = server.processes.peaks()
    growth = _growth(server, sizes, sources) if server.name.startswith(SERVERS) else None
    return Memory(
        server.name,
        largest=max(peaks.values()) / MEBI,
        together=sum(peaks.values()) / MEBI,
        growth=growth,
    )


def _growth(server: Server, sizes: Sizes, sources: Sources) -> float:
    little = _peaks_during(server, sources, sizes.little, LITTLE_ONES)
    huge = _peaks_during(server, sources, sizes.huge, 1)
    return max(peak - little.get(pid, peak) for pid, peak in huge.items()) / MEBI


def _peaks_during(server: Server, sources: Sources, size: int, times: int) -> dict[int, int]:
    server.forget()
    server.processes.reset()
    for number in range(times):
        # Each on a connection of its own, which any process may accept.
        with server.line() as line:
            line.drain(server.put(line, sources.of(size), f"memory {size} {number}.bin"))
    peaks = server.processes.peaks()
    server.forget()
    return peaks
