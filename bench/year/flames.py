"""Where each process of the services spends its time under load, as flame graphs; looked at from outside."""

import asyncio
import re
import signal
import sysconfig
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

from bench.flame import Stacks, flame
from local_stack.stack import Stack

_LOOKS_A_SECOND: Final = 100
_INSTANCE: Final = re.compile(r"-[0-9]+$")
_FRAME: Final = re.compile(r"(?P<function>.*) \((?P<file>.*?)(?:\.py)?(?::[0-9]+)?\)")
_LOOP: Final = "Runner.run"
"""What calls it is the same in every stack."""


@asynccontextmanager
async def watched(stack: Stack, folder: Path) -> AsyncIterator[dict[str, Counter[tuple[str, ...]]]]:
    """Looks at every process for as long as the block lasts; then the stacks are there, by name without its number.

    ``folder`` is there, and empty. A process that is started again meanwhile is not looked at any more.
    """
    found: dict[str, Counter[tuple[str, ...]]] = {}
    watchers = {name: await _watch(one.pid, folder / name) for name, one in stack.supervisor.processes().items()}
    try:
        yield found
    finally:
        for name, watcher in watchers.items():
            with suppress(ProcessLookupError):
                watcher.send_signal(signal.SIGINT)
            await watcher.wait()
            found.setdefault(_INSTANCE.sub("", name), Counter()).update(read(folder / name))


def drawn(stacks: Mapping[str, Stacks]) -> Mapping[str, str]:
    """An SVG for each name of which there is anything to show."""
    return {name: flame(each, name) for name, each in stacks.items() if each}


async def _watch(pid: int, file: Path) -> asyncio.subprocess.Process:
    program = Path(sysconfig.get_path("scripts")) / "py-spy"
    how = ("--format", "raw", "--function", "--nonblocking", "--rate", str(_LOOKS_A_SECOND))
    nowhere = asyncio.subprocess.DEVNULL
    return await asyncio.create_subprocess_exec(
        program, "record", *how, "--pid", str(pid), "--output", file, stdout=nowhere, stderr=nowhere
    )


def read(file: Path) -> Counter[tuple[str, ...]]:
    """What was looked at: each line is a stack, outermost call first, and how often it was met; of no file nothing."""
    found: Counter[tuple[str, ...]] = Counter()
    for line in file.read_text(encoding="utf-8").splitlines() if file.exists() else ():
        frames, _, count = line.rpartition(" ")
        found[_within_the_loop(tuple(map(_named, frames.split(";"))))] += int(count)
    return found


def _named(frame: str) -> str:
    match = _FRAME.fullmatch(frame)
    return f"{'/'.join(match['file'].split('/')[-2:])} {match['function']}" if match else frame


def _within_the_loop(stack: tuple[str, ...]) -> tuple[str, ...]:
    begins = next((place for place, name in enumerate(stack) if name.endswith(_LOOP)), -1)
    return stack[begins + 1 :] or stack
