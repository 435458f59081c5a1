"""Run everything and write var/bench/results.{json,md} and ratios.svg.

BENCH=quick: small, to see that it runs. BENCH_WORK=download,zip: only work whose name holds one
of these; `outbox` and `memory` are work of their own. BENCH_SERVERS=sqlite,nginx: only these
servers. BENCH_ROUNDS=9: more turns.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from bench import servers
from bench.chart import draw
from bench.memory import measure_memory
from bench.outbox import measure_outbox
from bench.report import Results, tables, write
from bench.servers import MissingError, Server
from bench.sizes import FULL, QUICK, Sizes
from bench.sources import Sources
from bench.work import everything
from bench.work.base import Work
from tests.browser.site import ROOT

OUTBOX = "outbox"

type Starter = Callable[[Path], AbstractContextManager[Server]]

STARTERS: dict[str, Starter] = {
    "sqlite": lambda place: servers.vault(place, database=""),
    "postgresql": servers.vault_on_postgres,
    "copyparty": servers.copyparty,
    "nginx": servers.nginx,
    "plain": servers.plain_loop,
}


def run(sizes: Sizes, place: Path, *, of: Sequence[str] = (), on: Sequence[str] = ()) -> Results:
    """Do all the work, or that whose name holds one of `of`, on all servers, or those in `on`."""
    results = Results(sizes)
    if not of or OUTBOX in of:
        try:
            results.outbox = list(measure_outbox(sizes.deliveries, sizes.outbox))
        except MissingError as error:
            results.skipped.append(f"{OUTBOX}: {error}")
        if list(of) == [OUTBOX]:
            return results
    sources = Sources(_folder(place / "sources"))
    with ExitStack() as stack:
        up = list(_start(stack, place, on, results))
        for work in everything(sizes, sources):
            if not of or any(word in work.name for word in of):
                _take_turns(work, [server for server in up if work.can_be_done_by(server)], results)
        if not of or "memory" in of:
            results.memory = [measure_memory(server, sizes, sources) for server in up]
    return results


def _start(stack: ExitStack, place: Path, on: Sequence[str], results: Results) -> Iterator[Server]:
    for name, starter in STARTERS.items():
        if on and name not in on:
            continue
        try:
            yield stack.enter_context(starter(_folder(place / name)))
        except MissingError as error:
            results.skipped.append(f"{name}: {error}")


def _take_turns(work: Work, up: list[Server], results: Results) -> None:
    for server in up:
        work.prepare(server)
    for turn in range(results.sizes.rounds):
        # Whoever was first is last in the next turn: nobody always follows the same neighbour.
        for server in up[turn % len(up) :] + up[: turn % len(up)] if up else []:
            speed = work.timed(server, turn)
            results.add(work.name, work.unit, server.name, speed)
            print(f"{work.name:<22} {server.name:<24} {speed:12,.1f} {work.unit}/s", flush=True)


def _folder(path: Path) -> Path:
    path.mkdir()
    return path


@contextmanager
def _temporary_place() -> Iterator[Path]:
    """On the disk of the project: what lies in memory alone is not kept by anyone."""
    parent = ROOT / "var"
    parent.mkdir(exist_ok=True)
    place = Path(tempfile.mkdtemp(prefix="bench-", dir=parent))
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _words(name: str) -> list[str]:
    return [word for word in os.environ.get(name, "").split(",") if word]


def main() -> None:
    sizes = QUICK if os.environ.get("BENCH") == "quick" else FULL
    sizes = replace(sizes, rounds=int(os.environ.get("BENCH_ROUNDS", sizes.rounds)))
    with _temporary_place() as place:
        results = run(sizes, place, of=_words("BENCH_WORK"), on=_words("BENCH_SERVERS"))
    write(results, ROOT / "var" / "bench", draw(results.verdicts))
    print(f"\n{tables(results)}\nWritten to var/bench: results.json, results.md, ratios.svg")


if __name__ == "__main__":
    main()
