"""Children do not outlive their parent, and only our own are ever ended."""

import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from local_stack.children import Command, Identity, end, spawn
from local_stack.waiting import until

ENDLESS = [sys.executable, "-c", "import signal; signal.pause()"]
STUBBORN = """
import signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
while True:
    signal.pause()
"""
PARENT = """
import sys
from pathlib import Path
from local_stack.children import Command, spawn
child = spawn("child", Command([sys.executable, "-c", "import signal; signal.pause()"]), log=Path(sys.argv[1]))
print(child.pid, flush=True)
child.wait()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux notifies children of their parent's death")
def test_a_child_dies_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT, tmp_path / "log"], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        child = Identity.of(int(parent.stdout.readline()))
        parent.kill()

    until("the child's death", lambda: child.process() is None, timeout_seconds=10)


def test_a_child_that_does_not_listen_is_killed_after_its_time(tmp_path: Path) -> None:
    log = tmp_path / "log"
    child = spawn("stubborn", Command([sys.executable, "-c", STUBBORN]), log=log)
    until("it to be deaf", lambda: "deaf" in log.read_text(), timeout_seconds=10)

    child.stop(timeout_seconds=0.2)

    assert not child.alive()
    assert child.wait() == -9


def test_a_paused_child_can_be_stopped(tmp_path: Path) -> None:
    child = spawn("paused", Command(ENDLESS), log=tmp_path / "log")
    psutil.Process(child.pid).suspend()

    child.stop(timeout_seconds=10)

    assert child.wait() == -15


def test_a_stranger_with_the_same_id_is_left_alone(tmp_path: Path) -> None:
    stranger = spawn("stranger", Command(ENDLESS), log=tmp_path / "log")
    earlier = Identity(stranger.pid, stranger.identity.created_at - 1000)

    end(earlier)

    assert earlier.process() is None
    assert stranger.alive()
    stranger.stop()
