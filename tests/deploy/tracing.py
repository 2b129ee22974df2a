"""Follows a referral's trace through collector and viewer: ``python -m tests.deploy.tracing OTELCOL JAEGER``.

``OTELCOL`` and ``JAEGER`` are the programs of the images that docker-compose.yml names, or built from the same parts.
Both run as that file has them, Jaeger on its own ports. A stack sends its spans to the collector, and the referral is
looked for as operators do it: by the tag ``referral_id``.
"""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import httpx2
import yaml

from frontdoor.demo.waiting import until as until_asked
from frontdoor.errors import CommandFailed
from local_stack import probes
from local_stack.checkout import PARTNERSHIPS_FOLDER, ROOT
from local_stack.children import Command, spawn
from local_stack.stack import Stack, running
from local_stack.waiting import until
from tests.conftest import register_endpoints
from tests.deploy.collecting import Viewer, collecting
from tests.deploy.faults import SERVICES
from tests.deploy.scene import Scene
from tests.e2e.people import People
from tests.e2e.steps import CaseWork

RESULT: Final = ROOT / "deploy" / "results" / "traces.json"
PAGES: Final = "http://127.0.0.1:16686"
HEALTH: Final = "http://127.0.0.1:13133/status"
TAKES: Final = "http://127.0.0.1:4318"
START_SECONDS: Final = 60
_CALL_SECONDS: Final = 15.0


@contextmanager
def jaeger(program: str, folder: Path) -> Iterator[None]:
    """Started with the options of docker-compose.yml, and asked for its health as there."""
    service = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]["jaeger"]
    assert service["healthcheck"]["test"][-1] == HEALTH
    child = spawn("jaeger", Command([program, *service["command"]], folder=folder), log=folder / "jaeger.log")
    try:
        until("jaeger", lambda: probes.http_answers(HEALTH), timeout_seconds=START_SECONDS, still_possible=child.alive)
        yield
    finally:
        child.stop()


async def follow(stack: Stack) -> dict[str, Any]:
    """A referral is worked on; the viewer finds its trace in every service by its id alone."""
    await register_endpoints(stack)
    async with httpx2.AsyncClient(timeout=_CALL_SECONDS, trust_env=False) as http:
        scene = Scene(stack, People(stack, http), PARTNERSHIPS_FOLDER)
        receipt = await scene.refer()
        case = await CaseWork(scene.people, receipt["reference"]).opened()
        await case.recommend(case.worker)
        asked = {"service": "triage", "tags": json.dumps({"referral_id": receipt["referral_id"]})}

        async def ask() -> list[dict[str, Any]] | None:
            traces = (await http.get(f"{PAGES}/api/traces", params=asked)).raise_for_status().json()["data"]
            return traces if set(SERVICES) <= _services(traces) else None

        return _described(await until_asked("a trace through every service", ask))


def _services(traces: Sequence[dict[str, Any]]) -> set[str]:
    return {process["serviceName"] for trace in traces for process in trace["processes"].values()}


def _described(traces: Sequence[dict[str, Any]]) -> dict[str, Any]:
    spans = [span for trace in traces for span in trace["spans"]]
    return {
        "services": sorted(_services(traces)),
        "spans": len(spans),
        "tags": sorted({tag["key"] for span in spans for tag in span["tags"]}),
        "events_of_spans": sum(len(span["logs"]) for span in spans),
    }


def _release(program: str) -> str:
    said = subprocess.run([program, "version"], capture_output=True, text=True, check=True)
    return json.loads(said.stdout)["gitVersion"] or "unknown"


def main(arguments: Sequence[str]) -> int:
    """0 when the trace was found, and nothing is in it that the collector does not list."""
    otelcol, viewer_program = arguments
    with TemporaryDirectory(prefix="frontdoor-") as name:
        folder, viewer = Path(name), Viewer(url=TAKES)
        with jaeger(viewer_program, folder), collecting(otelcol, folder, viewer) as url:
            os.environ |= {"OTEL_TRACES_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": url}
            with running(folder / "stack") as stack:
                try:
                    found = asyncio.run(follow(stack))
                except (CommandFailed, AssertionError) as error:
                    print(error, file=sys.stderr)
                    return 1
    found |= {"release_of_the_collector": viewer.collector, "release_of_the_viewer": _release(viewer_program)}
    text = json.dumps(found, indent=2, sort_keys=True)
    print(text)
    if good := found["events_of_spans"] == 0:
        RESULT.write_text(text + "\n")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
