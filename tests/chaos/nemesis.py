"""Who is hurt when: a seeded plan of one fault after another, and how long everything takes to be steady again."""

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

PARTS: Final = ("kafka", "postgres")
PROCESSES: Final = tuple(
    f"{service}-{kind}"
    for service in ("referral-intake", "triage", "agency-notify", "audit")
    for kind in ("api", "worker")
)
TARGETS: Final = (*PROCESSES, *PARTS)
KILLS_EACH: Final = 2
PAUSE_SECONDS: Final = (1.0, 4.0)
STEADY_SECONDS: Final = 30.0
ASK_SECONDS: Final = 0.1


@dataclass(frozen=True)
class Fault:
    """SIGKILL, or SIGSTOP and SIGCONT after ``pause_seconds``."""

    target: str
    pause_seconds: float | None = None

    @property
    def kind(self) -> str:
        """``kill`` or ``pause``."""
        return "kill" if self.pause_seconds is None else "pause"


@dataclass(frozen=True)
class Wound:
    """A fault that was carried out, and the seconds until everything was steady again; None when that never came."""

    fault: Fault
    steady_after_seconds: float | None


class Stack(Protocol):
    """What the nemesis needs of a running stack."""

    async def hurt(self, fault: Fault) -> None:
        """Carry a fault out; what was killed is started again by whoever looks after it."""

    async def steady(self) -> bool:
        """True when every part and every process serves."""


def plan(seed: int, *, rounds: int = 1, targets: Sequence[str] = TARGETS) -> list[Fault]:
    """Each target killed ``KILLS_EACH`` times and paused once in each round, in an order the seed decides."""
    chance = random.Random(seed)
    faults = [
        fault
        for _ in range(rounds)
        for target in targets
        for fault in (*[Fault(target)] * KILLS_EACH, Fault(target, chance.uniform(*PAUSE_SECONDS)))
    ]
    chance.shuffle(faults)
    return faults


async def carry_out(stack: Stack, faults: Sequence[Fault], *, tell: Callable[[Wound], None]) -> list[Wound]:
    """One fault after another, each as soon as the one before is healed."""
    wounds: list[Wound] = []
    for fault in faults:
        await stack.hurt(fault)
        wound = Wound(fault, await _until_steady(stack))
        tell(wound)
        wounds.append(wound)
    return wounds


async def _until_steady(stack: Stack) -> float | None:
    loop = asyncio.get_running_loop()
    began = loop.time()
    while loop.time() - began < STEADY_SECONDS:
        if await stack.steady():
            return loop.time() - began
        await asyncio.sleep(ASK_SECONDS)
    return None
