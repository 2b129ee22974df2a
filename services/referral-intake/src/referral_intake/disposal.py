"""The worker of disposal runs: makes their lists and carries out what two people have decided."""

from typing import Final
from uuid import UUID

from prometheus_client import Counter
from sqlalchemy.exc import DBAPIError

from chassis import telemetry
from chassis.clock import Clock
from chassis.db import Database, DatabaseUnavailable
from chassis.tasks import Hint, Stop
from chassis.waking import LOOK_SECONDS
from policy.packs import Packs
from referral_intake import handlers, store
from referral_intake.model import Settled

BATCH: Final = 50

log = telemetry.logger(__name__)
settled_total: Final = Counter("frontdoor_disposals", "Approved destructions by what became of them", ["outcome"])


class Disposal:
    """Contract.

    - A destruction happens in one transaction of its own, with its certificate: there is never one without the other.
      A crash between two of them leaves a run that goes on; one that happened is not done again.
    - Nothing is destroyed that is held, that changed since it was reviewed, or whose time is not over *now*: all of it
      is asked again under the lock on the referral. What is stopped is left as it is and comes up in a later run.
    - A destruction that the database refuses is left, logged, and never tried again by itself: people must look.
    - Several may work at once: each takes other referrals.
    """

    def __init__(self, db: Database, clock: Clock, packs: Packs, *, hint: Hint) -> None:
        self._hint = hint
        self._db = db
        self._clock = clock
        self._packs = packs

    async def run(self, stop: Stop) -> None:
        """Work until asked to stop; while the database is away, try again."""
        while not stop.is_set():
            try:
                worked = await self.work(stop)
            except DatabaseUnavailable:
                log.warning("disposal runs cannot be read, trying again")
                worked = False
            if not worked:
                await self._hint.wait(stop, LOOK_SECONDS)

    async def work(self, stop: Stop) -> bool:
        """One round: some of one list, and some destructions. Commits. False when there was nothing to do."""
        async with self._db.transaction() as tx:
            listed = await handlers.list_next(tx, self._packs, now=self._clock.now())
        async with self._db.transaction() as tx:
            approved = await store.list_approved(tx, limit=BATCH)
        settled = [await self._destroy(*item) for item in approved if not stop.is_set()]
        return listed or any(settled)

    async def _destroy(self, run_id: UUID, referral_id: UUID) -> bool:
        """One destruction. Commits. False when somebody else works on the referral."""
        settled = await self._settled(run_id, referral_id)
        if settled is None:
            return False
        settled_total.labels(settled.value).inc()
        log.info("disposal settled", referral_id=str(referral_id), state=settled.value)
        return True

    async def _settled(self, run_id: UUID, referral_id: UUID) -> Settled | None:
        now = self._clock.now()
        try:
            async with self._db.transaction() as tx:
                return await handlers.destroy(tx, self._packs, run_id, referral_id, now=now)
        except DBAPIError as error:
            log.error("the database refused a destruction", referral_id=str(referral_id), exc_info=error)
        async with self._db.transaction() as tx:
            await handlers.leave(tx, run_id, referral_id, now=now)
        return Settled.REFUSED
