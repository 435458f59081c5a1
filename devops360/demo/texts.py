"""The demo's written files."""

import math
from datetime import date, timedelta

README = """\
# Welcome to your vault

This folder was made on **your machine**, by `make run`. Nothing was downloaded.

| Try | How |
|-----|-----|
| Upload | drop files or whole folders anywhere on the page |
| Preview | open a photo, a PDF, code, a table, a sound |
| Find | type in the search field |
| Undo | delete something, then look into the trash |

## First steps

1. Sign in
2. Upload a folder
3. Have a coffee

> Previews are made from parsed data. A script in a document stays text:
> <script>alert("never")</script>

```python
def greet(name: str) -> str:
    return f"Hello, {name}"
```
"""

SOURCE = '''\
"""Count words, the most frequent first."""

import re
import sys
from collections import Counter

WORD = re.compile(r"[^\\W\\d_]+")


def count(text: str, *, top: int = 10) -> list[tuple[str, int]]:
    """Return the `top` words of the text with their numbers."""
    words = (match.group().casefold() for match in WORD.finditer(text))
    return Counter(words).most_common(top)


if __name__ == "__main__":
    for word, number in count(sys.stdin.read()):
        print(f"{number:>6}  {word}")
'''

COMPOSE = """\
services:
  web:
    image: registry.example.com/hello:1.4.2
    ports: ["127.0.0.1:8080:8080"]
    environment:
      GREETING: "Good morning"
    healthcheck:
      test: ["CMD", "wget", "-qO-", "http://localhost:8080/healthz"]
      interval: 10s
"""

LETTER = """\
Grüße aus dem Süden!

Namen dürfen alles enthalten, was Menschen schreiben: Umlaute, 日本語, العربية, emoji 🎈.
The vault keeps them as they are, and finds them without regard to case.
"""

PDF_PAGES = (
    (
        "A short guide to the vault",
        (
            "This document has three pages and was written by the demo itself.",
            "",
            "Files are kept as immutable blobs: a new upload of the same name",
            "becomes a new version, and nothing is ever overwritten in place.",
            "",
            "Every upload is hashed with SHA-256 while it streams to the disk.",
        ),
    ),
    (
        "Previews",
        (
            "Photos, PDF pages, Markdown, source code, tables, audio and video",
            "can be looked at without a download.",
            "",
            "A worker makes previews in a process of its own, with limits on",
            "time and memory, because documents of strangers are not to be trusted.",
        ),
    ),
    (
        "Trash",
        (
            "What is deleted can be restored, to the place it came from.",
            "",
            "After thirty days it is gone for good, and its bytes with it.",
        ),
    ),
)


def temperatures(*, start: date = date(2026, 1, 1), days: int = 365) -> str:
    """Return a CSV of daily measurements of a made-up weather station."""
    rows = ["date,minimum_c,maximum_c,rain_mm,station"]
    for number in range(days):
        season = -math.cos(2 * math.pi * (number - 15) / 365)
        swing = 3 * math.sin(number * 1.7) + 2 * math.sin(number * 0.61)
        mean = 10 + 10 * season + swing
        rain = max(0.0, 6 * math.sin(number * 0.9) - 3)
        day = start + timedelta(days=number)
        rows.append(f'{day},{mean - 4:.1f},{mean + 5:.1f},{rain:.1f},"Hill, north"')
    return "\n".join(rows) + "\n"
