"""Telemetry without personal data: constant log messages, allow-listed fields, allow-listed span attributes."""

import logging
import os
import sys
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from typing import Any, Final, Literal

import structlog
from fastapi.telemetry import TelemetryConfig
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.exporter.zipkin.json import ZipkinExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter, SpanExporter
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

ALLOWED_FIELDS: Final = frozenset(
    {
        "aggregates", "attempt", "attempts", "batch", "bytes", "channel", "check", "clock", "count", "error",
        "error_at", "event_id", "event_type", "http_method", "http_route", "http_status", "logger_name",
        "milliseconds", "notice_id", "offset", "parked_id", "partition", "partnership", "port", "problem",
        "reason", "referral_id", "request_id", "role", "seconds", "service", "size", "source", "state", "task",
        "topic", "version",
    }
)  # fmt: skip
"""What a log line or a span may carry: ids that mean nothing outside, codes, counts and times."""

NOT_FASTAPIS: Final[TelemetryConfig] = {"tracing": False, "metrics": False, "logs": False, "operation_spans": False}
"""The web framework's own telemetry stays off: it records paths with ids, and exceptions with their text."""

Kind = Literal["server", "client", "producer", "consumer", "internal"]

_KINDS: Final[Mapping[Kind, SpanKind]] = {
    "server": SpanKind.SERVER,
    "client": SpanKind.CLIENT,
    "producer": SpanKind.PRODUCER,
    "consumer": SpanKind.CONSUMER,
    "internal": SpanKind.INTERNAL,
}
_PROPAGATOR: Final = TraceContextTextMapPropagator()
_ALWAYS: Final = frozenset({"event", "level", "timestamp", "trace_id"})

Entry = MutableMapping[str, Any]


def configure(service: str) -> None:
    """Set up logs on standard output and traces as the standard ``OTEL_…`` variables say. Once per process."""
    structlog.configure(
        processors=[structlog.stdlib.add_log_level, *_PROCESSORS, structlog.processors.JSONRenderer()],
        logger_factory=structlog.WriteLoggerFactory(file=sys.stdout),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)
    _quiet_libraries()
    exporter = _exporter(os.environ.get("OTEL_TRACES_EXPORTER", "none"))
    if exporter is not None:
        provider = TracerProvider(resource=Resource({SERVICE_NAME: service}))
        provider.add_span_processor(BatchSpanProcessor(exporter))
        trace.set_tracer_provider(provider)


def logger(name: str) -> Any:
    """A logger. Its messages MUST be constant strings; what varies goes into fields on the allow-list."""
    return structlog.get_logger(logger_name=name)


def current_traceparent() -> str | None:
    """The W3C trace context of the span that is open now, to be stored with what it causes."""
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier)
    return carrier.get("traceparent")


@contextmanager
def span(
    name: str, *, kind: Kind = "internal", traceparent: str | None = None, **attributes: str | int | float
) -> Iterator[Span]:
    """A span; with ``traceparent`` the child of a stored one. An exception marks it by class name only."""
    context = _PROPAGATOR.extract({"traceparent": traceparent}) if traceparent else None
    allowed = {key: value for key, value in attributes.items() if key in ALLOWED_FIELDS}
    with trace.get_tracer("frontdoor").start_as_current_span(
        name,
        context=context,
        kind=_KINDS[kind],
        attributes=allowed,
        record_exception=False,
        set_status_on_exception=False,
    ) as current:
        try:
            yield current
        except Exception as error:
            current.set_status(Status(StatusCode.ERROR, type(error).__name__))
            raise


def _exporter(name: str) -> SpanExporter | None:
    match name:
        case "none" | "":
            return None
        case "otlp":
            return OTLPSpanExporter()
        case "zipkin":
            return ZipkinExporter()
        case "console":
            return ConsoleSpanExporter()
        case _:
            sys.stderr.write("OTEL_TRACES_EXPORTER cannot be used. Set it to none, otlp, zipkin or console.\n")
            raise SystemExit(2)


def _allow(_logger: object, _method: str, entry: Entry) -> Entry:
    """Drop every field that is not on the list; say how many, so that a mistake is seen."""
    dropped = [key for key in entry if key not in ALLOWED_FIELDS and key not in _ALWAYS]
    for key in dropped:
        del entry[key]
    if dropped:
        entry["fields_dropped"] = len(dropped)
    return entry


def _add_trace(_logger: object, _method: str, entry: Entry) -> Entry:
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        entry["trace_id"] = f"{context.trace_id:032x}"
    return entry


def _name_exception(_logger: object, _method: str, entry: Entry) -> Entry:
    """An exception's class and where it was raised; its text may hold what somebody wrote."""
    info = entry.pop("exc_info", None)
    error = sys.exc_info()[1] if info is True else info
    if isinstance(error, BaseException):
        frame = error.__traceback__
        while frame is not None and frame.tb_next is not None:
            frame = frame.tb_next
        entry["error"] = type(error).__name__
        if frame is not None:
            entry["error_at"] = f"{frame.tb_frame.f_globals.get('__name__')}:{frame.tb_lineno}"
    return entry


_PROCESSORS: Final = (
    structlog.contextvars.merge_contextvars,
    _name_exception,
    _allow,
    _add_trace,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)


class _LibraryLog(logging.Handler):
    """Lines of libraries keep their logger's name and level; their text may hold anything, so it is dropped."""

    def emit(self, record: logging.LogRecord) -> None:
        line = structlog.get_logger(logger_name=record.name, error_at=f"{record.module}:{record.lineno}")
        error = record.exc_info[1] if record.exc_info else None
        line.log(record.levelno, "library message", **({"exc_info": error} if error else {}))


def _quiet_libraries() -> None:
    root = logging.getLogger()
    root.handlers = [_LibraryLog()]
    root.setLevel(logging.WARNING)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = True
