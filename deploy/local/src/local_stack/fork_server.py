"""Starts our own programs as copies of one process that has imported them all.

To import a service takes some two seconds of processor, all the rest of its start a tenth of that; a stack has ten such
processes. A copy then does what ``python -m`` does: it runs the module's ``__main__`` with its arguments.
"""

import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from multiprocessing import forkserver
from multiprocessing.connection import wait
from pathlib import Path
from typing import Final

from local_stack.parent_death import LIBC, die_with

IMPORTED_FIRST: Final = {
    "referral_intake": "referral_intake.program",
    "triage": "triage.program",
    "agency_notify": "agency_notify.program",
    "audit": "audit.program",
    "triage_ui": "triage_ui.program",
    "local_stack.sandbox": "local_stack.sandbox.watch",
    "local_stack.witness": "local_stack.witness.app",
    "local_stack.agencies_sink": "uvicorn",
    "local_stack.smtp_sink": "aiosmtpd.controller",
}
"""What is there before a program starts, by program; never its ``__main__``, which has not run before it runs."""
_READ_AT_START: Final = ("LD_", "PYTHON")
"""Variables that begin like this mean something only to an interpreter that starts."""
_PR_SET_NAME: Final = 15
_FORKING: Final = multiprocessing.get_context("forkserver") if sys.platform == "linux" else None
# Interleaving prevented: two threads read one exit code, which can be read once, and the second takes it for lost. To
# start a process also asks all others whether they have ended.
_one_at_a_time: Final = threading.Lock()
_begun = False


@dataclass(frozen=True)
class Start:
    """One process to start: ``python -m <module> <arguments>``, in a folder, with exactly these variables."""

    name: str
    module: str
    arguments: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    log: Path
    dies_by: signal.Signals


class Forked:
    """A running copy, with what is used of ``subprocess.Popen``."""

    def __init__(self, start: Start) -> None:
        assert _FORKING is not None
        self._process = _FORKING.Process(target=_become, args=(start,), name=start.name, daemon=True)
        with _one_at_a_time:
            self._process.start()
        assert self._process.pid is not None
        self.pid = self._process.pid

    def poll(self) -> int | None:
        """Its exit code, negative for a signal; None while it runs."""
        with _one_at_a_time:
            return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code once it has ended. Raises ``TimeoutExpired`` when that takes longer than so many seconds."""
        if not wait([self._process.sentinel], timeout):
            raise subprocess.TimeoutExpired(self._process.name, timeout or 0)
        code = self.poll()
        assert code is not None
        return code

    def send_signal(self, sent: int) -> None:
        """Does nothing when the process has ended."""
        if self.poll() is None:
            os.kill(self.pid, sent)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def begin() -> None:
    """Have everything imported while other things start; from now on programs of ours are started as copies (Linux)."""
    global _begun  # one server serves all stacks of a process, as the standard library has it
    if _FORKING is None:
        return
    _FORKING.set_forkserver_preload([f"{__package__}.imported_first"])
    with _one_at_a_time:
        forkserver.ensure_running()
    _begun = True


def serves(module: str | None, environment: Mapping[str, str]) -> bool:
    """Whether a program can be started as a copy now, given these variables beside our own."""
    return _begun and module in IMPORTED_FIRST and not any(name.startswith(_READ_AT_START) for name in environment)


def _become(start: Start) -> None:
    """Be that process: what an interpreter that was started for it would have found."""
    die_with(os.getppid(), start.dies_by)  # the server, which ends with the process that it was started by
    if LIBC is not None:
        LIBC.prctl(_PR_SET_NAME, start.name.encode())
    os.setsid()  # Ctrl-C at the terminal reaches whoever started us only, who ends us in order
    with start.log.open("ab") as log, open(os.devnull, "rb") as nothing:
        for wanted, stream in enumerate((nothing, log, log)):
            os.dup2(stream.fileno(), wanted)
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))  # one of them would keep the server running when its parent is gone
    os.environ.clear()
    os.environ.update(start.environment)
    os.chdir(start.folder)
    sys.path.insert(0, str(start.folder))
    sys.argv = [start.module, *start.arguments]
    runpy.run_module(start.module, run_name="__main__", alter_sys=True)
