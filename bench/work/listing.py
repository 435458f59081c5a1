"""The page of a folder, as a browser gets it: of few entries, of many, of very many."""

import re

from bench.servers import Server
from bench.sizes import Sizes
from bench.wire import WrongAnswerError
from bench.work.base import Work

FIRST = re.compile(rb"Entry(?: |%20)000000.txt")
SERVERS = ("DevOps360", "copyparty", "nginx")


def works(sizes: Sizes) -> list[Work]:
    names = ("few", "many", "very many")
    return [
        _listing(name, count, sizes.listings)
        for name, count in zip(names, sizes.folders, strict=True)
    ]


def _listing(name: str, count: int, times: int) -> Work:
    pages: dict[str, str] = {}

    def prepare(server: Server) -> None:
        pages[server.name] = server.make_folder(count, f"{name} entries")

    def run(server: Server, turn: int) -> float:
        # A server that lists everything at once is asked less often, for the same certainty.
        often = times if server.name.startswith("DevOps360") else max(1, times // 10)
        with server.line() as line:
            for _ in range(often):
                page = line.ask("GET", pages[server.name])
                if FIRST.search(page) is None:
                    raise WrongAnswerError(f"no entry in {page[:300]!r}")
        return often

    return Work(f"listing of {name}", "pages", SERVERS, run, prepare)
