"""docs/operate/drills.md, made of the drills themselves."""

from collections.abc import Iterable, Iterator

from practice.drills.drill import Drill
from practice.drills.observe import condition

HEAD = """# Drills

Each breaks a part of a running site, shows what people and alerts see, mends it, and counts what
was acknowledged: every file by its digest, every notification by its key. The site is one of its
own, in a temporary place: PostgreSQL, a mail server, gunicorn and a worker. Nothing of yours is
touched.

    make drill                                  # the list
    make drill NAME=database-gone
    manage.py drill database-gone --seconds 120 # broken for so long
    manage.py drill all                         # one after the other, on the same site

It ends with status 0 if all was as it says here and all is whole. `tests/faults/test_drills.py`
does the same in short, at every run of the tests. This page is made of the drills:
`python -m practice.drills --page`.
"""


def page(drills: Iterable[Drill]) -> str:
    return HEAD + "".join("\n" + "\n".join(_section(drill)) for drill in drills)


def _section(drill: Drill) -> Iterator[str]:
    yield f"## {drill.name}\n"
    yield f"- **Broken:** {drill.breaks}"
    yield f"- **People:** {drill.people}"
    yield f"- **Mended:** {drill.mended}"
    yield f"- **To do:** {drill.todo}"
    for signal in drill.signals:
        yield (
            f"- **Alert:** [{signal.alert}](alerts.md#{signal.alert.lower()}): `{signal.metric}` "
            f"{signal.moves}; it fires at `{condition(signal.alert)}`"
        )
    if not drill.signals:
        yield "- **Alert:** none, and none is wanted."
    yield ""
