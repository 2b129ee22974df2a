"""Takes spans as a trace viewer does (Zipkin's JSON, version 2) and keeps them for tests to read."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Span = dict[str, Any]


class Collector:
    """Every span that any process exported, in the order of arrival."""

    def __init__(self) -> None:
        self.url = ""
        self._spans: list[Span] = []
        self._lock = threading.Lock()

    def take(self, spans: list[Span]) -> None:
        """Keep what an exporter sent."""
        with self._lock:
            self._spans.extend(spans)

    def spans(self) -> list[Span]:
        """All spans so far."""
        with self._lock:
            return list(self._spans)

    def of_trace(self, trace_id: str) -> list[Span]:
        """The spans of one trace so far."""
        return [span for span in self.spans() if span["traceId"] == trace_id]


@contextmanager
def collecting() -> Iterator[Collector]:
    """A collector that listens at ``url`` until the block is left."""
    collector = Collector()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(collector))
    thread = threading.Thread(target=server.serve_forever, name="span collector")
    thread.start()
    collector.url = f"http://127.0.0.1:{server.server_address[1]}/api/v2/spans"
    try:
        yield collector
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(collector: Collector) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            collector.take(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(202)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: what arrives is read by tests, not by people."""

    return Handler
