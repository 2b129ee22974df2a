"""Processes: an API behind uvicorn, or a worker of named tasks; both drain and end within ten seconds."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Final

import uvicorn
from starlette.types import ASGIApp

from chassis import telemetry

DRAIN_SECONDS: Final = 8
EXIT_SECONDS: Final = 9.0

log = telemetry.logger(__name__)


class Stop:
    """Told once; everybody who waits is woken."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def set(self) -> None:
        """Ask everybody to finish what they hold and return."""
        self._event.set()

    def is_set(self) -> bool:
        """True once asked to stop."""
        return self._event.is_set()

    async def wait(self, timeout_seconds: float) -> bool:
        """Pause, but not past a stop. True when asked to stop."""
        try:
            await asyncio.wait_for(self._event.wait(), timeout_seconds)
        except TimeoutError:
            return False
        return True


Task = Callable[[Stop], Coroutine[Any, Any, None]]


def run_api(app: ASGIApp, *, host: str, port: int) -> None:
    """Serve until SIGTERM; then finish what was begun, within ``DRAIN_SECONDS``."""
    uvicorn.run(
        app,
        host=host,
        port=port,
        loop="uvloop",
        http="httptools",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=DRAIN_SECONDS,
        timeout_keep_alive=30,
        h11_max_incomplete_event_size=65_536,
    )


def run_worker(tasks: Mapping[str, Task], *, health: ASGIApp, host: str, port: int) -> int:
    """Run the tasks until SIGTERM (exit code 0), or until one of them ends or raises (1): a supervisor starts anew.

    ``port`` 0 serves no health page. A client library that hangs while stopping cannot keep the process alive.
    """
    import uvloop

    code = uvloop.run(_work(tasks, health, host, port))
    sys.stdout.flush()
    os._exit(code)


async def _work(tasks: Mapping[str, Task], health: ASGIApp, host: str, port: int) -> int:
    stop, told = Stop(), False

    def tell() -> None:
        nonlocal told
        told = True
        stop.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, tell)
    running = {asyncio.create_task(task(stop)): name for name, task in tasks.items()}
    if port:
        running[asyncio.create_task(_serve(health, host, port))] = "health"
    asked = asyncio.ensure_future(stop.wait(1e9))
    await asyncio.wait({asked, *running}, return_when=asyncio.FIRST_COMPLETED)
    _report(running)
    stop.set()
    finished = {task for task, name in running.items() if name != "health"}
    await asyncio.wait(finished, timeout=EXIT_SECONDS)
    return 0 if told else 1


def _report(running: Mapping[asyncio.Task[None], str]) -> None:
    """Say which task ended by itself: that is never right."""
    for task, name in running.items():
        if task.done():
            error = None if task.cancelled() else task.exception()
            log.error("task ended", task=name, exc_info=error)


async def _serve(health: ASGIApp, host: str, port: int) -> None:
    server = uvicorn.Server(uvicorn.Config(health, host=host, port=port, log_config=None, access_log=False))
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    await server._serve()  # without its own signal handling: the worker has one


def main(package: str, commands: Mapping[str, Callable[[], int | None]]) -> None:
    """``python -m <package> COMMAND``: run one of the commands and end with its exit code."""
    run = commands.get(sys.argv[1]) if len(sys.argv) == 2 else None
    if run is None:
        sys.stderr.write(f"usage: python -m {package} {'|'.join(commands)}\n")
        raise SystemExit(2)
    raise SystemExit(run())
