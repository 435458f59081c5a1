"""Traces by OpenTelemetry. Nothing imports this where no receiver is named: see tracing.py.

Instrumentations put addresses, errors' words and names of people into spans. What leaves this
process goes through `Scrubbed`, which knows what may: attributes by name, and nothing that a person
has written.
"""

import logging
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from opentelemetry import propagate, trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.botocore import BotocoreInstrumentor
from opentelemetry.instrumentation.django import DjangoInstrumentor
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import Event, ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import (
    BatchSpanProcessor,
    SpanExporter,
    SpanExportResult,
)
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, Sampler, SamplingResult
from opentelemetry.trace import SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.re import parse_env_headers

tracer = trace.get_tracer("devops360")

# Of statements with hundreds of placeholders, the beginning is enough.
STATEMENT_LETTERS = 2_000
SPOKEN = frozenset(
    {
        "aws.request_id",
        "cloud.region",
        "db.query.text",
        "db.system.name",
        "delivery.channel",
        "delivery.id",
        "error.type",
        "exception.type",
        "http.request.method",
        "http.response.status_code",
        "http.route",
        "http.status_code",
        "request.id",
        "retry_attempts",
        "rpc.method",
        "rpc.service",
        "rpc.system",
        "task.name",
        "task.outcome",
        "url.scheme",
    }
)


class Scrubbed(SpanExporter):
    """Hands spans on with what may be known of them: SPOKEN, and types of errors without words."""

    def __init__(self, inner: SpanExporter) -> None:
        self._inner = inner

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return self._inner.export([_scrub(span) for span in spans])

    def shutdown(self) -> None:
        self._inner.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._inner.force_flush(timeout_millis)


def _scrub(span: ReadableSpan) -> ReadableSpan:
    events = [
        Event(event.name, _spoken(event.attributes), event.timestamp) for event in span.events
    ]
    return ReadableSpan(
        name=span.name,
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes=_spoken(span.attributes),
        events=events,
        links=span.links,
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def _spoken(attributes: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: value for name, value in (attributes or {}).items() if name in SPOKEN}


class WithinWork(Sampler):
    """Leaves out calls that belong to no request and no task: probes, and looks for work."""

    def __init__(self, inner: Sampler) -> None:
        self._inner = inner

    def should_sample(
        self,
        parent_context: Context | None,
        trace_id: int,
        name: str,
        kind: SpanKind | None = None,
        *more: Any,
        **others: Any,
    ) -> SamplingResult:
        parent = trace.get_current_span(parent_context).get_span_context()
        alone = kind is SpanKind.CLIENT and not parent.is_valid
        sampler = ALWAYS_OFF if alone else self._inner
        return sampler.should_sample(parent_context, trace_id, name, kind, *more, **others)

    def get_description(self) -> str:
        return f"WithinWork({self._inner.get_description()})"


class TraceFilter(logging.Filter):
    """Give each record within a span the ids by which its trace is found."""

    def filter(self, record: logging.LogRecord) -> bool:
        context = trace.get_current_span().get_span_context()
        if context.is_valid:
            record.trace_id = trace.format_trace_id(context.trace_id)
            record.span_id = trace.format_span_id(context.span_id)
        return True


def start(service: str) -> None:
    """Trace this process, and those that it forks, from now on. Middleware is not loaded yet."""
    # The stable names of attributes, unless others are asked for.
    os.environ.setdefault("OTEL_SEMCONV_STABILITY_OPT_IN", "http")
    provider = TracerProvider(resource=_resource(service))
    provider.sampler = WithinWork(provider.sampler)
    headers = parse_env_headers(settings.TRACES_HEADERS, liberal=True)
    exporter = OTLPSpanExporter(endpoint=settings.TRACES_ENDPOINT, headers=headers or None)
    # Of a process that is forked it starts its thread again in each child.
    provider.add_span_processor(BatchSpanProcessor(Scrubbed(exporter)))
    trace.set_tracer_provider(provider)
    # Without baggage: what strangers send is not handed on.
    propagate.set_global_textmap(TraceContextTextMapPropagator())
    requests = settings.MIDDLEWARE.index("devops360.observability.middleware.RequestMiddleware")
    # Behind the probes, which come with any Host and are no work; around everything else.
    DjangoInstrumentor().instrument(middleware_position=requests, response_hook=_tell_request)
    BotocoreInstrumentor().instrument()  # type: ignore[no-untyped-call]
    connection_created.connect(_watch)
    for connection in connections.all(initialized_only=True):
        _watch(connection=connection)


def _resource(service: str) -> Resource:
    """Return what OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES say, or our own name."""
    found = Resource.create()
    if str(found.attributes[SERVICE_NAME]).startswith("unknown_service"):
        return found.merge(Resource({SERVICE_NAME: service}))
    return found


def _tell_request(span: trace.Span, request: Any, response: Any) -> None:
    span.set_attribute("request.id", response.headers.get("X-Request-ID", ""))


def _watch(*, connection: BaseDatabaseWrapper, **others: Any) -> None:
    # A pool says so each time that it hands a connection out.
    if _trace_statement not in connection.execute_wrappers:
        connection.execute_wrappers.append(_trace_statement)


def _trace_statement(
    execute: Callable[..., Any], sql: Any, params: Any, many: Any, context: dict[str, Any]
) -> Any:
    """Time one statement (Django: "Database instrumentation"); its parameters are not looked at."""
    text = sql if isinstance(sql, str) else ""
    if not text or not trace.get_current_span().is_recording():
        return execute(sql, params, many, context)
    vendor = context["connection"].vendor
    attributes = {"db.system.name": vendor, "db.query.text": text[:STATEMENT_LETTERS]}
    word = text.lstrip("( \n").partition(" ")[0].upper()
    with tracer.start_as_current_span(word, kind=SpanKind.CLIENT, attributes=attributes):
        return execute(sql, params, many, context)


def carried() -> dict[str, str]:
    """Return what a task needs to belong to the trace that is under way; {} outside of one."""
    carrier: dict[str, str] = {}
    propagate.inject(carrier)
    return carrier


@contextmanager
def within_task(name: str, carrier: Mapping[str, str]) -> Iterator[None]:
    """Trace a task, as part of the trace that asked for it."""
    with tracer.start_as_current_span(
        f"task {name}",
        context=propagate.extract(carrier),
        kind=SpanKind.CONSUMER,
        attributes={"task.name": name},
    ):
        yield


@contextmanager
def within_delivery(channel: str, delivery: int, *, owed_for: str) -> Iterator[None]:
    """Trace one attempt to send a message: a trace of its own, whose errors are known by type.

    It may come days later, so it is linked to the trace that it is owed for, and no part of it.
    """
    with tracer.start_as_current_span(
        f"send {channel}",
        kind=SpanKind.PRODUCER,
        attributes={"delivery.channel": channel, "delivery.id": delivery},
        links=_links(owed_for),
    ):
        yield


def _links(traceparent: str) -> list[trace.Link]:
    there = propagate.extract({"traceparent": traceparent})
    context = trace.get_current_span(there).get_span_context()
    return [trace.Link(context)] if context.is_valid else []


def tell_outcome(outcome: str) -> None:
    """Say of the task that is being traced how it ended: `successful`, `failed`."""
    span = trace.get_current_span()
    span.set_attribute("task.outcome", outcome)
    if outcome == "failed":
        span.set_status(StatusCode.ERROR)
