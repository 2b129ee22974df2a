"""Processes: an API behind uvicorn, or a worker of named tasks; both drain and end within ten seconds."""

import asyncio
import gc
import os
import resource
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from email.utils import formatdate
from types import FrameType
from typing import Final

import uvicorn
import uvloop
from fastapi import FastAPI
from uvicorn.server import ServerState

from chassis import telemetry
from chassis.settings import WRONG_SETTING_EXIT_CODE, SettingRefused
from chassis.tasks import Stop, Task
from chassis.web.connection import MAX_CONNECTIONS, Connection

DRAIN_SECONDS: Final = 8
"""For what was begun before SIGTERM."""
EXIT_SECONDS: Final = 9.5
"""After this the process ends, whatever hangs: a client's ``stop`` may wait for ever for a broker that is gone."""
YOUNG_OBJECTS: Final = 20_000
"""So many objects are made before the collector looks for cycles among them; a request makes hundreds and no cycle."""
DATE_SECONDS: Final = 0.5
"""How old the time of an answer may be."""
SPARE_DESCRIPTORS: Final = 200
"""For the database, the issuer, files and whatever else is not a client."""
FAILED: Final = 1
WRONG_USE: Final = 2

log = telemetry.logger(__name__)


def run_api(app: FastAPI, *, host: str, port: int) -> None:
    """Serve until SIGTERM: readiness off, no new connections, finish what was begun within ``DRAIN_SECONDS``.

    ``port`` 0 takes a free one. A port that is taken ends the process with one line.
    """
    _spare_the_collector()
    _allow_descriptors()
    with _listen(host, port) as listener:
        _Server(app).run(sockets=[listener])
    telemetry.flush()


def run_worker(tasks: Mapping[str, Task], *, health: FastAPI, host: str, port: int) -> int:
    """Run the tasks until SIGTERM (exit code 0), or until one of them ends or raises (1): a supervisor starts it again.

    One that raises ``SettingRefused`` ends the process with 78 and its one line.

    ``port`` 0 serves no health page. Ends the process itself, so that nothing that hangs can keep it.
    """
    _spare_the_collector()
    listener = _listen(host, port) if port else None
    code = uvloop.run(_work(tasks, health, listener))
    telemetry.flush()
    os._exit(code)


def main(package: str, commands: Mapping[str, Callable[[], int | None]]) -> None:
    """``python -m <package> COMMAND``: run one of the commands and end with its exit code."""
    run = commands.get(sys.argv[1]) if len(sys.argv) == 2 else None
    if run is None:
        sys.stderr.write(f"usage: python -m {package} {'|'.join(commands)}\n")
        raise SystemExit(WRONG_USE)
    raise SystemExit(run())


class _State(ServerState):
    """What connections share. The date of answers is made when it is asked for, so no timer has to keep it right."""

    _date = b""
    _good_until = 0.0

    @property
    def default_headers(self) -> list[tuple[bytes, bytes]]:
        """For every answer."""
        now = time.monotonic()
        if now >= self._good_until:
            self._date, self._good_until = formatdate(usegmt=True).encode(), now + DATE_SECONDS
        return [(b"date", self._date)]

    @default_headers.setter
    def default_headers(self, _: list[tuple[bytes, bytes]]) -> None:
        """The server beneath begins with none."""


class _Server(uvicorn.Server):
    """Serves one app on a socket that is already open; the first signal begins the drain and the deadline."""

    def __init__(self, app: FastAPI) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                loop="uvloop",
                http=Connection,
                ws="none",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=DRAIN_SECONDS,
                timeout_keep_alive=30,
            )
        )
        self.server_state = _State()
        self._health = app.state.health
        self._asked = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def main_loop(self) -> None:
        """Wait until it is to end. The one beneath looks ten times a second whether it is."""
        self._loop = asyncio.get_running_loop()
        if not self.should_exit:
            await self._asked.wait()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Called for SIGTERM and SIGINT. Being asked to end is no failure, so the signal is not raised again."""
        self.drain()
        _end_within(EXIT_SECONDS)

    def drain(self) -> None:
        """Not ready from now on; stop as soon as what was begun is finished."""
        self._health.draining = True
        self.should_exit = True
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._asked.set)  # a signal is handled between any two steps of the loop


class _SideServer(_Server):
    """The health pages of a worker, which minds the signals itself."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone."""
        yield


def _spare_the_collector() -> None:
    """What was imported and wired stays: looking through all of it again and again took a fourth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, 20, 20)


def _allow_descriptors() -> None:
    """As many as connections may need, if the system lets us: without one left nobody gets in."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MAX_CONNECTIONS + SPARE_DESCRIPTORS
    if soft != resource.RLIM_INFINITY and soft < wanted:
        allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))


def _listen(host: str, port: int) -> socket.socket:
    """An open socket, or the end of the process with one line."""
    try:
        listener = socket.create_server((host, port), family=_family(host), backlog=2048)
    except OSError as error:
        reason = str(error.strerror).partition(" (while")[0]
        sys.stderr.write(f"Cannot listen on {host} port {port} ({reason}): choose another or free it\n")
        raise SystemExit(FAILED) from None
    log.info("listening", port=listener.getsockname()[1])
    return listener


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _end_within(seconds: float) -> None:
    """A thread of its own ends the process when everything else hangs."""
    timer = threading.Timer(seconds, os._exit, (FAILED,))
    timer.daemon = True
    timer.start()


async def _work(tasks: Mapping[str, Task], health: FastAPI, listener: socket.socket | None) -> int:
    stop, asked = Stop(), asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked.set)
    server = _SideServer(health) if listener is not None else None
    running = {asyncio.create_task(task(stop)): name for name, task in tasks.items()}
    if server is not None and listener is not None:
        running[asyncio.create_task(server.serve(sockets=[listener]))] = "health"
    early, _ = await asyncio.wait({asyncio.create_task(asked.wait()), *running}, return_when=asyncio.FIRST_COMPLETED)
    report = _Report()
    report.add({task: name for task, name in running.items() if task in early}, unasked=not asked.is_set())
    _end_within(EXIT_SECONDS)
    stop.set()
    if server is not None:
        server.drain()
    finished, _ = await asyncio.wait(running, timeout=DRAIN_SECONDS)
    report.add({task: running[task] for task in finished - early}, unasked=False)
    if report.refused:
        return WRONG_SETTING_EXIT_CODE
    return 0 if asked.is_set() and len(finished) == len(running) else FAILED


class _Report:
    """Says which tasks failed; one that ends without being asked has failed too.

    ``refused`` is what an operator has to mend, each line once.
    """

    def __init__(self) -> None:
        self.refused: set[str] = set()

    def add(self, ended: Mapping[asyncio.Task[None], str], *, unasked: bool) -> None:
        for task, name in ended.items():
            error = asyncio.CancelledError() if task.cancelled() else task.exception()
            if isinstance(error, SettingRefused):
                self._say(str(error))
            elif error is not None:
                log.error("task failed", task=name, exc_info=error)
            elif unasked:
                log.error("task ended", task=name)

    def _say(self, advice: str) -> None:
        if advice not in self.refused:
            sys.stderr.write(advice + "\n")
        self.refused.add(advice)
