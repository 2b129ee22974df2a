"""Starts processes that cannot outlive us, and ends them."""

import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

import psutil

from local_stack import fork_server
from local_stack.fork_server import Forked, Start
from local_stack.parent_death import die_with

# Linux sends the parent-death signal when the *thread* that started the child ends. All children are therefore
# started by this one thread, which ends only with the process.
_starter: Final = ThreadPoolExecutor(max_workers=1, thread_name_prefix="starter")


@dataclass(frozen=True)
class Command:
    """What to run, with what, as whom."""

    arguments: Sequence[str | Path]
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None
    user: str | None = None
    dies_by: signal.Signals = signal.SIGKILL  # what the kernel sends it when we are gone
    own_interpreter: bool = False  # also where copies are made of one that has imported everything

    @property
    def module(self) -> str | None:
        """The module that this interpreter is to run; None when it is another program."""
        run_module = list(self.arguments[:2]) == [sys.executable, "-m"]
        return str(self.arguments[2]) if run_module else None


@dataclass(frozen=True)
class Identity:
    """One process for good: ids are used again, an id with its time of birth is not."""

    pid: int
    created_at: float

    @staticmethod
    def of(pid: int) -> "Identity":
        """The process that has this id now."""
        try:
            return Identity(pid, psutil.Process(pid).create_time())
        except psutil.NoSuchProcess:
            return Identity(pid, 0.0)  # it has ended already, and nothing was born at 0

    def process(self) -> psutil.Process | None:
        """The process, or None when it has ended (also when its id now belongs to another)."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.created_at) < 1
            return process if same and process.status() != psutil.STATUS_ZOMBIE else None
        except psutil.NoSuchProcess:
            return None


class Child:
    """One running process."""

    def __init__(self, name: str, process: subprocess.Popen[bytes] | Forked) -> None:
        self.name = name
        self._process = process
        self.identity = Identity.of(process.pid)

    @property
    def pid(self) -> int:
        return self._process.pid

    def alive(self) -> bool:
        return self._process.poll() is None

    def wait(self) -> int:
        """Wait until it ends; its exit code, negative for a signal."""
        return self._process.wait()

    def stop(self, *, timeout_seconds: float = 10, by: signal.Signals = signal.SIGTERM) -> None:
        """Ask it to end; kill it when it has not within ``timeout_seconds``. A paused process is woken first."""
        if not self.alive():
            return
        self._process.send_signal(by)
        self._process.send_signal(signal.SIGCONT)
        try:
            self._process.wait(timeout_seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def spawn(name: str, command: Command, *, log: Path) -> Child:
    """Start a process whose output is added to ``log``; it dies when this process dies (Linux)."""
    log.parent.mkdir(parents=True, exist_ok=True)
    alone = command.own_interpreter or command.user is not None
    if not alone and fork_server.serves(command.module, command.environment):
        return Child(name, Forked(_start_of(name, command, log)))
    return _starter.submit(_spawn, name, command, log).result()


def end(identity: Identity, *, timeout_seconds: float = 10) -> None:
    """End a process left over by an earlier run, if it is still that process."""
    process = identity.process()
    if process is None:
        return
    try:
        process.terminate()
        process.wait(timeout_seconds)
    except psutil.TimeoutExpired:
        process.kill()
    except psutil.NoSuchProcess:
        return  # it ended by itself in the meantime, which is what was wanted


def _start_of(name: str, command: Command, log: Path) -> Start:
    _, _, module, *arguments = map(str, command.arguments)
    environment, folder = {**os.environ, **command.environment}, command.folder or Path.cwd()
    return Start(name, module, arguments, environment, folder, log, command.dies_by)


def _spawn(name: str, command: Command, log: Path) -> Child:
    with log.open("ab") as output:
        popen = subprocess.Popen(
            [str(argument) for argument in command.arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **command.environment},
            cwd=command.folder,
            user=command.user,
            group=pwd.getpwnam(command.user).pw_gid if command.user else None,  # root's group would bar it from folders
            extra_groups=[] if command.user else None,
            start_new_session=True,  # Ctrl-C at the terminal reaches us only, and we end the rest in order
            preexec_fn=partial(die_with, os.getpid(), command.dies_by),
        )
    return Child(name, popen)
