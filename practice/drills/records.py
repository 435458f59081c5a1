"""What is kept of each drill that was run: its last report, when, and what was not as expected."""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from practice.drills import report
from practice.drills.drill import Outcome
from practice.work import WORK

PLACE = WORK / "12" / "drills"


@dataclass(frozen=True)
class Record:
    drill: str
    # ISO 8601, UTC.
    ended: str
    problems: list[str]
    report: str


def keep(outcome: Outcome, place: Path = PLACE) -> Path:
    """Write the drill's record in the place of its last one, and return the file."""
    ended = datetime.now(UTC).isoformat(timespec="seconds")
    record = Record(outcome.drill.name, ended, outcome.problems, report.text(outcome))
    place.mkdir(parents=True, exist_ok=True)
    file = place / f"{record.drill}.json"
    file.write_text(json.dumps(asdict(record), indent=2, ensure_ascii=False) + "\n")
    return file


def kept(place: Path = PLACE) -> list[Record]:
    """Return the records, the latest last."""
    records = [Record(**json.loads(file.read_text())) for file in place.glob("*.json")]
    return sorted(records, key=lambda record: record.ended)
