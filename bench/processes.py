"""How much memory and time a server's processes take, as Linux counts it."""

import os
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Tree:
    """A process and all that come from it; of those, the ones whose command holds `word`."""

    root: int
    word: str = ""

    def peaks(self) -> dict[int, int]:
        """Return the most bytes that each process has had in memory since `reset`."""
        found = {}
        for pid in self._pids():
            status = _read(PROC / str(pid) / "status")
            lines = [line for line in status.splitlines() if line.startswith("VmHWM:")]
            if lines:
                found[pid] = int(lines[0].split()[1]) * 1024
        return found

    def reset(self) -> None:
        """Count from what they have now: proc(5), clear_refs."""
        for pid in self._pids():
            (PROC / str(pid) / "clear_refs").write_text("5")

    def memory(self) -> int:
        """Return the bytes they have in memory together; what is shared, shared out (Pss)."""
        rollups = (_read(PROC / str(pid) / "smaps_rollup") for pid in self._pids())
        lines = (line for rollup in rollups for line in rollup.splitlines())
        return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))

    def ticks(self) -> int:
        """Return what of the processor they and their ended children took: proc(5), utime on."""
        stats = (_read(PROC / str(pid) / "stat").rpartition(")")[2] for pid in self._pids())
        return sum(sum(map(int, stat.split()[11:15])) for stat in stats if stat)

    def _pids(self) -> list[int]:
        parents: dict[int, list[int]] = {}
        for path in PROC.iterdir():
            if path.name.isdigit() and (stat := _read(path / "stat")):
                # The name in brackets may hold anything; what follows it is the state, the parent.
                parents.setdefault(int(stat.rpartition(")")[2].split()[1]), []).append(
                    int(path.name)
                )
        tree, level = [self.root], [self.root]
        while level:
            level = [child for pid in level for child in parents.get(pid, [])]
            tree += level
        return [pid for pid in tree if self.word in _read(PROC / str(pid) / "cmdline")]


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:  # It has just ended.
        return ""
