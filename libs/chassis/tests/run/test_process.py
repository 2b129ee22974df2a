"""Processes: they drain, they end in time, and they end when they are of no more use."""

import json
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest

from chassis.run import process
from chassis.web.app import health_app

BOUND_SECONDS = 20

API = """
import asyncio
from fastapi import APIRouter

from chassis.web.service_router import ServiceRouter
from chassis import telemetry
from chassis.run import process
from chassis.web.app import create_app
from chassis.testing.signer import Signer
telemetry.configure("test")
process.DRAIN_SECONDS, process.EXIT_SECONDS = 1, 2.5
router = ServiceRouter()
log = telemetry.logger("app")
@router.get("/slow/{seconds}")
async def slow(seconds: float) -> str:
    log.info("begun")
    await asyncio.sleep(seconds)
    return "finished"
@router.get("/stuck")
async def stuck() -> str:
    log.info("begun")
    while True:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            pass
app = create_app(title="T", version="1", routers=[router], verifier=Signer().verifier(), readiness={})
process.main("test", {"api": lambda: process.run_api(app, host="127.0.0.1", port=0)})
"""

WORKER = """
import asyncio, sys
from chassis import telemetry
from chassis.run import process
from chassis.settings import SettingRefused
from chassis.web.app import health_app
telemetry.configure("test")
process.DRAIN_SECONDS, process.EXIT_SECONDS = 1, 2.5
log = telemetry.logger("app")
async def good(stop):
    log.info("begun")
    await stop.wait()
    log.info("stopped", task="good")
async def raises(stop):
    raise LookupError("Amelia Planted-Name")
async def refused(stop):
    raise SettingRefused("Kafka at broker:9092: its certificate has expired: have it renewed")
refused_too = refused
async def ends(stop):
    return None
async def stuck(stop):
    while True:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            pass
async def late(stop):
    await stop.wait()
    raise LookupError("Amelia Planted-Name")
async def ready():
    return None
tasks = {name: globals()[name] for name in sys.argv[2].split(",")}
sys.argv[2:] = []
run = lambda: process.run_worker(tasks, health=health_app({"part": ready}), host="127.0.0.1", port=PORT)
process.main("test", {"worker": run})
"""


class Running:
    """A started program and what it said."""

    def __init__(self, script: Path, *arguments: str) -> None:
        self.said: list[dict[str, Any]] = []
        self.program = subprocess.Popen(
            [sys.executable, str(script), *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def until(self, event: str) -> dict[str, Any]:
        """Read on until a line says so; the program's end is the bound."""
        assert self.program.stdout is not None
        for line in self.program.stdout:
            self.said.append(json.loads(line))
            if self.said[-1]["event"] == event:
                return self.said[-1]
        raise AssertionError(f"it ended without saying {event}: {self.said}")

    def terminate(self) -> float:
        """SIGTERM; returns how many seconds the end took."""
        began = time.monotonic()
        self.program.send_signal(signal.SIGTERM)
        self.end()
        return time.monotonic() - began

    def end(self) -> None:
        """Wait for the end and keep what was said until then."""
        out, self.err = self.program.communicate(timeout=BOUND_SECONDS)
        self.said += [json.loads(line) for line in out.splitlines()]


Start = Callable[..., Running]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started: list[Running] = []

    def begin(script: str, *arguments: str) -> Running:
        file = tmp_path / "program.py"
        file.write_text(script)
        started.append(Running(file, *arguments))
        return started[-1]

    yield begin
    for running in started:
        running.program.kill()
        running.program.communicate()


def ask(port: int, path: str) -> tuple[int, Any]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=BOUND_SECONDS) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def asking(port: int, path: str) -> tuple[threading.Thread, list[tuple[int, Any]]]:
    """A request on its way."""
    answers: list[tuple[int, Any]] = []
    thread = threading.Thread(target=lambda: answers.append(ask(port, path)))
    thread.start()
    return thread, answers


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


# -- an API ------------------------------------------------------------------------------------------------------


def test_an_api_finishes_what_was_begun_and_ends_well(start: Start) -> None:
    api = start(API, "api")
    port = api.until("listening")["port"]
    thread, answers = asking(port, "/slow/0.5")
    api.until("begun")

    seconds = api.terminate()

    thread.join()
    assert answers == [(200, "finished")]
    assert api.program.returncode == 0
    assert api.err == ""
    assert seconds < 5


def test_an_api_at_rest_does_not_wake_and_dates_its_answers_all_the_same(start: Start) -> None:
    api = start(API, "api")
    port = api.until("listening")["port"]
    ask(port, "/slow/0")

    before = context_switches(api.program.pid)
    time.sleep(2)
    woken = context_switches(api.program.pid) - before
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/slow/0", timeout=BOUND_SECONDS) as answer:
        dated = parsedate_to_datetime(answer.headers["date"])

    assert woken < 10  # one that looks whether it is to end is woken ten times a second
    assert abs((datetime.now(UTC) - dated).total_seconds()) < 3


def context_switches(pid: int) -> int:
    """How often the main thread of a process has gone to sleep."""
    (line,) = (
        line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("voluntary_ctxt")
    )
    return int(line.split()[1])


async def test_a_server_is_not_ready_from_the_first_moment_of_its_end() -> None:
    app = health_app({})
    server = process._Server(app)
    before = await app.state.health.failing()

    server.drain()

    assert (before, await app.state.health.failing()) == ([], ["draining"])
    assert server.should_exit


def test_an_api_ends_in_time_though_a_request_never_does(start: Start) -> None:
    api = start(API, "api")
    port = api.until("listening")["port"]
    with socket.create_connection(("127.0.0.1", port)) as hanging:
        hanging.sendall(b"GET /stuck HTTP/1.1\r\nHost: t\r\n\r\n")
        api.until("begun")

        seconds = api.terminate()

    assert seconds < 5


@pytest.mark.parametrize("script", [API, WORKER.replace("PORT", "{port}")])
def test_a_port_that_is_taken_is_said_in_one_line(start: Start, script: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        program = script.replace("port=0", f"port={port}").replace("{port}", str(port))
        ended = start(program, *(("api",) if script is API else ("worker", "good")))
        ended.end()

    assert ended.program.returncode == 1
    assert ended.err == f"Cannot listen on 127.0.0.1 port {port} (Address already in use): choose another or free it\n"


def test_an_unknown_command_is_answered_with_the_known_ones(start: Start) -> None:
    ended = start(API, "serve")
    ended.end()

    assert ended.program.returncode == 2
    assert ended.err == "usage: python -m test api\n"


# -- a worker ----------------------------------------------------------------------------------------------------


def worker(start: Start, tasks: str, port: int = 0) -> Running:
    return start(WORKER.replace("PORT", str(port)), "worker", tasks)


def events(running: Running) -> list[tuple[str, str | None]]:
    return [(line["event"], line.get("error")) for line in running.said if line["logger_name"] == "chassis.run.process"]


def test_a_worker_stops_its_tasks_and_ends_well(start: Start) -> None:
    port = free_port()
    running = worker(start, "good", port)
    running.until("begun")

    health = ask(port, "/health/ready")
    seconds = running.terminate()

    assert health == (200, {"status": "ready", "failing": [], "warnings": []})
    assert running.program.returncode == 0
    assert running.said[-1]["event"] == "stopped"
    assert seconds < 5


@pytest.mark.parametrize(("task", "said"), [("raises", ("task failed", "LookupError")), ("ends", ("task ended", None))])
def test_a_worker_of_no_more_use_ends_so_that_a_new_one_is_started(
    start: Start, task: str, said: tuple[str, str | None]
) -> None:
    running = worker(start, f"good,{task}")
    running.end()

    assert running.program.returncode == 1
    assert events(running) == [said]
    assert "stopped" in [line["event"] for line in running.said]
    assert "Planted" not in json.dumps(running.said) + running.err


def test_a_worker_that_only_an_operator_can_help_says_so_in_one_line(start: Start) -> None:
    """Though two of its tasks find it out."""
    running = worker(start, "good,refused,refused_too")
    running.end()

    assert running.program.returncode == 78
    assert running.err == "Kafka at broker:9092: its certificate has expired: have it renewed\n"
    assert events(running) == []


def test_a_worker_ends_in_time_though_a_task_never_does(start: Start) -> None:
    running = worker(start, "good,stuck")
    running.until("begun")

    seconds = running.terminate()

    assert running.program.returncode == 1
    assert seconds < 5


def test_a_task_that_fails_while_stopping_is_reported(start: Start) -> None:
    running = worker(start, "good,late")
    running.until("begun")

    running.terminate()

    assert events(running) == [("task failed", "LookupError")]
    assert running.program.returncode == 0


def test_the_deadlines_leave_room_in_ten_seconds() -> None:
    assert process.DRAIN_SECONDS < process.EXIT_SECONDS < 10
