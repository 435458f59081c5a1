"""A renderer that does what hostile files make parsers do."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any


def render(  # noqa: C901  (a list of bad habits)
    source: Path, out: Path, *, variant: str, name: str
) -> dict[str, Any]:
    details: dict[str, Any] = {}
    if variant == "loop":
        while True:
            pass
    if variant == "sleep":
        time.sleep(60)
    if variant == "memory":
        details["length"] = len(bytearray(2 * 1024**3))
    if variant == "disk":
        with (out / "big").open("wb") as file:
            for _ in range(200):
                file.write(bytes(1024**2))
    if variant == "crash":
        os.abort()
    if variant == "raise":
        raise KeyError("surprise")
    if variant == "chatter":
        details["text"] = "x" * 3_000_000
    if variant == "tell":
        details = {"environment": sorted(os.environ), "django": "django" in sys.modules}
    if variant == "child":
        details["pid"] = subprocess.Popen(["sleep", "60"]).pid
    return {"file": "", "media_type": "", "details": details}
