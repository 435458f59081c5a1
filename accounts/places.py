"""About where an address is, from a database on this machine: nobody outside is asked.

GEOIP_DATABASE names a file in MaxMind's format (GeoLite2-City, DB-IP City Lite).
"""

import ipaddress
import logging
from functools import cache
from typing import Any

import maxminddb
from django.conf import settings

logger = logging.getLogger(__name__)


def place_of(ip: str | None) -> str:
    """Return such as "Zürich, Switzerland"; "This network" for private addresses; "" if unknown."""
    if not ip:
        return ""
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return ""
    if address.is_private or address.is_loopback:
        return "This network"
    database = _database(settings.GEOIP_DATABASE)
    record: Any = database.get(ip) if database else None
    if not isinstance(record, dict):
        return ""
    names = [_name(record.get(part)) for part in ("city", "country")]
    return ", ".join(name for name in names if name)


def _name(part: Any) -> str:
    names = part.get("names", {}) if isinstance(part, dict) else {}
    return str(names.get("en", ""))


@cache
def _database(path: str) -> maxminddb.Reader | None:
    """Return the reader, opened once for a process; None without a file, or without a good one."""
    if not path:
        return None
    try:
        return maxminddb.open_database(path)
    except (OSError, ValueError, maxminddb.InvalidDatabaseError):
        # The system check has said it already; pages go on without places.
        logger.warning("GEOIP_DATABASE cannot be read path=%s", path)
        return None
