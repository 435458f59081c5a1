"""All examinations in turn: one that fails does not keep the others from being made."""

from collections.abc import Callable, Iterator
from functools import partial

from devops360.doctor import keeping, serving
from devops360.doctor.findings import Finding, failed

type Examination = Callable[[], Iterator[Finding]]


def examinations(*, send_to: str = "") -> dict[str, Examination]:
    return {
        "configuration": serving.configuration,
        "database": keeping.database,
        "clock": keeping.clock,
        "store": keeping.stores,
        "cache": keeping.shared_cache,
        "disk": keeping.disks,
        "static files": serving.static_files,
        "queue": serving.queue,
        "mail": partial(serving.mail, send_to=send_to),
        "SNS": serving.topics,
    }


def examine(*, send_to: str = "") -> Iterator[Finding]:
    """Yield what is found of each part, as it is found."""
    for part, look in examinations(send_to=send_to).items():
        try:
            yield from look()
        except Exception as error:  # noqa: BLE001  (whatever a part raises is its finding)
            yield failed(part, error)
