"""Kills a process of the services every two minutes, by the seed; the supervisor starts it again."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from local_stack.stack import Stack
from local_stack.web_client import NAME as WEB_CLIENT
from tests.chaos.local import LocalStack
from tests.chaos.nemesis import Fault

EVERY_SECONDS: Final = 120.0
_ASK_SECONDS: Final = 0.5


@dataclass
class Timetable:
    """When the next kill is due. A run that is too short for the interval has ``at_least`` so many, evenly spread."""

    referrals: int
    at_least: int
    every_seconds: float = EVERY_SECONDS

    def due(self, *, kills: int, since_last: float, accepted: int) -> bool:
        """Whether now is the time for one more."""
        if since_last >= self.every_seconds:
            return True
        return kills < self.at_least and accepted >= self.referrals * (kills + 1) / (self.at_least + 1)


@dataclass
class Killer:
    """``struck`` has the second of the run and the name of each process that was killed."""

    stack: Stack
    timetable: Timetable
    seed: int
    accepted: Callable[[], int]
    struck: list[tuple[float, str]] = field(default_factory=list)

    async def run(self, until: asyncio.Event) -> None:
        """Kill until the event is set."""
        loop, chance = asyncio.get_running_loop(), random.Random(self.seed)
        began = last = loop.time()
        while not until.is_set():
            await asyncio.sleep(_ASK_SECONDS)
            now = loop.time()
            if self.timetable.due(kills=len(self.struck), since_last=now - last, accepted=self.accepted()):
                name, last = chance.choice(self._names()), now
                await LocalStack(self.stack).hurt(Fault(name))
                self.struck.append((round(now - began, 1), name))

    def _names(self) -> list[str]:
        """The processes of the services; who looks at pages is no part of a year."""
        return sorted(name for name in self.stack.supervisor.processes() if name != WEB_CLIENT)
