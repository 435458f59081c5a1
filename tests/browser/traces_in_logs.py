"""What people wrote or were given must not be in the servers' logs (ASVS 5.0: 16.2.5)."""

import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

# Shorter ones are words that a log may have for other reasons.
LETTERS = 8
# Behind these stands a secret in an address: links, requests for files, letters' links.
SECRET_PATHS = ("/s/", "/r/", "/account/confirm-email/", "/account/password/reset/key/")


def secrets_of(address: str) -> Iterator[str]:
    """Yield what of an address must not be told: a link's secret, and what was searched for."""
    parts = urlsplit(address)
    yield from parse_qs(parts.query).get("q", [])
    for prefix in SECRET_PATHS:
        if parts.path.startswith(prefix):
            # Objects behind a link are named by ids, as everywhere.
            yield from (
                word for word in parts.path.removeprefix(prefix).split("/")[:1] if not _is_id(word)
            )


def _is_id(word: str) -> bool:
    try:
        uuid.UUID(word)
    except ValueError:
        return False
    return True


def told(logs: Iterable[Path], planted: Iterable[str]) -> list[str]:
    """Return the lines that hold something planted, each with what it holds."""
    sought = {text for text in planted if len(text) >= LETTERS}
    found = []
    for log in logs:
        text = log.read_text(errors="replace")
        for secret in sorted(secret for secret in sought if secret in text):
            line = next(line for line in text.splitlines() if secret in line)
            found.append(f"{log.name} holds {secret!r}: {line[:300]}")
    return found
