"""One JSON line per event on a server, readable text on a laptop."""

import json
import logging
from datetime import UTC, datetime
from typing import Any, override

from devops360.observability.context import current_request_id

# What every record has; the rest was given as `extra=`.
USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "request_id"}
# Of Django's own records: objects that say too much. Paths hold the secrets of links.
UNSAID = {"request", "status_code"}


class ContextFilter(logging.Filter):
    """Give each record its request's id, and keep addresses out of what Django says of requests.

    `django.request` says "Not Found: /s/<the link's secret>/". The route is as useful.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        # Given where a line is about what another request has asked for.
        given = getattr(record, "request_id", "")
        record.request_id = given or current_request_id() or "-"
        request = getattr(record, "request", None)
        if request is not None and record.args and record.name.startswith("django.request"):
            record.args = _with_route(record.args, request)
        return True


def _with_route(args: Any, request: Any) -> Any:
    path = getattr(request, "path", None)
    if not isinstance(args, tuple) or path is None:
        return args
    match = getattr(request, "resolver_match", None)
    route = match.view_name if match and match.view_name else "(no route)"
    return tuple(route if str(value) == path else value for value in args)


class JsonFormatter(logging.Formatter):
    """RFC 8259, one object per line: time, level, logger, message, request_id, and any extra."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": getattr(record, "request_id", "-"),
        }
        extra = vars(record).items()
        line |= {key: value for key, value in extra if key not in USUAL | UNSAID}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


class TextFormatter(logging.Formatter):
    """For people: a line, with what was given as extra behind it."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    @override
    def formatMessage(self, record: logging.LogRecord) -> str:
        extra = {key: value for key, value in vars(record).items() if key not in USUAL | UNSAID}
        words = "".join(f" {key}={value}" for key, value in extra.items())
        # What somebody sent cannot begin a line of its own.
        return (super().formatMessage(record) + words).replace("\n", "\\n").replace("\r", "\\r")
