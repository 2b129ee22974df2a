"""Keeps the parts of a stack running: one that ends is started again on its port and data, and counted."""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Protocol

from chassis.tasks import Pace
from local_stack.children import Child
from local_stack.console import say
from local_stack.errors import StackError
from local_stack.part import Part, ProcessPart
from local_stack.supervisor import FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS, STEADY_SECONDS


class Keepable(Protocol):
    """A part whose process is known."""

    name: str

    @property
    def child(self) -> Child: ...

    def start(self) -> str: ...


class KeptPart:
    """One part that is kept running by a thread of its own, which sleeps while the part runs."""

    def __init__(self, part: Keepable, on_start: Callable[[], None]) -> None:
        self.restarts = 0
        self._part = part
        self._on_start = on_start
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._keep, name=f"keeps {part.name}", daemon=True)

    def start(self) -> None:
        """From now on."""
        self._thread.start()

    def let_go(self) -> None:
        """Start it no more; a start that is under way comes first, so that no process escapes the stop."""
        with self._lock:
            self._stopping.set()

    def _keep(self) -> None:
        pace, started = Pace(FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS), time.monotonic()
        while True:
            code = self._part.child.wait()
            if time.monotonic() - started > STEADY_SECONDS:
                pace.hurry()
            if self._stopping.wait(pace.pause_seconds()):
                return
            started = time.monotonic()
            if not self._started_again(code):
                return

    def _started_again(self, code: int) -> bool:
        """False once it is to stay ended. A start that fails is tried again, as an end is."""
        with self._lock:
            if self._stopping.is_set():
                return False
            self.restarts += 1
            say(f"{self._part.name} ended with code {code}; starting it again (restart {self.restarts})")
            try:
                self._part.start()
            except (StackError, OSError) as error:
                say(f"{self._part.name} could not be started: {error}")
        self._on_start()
        return True


class KeptParts:
    """All parts that are processes of ours."""

    def __init__(self, parts: Mapping[str, Part], *, on_start: Callable[[], None]) -> None:
        self._kept = {name: KeptPart(part, on_start) for name, part in parts.items() if isinstance(part, ProcessPart)}

    def start(self) -> None:
        """Keep them from now on; each MUST run."""
        for kept in self._kept.values():
            kept.start()

    def let_go(self) -> None:
        """MUST come before the parts are stopped."""
        for kept in self._kept.values():
            kept.let_go()

    def restarts(self) -> dict[str, int]:
        """How often each had to be started again."""
        return {name: kept.restarts for name, kept in self._kept.items()}
