"""Renders one file in a process of its own, under limits: parsers meet hostile bytes here.

The parent calls `run`; the child is `python -m files.previews.sandbox`, which imports no Django.
"""

import contextlib
import importlib
import json
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from files.previews.errors import WORDS, RenderError

ROOT = Path(__file__).resolve().parents[2]
MAX_OUTPUT = 64 * 1024**2
MAX_DETAILS = 1024**2
ANSWER = "answer.json"


def run(
    *, kind: str, source: Path, out: Path, variant: str, name: str, seconds: int, memory: int
) -> dict[str, Any]:
    """Render `source` into the folder `out` and return what the renderer says of it.

    `{"file": name in out or "", "media_type": "…", "details": {…}}`. At most `seconds` of time
    and `memory` bytes. Raises RenderError.
    """
    limits = {"seconds": seconds, "memory": memory}
    order = {"kind": kind, "source": str(source), "variant": variant, "name": name, **limits}
    process = subprocess.Popen(  # noqa: S603  (our own interpreter, our own arguments)
        [sys.executable, "-P", "-m", "files.previews.sandbox", json.dumps(order)],
        cwd=out,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        status = process.wait(timeout=seconds + 2)
    except subprocess.TimeoutExpired:
        raise RenderError("too_slow") from None
    finally:
        # The whole group: nothing that a parser may have started outlives it.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    if status in {-signal.SIGXCPU, -signal.SIGKILL}:
        raise RenderError("too_slow")
    return _answer(out / ANSWER, status)


def _answer(path: Path, status: int) -> dict[str, Any]:
    try:
        if path.stat().st_size > MAX_DETAILS:
            raise RenderError("too_big")
        answer: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        # A crash below Python, such as a parser's segmentation fault.
        raise RenderError("too_big" if status == 1 else "malformed") from None
    if "error" in answer:
        raise RenderError(answer["error"] if answer["error"] in WORDS else "failed")
    return answer


def _limit(*, seconds: int, memory: int) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MAX_OUTPUT, MAX_OUTPUT))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))


def _render(order: dict[str, Any]) -> dict[str, Any]:
    try:
        module = importlib.import_module(order["kind"])
        made: dict[str, Any] = module.render(
            Path(order["source"]), Path.cwd(), variant=order["variant"], name=order["name"]
        )
    except RenderError as error:
        return {"error": error.code}
    except MemoryError:
        return {"error": "too_big"}
    except Exception:  # noqa: BLE001  (whatever a parser raises, the file is what is wrong)
        return {"error": "malformed"}
    return made


if __name__ == "__main__":
    told = json.loads(sys.argv[1])
    _limit(seconds=told["seconds"], memory=told["memory"])
    Path(ANSWER).write_text(json.dumps(_render(told)), encoding="utf-8")
