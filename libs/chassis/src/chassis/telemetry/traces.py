"""Traces: spans named by us, with attributes from the list, exported as the standard variables say."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Final, Literal

from opentelemetry import trace
from opentelemetry.context import Context, attach, detach
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import (
    BatchSpanProcessor,
    ConsoleSpanExporter,
    SimpleSpanProcessor,
    SpanExporter,
    SpanExportResult,
)
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import AttributeValue

from chassis.telemetry import fields
from contracts.problems import Problem

Kind = Literal["server", "client", "producer", "consumer", "internal"]

FLUSH_SECONDS: Final = 1.0
_KINDS: Final[Mapping[Kind, SpanKind]] = {
    "server": SpanKind.SERVER,
    "client": SpanKind.CLIENT,
    "producer": SpanKind.PRODUCER,
    "consumer": SpanKind.CONSUMER,
    "internal": SpanKind.INTERNAL,
}
_STANDARD_NAMES: Final[Mapping[str, str]] = {
    "error": "error.type",
    "http_method": "http.request.method",
    "http_route": "http.route",
    "http_status": "http.response.status_code",
    "topic": "messaging.destination.name",
}
_NAME: Final = re.compile(r"[A-Za-z0-9 /{}._:-]{1,120}")
_PROPAGATOR: Final = TraceContextTextMapPropagator()
_TRACEPARENT: Final = re.compile(r"00-(?!0{32})(?P<trace>[0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_SAMPLED: Final = trace.TraceFlags(trace.TraceFlags.SAMPLED)
_random: Final = RandomIdGenerator()
_provider: TracerProvider | None = None
_tracer: trace.Tracer | None = trace.NoOpTracer()  # None: ids, and nothing to send them to


def exporter(name: str) -> SpanExporter | None:
    """The exporter of a value of ``OTEL_TRACES_EXPORTER``; its own ``OTEL_EXPORTER_…`` variables say where to.

    Only the one that is wanted is imported: they come with HTTP clients and codecs of their own.
    """
    match name:
        case "otlp":
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

            return OTLPSpanExporter()
        case "zipkin":
            from opentelemetry.exporter.zipkin.json import ZipkinExporter

            return ZipkinExporter()
        case "console":
            return ConsoleSpanExporter()
        case _:
            return None


def start(service: str, target: SpanExporter | None, *, batched: bool = True) -> None:
    """Trace from now on. Without a target there still are trace ids, which go along with every event."""
    global _provider, _tracer
    if target is None:
        _tracer = None
        return
    listed = ListedOnly(target)
    processor: SpanProcessor = BatchSpanProcessor(listed) if batched else SimpleSpanProcessor(listed)
    _provider = TracerProvider(resource=Resource.create({SERVICE_NAME: service}))
    _provider.add_span_processor(processor)
    _tracer = _provider.get_tracer("frontdoor")


def stop() -> None:
    """Trace no more."""
    global _provider, _tracer
    if _provider is not None:
        _provider.shutdown()
    _provider, _tracer = None, trace.NoOpTracer()


def flush() -> None:
    """Send the spans that wait, for at most ``FLUSH_SECONDS``."""
    if _provider is not None:
        _provider.force_flush(int(FLUSH_SECONDS * 1000))


def current_trace_id() -> str | None:
    """The id of the open trace, as 32 hexadecimal digits."""
    context = trace.get_current_span().get_span_context()
    return f"{context.trace_id:032x}" if context.is_valid else None


def kept_trace_id() -> str | None:
    """The same, and None where no trace is kept that anybody could look up by it."""
    return current_trace_id() if _provider is not None else None


def current_traceparent() -> str | None:
    """The W3C trace context of the span that is open now, to be stored with what it causes."""
    context = trace.get_current_span().get_span_context()
    if not context.is_valid:
        return None
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"


def span(
    name: str, *, kind: Kind = "internal", traceparent: str | None = None, **attributes: fields.Plain
) -> AbstractContextManager[Span]:
    """A span; with ``traceparent`` the child of a stored one. An exception marks it by class name only."""
    if _tracer is None:
        return _IdsOnly(_trace_of(traceparent))
    return _marked(_recorded(_tracer, name, _context_of(traceparent), kind, attributes))


def _context_of(traceparent: str | None) -> Context | None:
    """What a span is opened in; None for what is open now."""
    return _PROPAGATOR.extract({"traceparent": traceparent}) if traceparent else None


def _trace_of(traceparent: str | None) -> int:
    """The trace of a stored context, or else of what is open now, or a new one.

    Contexts that we wrote are read here: the library's way costs several times as much, and every event is sent once
    and read by several services.
    """
    ours = _TRACEPARENT.fullmatch(traceparent) if traceparent else None
    if ours is not None:
        return int(ours["trace"], 16)
    parent = trace.get_current_span(_context_of(traceparent)).get_span_context()
    return parent.trace_id if parent.is_valid else _random.generate_trace_id()


@contextmanager
def _marked(opened: AbstractContextManager[Span]) -> Iterator[Span]:
    with opened as current:
        try:
            yield current
        except Exception as error:
            current.set_attribute("error", type(error).__name__)
            if not isinstance(error, Problem) or error.status >= 500:
                current.set_status(Status(StatusCode.ERROR))
            raise


def _recorded(
    tracer: trace.Tracer, name: str, context: Context | None, kind: Kind, attributes: Mapping[str, fields.Plain]
) -> AbstractContextManager[Span]:
    return tracer.start_as_current_span(
        name,
        context=context,
        kind=_KINDS[kind],
        attributes=attributes,
        record_exception=False,
        set_status_on_exception=False,
    )


class _IdsOnly(AbstractContextManager[Span]):
    """A span for nobody: its ids, which go along with every event, and nothing else is kept of it.

    Of no generators, because every request has one.
    """

    __slots__ = ("_span", "_token")

    def __init__(self, trace_id: int) -> None:
        ids = trace.SpanContext(trace_id, _random.generate_span_id(), is_remote=False, trace_flags=_SAMPLED)
        self._span = trace.NonRecordingSpan(ids)

    def __enter__(self) -> Span:
        self._token = attach(trace.set_span_in_context(self._span))
        return self._span

    def __exit__(self, *_: object) -> None:
        detach(self._token)


class ListedOnly(SpanExporter):
    """Lets only listed attributes out; no events or descriptions, which hold exceptions' texts."""

    def __init__(self, target: SpanExporter) -> None:
        self._target = target

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Export copies."""
        return self._target.export([_listed(span) for span in spans])

    def shutdown(self) -> None:
        """Shut the target down."""
        self._target.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Flush the target."""
        return self._target.force_flush(timeout_millis)


def _listed(span: ReadableSpan) -> ReadableSpan:
    return ReadableSpan(
        name=span.name if _NAME.fullmatch(span.name) else fields.WITHHELD,
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes=_attributes(span.attributes or {}),
        links=span.links,
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def _attributes(given: Mapping[str, AttributeValue]) -> dict[str, fields.Plain]:
    listed: dict[str, fields.Plain] = {}
    for name, value in given.items():
        if name not in fields.ALLOWED_FIELDS:
            fields.withheld_total.labels("span").inc()
            continue
        said = fields.plain(value, of="span")
        if said is not None:
            listed[_STANDARD_NAMES.get(name, name)] = said
    return listed
