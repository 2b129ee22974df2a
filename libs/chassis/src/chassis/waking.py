"""Waking: a loop waits for its own hint from the database, for the time of what is due next, or a few seconds."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from sqlalchemy import text

from chassis.db import Database, Transaction
from chassis.ids import Ids
from chassis.notifications import PROBE_SECONDS, Notifications
from chassis.tasks import Hint, Stop

LOOK_SECONDS: Final = 5.0
"""A loop looks so often in any case: what a lost hint can delay something by."""
GATHER_SECONDS: Final = 0.1
"""Between two turns of a loop: what comes meanwhile shares the next one. The first after a quiet time is not kept."""
QUICK_SECONDS: Final = 0.02
"""The same of a loop that people wait for."""
UNHURRIED_SECONDS: Final = 0.25
"""The same of reading and sending events that somebody hears of within a second."""
SLOW_SECONDS: Final = 1.0
"""The same of a loop that nobody waits for: a second is no loss to anyone, and a turn is one however much came."""
CHANNEL: Final = "frontdoor_wake"

RELAY: Final = "relay"
"""Events were recorded."""
READER: Final = "reader"
"""Something was asked of what is parked, or reading was resumed."""

_WAKE: Final = text("SELECT pg_notify(:channel, :loop)")


def wake_sql(loop: str) -> str:
    """SQL for the list of a statement's columns that wakes a loop when its transaction commits."""
    return f"pg_notify('{CHANNEL}', '{loop}')"


async def wake(tx: Transaction, loop: str) -> None:
    """Wake a loop, in whichever process of the service it runs, when this transaction commits.

    The database sends equal hints of one transaction once.
    """
    await tx.execute(_WAKE, {"channel": CHANNEL, "loop": loop})


def seconds_until(at: datetime | None, now: datetime, *, most: float = LOOK_SECONDS) -> float:
    """How long to wait for what is due ``at``, if anything is; at most so many seconds."""
    return most if at is None else min(most, max(0.0, (at - now).total_seconds()))


class Wakeups:
    """Contract.

    - One connection per process hears for all of its loops; a hint wakes the one that it names.
    - A hint is sent with the transaction that makes something to do, so what it is about can be seen when it comes.
    - It may be lost, with the connection or by a pooler. Whenever that is possible every loop is woken once, and each
      looks every ``LOOK_SECONDS`` in any case: a lost hint delays, and loses nothing.
    """

    def __init__(self, db: Database, ids: Ids, *, probe_seconds: float = PROBE_SECONDS) -> None:
        self._notifications = Notifications(db, CHANNEL, ids, probe_seconds=probe_seconds)
        self._hints: dict[str, Hint] = {}

    def hint(self, loop: str, *, gather_seconds: float = GATHER_SECONDS) -> Hint:
        """What wakes a loop of that name: ask before ``run``."""
        return self._hints.setdefault(loop, Hint(gather_seconds))

    async def run(self, stop: Stop) -> None:
        """Listen until asked to stop."""
        async with self._notifications.heard_by(self._hear):
            await stop.wait()

    def _hear(self, loop: str | None) -> None:
        """Nobody here may run the loop that is named."""
        named: Iterable[Hint | None] = self._hints.values() if loop is None else (self._hints.get(loop),)
        for hint in named:
            if hint is not None:
                hint.give()
