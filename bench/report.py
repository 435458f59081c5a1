"""What was measured: as tables to read, as JSON to keep, as a picture for docs/performance.md."""

import json
import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from bench.goals import MAX_GROWTH, OURS, OUTBOX_RATES, Goal, Verdict, judge
from bench.memory import Memory
from bench.outbox import OutboxSpeed
from bench.sizes import Sizes

NOT_MEASURED = "-"


@dataclass
class Results:
    sizes: Sizes
    # Work -> server -> what was done in a second, turn by turn.
    speeds: dict[str, dict[str, list[float]]] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    memory: list[Memory] = field(default_factory=list)
    outbox: list[OutboxSpeed] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    def add(self, work: str, unit: str, server: str, speed: float) -> None:
        self.units[work] = unit
        self.speeds.setdefault(work, {}).setdefault(server, []).append(speed)

    @property
    def medians(self) -> dict[str, dict[str, float]]:
        return {
            work: {server: statistics.median(turns) for server, turns in servers.items()}
            for work, servers in self.speeds.items()
        }

    @property
    def verdicts(self) -> list[Verdict]:
        return judge(self.medians)

    def as_json(self) -> str:
        machine = {
            "processors": os.cpu_count(),
            "system": platform.platform(),
            "python": platform.python_version(),
        }
        whole = {
            "machine": machine,
            "sizes": asdict(self.sizes),
            "units_per_second": self.units,
            "speeds": self.speeds,
            "memory_mib": [asdict(memory) for memory in self.memory],
            "outbox": [asdict(speed) for speed in self.outbox],
            "skipped": self.skipped,
        }
        return json.dumps(whole, indent=1)


def tables(results: Results) -> str:
    """Return everything as Markdown, the ratios with it."""
    parts = [
        table(["what, in a second", *_servers(results)], _speed_rows(results)),
        table(["goal", *OURS, "to reach"], _goal_rows(results.verdicts)),
        table(
            ["memory, MiB", "largest process", "all", "growth, 1 MB to huge"], _memory_rows(results)
        ),
        table(
            ["outbox", "a second", "CPU of a worker, ms each", "to reach"], _outbox_rows(results)
        ),
    ]
    parts += [f"SKIPPED: {reason}" for reason in results.skipped]
    return "\n\n".join(parts) + "\n"


def _servers(results: Results) -> list[str]:
    seen = (server for servers in results.speeds.values() for server in servers)
    return list(dict.fromkeys(seen))


def _speed_rows(results: Results) -> list[list[str]]:
    columns = _servers(results)
    return [
        [f"{work}, {results.units[work]}", *(_number(speeds.get(server)) for server in columns)]
        for work, speeds in results.medians.items()
    ]


def _goal_rows(verdicts: Sequence[Verdict]) -> list[list[str]]:
    rows: dict[Goal, list[str]] = {}
    for verdict in verdicts:
        word = {True: "", False: " (missed)", None: ""}[verdict.reached]
        rows.setdefault(verdict.goal, []).append(_number(verdict.ratio) + word)
    return [[goal_text(goal), *cells, f"{goal.at_least:.2f}"] for goal, cells in rows.items()]


def goal_text(goal: Goal) -> str:
    peer = goal.peer_work or goal.peer
    return f"{goal.work} / {peer}"


def _memory_rows(results: Results) -> list[list[str]]:
    return [
        [
            memory.server,
            f"{memory.largest:.0f}",
            f"{memory.together:.0f}",
            _growth(memory.growth),
        ]
        for memory in results.memory
    ]


def _outbox_rows(results: Results) -> list[list[str]]:
    return [
        [
            speed.work,
            _number(speed.rate) + _missed(speed),
            _number(speed.cpu_milliseconds),
            _number(OUTBOX_RATES.get(speed.work)),
        ]
        for speed in results.outbox
    ]


def _missed(speed: OutboxSpeed) -> str:
    return " (missed)" if speed.rate < OUTBOX_RATES.get(speed.work, 0) else ""


def _growth(growth: float | None) -> str:
    if growth is None:
        return NOT_MEASURED
    return f"{growth:.1f}" + (" (missed)" if growth > MAX_GROWTH else "")


def _number(value: float | None) -> str:
    if value is None:
        return NOT_MEASURED
    return f"{value:,.2f}" if value < 100 else f"{value:,.0f}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    # The first column reads from the left, numbers from the right.
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    lines = [
        " | ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])])
        for row in [head, rule, *rows]
    ]
    return "\n".join(f"| {line} |" for line in lines)


def write(results: Results, folder: Path, chart: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "results.json").write_text(results.as_json())
    (folder / "results.md").write_text(tables(results))
    (folder / "ratios.svg").write_text(chart)
