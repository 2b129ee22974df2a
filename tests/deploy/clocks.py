"""Clocks that are wrong: a process is started again under libfaketime, which moves its time and no other's."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from tests.deploy.scene import HUB_STAFF, Scene, asking

MINUTES_OFF: Final = 10
_PLACES: Final = ("lib/*-linux-*/faketime", "lib/faketime", "local/lib/faketime")
_LIBRARY: Final = "libfaketimeMT.so.1"


def library() -> Path | None:
    """Where libfaketime is on this machine."""
    return next((found for place in _PLACES for found in Path("/usr").glob(f"{place}/{_LIBRARY}")), None)


def missing() -> str:
    """What has to be installed, in one line; empty when nothing has."""
    return "" if library() else "libfaketime is missing: apt-get install faketime"


def off_by(seconds: int) -> Mapping[str, str]:
    """The variables that move a process's time; what only measures how long something takes stays as it is."""
    return {"LD_PRELOAD": str(library()), "FAKETIME": f"{seconds:+d}s", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


@asynccontextmanager
async def wrong_clock(scene: Scene, name: str, *, seconds: int) -> AsyncIterator[None]:
    """A process whose clock is ``seconds`` ahead, and right again afterwards. It is started again for either."""
    supervisor = scene.stack.supervisor
    command = supervisor.command(name)
    supervisor.end(name)
    supervisor.start({name: replace(command, environment={**command.environment, **off_by(seconds)})})
    try:
        yield
    finally:
        supervisor.end(name)
        supervisor.start({name: command})


@asynccontextmanager
async def triages_clock_is_ahead(scene: Scene) -> AsyncIterator[None]:
    """Every token has expired for triage, while people work on."""
    ahead = wrong_clock(scene, "triage-api", seconds=MINUTES_OFF * 60)
    async with ahead, asking(scene.people.staff(HUB_STAFF)):
        yield
