"""Traces, and a request from end to end: everything needed to follow a referral, nothing about anybody in it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode
from telemetry_examples import PLANTED, REMOTE

from chassis import telemetry
from chassis.telemetry import traces
from chassis.testing.signer import Signer
from chassis.web.app import create_app
from chassis.web.service_router import ServiceRouter
from contracts.problems import Invalid, Unavailable

log = telemetry.logger("test")


def test_an_unknown_exporter_ends_the_process_with_one_line() -> None:
    code = "from chassis import telemetry; telemetry.configure('triage')"

    ended = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env={"OTEL_TRACES_EXPORTER": "carrier-pigeon"},
    )

    assert ended.returncode == 78
    assert ended.stderr == "OTEL_TRACES_EXPORTER: input should be 'none', 'otlp', 'zipkin' or 'console'\n"


# -- traces ------------------------------------------------------------------------------------------------------


def one(spans: InMemorySpanExporter) -> ReadableSpan:
    (span,) = spans.get_finished_spans()
    return span


def test_without_traces_there_is_no_context_to_store() -> None:
    with telemetry.span("process case.opened.v1"):
        assert telemetry.current_traceparent() is None


def test_a_stored_context_is_continued(spans: InMemorySpanExporter) -> None:
    with telemetry.span("process case.opened.v1", kind="consumer", traceparent=REMOTE):
        stored = telemetry.current_traceparent()

    span = one(spans)
    assert span.kind is SpanKind.CONSUMER
    assert span.parent is not None
    assert f"{span.parent.span_id:016x}" == "b7ad6b7169203331"
    assert stored is not None
    assert stored.startswith("00-0af7651916cd43dd8448eb211c80319c-")
    assert stored != REMOTE


@pytest.fixture
def ids_only() -> Iterator[None]:
    """Traces that nobody is sent: their ids go along all the same."""
    traces.start("triage", None)
    yield
    traces.stop()


@pytest.mark.usefixtures("ids_only")
@pytest.mark.parametrize("stored", [REMOTE, "cc" + REMOTE[2:] + "-more"])
def test_a_stored_context_is_continued_also_when_nobody_is_sent_traces(stored: str) -> None:
    with telemetry.span("case", traceparent=stored):
        outer = telemetry.current_traceparent()
        with telemetry.span("within it"):
            inner = telemetry.current_traceparent()

    for context in (outer, inner):
        assert context is not None
        assert context.startswith("00-0af7651916cd43dd8448eb211c80319c-")
    assert len({stored, outer, inner}) == 3


@pytest.mark.usefixtures("ids_only")
@pytest.mark.parametrize("bad", ["x", "00-" + "0" * 32 + REMOTE[35:], REMOTE[:36] + "0" * 16 + "-01", REMOTE + "-more"])
def test_a_bad_stored_context_begins_a_new_trace_also_when_nobody_is_sent_traces(bad: str) -> None:
    with telemetry.span("open", traceparent=REMOTE), telemetry.span("case", traceparent=bad):
        context = telemetry.current_traceparent()

    assert context is not None
    assert "0af7651916cd43dd8448eb211c80319c" not in context
    assert "0" * 32 not in context


def test_a_log_line_inside_a_span_names_its_trace(spans: InMemorySpanExporter, lines: Any) -> None:
    with telemetry.span("process case.opened.v1", traceparent=REMOTE):
        log.info("case opened")

    assert lines()[0]["trace_id"] == "0af7651916cd43dd8448eb211c80319c"


def test_only_listed_attributes_leave_under_their_standard_names(spans: InMemorySpanExporter) -> None:
    with telemetry.span("GET /v1/cases", http_method="GET", topic="triage.v1", child_name=PLANTED[0]) as span:
        span.set_attribute("db.statement", PLANTED[0])
        span.set_attribute("reason", PLANTED[0])
        span.add_event(PLANTED[0])

    left = one(spans)
    assert left.attributes == {
        "http.request.method": "GET",
        "messaging.destination.name": "triage.v1",
        "reason": "withheld",
    }
    assert left.events == ()


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (LookupError(PLANTED[0]), StatusCode.ERROR),
        (Unavailable(PLANTED[0]), StatusCode.ERROR),
        (Invalid(PLANTED[0]), StatusCode.UNSET),
    ],
)
def test_a_failed_span_names_the_class_only(spans: InMemorySpanExporter, error: Exception, status: StatusCode) -> None:
    with pytest.raises(type(error)), telemetry.span("work"):
        raise error

    span = one(spans)
    assert span.attributes == {"error.type": type(error).__name__}
    assert (span.status.status_code, span.status.description) == (status, None)
    assert PLANTED[0] not in span.to_json()


def test_a_span_name_that_is_no_name_is_withheld(spans: InMemorySpanExporter) -> None:
    with telemetry.span(PLANTED[4]), telemetry.span(PLANTED[5]):
        pass

    assert {span.name for span in spans.get_finished_spans()} == {"withheld"}


@pytest.mark.parametrize("name", ["otlp", "zipkin", "console"])
def test_each_exporter_can_be_made(name: str) -> None:
    exporter = traces.exporter(name)

    assert exporter is not None
    exporter.shutdown()


# -- a request, end to end ---------------------------------------------------------------------------------------

router = ServiceRouter()


@router.post("/v1/people/{name}")
async def meet(name: str, body: dict[str, Any]) -> dict[str, str | None]:
    if "explode" in body:
        raise LookupError(name)
    return {"traceparent": telemetry.current_traceparent()}


@pytest.fixture
async def client(signer: Signer) -> Any:
    app = create_app(title="T", version="1", routers=[router], verifier=signer.verifier(), readiness={})
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://test") as client:
        yield client


async def test_a_request_continues_the_senders_trace(client: httpx2.AsyncClient, spans: InMemorySpanExporter) -> None:
    answer = await client.post("/v1/people/x", json={}, headers={"traceparent": REMOTE})

    span = one(spans)
    assert answer.json()["traceparent"] == f"00-0af7651916cd43dd8448eb211c80319c-{span.context.span_id:016x}-01"
    assert (span.name, span.kind) == ("POST /v1/people/{name}", SpanKind.SERVER)
    assert span.attributes == {
        "http.request.method": "POST",
        "http.route": "/v1/people/{name}",
        "http.response.status_code": 200,
    }


@pytest.mark.parametrize("bad", ["", PLANTED[0], "00-" + "0" * 32 + "-" + "0" * 16 + "-01", REMOTE + "-more"])
async def test_a_bad_trace_context_begins_a_new_trace(
    client: httpx2.AsyncClient, spans: InMemorySpanExporter, bad: str
) -> None:
    answer = await client.post("/v1/people/x", json={}, headers={"traceparent": bad})

    assert answer.status_code == 200
    assert one(spans).parent is None


async def test_health_and_metrics_are_not_traced(client: httpx2.AsyncClient, spans: InMemorySpanExporter) -> None:
    for path in ("/health/live", "/health/ready", "/metrics"):
        await client.get(path)

    assert spans.get_finished_spans() == ()


@pytest.mark.parametrize("body", [{}, {"explode": True}, [PLANTED[0]], None])
async def test_planted_personal_data_appears_in_no_log_span_metric_or_problem(
    client: httpx2.AsyncClient, spans: InMemorySpanExporter, lines: Any, body: Any
) -> None:
    planted = "Amelia-Planted"

    answer = await client.post(
        f"/v1/people/{planted}?nhs={planted}",
        json=body,
        headers={
            "X-Correlation-Id": planted,
            "X-Request-Id": planted,
            "User-Agent": planted,
            "tracestate": "a=" + planted,
        },
    )
    logged = lines()
    metrics = (await client.get("/metrics")).text

    assert logged
    assert one(spans).name == "POST /v1/people/{name}"
    for said in (json.dumps(logged), one(spans).to_json(), metrics, answer.text):
        assert "Planted" not in said
