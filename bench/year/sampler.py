"""Looks every second how far each stage is and what every process uses."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from bench.year.counts import Counts, Reach
from bench.year.processes import Usage, Use
from local_stack.stack import Stack
from local_stack.state import own_identity

OURS: Final = "senders, staff, sampler"
"""This very process: what a measurement takes from the cores."""
EVERY_SECONDS: Final = 1.0
PARTS_EVERY: Final = 10
"""Samples between two looks at the memory of the parts: PostgreSQL's many processes take long to add up."""


@dataclass(frozen=True)
class Sample:
    """One moment of the run."""

    second: float
    accepted: int
    reach: Reach
    used: Mapping[str, Use]


@dataclass
class Sampler:
    """Keeps every sample. What cannot be read at one moment is read at the next."""

    stack: Stack
    counts: Counts
    accepted: Callable[[], int]
    samples: list[Sample] = field(default_factory=list)
    _usage: Usage = field(default_factory=Usage)
    _began: float = 0.0

    async def at_rest(self, seconds: float) -> dict[str, float]:
        """Of each process the share of one core that it uses while nothing comes in, over so many seconds."""
        usage, processes = Usage(), self.stack.processes()
        usage.begin(processes)
        await asyncio.sleep(seconds)
        used = {name: usage.read(name, identity) for name, identity in processes.items()}
        return {name: round(use.cpu_seconds / seconds, 3) for name, use in sorted(used.items()) if use is not None}

    async def begin(self) -> None:
        """The run begins now; the first sample is of before it."""
        self._began = asyncio.get_running_loop().time()
        self._usage.begin({**self.stack.processes(), OURS: own_identity()})
        await self._look(parts=True)

    def now(self) -> float:
        """Seconds of the run."""
        return asyncio.get_running_loop().time() - self._began

    async def run(self, until: asyncio.Event) -> None:
        """A sample each second until the event is set, and one at the end."""
        while not until.is_set():
            await asyncio.sleep(max(0.0, EVERY_SECONDS - (self.now() - self.samples[-1].second)))
            await self._look(parts=len(self.samples) % PARTS_EVERY == 0)
        await self._look(parts=True)

    async def _look(self, *, parts: bool) -> None:
        second = self.now()
        reach, accepted = await self.counts.read(), self.accepted()
        used = await asyncio.to_thread(self._used, parts=parts)
        self.samples.append(Sample(round(second, 1), accepted, reach, used))

    def _used(self, *, parts: bool) -> Mapping[str, Use]:
        theirs = self.stack.processes() if parts else self.stack.supervisor.processes()
        named = {**theirs, OURS: own_identity()}
        found = {name: self._usage.read(name, identity) for name, identity in named.items()}
        return {name: use for name, use in found.items() if use is not None}
