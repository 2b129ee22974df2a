"""A copy of the process that has imported everything is started, ends and fails as an interpreter of its own does."""

import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest

from local_stack import fork_server
from local_stack.children import Child, Command, Identity, spawn
from local_stack.waiting import until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere each program has an interpreter of its own")

SINK = [sys.executable, "-m", "local_stack.smtp_sink", "--smtp-port", "0", "--http-port", "0"]
PARENT = """
import sys
from pathlib import Path
from local_stack import fork_server
from local_stack.children import Command, spawn
fork_server.begin()
child = spawn("child", Command(sys.argv[2:]), log=Path(sys.argv[1]))
print(child.pid, flush=True)
child.wait()
"""


@pytest.fixture(autouse=True)
def begun(monkeypatch: pytest.MonkeyPatch) -> None:
    """For this test; what other tests start is as it was."""
    monkeypatch.setattr(fork_server, "_begun", False)
    fork_server.begin()


def sink(folder: Path, **environment: str) -> Child:
    command = Command([*SINK, "--journal", folder / "mail.jsonl"], environment)
    return spawn("mail-sink", command, log=folder / "log")


def is_a_copy(child: Child) -> bool:
    return "local_stack.smtp_sink" not in psutil.Process(child.pid).cmdline()


def listens(child: Child) -> bool:
    return any(one.status == psutil.CONN_LISTEN for one in psutil.Process(child.pid).net_connections())


def test_a_copy_is_named_serves_in_a_session_of_its_own_and_ends_when_asked(tmp_path: Path) -> None:
    child = sink(tmp_path)
    until("it to serve", lambda: listens(child), timeout_seconds=60, still_possible=child.alive)
    process = psutil.Process(child.pid)

    assert is_a_copy(child)
    assert process.name() == "mail-sink"
    assert process.cwd() == str(Path.cwd())
    assert process.terminal() is None
    child.stop()
    assert not child.alive()
    assert child.wait() == -15


def test_a_killed_copy_is_seen_by_everyone_who_waits(tmp_path: Path) -> None:
    child, codes = sink(tmp_path), list[int]()
    waiting = [threading.Thread(target=lambda: codes.append(child.wait())) for _ in range(8)]
    for one in waiting:
        one.start()

    psutil.Process(child.pid).kill()

    for one in waiting:
        one.join()
    assert codes == [-9] * 8


def test_a_program_that_refuses_its_settings_says_so_and_ends_with_its_own_code(tmp_path: Path) -> None:
    nothing_set = {"FRONTDOOR_DATABASE_URL": "", "FRONTDOOR_HTTP_PORT": "eighty"}

    child = spawn("triage-api", Command([sys.executable, "-m", "triage", "api"], nothing_set), log=tmp_path / "log")

    assert child.wait() == 78
    (line,) = (tmp_path / "log").read_text().splitlines()
    assert "FRONTDOOR_HTTP_PORT" in line


def test_arguments_are_those_of_the_command(tmp_path: Path) -> None:
    command = Command([*SINK, "--journal", tmp_path / "mail.jsonl", "--colour", "green"])
    child = spawn("mail-sink", command, log=tmp_path / "log")

    assert child.wait() == 2
    assert "unrecognized arguments: --colour green" in (tmp_path / "log").read_text()


def test_what_only_a_new_interpreter_reads_gets_one(tmp_path: Path) -> None:
    child = sink(tmp_path, PYTHONUNBUFFERED="1")

    assert not is_a_copy(child)
    child.stop()


def test_a_program_that_is_to_have_its_own_interpreter_gets_one(tmp_path: Path) -> None:
    command = Command([*SINK, "--journal", tmp_path / "mail.jsonl"], own_interpreter=True)
    child = spawn("mail-sink", command, log=tmp_path / "log")

    assert not is_a_copy(child)
    child.stop()


def test_a_copy_dies_with_the_process_that_wanted_it(tmp_path: Path) -> None:
    command = [sys.executable, "-c", PARENT, str(tmp_path / "log"), *SINK, "--journal", str(tmp_path / "mail.jsonl")]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        child = Identity.of(int(parent.stdout.readline()))
        assert child.process() is not None
        parent.kill()

    until("the copy's death", lambda: child.process() is None, timeout_seconds=60)
