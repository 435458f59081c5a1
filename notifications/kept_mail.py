"""What a laptop sends: kept as files to be looked at, since nothing leaves it.

Only the channels that print write here (EMAIL_URL=console:, SMS_URL=console:), and only a site that
runs on a laptop shows it. There may be codes and links in it, as there are on the console.
"""

import json
import logging
import secrets
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

logger = logging.getLogger(__name__)

MOST = 200


@dataclass(frozen=True)
class KeptMail:
    name: str
    channel: str
    to: str
    subject: str
    text: str
    html: str
    at: float

    @property
    def sent_at(self) -> datetime:
        return datetime.fromtimestamp(self.at, tz=UTC)


def keep(*, channel: str, to: str, text: str, subject: str = "", html: str = "") -> None:
    """Keep what was sent, and of all only the newest. Failing to is no reason to fail sending."""
    now = time.time()
    # Sorted by name is sorted by time.
    name = f"{now:017.6f}-{secrets.token_hex(4)}"
    mail = KeptMail(name, channel, to, subject, text, html, now)
    try:
        place = _place()
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = place / f".{name}"
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(asdict(mail)), encoding="utf-8")
        draft.rename(place / f"{name}.json")
        for path in _files()[MOST:]:
            path.unlink(missing_ok=True)
    except OSError:
        logger.exception("kept mail could not be written")


def kept() -> Iterator[KeptMail]:
    """Yield what was sent, the newest first."""
    for path in _files():
        try:
            yield KeptMail(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            # Pruned while it was read, or of another version.
            continue


def find(name: str) -> KeptMail | None:
    return next((mail for mail in kept() if mail.name == name), None)


def _place() -> Path:
    return Path(settings.STATE_DIR) / "outbox"


def _files() -> list[Path]:
    return sorted(_place().glob("*.json"), reverse=True)
