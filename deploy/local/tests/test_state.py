"""A stack folder after a crash or a reboot: nothing of it keeps a new stack from starting, nothing foreign is hurt."""

import json
import sys
from pathlib import Path

import pytest

from local_stack.children import Child, Command, Identity, spawn
from local_stack.errors import StackError
from local_stack.state import State

ENDLESS = Command([sys.executable, "-c", "import signal; signal.pause()"])


def left_behind(folder: Path, **processes: Identity) -> State:
    """The folder as a runner that was killed leaves it."""
    state = State(folder)
    with state.held():
        state.write({"state": "ready", "runner": {"pid": 1, "created_at": 0.0}}, processes)
        content = state.file.read_text()
    state.file.write_text(content)
    return state


def endless(folder: Path) -> Child:
    return spawn("left-over", ENDLESS, log=folder / "log")


def test_a_second_runner_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    first, second = State(tmp_path), State(tmp_path)

    with first.held(), pytest.raises(StackError, match="make down"), second.held():
        pytest.fail("two runners hold one folder")

    assert not first.is_held()


def test_processes_left_by_a_killed_runner_are_ended_before_a_new_one_starts(tmp_path: Path) -> None:
    survivor = endless(tmp_path)
    state = left_behind(tmp_path, kafka=survivor.identity)

    with state.held():
        assert state.find() is None

    assert survivor.identity.process() is None
    survivor.wait()


def test_after_a_reboot_the_ids_belong_to_others_who_are_left_alone(tmp_path: Path) -> None:
    stranger = endless(tmp_path)
    before_the_reboot = Identity(stranger.pid, stranger.identity.created_at - 86_400)
    state = left_behind(tmp_path, kafka=before_the_reboot)

    with state.held():
        assert state.find() is None

    assert stranger.alive()
    stranger.stop()


def test_the_state_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    state = State(tmp_path)

    state.write({"state": "ready"}, {"kafka": Identity(1, 2.0)})

    assert state.file.stat().st_mode & 0o777 == 0o600
    assert json.loads(state.file.read_text())["processes"] == {"kafka": {"pid": 1, "created_at": 2.0}}
