"""Marks of likely repeats are deleted when they recognise nobody any more."""

from typing import Final

from chassis import telemetry
from chassis.clock import Clock
from chassis.db import Database
from chassis.tasks import Stop
from contracts.problems import Problem
from referral_intake import store
from referral_intake.model import REPEAT_WITHIN

log = telemetry.logger(__name__)

EVERY_SECONDS: Final = 600.0


async def forget_marks(db: Database, clock: Clock, stop: Stop, *, every_seconds: float = EVERY_SECONDS) -> None:
    """Delete what is older than ``REPEAT_WITHIN``, until asked to stop."""
    while True:
        try:
            async with db.transaction() as tx:
                forgotten = await store.forget_marks(tx, before=clock.now() - REPEAT_WITHIN)
            log.info("marks forgotten", count=forgotten)
        except Problem as problem:
            log.warning("marks not forgotten yet", problem=problem.slug)
        if await stop.wait(every_seconds):
            return
