"""Who may use which processor, and how much of one each of those who take part used."""

import os
import time
from collections.abc import Mapping
from typing import Final

import psutil

SERVER: Final = "server"
GENERATOR: Final = "generator"
POSTGRESQL: Final = "postgresql"


def pin(pid: int, processor: int) -> None:
    """Keep a process, and what it starts from now on, on one processor. ``pid`` 0 is this process."""
    os.sched_setaffinity(pid, {processor})


class Meter:
    """Processor seconds of the server, of PostgreSQL's processes and of this process, between two looks."""

    def __init__(self, server: int, postmaster: int | None) -> None:
        self._server = psutil.Process(server)
        self._postmaster = psutil.Process(postmaster) if postmaster else None
        self._at, self._used = time.perf_counter(), self._look()

    def shares(self) -> dict[str, float]:
        """Percent of one processor that each used since the meter was made."""
        elapsed, used = time.perf_counter() - self._at, self._look()
        return {name: round(100 * (seconds - self._used[name]) / elapsed, 1) for name, seconds in used.items()}

    def _look(self) -> Mapping[str, float]:
        found = {SERVER: _seconds(self._server), GENERATOR: time.process_time()}
        if self._postmaster is not None:
            backends = self._postmaster.children(recursive=True)
            found[POSTGRESQL] = _seconds(self._postmaster) + sum(map(_seconds, backends))
        return found


def _seconds(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system)
