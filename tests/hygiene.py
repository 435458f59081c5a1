"""Plain text as it should be. pre-commit calls this with the names of changed files."""

import sys
from pathlib import Path

CONFLICT_MARKS = ("<" * 7 + " ", ">" * 7 + " ")


def complaints(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    found = []
    if text and not text.endswith("\n"):
        found.append(f"{path}: no newline at the end")
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith(CONFLICT_MARKS):
            found.append(f"{path}:{number}: a conflict mark")
        # Two blanks at the end are a line break in Markdown.
        if line != line.rstrip() and path.suffix != ".md":
            found.append(f"{path}:{number}: blanks at the end")
    return found


if __name__ == "__main__":
    everything = [line for name in sys.argv[1:] for line in complaints(Path(name))]
    print(*everything, sep="\n", end="\n" if everything else "")
    sys.exit(1 if everything else 0)
