"""Docker as the tests use it: images by name, and the compose project of this checkout under a name of its own."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from local_stack.checkout import ROOT

PROJECT: Final = "frontdoor-check"
_PATIENCE_SECONDS: Final = 600


def missing() -> str:
    """What keeps these tests from running, in one line; empty when nothing does."""
    if shutil.which("docker") is None:
        return "docker is not installed"
    for command in (["docker", "info"], ["docker", "compose", "version"]):
        if subprocess.run(command, capture_output=True, check=False).returncode:
            return f"`{' '.join(command)}` fails: is the engine running, and may you use it?"
    return ""


def docker(*arguments: str, check: bool = True, stdin: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    """One command of the engine. Raises ``AssertionError`` with its words when it fails."""
    done = subprocess.run(["docker", *arguments], capture_output=True, input=stdin, check=False, cwd=ROOT)
    assert not check or done.returncode == 0, f"docker {' '.join(arguments)}: {done.stderr.decode()[-2000:]}"
    return done


def inspect(name: str) -> dict[str, Any]:
    """What the engine knows of an image or container."""
    found: list[dict[str, Any]] = json.loads(docker("inspect", name).stdout)
    return found[0]


def until(what: str, probe: Callable[[], bool], *, seconds: float = _PATIENCE_SECONDS) -> float:
    """How long it took until ``probe()`` was true."""
    began = time.monotonic()
    while not probe():
        assert time.monotonic() - began < seconds, f"{what} did not come within {seconds:g} seconds"
        time.sleep(0.5)
    return time.monotonic() - began


@dataclass(frozen=True)
class Compose:
    """The project, with secrets of its own."""

    env_file: Path

    def __call__(
        self, *arguments: str, check: bool = True, stdin: bytes | None = None
    ) -> subprocess.CompletedProcess[bytes]:
        """One command of compose."""
        where = ("compose", "--project-name", PROJECT, "--env-file", str(self.env_file))
        return docker(*where, *arguments, check=check, stdin=stdin)

    def run(self, service: str, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[bytes]:
        """One command in a container that is made for it."""
        return self("run", "--rm", "--no-deps", "-T", service, *arguments, check=check)

    def up(self) -> float:
        """Everything is healthy after so many seconds."""
        began = time.monotonic()
        self("up", "--detach", "--wait", "--wait-timeout", str(_PATIENCE_SECONDS))
        return time.monotonic() - began

    def containers(self) -> Mapping[str, str]:
        """The container of each service that stays, by name of the service."""
        lines = self("ps", "--format", "{{.Service}} {{.Name}}").stdout.decode().split("\n")
        return dict(line.split(" ") for line in lines if line)

    def healthy(self, service: str) -> bool:
        """Whether a service runs and says that it is well."""
        state = inspect(self.containers().get(service, f"{PROJECT}-{service}-1"))["State"]
        return bool(state["Running"]) and state["Health"]["Status"] == "healthy"

    def query(self, database: str, statement: str) -> str:
        """One value, as the administrator of the databases."""
        return self.as_administrator("psql", "--no-psqlrc", "-tAqc", statement, database).stdout.decode().strip()

    def as_administrator(
        self, program: str, *arguments: str, stdin: bytes | None = None
    ) -> subprocess.CompletedProcess[bytes]:
        """One of PostgreSQL's own programs, in its container."""
        script = 'PGPASSWORD="$(cat /run/secrets/postgres-password)" exec "$0" -h 127.0.0.1 -U postgres "$@"'
        return self("exec", "-T", "postgres", "sh", "-c", script, program, *arguments, stdin=stdin)


def kill(container: str) -> None:
    """End the first process of a container as a crash does, so that its restart policy is what brings it back."""
    os.kill(int(inspect(container)["State"]["Pid"]), 9)


def memory_bytes() -> Iterator[int]:
    """What each container of the project uses now."""
    units = {"B": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}
    for line in docker("stats", "--no-stream", "--format", "{{.Name}} {{.MemUsage}}").stdout.decode().splitlines():
        name, used, *_ = line.split()
        if name.startswith(PROJECT):
            unit = next(unit for unit in ("KiB", "MiB", "GiB", "B") if used.endswith(unit))
            yield int(float(used.removesuffix(unit)) * units[unit])
