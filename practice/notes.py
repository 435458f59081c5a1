"""Rung 12: what was written down about a drill, read as a colleague would who was not there."""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.infra.tools import ROOT

# What each section is looked for by, and what it has to tell.
SECTIONS = {
    "broke": "what you broke, and what you had guessed would happen",
    "saw": "what people, logs and alerts showed, when, with the lines themselves",
    "mended": "what brought it back, and how you know",
    "changed": "what is different now, in which file",
}
FEWEST_WORDS = 12
TIME = re.compile(r"\b([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d)?\b")
FENCED = re.compile(r"^```.*?\n(.+?)^```", re.MULTILINE | re.DOTALL)
PATH = re.compile(r"[\w.-]+(?:/[\w.-]+)*\.\w+|\bMakefile\b")


def sections(text: str) -> dict[str, str]:
    """Return what stands below each heading, by the heading in lower case."""
    parts = re.split(r"^#+\s+(.+)$", text, flags=re.MULTILINE)
    return {heading.lower(): body for heading, body in zip(parts[1::2], parts[2::2], strict=True)}


def shortcomings(file: Path) -> Iterator[str]:
    """Yield what a reader would have to ask."""
    if not file.exists():
        yield f"Write {file}, with a heading for each: {'; '.join(SECTIONS.values())}."
        return
    found = sections(file.read_text())
    told = {
        word: next((body for heading, body in found.items() if word in heading), None)
        for word in SECTIONS
    }
    for word, body in told.items():
        if body is None:
            yield f"{file.name} has no heading with {word!r}: {SECTIONS[word]}."
        elif len(body.split()) < FEWEST_WORDS:
            yield f"Under {word!r} are {len(body.split())} words. Tell {SECTIONS[word]}."
    seen = told["saw"]
    if seen is not None:
        if len(TIME.findall(seen)) < 2:
            yield "Say when you saw it: the time it broke and the time it was well again (14:05)."
        if not FENCED.search(seen):
            yield "Show what you saw: lines of the log, or of a drill's report, between ``` marks."
    changed = told["changed"]
    if changed is not None and not any((ROOT / name).exists() for name in PATH.findall(changed)):
        yield "Name a file of this repository that you changed, or that should be: its whole path."
