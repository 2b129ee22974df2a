"""Commits numbers, and lets tests hold a commit back."""

import asyncio
from collections.abc import Sequence

from chassis.db import DatabaseUnavailable
from contracts.problems import Problem
from referral_intake.accepting.group_commit import GroupCommit, Limits
from referral_intake.errors import StillRunning

WAIT_SECONDS = 5.0
POISON, TAKEN, REFUSED = -1, -2, -3


class Ledger:
    """Commits numbers; the gate holds every commit back until it is opened."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.begun: asyncio.Queue[None] = asyncio.Queue()
        self.committed: list[int] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.away = False

    async def commit(self, items: Sequence[int]) -> list[str | Problem]:
        self.batches.append(list(items))
        self.begun.put_nowait(None)
        await self.gate.wait()
        if self.away:
            raise DatabaseUnavailable
        if POISON in items:
            raise ValueError("cannot be written")
        self.committed += items
        return [StillRunning() if item == TAKEN else f"saved {item}" for item in items]


def group(ledger: Ledger, limits: Limits | None = None) -> GroupCommit[int, int, str]:
    return GroupCommit(judged, ledger.commit, limits)


def judged(items: Sequence[int]) -> list[int | Exception]:
    return [StillRunning() if item == REFUSED else item for item in items]


async def started(ledger: Ledger, *, batches: int) -> None:
    async with asyncio.timeout(WAIT_SECONDS):
        for _ in range(batches):
            await ledger.begun.get()
