"""Runs one stack in the background: starts the runner, follows it until it is ready, ends it."""

import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import Any, Final

from local_stack.children import Identity, end
from local_stack.errors import StackError
from local_stack.stack import running
from local_stack.state import State
from local_stack.waiting import until

_UP_SECONDS: Final = 600  # the first start on a machine fetches and builds
_DOWN_SECONDS: Final = 60


class Ended(BaseException):
    """The runner was asked to end; not an ``Exception``, so that nothing on the way takes it for a failure."""


def up(folder: Path, arguments: Sequence[str]) -> dict[str, Any]:
    """Start a runner in the background and return its state once it is ready.

    ``arguments`` are handed to ``python -m local_stack run``. Raises ``StackError`` when it ended instead.
    """
    state = State(folder)
    if state.is_held():
        raise StackError(f"a stack runs already in {folder}: end it with `make down`")
    log = folder / "logs" / "runner.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "local_stack", "run", "--folder", str(folder), *arguments]
    with log.open("wb") as output:
        runner = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        return _followed(runner, state, log)
    except BaseException:
        runner.terminate()  # anyone who gave up waiting does not want a half-started stack
        raise


def down(folder: Path) -> bool:
    """End the stack and check that nothing is left. False when none was running."""
    state = State(folder)
    found, processes = state.find(), state.processes()
    was_running = state.is_held()
    if was_running and found is not None:
        runner = Identity(**found["runner"])
        _end_runner(state, runner)
    state.clear()
    left = {name: each.pid for name, each in processes.items() if each.process() is not None}
    if left:
        raise StackError(f"still running after the end: {left}")
    return was_running


def serve(folder: Path, parts: frozenset[str], *, services: bool, sandbox: bool = False, timing: bool = False) -> None:
    """Be the runner: hold a stack until SIGTERM or SIGINT; ``timing`` says where the time of its start went."""
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGINT, _end)
    try:
        with running(folder, parts=parts, services=services, sandbox=sandbox, timing=timing, keep_parts=True):
            threading.Event().wait()
    except Ended:
        return


def _end(_signal: int, _frame: FrameType | None) -> None:
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, signal.SIG_IGN)  # a second signal must not cut the orderly end short
    raise Ended


def _followed(runner: subprocess.Popen[bytes], state: State, log: Path) -> dict[str, Any]:
    """Show the runner's words until its state says that it is ready."""
    with log.open() as words:

        def ready() -> bool:
            print(words.read(), end="", flush=True)
            return _ready_state(state, runner.pid) is not None

        try:
            until("the stack", ready, timeout_seconds=_UP_SECONDS, still_possible=lambda: runner.poll() is None)
        except StackError as failure:
            print(words.read(), end="", flush=True)
            raise StackError(f"the stack did not start: see above and {log}") from failure
    found = _ready_state(state, runner.pid)
    if found is None:
        raise StackError("the stack was ended just after it had become ready")
    return found


def _ready_state(state: State, runner_id: int) -> dict[str, Any] | None:
    """The state when *this* runner wrote that it is ready: an earlier runner that was killed left its own behind."""
    found = state.find()
    ours = found is not None and found["runner"]["pid"] == runner_id and found["state"] == "ready"
    return found if ours else None


def _end_runner(state: State, runner: Identity) -> None:
    process = runner.process()
    if process is not None:
        process.send_signal(signal.SIGTERM)
    try:
        until("the stack's end", lambda: not state.is_held(), timeout_seconds=_DOWN_SECONDS)
    except StackError:
        end(runner, timeout_seconds=0)  # its children die with it; whatever did not is ended from the list
