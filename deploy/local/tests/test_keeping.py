"""A part that dies is shown for what it is, and started again on its port."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local_stack import health
from local_stack.health import ENDED, READY, SILENT
from local_stack.ports import Ports
from local_stack.sinks import SmtpSink
from local_stack.stack import Stack, running
from local_stack.state import State
from local_stack.waiting import until


@pytest.fixture
def mail(tmp_path: Path) -> Iterator[Stack]:
    """A stack of one small part that is kept."""
    with running(tmp_path, parts={"smtp"}, services=False, keep_parts=True) as stack:
        yield stack


def part_of(stack: Stack) -> SmtpSink:
    part = stack.parts["smtp"]
    assert isinstance(part, SmtpSink)
    return part


def written(stack: Stack) -> dict[str, Any]:
    found = State(stack.folder).find()
    assert found is not None
    return found


def test_a_part_that_was_killed_is_started_again_on_its_port_and_counted(mail: Stack) -> None:
    part = part_of(mail)
    first, address = part.child.pid, part.address

    os.kill(first, signal.SIGKILL)

    until("the part again", lambda: part.child.pid != first and part.ready(), timeout_seconds=20)
    assert part.address == address
    assert mail.kept_parts.restarts() == {"smtp": 1}
    until("the file", lambda: written(mail)["processes"]["smtp"]["pid"] == part.child.pid, timeout_seconds=5)
    (standing,) = health.look(written(mail))
    assert (standing.name, standing.state, standing.restarts) == ("smtp", READY, 1)


def test_a_part_that_is_let_go_stays_ended(mail: Stack) -> None:
    part = part_of(mail)
    mail.kept_parts.let_go()

    part.stop()

    (standing,) = health.look(written(mail))
    assert (standing.state, standing.restarts) == (ENDED, 0)
    assert not part.alive()


def test_a_part_that_hangs_is_not_called_ready_though_its_process_lives(mail: Stack) -> None:
    part = part_of(mail)
    os.kill(part.child.pid, signal.SIGSTOP)

    (standing,) = health.look(written(mail))
    os.kill(part.child.pid, signal.SIGCONT)

    assert (standing.state, standing.is_good) == (SILENT, False)


def test_without_being_kept_a_dead_part_is_shown_as_ended_and_status_ends_with_1(tmp_path: Path) -> None:
    with running(tmp_path, parts={"smtp"}, services=False) as stack:
        good = _status(tmp_path)
        os.kill(part_of(stack).child.pid, signal.SIGKILL)
        until("its end", lambda: not part_of(stack).alive(), timeout_seconds=5)
        bad = _status(tmp_path, "--json")
        plain = _status(tmp_path)

    assert (good.returncode, bad.returncode, plain.returncode) == (0, 1, 1)
    assert json.loads(bad.stdout)["standings"] == [{"name": "smtp", "state": ENDED, "restarts": 0}]
    assert "smtp                     has ended" in plain.stdout
    assert "not all of it serves: smtp" in plain.stdout


def _status(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "local_stack", "status", "--folder", str(folder), *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def test_everything_that_a_stack_file_names_is_asked() -> None:
    ports = Ports()
    port = ports.take()
    nowhere = f"http://127.0.0.1:{port}"
    found = {
        "addresses": {
            "database_url": f"postgresql://x:x@127.0.0.1:{port}/x",
            "kafka_bootstrap_servers": f"127.0.0.1:{port}",
            "smtp_url": f"smtp://127.0.0.1:{port}",
            **dict.fromkeys(("oidc_issuer", "agencies", "witness", "zipkin", "web_client", "sandbox"), nowhere),
        },
        "services": {"triage": {"url": nowhere, "worker_url": nowhere}},
        "processes": {},
        "ours": ["zipkin"],
        "restarts": {"zipkin": 3},
    }

    standings = {each.name: each for each in health.look(found)}
    ports.release()

    parts = {"postgres", "kafka", "keycloak", "smtp", "agencies", "witness", "zipkin"}
    assert set(standings) == parts | {"triage-api", "triage-worker", "web-client", "sandbox"}
    assert not [each for each in standings.values() if each.is_good]
    assert (standings["zipkin"].state, standings["zipkin"].restarts) == (ENDED, 3)
    assert standings["kafka"].state == SILENT
