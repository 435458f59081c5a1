"""All examinations in turn: one that fails does not keep the others from being made."""

from collections.abc import Callable, Iterator
from functools import partial

from django.db import InterfaceError, OperationalError

from devops360.doctor import keeping, serving, stores, working
from devops360.doctor.findings import Finding, absent, broken, words_of

type Examination = Callable[[], Iterator[Finding]]

# Nothing is learned of these without it; each would wait for it in vain.
ASK_THE_DATABASE = frozenset({"clock", "cache", "queue", "jobs", "outbox"})
MENDS = {
    "database": "Look at DATABASE_URL and the server's log: docs/operate/alerts.md.",
    "cache": "Run manage.py createcachetable: limits live in it.",
}
MEND = "Is it running, and reached from here? See docs/operate/."


def examinations(*, send_to: str = "") -> dict[str, Examination]:
    return {
        "configuration": serving.configuration,
        "database": keeping.database,
        "clock": keeping.clock,
        "store": stores.stores,
        "cache": keeping.shared_cache,
        "disk": keeping.disks,
        "static files": serving.static_files,
        "queue": working.queue,
        "jobs": working.jobs,
        "outbox": working.outbox,
        "mail": partial(serving.mail, send_to=send_to),
        "SNS": serving.topics,
    }


def examine(*, send_to: str = "") -> Iterator[Finding]:
    """Yield what is found of each part, as it is found."""
    gone = False
    for part, look in examinations(send_to=send_to).items():
        if gone and part in ASK_THE_DATABASE:
            yield absent(part, "is not looked at, without the database")
            continue
        try:
            yield from look()
        except Exception as error:  # noqa: BLE001  (whatever a part raises is its finding)
            yield broken(part, words_of(error), MENDS.get(part, MEND))
            gone = gone or (
                part == "database" and isinstance(error, (OperationalError, InterfaceError))
            )
