"""Spans of what is done together: each in a trace of its own, none of them the open one."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from opentelemetry import trace

from chassis.telemetry.traces import Kind, current_traceparent, span


@dataclass(frozen=True)
class Work:
    """What a span is opened for: its name, the stored context that it is the child of, its attributes."""

    name: str
    traceparent: str | None
    attributes: Mapping[str, str]


@contextmanager
def spans(works: Sequence[Work], *, kind: Kind = "internal") -> Iterator[list[str | None]]:
    """A span for each; yields the trace context of each. An exception marks all of them.

    While it lasts no span is open: what is recorded without one of these contexts belongs to no trace.
    """
    with ExitStack() as opened:
        traces = []
        for work in works:
            if work.traceparent is None:  # not the child of the one before
                opened.enter_context(_none())
            opened.enter_context(span(work.name, kind=kind, traceparent=work.traceparent, **work.attributes))
            traces.append(current_traceparent())
        opened.enter_context(_none())
        yield traces


@contextmanager
def _none() -> Iterator[None]:
    with trace.use_span(trace.INVALID_SPAN, record_exception=False, set_status_on_exception=False):
        yield
