"""Traces of real processes, at a receiver of our own that speaks OTLP over HTTP."""

import http.client
import json
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from django.core.exceptions import ImproperlyConfigured
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult

from devops360.environment import traces_endpoint
from devops360.observability.otel import Scrubbed
from devops360.tests.processes import ROOT, environment, manage
from tests.operations.databases import empty_database
from tests.operations.processes import Web, get, prepared, running_web

SECRET = "what-no-span-may-hold"
TRACE = "0af7651916cd43dd8448eb211c80319c"
ASKED = f"00-{TRACE}-b7ad6b7169203331-01"
# What makes ListObjectsV2 answer that there is nothing.
NO_OBJECTS = (
    b'<?xml version="1.0"?><ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>'
)


@dataclass
class Span:
    name: str
    trace: str
    id: str
    parent: str
    service: str
    attributes: dict[str, Any]
    # Spans of other traces that it comes from.
    links: set[tuple[str, str]]


@dataclass
class Receiver:
    """Takes spans at /v1/traces; is also a bucket with nothing in it, for everything else."""

    url: str = ""
    bodies: list[bytes] = field(default_factory=list)
    headers: list[str] = field(default_factory=list)

    def spans(self) -> list[Span]:
        return [
            _read(span, service)
            for body in list(self.bodies)
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans
            for service in [_attributes(resource.resource.attributes)["service.name"]]
            for scope in resource.scope_spans
            for span in scope.spans
        ]


def _attributes(pairs: Any) -> dict[str, Any]:
    return {pair.key: getattr(pair.value, pair.value.WhichOneof("value")) for pair in pairs}


def _read(span: Any, service: str) -> Span:
    ids = (span.trace_id.hex(), span.span_id.hex(), span.parent_span_id.hex())
    links = {(link.trace_id.hex(), link.span_id.hex()) for link in span.links}
    return Span(span.name, *ids, service, _attributes(span.attributes), links)


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.path == "/v1/traces"
            found.headers.append(self.headers.get("X-Api-Key", ""))
            found.bodies.append(body)
            self._answer(b"")

        def do_GET(self) -> None:
            self._answer(NO_OBJECTS)

        def _answer(self, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield found
    server.shutdown()
    server.server_close()


def ask(web: Web, method: str, path: str, form: dict[str, str] | None = None) -> int:
    token = "a" * 32
    headers = {
        "traceparent": ASKED,
        "baggage": f"said={SECRET}",
        "User-Agent": SECRET,
        "Cookie": f"csrftoken={token}; sessionid={SECRET}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    address = urlsplit(web.url)
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=30)
    body = urlencode({"csrfmiddlewaretoken": token} | form) if form else None
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


@dataclass
class Traced:
    spans: list[Span]
    # Of the web server's log.
    lines: list[dict[str, Any]]

    def named(self, name: str) -> Span:
        found = [span for span in self.spans if span.name == name]
        assert found, f"no {name} among {sorted({span.name for span in self.spans})}"
        return found[0]


@pytest.fixture(scope="module")
def traced(receiver: Receiver, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Traced]:
    """What was traced of a few requests, of the task that one has asked for, and of a job on S3.

    On the engine under test. The server is told to send nothing before it ends.
    """
    place = tmp_path_factory.mktemp("place")
    with empty_database(place) as database:
        variables = database | {
            "OTEL_EXPORTER_OTLP_ENDPOINT": receiver.url,
            "OTEL_EXPORTER_OTLP_HEADERS": "x-api-key=of-the-receiver",
            "OTEL_BSP_SCHEDULE_DELAY": "60000",
            "OUTBOX_DRIVER": "tasks",
            "EMAIL_URL": f"file://{place / 'mail'}",
        }
        job = "from devops360.schedule import run_job; run_job.enqueue('sweep')"
        prepared(place, code=job, **variables)
        with running_web(place, WEB_PROCESSES="2", **variables) as web:
            ask_all(web)
        bucket = {
            "S3_BUCKET": "nothing-in-it",
            "S3_ENDPOINT_URL": receiver.url,
            "AWS_REGION": "eu-central-1",
            "AWS_ACCESS_KEY_ID": "x",
            "AWS_SECRET_ACCESS_KEY": SECRET,
        }
        done = manage("worker", "--batch", state=place, **variables | bucket)
        assert done.returncode == 0, done.stderr
        yield Traced(receiver.spans(), web.lines())


def ask_all(web: Web) -> None:
    assert get(f"{web.url}/readyz")[0] == 200
    for _ in range(20):
        assert ask(web, "GET", "/account/login/") == 200
    assert ask(web, "GET", f"/s/{SECRET}/") == 404
    assert ask(web, "GET", f"/nothing/{SECRET}/?q={SECRET}") == 404
    wrong = {"login": f"{SECRET}@example.com", "password": SECRET}
    assert ask(web, "POST", "/account/login/", wrong) == 200
    email = {"email": f"{SECRET}@example.com"}
    assert ask(web, "POST", "/account/password/reset/", email) == 302


def test_a_request_and_its_statements_are_one_trace(traced: Traced) -> None:
    request = traced.named("POST account/login/")
    assert request.trace == TRACE, "it goes on with the trace that asked"
    assert request.service == "devops360-all"
    assert request.attributes["http.route"] == "account/login/"
    assert request.attributes["http.response.status_code"] == 200
    assert len(request.attributes["request.id"]) == 16
    below = [span for span in traced.spans if span.parent == request.id]
    assert {"SELECT", "INSERT"} <= {span.name for span in below}
    assert all("%s" in span.attributes["db.query.text"] for span in below if "INSERT" in span.name)


def test_a_task_goes_on_with_the_trace_of_its_request(traced: Traced) -> None:
    task = traced.named("task deliver_due")
    assert (task.trace, task.service) == (TRACE, "devops360-worker")
    assert task.attributes["task.outcome"] == "successful"
    assert task.parent in {span.id for span in traced.spans if span.service == "devops360-all"}


def test_each_attempt_to_send_has_a_trace_of_its_own(traced: Traced) -> None:
    sending = traced.named("send email")
    assert sending.service == "devops360-worker"
    assert sending.attributes["delivery.channel"] == "email"
    assert sending.attributes["delivery.id"] > 0
    assert sending.trace != TRACE


def test_a_message_leads_back_to_the_request_that_it_is_owed_for(traced: Traced) -> None:
    ((trace, span),) = traced.named("send email").links
    assert trace == TRACE
    owed_for = next(found for found in traced.spans if found.id == span)
    assert owed_for.service == "devops360-all"


def test_a_job_by_the_clock_has_a_trace_of_its_own_with_calls_to_aws(traced: Traced) -> None:
    listing = traced.named("S3.ListObjectsV2")
    assert listing.attributes["rpc.service"] == "S3"
    by_id = {span.id: span for span in traced.spans}
    assert by_id[listing.parent].name.startswith("task ")
    assert listing.trace != TRACE


def test_looks_for_work_and_probes_are_not_traced(traced: Traced) -> None:
    alone = [span for span in traced.spans if not span.parent]
    assert {span.name.partition(" ")[0] for span in alone} == {"task", "send"}
    assert not [span for span in traced.spans if "livez" in str(span) or "readyz" in str(span)]


def test_nothing_that_people_wrote_is_sent(receiver: Receiver, traced: Traced) -> None:
    sent = b"".join(receiver.bodies)
    assert b"account/login/" in sent, "the bytes can be searched"
    assert SECRET.encode() not in sent
    assert set(receiver.headers) == {"of-the-receiver"}


def test_lines_of_the_log_lead_to_the_trace(traced: Traced) -> None:
    request = traced.named("POST account/login/")
    lines = [
        line for line in traced.lines if line["request_id"] == request.attributes["request.id"]
    ]
    assert {line["trace_id"] for line in lines} == {TRACE}
    assert "account_login" in {line.get("route") for line in lines}


def test_processes_that_were_forked_send_and_a_stop_loses_nothing(traced: Traced) -> None:
    sent = [span for span in traced.spans if span.name == "GET account/login/"]
    assert len(sent) == 20


def test_without_a_receiver_nothing_of_it_is_imported(tmp_path: Path) -> None:
    code = (
        "import devops360.wsgi, devops360.worker, sys; "
        "from devops360.management.commands import worker; "
        "print([name for name in sys.modules if name.startswith('opentelemetry')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr


HERE = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://x:4318/"}


@pytest.mark.parametrize(
    ("variables", "endpoint"),
    [
        ({}, ""),
        (HERE, "http://x:4318/v1/traces"),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://y/in"}, "http://y/in"),
        (HERE | {"OTEL_SDK_DISABLED": "true"}, ""),
        (HERE | {"OTEL_TRACES_EXPORTER": "none"}, ""),
    ],
)
def test_the_standard_variables_hold(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], endpoint: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert traces_endpoint() == endpoint


def test_a_receiver_that_only_speaks_grpc_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://x:4317")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
    with pytest.raises(ImproperlyConfigured, match="must be http/protobuf"):
        traces_endpoint()


class Kept(SpanExporter):
    def __init__(self) -> None:
        self.spans: list[ReadableSpan] = []

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        self.spans += spans
        return SpanExportResult.SUCCESS


def test_what_is_not_on_the_list_is_taken_out() -> None:
    kept = Kept()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(Scrubbed(kept)))
    tracer = provider.get_tracer("test")
    attributes = {"url.full": f"https://site/s/{SECRET}/", "url.query": SECRET, "http.route": "s/"}
    error = ValueError(f"Key (name)=({SECRET}) already exists")
    with suppress(ValueError), tracer.start_as_current_span("x", attributes=attributes):
        raise error
    (found,) = kept.spans
    text = json.dumps(json.loads(found.to_json()))
    assert SECRET not in text
    assert '"http.route": "s/"' in text
    assert '"exception.type": "ValueError"' in text
    assert '"status_code": "ERROR"' in text
    provider.shutdown()
