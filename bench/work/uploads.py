"""Bytes in, each file as the body of one PUT."""

from bench.servers import Server
from bench.sizes import MEBI, Sizes
from bench.sources import Sources
from bench.wire import Line
from bench.work.base import Work, in_lanes

SERVERS = ("DevOps360", "copyparty", "plain")


def works(sizes: Sizes, sources: Sources) -> list[Work]:
    def large(server: Server, turn: int) -> float:
        with server.line() as line:
            server.put(line, sources.of(sizes.large), f"large {turn}.bin")
        return sizes.large / MEBI

    def parallel(server: Server, turn: int) -> float:
        file = sources.of(sizes.parallel)

        def one(line: Line, number: int) -> None:
            server.put(line, file, f"parallel {turn} {number}.bin")

        in_lanes(server, sizes.lanes, sizes.parallel_files, one)
        return sizes.parallel * sizes.parallel_files / MEBI

    def small(server: Server, turn: int) -> float:
        file = sources.of(sizes.small)

        def one(line: Line, number: int) -> None:
            server.put(line, file, f"small {turn} {number}.bin")

        in_lanes(server, sizes.lanes, sizes.small_files, one)
        return sizes.small_files

    return [
        Work("large upload", "MiB", SERVERS, large, before=Server.forget),
        Work("parallel uploads", "MiB", SERVERS, parallel, before=Server.forget),
        Work("small uploads", "files", SERVERS, small, before=Server.forget),
    ]
