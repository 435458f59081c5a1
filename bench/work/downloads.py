"""Bytes out: whole, in ranges, and many small ones."""

import random

from bench.servers import Server
from bench.sizes import MEBI, Sizes
from bench.sources import Sources
from bench.wire import Line, WrongAnswerError
from bench.work.base import Work, in_lanes

SERVERS = ("DevOps360", "copyparty", "nginx")


def works(sizes: Sizes, sources: Sources) -> list[Work]:
    large: dict[str, str] = {}
    small: dict[str, list[str]] = {}

    def prepare_large(server: Server) -> None:
        with server.line() as line:
            large[server.name] = server.put(line, sources.of(sizes.large), "to download.bin")

    def prepare_small(server: Server) -> None:
        file = sources.of(sizes.small)
        with server.line() as line:
            small[server.name] = [
                server.put(line, file, f"to download {number}.bin")
                for number in range(sizes.small_files)
            ]

    def whole(server: Server, turn: int) -> float:
        with server.line() as line:
            _expect(line.drain(large[server.name]), sizes.large)
        return sizes.large / MEBI

    def ranges(server: Server, turn: int) -> float:
        # The same places for every server, others in every turn.
        chance = random.Random(turn)
        with server.line() as line:
            for _ in range(sizes.spans):
                start = chance.randrange(sizes.large - sizes.span)
                header = {"Range": f"bytes={start}-{start + sizes.span - 1}"}
                got = line.drain(large[server.name], headers=header, expect=206)
                _expect(got, sizes.span)
        return sizes.spans

    def many(server: Server, turn: int) -> float:
        paths = small[server.name]

        def one(line: Line, number: int) -> None:
            _expect(line.drain(paths[number]), sizes.small)

        in_lanes(server, sizes.lanes, len(paths), one)
        return len(paths)

    return [
        Work("large download", "MiB", SERVERS, whole, prepare_large),
        Work("ranged reads", "ranges", SERVERS, ranges),
        Work("small downloads", "files", SERVERS, many, prepare_small),
    ]


def _expect(got: int, wanted: int) -> None:
    if got != wanted:
        raise WrongAnswerError(f"{got} bytes came instead of {wanted}")
