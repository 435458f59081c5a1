"""Traces, where a receiver is named; where none is, nothing of OpenTelemetry is imported."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.conf import settings

# Of what `carried` returns: which trace, and which span of it (W3C Trace Context, 3.2).
TRACEPARENT = "traceparent"

if settings.TRACES_ENDPOINT:
    from devops360.observability.otel import (
        carried,
        start,
        tell_outcome,
        within_delivery,
        within_task,
    )
else:

    def start(service: str) -> None:
        """Trace nothing."""

    def carried() -> dict[str, str]:
        return {}

    @contextmanager
    def within_task(name: str, carrier: Mapping[str, str]) -> Iterator[None]:
        yield

    @contextmanager
    def within_delivery(channel: str, delivery: int, *, owed_for: str) -> Iterator[None]:
        yield

    def tell_outcome(outcome: str) -> None:
        """Tell nobody."""


__all__ = ["TRACEPARENT", "carried", "start", "tell_outcome", "within_delivery", "within_task"]
