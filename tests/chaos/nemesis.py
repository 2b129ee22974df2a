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
STEADY_SECONDS: Final = 120.0
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


Step = tuple[Fault, ...]
"""Faults that strike at the same time, at different targets."""


@dataclass(frozen=True)
class Wound:
    """A step that was carried out, and the seconds until everything was steady again; None when that never came."""

    step: Step
    steady_after_seconds: float | None


class Stack(Protocol):
    """What the nemesis needs of a running stack."""

    async def hurt(self, fault: Fault) -> None:
        """Carry a fault out; what was killed is started again by its supervisor."""

    async def steady(self) -> bool:
        """True when every part and every process serves."""


def plan(seed: int, *, rounds: int = 1, at_once: int = 1) -> list[Step]:
    """Each target killed ``KILLS_EACH`` times and paused once in each round, ``at_once`` of them at a time.

    The seed decides the order. No step strikes one target twice.
    """
    chance = random.Random(seed)
    faults = [
        fault
        for _ in range(rounds)
        for target in TARGETS
        for fault in (*[Fault(target)] * KILLS_EACH, Fault(target, chance.uniform(*PAUSE_SECONDS)))
    ]
    chance.shuffle(faults)
    steps: list[Step] = []
    while faults:
        steps.append(_take(faults, at_once))
    return steps


def _take(faults: list[Fault], at_once: int) -> Step:
    """The next step, taken out of ``faults``: the first ones that strike different targets."""
    chosen: dict[str, Fault] = {}
    for fault in list(faults):
        if len(chosen) < at_once and fault.target not in chosen:
            chosen[fault.target] = fault
            faults.remove(fault)
    return tuple(chosen.values())


async def carry_out(stack: Stack, steps: Sequence[Step], *, report: Callable[[Wound], None]) -> list[Wound]:
    """One step after another, each as soon as the one before is healed."""
    wounds: list[Wound] = []
    for step in steps:
        await asyncio.gather(*(stack.hurt(fault) for fault in step))
        wound = Wound(step, await _until_steady(stack))
        report(wound)
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
