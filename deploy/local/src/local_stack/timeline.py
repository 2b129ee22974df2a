"""Where the time of a start goes: for each thing that was waited for, when it began, how long it took, what it cost."""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from local_stack.children import Identity

_HEAD: Final = f"{'what':<24} {'from':>6} {'until':>6} {'took':>6} {'processor':>10}"


@dataclass(frozen=True)
class Span:
    """One thing that took time, in seconds since the start began."""

    what: str
    began: float
    ended: float


class Timeline:
    """Spans as they end; several threads may report."""

    def __init__(self) -> None:
        self._start = time.monotonic()
        self._spans: list[Span] = []
        self._lock = threading.Lock()

    @contextmanager
    def span(self, what: str) -> Iterator[None]:
        """Keep how long the block takes, also when it fails."""
        began = self._now()
        try:
            yield
        finally:
            with self._lock:
                self._spans.append(Span(what, began, self._now()))

    def report(self, processes: Mapping[str, Identity]) -> str:
        """A line for each span in the order of their beginnings, with the processor seconds of its process so far."""
        with self._lock:
            spans = sorted(self._spans, key=lambda span: (span.began, span.ended))
        own = {"this runner": time.process_time()}
        used = own | {name: _processor_seconds(identity) for name, identity in processes.items()}
        lines = [_line(span.what, span, used.get(span.what)) for span in spans]
        total = Span("all of it", 0.0, self._now())
        return "\n".join([_HEAD, *lines, _line("all of it", total, sum(used.values()))])

    def _now(self) -> float:
        return time.monotonic() - self._start


def _processor_seconds(identity: Identity) -> float:
    """Of a process and what it has waited for; 0 when it has ended."""
    process = identity.process()
    return sum(process.cpu_times()[:4]) if process is not None else 0.0


def _line(what: str, span: Span, processor: float | None) -> str:
    times = f"{span.began:6.1f} {span.ended:6.1f} {span.ended - span.began:6.1f}"
    return f"{what:<24} {times} {'' if processor is None else f'{processor:10.1f}'}".rstrip()
