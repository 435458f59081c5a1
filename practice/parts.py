"""Rung 10: the site as several processes, each of which answers its own addresses alone."""

import json
from collections.abc import Iterator
from pathlib import Path

from devops360.roles import PREFIXES
from practice.running import get

FILE = "parts.json"
NOT_MINE = "Another role serves this"


def read_parts(file: Path) -> tuple[dict[str, str], str]:
    """Return each part's address, or nothing and what is wrong with the file."""
    roles = sorted(set(PREFIXES.values()))
    example = json.dumps({role: f"http://localhost:{8001 + at}" for at, role in enumerate(roles)})
    if not file.exists():
        return {}, f"Write {file}: where each part listens, such as {example}"
    try:
        parts = json.loads(file.read_text())
    except ValueError as error:
        return {}, f"{file} is no JSON: {error}"
    if not isinstance(parts, dict) or parts.keys() != set(roles):
        return {}, f"{file} must name each of {', '.join(roles)} once: {example}"
    if len(set(parts.values())) < len(roles):
        return {}, f"{file}: two parts have one address. Each is a process of its own."
    return parts, ""


def shortcomings(parts: dict[str, str]) -> Iterator[str]:
    """Yield what is wrong with the running parts."""
    for role, url in parts.items():
        if get(f"{url}/livez")[0] != 200:
            yield f"{url} does not answer: SERVICE={role} PORT=… .venv/bin/gunicorn"
            continue
        # Its own first: who serves nothing of them is somebody else.
        for prefix, owner in sorted(PREFIXES.items(), key=lambda pair: pair[1] != role):
            status, text = get(f"{url}/{prefix}/")
            refused = NOT_MINE in text
            if owner == role and (refused or not status):
                yield f"{url} does not serve /{prefix}/, which is {role}'s: set SERVICE={role}."
                break
            if owner != role and not refused:
                yield f"{url} serves /{prefix}/, which is {owner}'s: set SERVICE={role}."
                break
