"""Memory and processor time of every process of the stack, by name, however often it was started again."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

import psutil

from local_stack.children import Identity

_MANY: Final = frozenset({"postgres"})
"""What has processes of its own, which count with it."""
_GONE: Final = (psutil.NoSuchProcess, psutil.ZombieProcess, psutil.AccessDenied)


@dataclass(frozen=True)
class Use:
    """Of one name at one moment: its share of memory (PSS), and processor time since the run began."""

    mebibytes: float
    cpu_seconds: float


@dataclass
class Usage:
    """Adds up what processes used that had one name after the other."""

    _seen: dict[str, dict[tuple[int, float], float]] = field(default_factory=dict)
    _before: dict[tuple[int, float], float] = field(default_factory=dict)

    def begin(self, identities: Mapping[str, Identity]) -> None:
        """What was used up to now does not count."""
        for name, identity in identities.items():
            for process in _processes(name, identity):
                with suppress(*_GONE):
                    self._before[_mark(process)] = _cpu(process)

    def read(self, name: str, identity: Identity) -> Use | None:
        """What is used now; None when the process has ended."""
        mebibytes, found = 0.0, self._seen.setdefault(name, {})
        for process in _processes(name, identity):
            with suppress(*_GONE):
                found[_mark(process)] = _cpu(process) - self._before.get(_mark(process), 0.0)
                mebibytes += process.memory_full_info().pss / 2**20
        return Use(round(mebibytes, 1), round(sum(found.values()), 2)) if mebibytes else None


def _processes(name: str, identity: Identity) -> Iterable[psutil.Process]:
    process = identity.process()
    if process is None:
        return ()
    try:
        return [process, *process.children(recursive=True)] if name in _MANY else [process]
    except _GONE:
        return ()


def _mark(process: psutil.Process) -> tuple[int, float]:
    return process.pid, process.create_time()


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)
