"""Runs the collector on its configuration and sees what leaves it: ``python -m tests.deploy.collecting OTELCOL``.

``OTELCOL`` is the program of the image that docker-compose.yml names, or one built with the same parts. What comes in
is worse than what our services send: words of people in attributes, events and the status.
"""

import gzip
import json
import re
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import yaml
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, Status, StatusCode

from local_stack import probes
from local_stack.checkout import ROOT
from local_stack.children import Command, spawn
from local_stack.ports import Ports
from local_stack.waiting import until
from tests.deploy.observed import FOLDER

RESULT: Final = ROOT / "deploy" / "results" / "collector.json"
WORDS: Final = "Rowan came with a bruise"
REFERRAL: Final = "5f0c1c5e-0000-4000-8000-000000000001"
OTHERS: Final = 400
SLOW_NANOSECONDS: Final = 2_000_000_000
START_SECONDS: Final = 60
DECISION_SECONDS: Final = 2


@dataclass
class Viewer:
    """Takes traces in the viewer's place. ``collector`` is the release of the one that sent them."""

    url: str = ""
    collector: str = ""
    requests: list[ExportTraceServiceRequest] = field(default_factory=list)

    def spans(self) -> Iterator[tuple[dict[str, str], Any]]:
        """Every span that arrived, with the attributes of its process."""
        for request in list(self.requests):
            for resource in request.resource_spans:
                process = {each.key: each.value.string_value for each in resource.resource.attributes}
                for scope in resource.scope_spans:
                    for span in scope.spans:
                        yield process, span


@contextmanager
def viewing() -> Iterator[Viewer]:
    """A viewer that listens until the block is left."""
    viewer = Viewer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            body = gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body
            viewer.requests.append(ExportTraceServiceRequest.FromString(body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: what arrives is read here."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, name="viewer")
    thread.start()
    viewer.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield viewer
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def collecting(program: str, folder: Path, viewer: Viewer) -> Iterator[str]:
    """A collector on a copy of its configuration with other ports and a shorter wait; where it takes spans."""
    ports = Ports()
    taking, health, metrics = (ports.take() for _ in range(3))
    settings = yaml.safe_load((FOLDER / "collector.yaml").read_text())
    settings["receivers"]["otlp"]["protocols"]["http"]["endpoint"] = f"127.0.0.1:{taking}"
    settings["extensions"]["health_check"]["endpoint"] = f"127.0.0.1:{health}"
    settings["service"]["telemetry"]["metrics"]["readers"][0]["pull"]["exporter"]["prometheus"]["port"] = metrics
    settings["processors"]["tail_sampling"]["decision_wait"] = f"{DECISION_SECONDS}s"
    (folder / "collector.yaml").write_text(yaml.safe_dump(settings))
    command = Command([program, "--config=collector.yaml"], {"FRONTDOOR_TRACE_VIEWER": viewer.url}, folder=folder)
    log = folder / "collector.log"
    child = spawn("collector", command, log=log)
    try:
        url = f"http://127.0.0.1:{health}"
        until(
            "the collector", lambda: probes.http_answers(url), timeout_seconds=START_SECONDS, still_possible=child.alive
        )
        yield f"http://127.0.0.1:{taking}/v1/traces"
    finally:
        child.stop()
        viewer.collector = release(log.read_text())
        print(log.read_text()[-2000:], file=sys.stderr)
        ports.release()


def release(log: str) -> str:
    """Of the collector's own core, which its log names at each line: its builder may have called it anything."""
    found = re.search(r"\bservice@(v[0-9.]+)/", log)
    return found[1] if found else "unknown"


def send(url: str) -> None:
    """A referral's trace, one that failed, one that was slow, and many that nobody asks for; each with words."""
    provider = TracerProvider(resource=Resource.create({"service.name": "triage", "host.name": WORDS}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(url)))
    tracer = provider.get_tracer("rehearsal")

    def one(name: str, **attributes: str) -> Span:
        return tracer.start_span(name, attributes={"narrative": WORDS, **attributes})

    followed = one("process referral.received.v1", referral_id=REFERRAL, event_type="referral.received.v1")
    followed.add_event("exception", {"exception.message": WORDS})
    followed.end()
    failed = one("POST /v1/referrals")
    failed.set_status(Status(StatusCode.ERROR, WORDS))
    failed.end()
    slow = tracer.start_span("GET /v1/cases", start_time=1_000_000_000)
    slow.end(1_000_000_000 + SLOW_NANOSECONDS)
    for _ in range(OTHERS):
        one("GET /v1/other", **{"http.route": "/v1/other"}).end()
    provider.shutdown()


def seen(viewer: Viewer) -> dict[str, Any]:
    """What left the collector."""
    spans = list(viewer.spans())
    names = [span.name for _, span in spans]
    return {
        "kept": {
            name: name in names for name in ("process referral.received.v1", "POST /v1/referrals", "GET /v1/cases")
        },
        "others_kept": names.count("GET /v1/other"),
        "others_sent": OTHERS,
        "release_of_the_collector": viewer.collector,
        "attributes": sorted({each.key for _, span in spans for each in span.attributes}),
        "attributes_of_the_process": sorted({name for process, _ in spans for name in process}),
        "services": sorted({process.get("service.name", "") for process, _ in spans}),
        "events": sum(len(span.events) for _, span in spans),
        "words_that_left": sum(WORDS.encode() in request.SerializeToString() for request in viewer.requests),
    }


def main(arguments: Sequence[str]) -> int:
    """0 when everything that has to leave did, and nothing else."""
    (program,) = arguments
    with TemporaryDirectory(prefix="frontdoor-") as name, viewing() as viewer:
        with collecting(program, Path(name), viewer) as url:
            send(url)
        found = seen(viewer)  # what had not left yet leaves when it ends
    text = json.dumps(found, indent=2, sort_keys=True)
    print(text)
    good = all(found["kept"].values()) and found["words_that_left"] == found["events"] == 0
    good = good and 0 < found["others_kept"] < OTHERS / 5 and found["services"] == ["triage"]
    if good:
        RESULT.write_text(text + "\n")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
