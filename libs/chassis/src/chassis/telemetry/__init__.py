"""Telemetry without personal data: constant log messages, allow-listed fields, allow-listed span attributes."""

import logging
import sys
import threading
from typing import Final

from fastapi.telemetry import TelemetryConfig
from prometheus_client import disable_created_metrics

from chassis.settings import TelemetrySettings, load
from chassis.telemetry import logs, traces
from chassis.telemetry.fields import ALLOWED_FIELDS, ALLOWED_LABELS
from chassis.telemetry.logs import logger
from chassis.telemetry.traces import current_traceparent, kept_trace_id, span

__all__ = [
    "ALLOWED_FIELDS",
    "ALLOWED_LABELS",
    "NOT_FASTAPIS",
    "configure",
    "current_traceparent",
    "flush",
    "kept_trace_id",
    "logger",
    "span",
]

NOT_FASTAPIS: Final[TelemetryConfig] = {"tracing": False, "metrics": False, "logs": False, "operation_spans": False}
"""The web framework's own telemetry stays off: it records paths with ids, and exceptions with their text."""


def configure(service: str) -> None:
    """Set up logs on standard output and traces as the standard ``OTEL_…`` variables say. Once per process.

    A wrong variable ends the process with code 78 and one line.
    """
    settings = load(TelemetrySettings)
    logs.write_json(service, level=logging.getLevelNamesMapping()[settings.log_level])
    logs.route_libraries()
    sys.excepthook = logs.uncaught
    threading.excepthook = logs.uncaught_in_thread
    traces.start(service, traces.exporter(settings.traces_exporter))
    disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series for each counter, which nobody asks for


def flush() -> None:
    """Send what is waiting, for at most ``traces.FLUSH_SECONDS``. For a process that is about to end by itself."""
    sys.stdout.flush()
    traces.flush()
