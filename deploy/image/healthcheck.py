"""Is this container alive? Exit 0 if so.

Asks no database: one that is gone is no reason to start anew. A worker tells by the file that it
touches, the site by its answer. Needs nothing but Python.
"""

import os
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

# The worker touches its file every five seconds.
STALE_SECONDS = 60


def worker_is_alive(heartbeat: Path) -> bool:
    return time.time() - heartbeat.stat().st_mtime < STALE_SECONDS


def site_is_alive(port: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/livez", timeout=4) as answer:
            return bool(answer.status == 200)  # noqa: PLR2004
    except (urllib.error.URLError, OSError):
        return False


def main() -> int:
    named = os.environ.get("WORKER_HEARTBEAT")
    heartbeat = Path(named) if named else None
    if heartbeat and heartbeat.exists():
        alive = worker_is_alive(heartbeat)
    else:
        alive = site_is_alive(os.environ.get("PORT", "8000"))
    return 0 if alive else 1


if __name__ == "__main__":
    sys.exit(main())
