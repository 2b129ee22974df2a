"""The spans of a test, as they would have left the process."""

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from chassis.telemetry import traces


@contextmanager
def collected() -> Iterator[InMemorySpanExporter]:
    """Traces while it lasts; ``get_finished_spans()`` holds what would have been exported."""
    exporter = InMemorySpanExporter()
    traces.start("test", exporter, batched=False)
    try:
        yield exporter
    finally:
        traces.stop()
