"""The supervisor starts again what ended, counts it, and stops all of it."""

import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from local_stack.children import Command
from local_stack.supervisor import Supervisor
from local_stack.waiting import until

ENDLESS = Command([sys.executable, "-c", "import signal; signal.pause()"])
SHORT = Command([sys.executable, "-c", "print('tried', flush=True); raise SystemExit(3)"])


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    supervisor = Supervisor(tmp_path)
    yield supervisor
    supervisor.stop()


def test_a_killed_process_is_started_again_and_counted(supervisor: Supervisor) -> None:
    supervisor.start({"triage-worker": ENDLESS})
    until("the first start", lambda: "triage-worker" in supervisor.processes(), timeout_seconds=10)
    first = supervisor.pid("triage-worker")

    os.kill(first, signal.SIGKILL)

    until("the second start", lambda: supervisor.pid("triage-worker") != first, timeout_seconds=10)
    assert supervisor.restarts() == {"triage-worker": 1}


def test_a_process_that_keeps_failing_is_tried_ever_more_slowly(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("local_stack.supervisor.FIRST_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr("local_stack.supervisor.LONGEST_PAUSE_SECONDS", 0.04)

    def noting(_event: object, timeout: float | None = None) -> bool:
        pauses.append(timeout or 0)
        return len(pauses) == 5

    monkeypatch.setattr("local_stack.supervisor.Kept._pause", noting)

    supervisor.start({"audit-api": SHORT})

    until("the fifth end", lambda: len(pauses) == 5, timeout_seconds=20)
    assert pauses == [0.01, 0.02, 0.04, 0.04, 0.04]


def test_what_was_ended_stays_ended_until_it_is_started_with_another_command(supervisor: Supervisor) -> None:
    supervisor.start({"triage-api": ENDLESS, "triage-worker": ENDLESS})
    until("both", lambda: len(supervisor.processes()) == 2, timeout_seconds=10)
    other, command = supervisor.pid("triage-worker"), supervisor.command("triage-api")

    supervisor.end("triage-api")
    ended = supervisor.processes()["triage-api"].process()
    supervisor.start({"triage-api": replace(command, environment={"NAME": "another"})})

    until("it again", lambda: "triage-api" in supervisor.processes(), timeout_seconds=10)
    assert ended is None
    assert supervisor.command("triage-api").environment == {"NAME": "another"}
    assert supervisor.pid("triage-worker") == other


def test_stopping_ends_everything_even_what_is_just_being_started_again(tmp_path: Path) -> None:
    supervisor = Supervisor(tmp_path)
    supervisor.start({"triage-api": SHORT, "triage-worker": ENDLESS})
    until("a restart", lambda: supervisor.restarts()["triage-api"] >= 1, timeout_seconds=10)

    supervisor.stop()

    assert all(identity.process() is None for identity in supervisor.processes().values())
