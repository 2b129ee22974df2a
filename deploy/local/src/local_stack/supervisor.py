"""Keeps processes running: one that ends is started again, later each time, and counted."""

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from chassis.tasks import Pace
from local_stack.children import Child, Command, Identity, spawn
from local_stack.console import say

FIRST_PAUSE_SECONDS: Final = 0.2
LONGEST_PAUSE_SECONDS: Final = 5.0
STEADY_SECONDS: Final = 20.0  # a process that ran so long is not failing to start: its pauses begin again
STOP_SECONDS: Final = 10.0


class Kept:
    """One process that is kept running by a thread of its own."""

    def __init__(self, name: str, command: Command, *, log: Path, on_start: Callable[[], None]) -> None:
        self.name = name
        self.restarts = 0
        self.child: Child | None = None
        self.command = command
        self._log = log
        self._on_start = on_start
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._keep, name=f"keeps {name}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End it for good."""
        with self._lock:  # a start that is under way comes first, so that no process escapes the stop
            self._stopping.set()
        if self.child is not None:
            self.child.stop(timeout_seconds=STOP_SECONDS)
        if self._thread.ident is not None:
            self._thread.join()

    def _keep(self) -> None:
        pace = Pace(FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS)
        while (child := self._started()) is not None:
            started = time.monotonic()
            code = child.wait()
            if time.monotonic() - started > STEADY_SECONDS:
                pace.hurry()
            if self._pause(pace.pause_seconds()):
                return
            self.restarts += 1
            say(f"{self.name} ended with code {code}; starting it again (restart {self.restarts})")

    def _pause(self, seconds: float) -> bool:
        """Wait before the next start; true when there is to be none."""
        return self._stopping.wait(seconds)

    def _started(self) -> Child | None:
        with self._lock:
            if self._stopping.is_set():
                return None
            self.child = spawn(self.name, self.command, log=self._log)
        self._on_start()
        return self.child


class Supervisor:
    """All processes of the services."""

    def __init__(self, logs: Path, *, on_start: Callable[[], None] = lambda: None) -> None:
        self._logs = logs
        self._on_start = on_start
        self._kept: dict[str, Kept] = {}

    def start(self, commands: Mapping[str, Command]) -> None:
        """Start to keep all of them. A name that was ended before is counted from nothing."""
        kept = {name: Kept(name, one, log=self.log(name), on_start=self._on_start) for name, one in commands.items()}
        self._kept |= kept
        for one in kept.values():
            one.start()

    def end(self, name: str) -> None:
        """End one process for good, until ``start`` is given its name again."""
        self._kept[name].stop()

    def command(self, name: str) -> Command:
        """What a process was started with."""
        return self._kept[name].command

    def stop(self) -> None:
        """End all of them at the same time; whatever has not ended after ten seconds is killed."""
        with ThreadPoolExecutor(max_workers=max(1, len(self._kept))) as pool:
            list(pool.map(Kept.stop, self._kept.values()))

    def processes(self) -> dict[str, Identity]:
        """What runs now, by name such as ``triage-worker``."""
        return {name: kept.child.identity for name, kept in self._kept.items() if kept.child is not None}

    def log(self, name: str) -> Path:
        """Where a process's output goes."""
        return self._logs / f"{name}.log"

    def pid(self, name: str) -> int:
        """The id of the process that has this name now. Raises ``KeyError`` for an unknown name."""
        return self.processes()[name].pid

    def restarts(self) -> dict[str, int]:
        """How often each process had to be started again."""
        return {name: kept.restarts for name, kept in self._kept.items()}
