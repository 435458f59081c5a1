"""A folder of many files as one zip, while it is made."""

from bench.servers import Server
from bench.sizes import MEBI, Sizes
from bench.sources import Sources
from bench.wire import WrongAnswerError
from bench.work.base import Work


def works(sizes: Sizes, sources: Sources) -> list[Work]:
    zips: dict[str, str] = {}
    least = sizes.small * sizes.small_files

    def prepare(server: Server) -> None:
        zips[server.name] = server.zip_of(server.folder_for_uploads("zipped"))
        file = sources.of(sizes.small)
        with server.line() as line:
            for number in range(sizes.small_files):
                server.put(line, file, f"zipped/{number}.bin")

    def run(server: Server, turn: int) -> float:
        with server.line() as line:
            if (got := line.drain(zips[server.name])) < least:
                raise WrongAnswerError(f"a zip of {got} bytes")
        return least / MEBI

    return [Work("zip of a folder", "MiB", ("DevOps360", "copyparty"), run, prepare)]
