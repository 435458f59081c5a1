"""One huge file by parallel parts, as each one's own client sends it."""

import subprocess
from pathlib import Path

from bench.servers import VENV, Server
from bench.sizes import MEBI, Sizes
from bench.sources import Sources
from bench.work.base import Work


def works(sizes: Sizes, sources: Sources) -> list[Work]:
    def fresh(server: Server) -> None:
        server.forget()
        sources.fresh(sizes.parts)

    def run(server: Server, turn: int) -> float:
        _send_by_u2c(server, sources.of(sizes.parts), sizes.lanes)
        return sizes.parts / MEBI

    return [Work("upload by parts", "MiB", ("copyparty",), run, before=fresh)]


def _send_by_u2c(server: Server, file: Path, lanes: int) -> None:
    words = [str(VENV / "bin" / "u2c"), "-j", str(lanes), "-ns", f"http://{server.netloc}/parts/"]
    subprocess.run([*words, file], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
