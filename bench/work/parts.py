"""One huge file by parallel parts, as each one's own client sends it."""

import secrets
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

from bench.servers import VENV, Server, Vault
from bench.sizes import MEBI, Sizes
from bench.sources import Sources
from bench.wire import Line, Piece, WrongAnswerError
from bench.work.base import Work, in_lanes

SIGNED_AT_ONCE = 1000


def works(sizes: Sizes, sources: Sources) -> list[Work]:
    def fresh(server: Server) -> None:
        server.forget()
        # u2c tells a server that has the same bytes nothing but their digest.
        sources.fresh(sizes.parts)

    def run(server: Server, turn: int) -> float:
        file = sources.of(sizes.parts)
        if isinstance(server, Vault):
            _send_parts(server, file, f"parts {turn}.bin", sizes.lanes)
        else:
            _send_by_u2c(server, file, sizes.lanes)
        return sizes.parts / MEBI

    return [Work("upload by parts", "MiB", ("DevOps360", "copyparty"), run, before=fresh)]


def _send_parts(server: Vault, file: Path, name: str, lanes: int) -> None:
    """As the browser does it: create, sign, put in lanes, complete."""
    size = file.stat().st_size
    with server.line() as line:
        asked = {"path": name, "size": size, "key": secrets.token_hex(16)}
        begun = line.post_json(f"/files/folder/{server.root}/uploads/", asked)
        upload, step = f"/files/uploads/{begun['id']}/", begun["part_size"]
        wanted = [{"number": number + 1} for number in range(-(-size // step))]
        signed = []
        for start in range(0, len(wanted), SIGNED_AT_ONCE):
            some = {"parts": wanted[start : start + SIGNED_AT_ONCE]}
            signed += line.post_json(f"{upload}sign/", some)["urls"]

    def put(own: Line, number: int) -> None:
        start = number * step
        piece = Piece(file, start, min(step, size - start))
        own.ask("PUT", urlsplit(signed[number]["url"]).path, body=piece)

    in_lanes(server, lanes, len(signed), put)
    # On another connection: gunicorn closes one that was idle for longer than its keepalive.
    with server.line() as line:
        done = line.post_json(f"{upload}complete/", {})
    if done["size"] != size or len(done["sha256"]) != 64:
        raise WrongAnswerError(f"this is not the whole file: {done}")


def _send_by_u2c(server: Server, file: Path, lanes: int) -> None:
    words = [str(VENV / "bin" / "u2c"), "-j", str(lanes), "-ns", f"http://{server.netloc}/parts/"]
    subprocess.run([*words, file], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
