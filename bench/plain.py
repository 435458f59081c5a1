"""The plain WSGI loop: read, hash, write. No accounts, no database, no promise to keep anything."""

import hashlib
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

CHUNK = 1 << 20


def application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    if environ["REQUEST_METHOD"] != "PUT":
        start("404 Not Found", [("Content-Length", "0")])
        return []
    target = Path(os.environ["PLACE"]) / Path(environ["PATH_INFO"]).name
    digest = hashlib.sha256()
    with target.open("wb") as file:
        while chunk := environ["wsgi.input"].read(CHUNK):
            digest.update(chunk)
            file.write(chunk)
    answer = digest.hexdigest().encode()
    start("201 Created", [("Content-Length", str(len(answer)))])
    return [answer]
