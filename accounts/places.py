"""About where an address is, from a database on this machine: nobody outside is asked.

GEOIP_DATABASE names a file in MaxMind's format (GeoLite2-City, DB-IP City Lite).
"""

import ipaddress
import logging
from functools import cache
from typing import Any

import maxminddb
from django.conf import settings
from django.utils.translation import gettext_noop
from maxminddb.errors import InvalidDatabaseError

logger = logging.getLogger(__name__)

PRIVATE = gettext_noop("Private network")


def place_of(ip: str | None) -> str:
    """Return such as "Zürich, Switzerland", "Private network", or "" for what nobody knows."""
    address = _address(ip)
    if address is None:
        return ""
    if not address.is_global:
        return PRIVATE
    record = _record_of(str(address))
    names = [_name(record.get(part)) for part in ("city", "country")]
    return ", ".join(name for name in names if name)


def country_of(ip: str | None) -> str:
    """Return such as "Switzerland"; "" for what nobody knows, and for private networks."""
    address = _address(ip)
    if address is None or not address.is_global:
        return ""
    return _name(_record_of(str(address)).get("country"))


def _address(ip: str | None) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(ip or "")
    except ValueError:
        return None


def is_readable(path: str) -> bool:
    """Tell whether the file is a database as it should be."""
    try:
        maxminddb.open_database(path).close()
    except (OSError, InvalidDatabaseError):
        return False
    return True


def _record_of(ip: str) -> dict[str, Any]:
    database = _database(settings.GEOIP_DATABASE)
    try:
        record = database.get(ip) if database else None
    except (InvalidDatabaseError, ValueError):
        # A damaged record, or IPv6 asked of a database of IPv4. Pages do without the place.
        return {}
    return record if isinstance(record, dict) else {}


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
    except (OSError, InvalidDatabaseError):
        # The system check has said it already; pages do without places.
        logger.warning("GEOIP_DATABASE cannot be read path=%s", path)
        return None
