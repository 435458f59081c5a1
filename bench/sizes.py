"""How much work there is. BENCH=quick is a smoke test; its ratios mean nothing."""

from dataclasses import dataclass

MEBI = 1 << 20


@dataclass(frozen=True)
class Sizes:
    """Bytes, and counts."""

    rounds: int
    large: int
    parallel: int
    parallel_files: int
    parts: int
    small: int
    small_files: int
    lanes: int
    span: int
    spans: int
    # The folders that are listed, by how many entries they hold, and how often each is asked for.
    folders: tuple[int, int, int]
    listings: int
    # What the memory of a process is compared between.
    little: int
    huge: int
    # What the outbox owes, and by which ways.
    deliveries: int
    outbox: tuple[str, ...] = ("inbox", "words", "mail", "smtp", "webhook", "topic")


FULL = Sizes(
    rounds=3,
    large=1024 * MEBI,
    parallel=256 * MEBI,
    parallel_files=8,
    parts=4096 * MEBI,
    small=50_000,
    small_files=1000,
    lanes=8,
    span=1_000_000,
    spans=200,
    folders=(100, 10_000, 100_000),
    listings=20,
    little=1_000_000,
    huge=10 * 1024 * MEBI,
    deliveries=10_000,
)
QUICK = Sizes(
    rounds=2,
    large=16 * MEBI,
    parallel=2 * MEBI,
    parallel_files=8,
    parts=40 * MEBI,
    small=50_000,
    small_files=24,
    lanes=8,
    span=1_000_000,
    spans=10,
    folders=(10, 100, 1000),
    listings=3,
    little=1_000_000,
    huge=32 * MEBI,
    deliveries=400,
)
