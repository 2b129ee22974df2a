"""Makes the tests that operators asked for: claim, commit, send, record. A send is never inside a transaction."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from agency_notify.endpoint_tests import store
from agency_notify.endpoint_tests.model import EndpointTest
from agency_notify.model import Endpoint, Receipt
from chassis import telemetry
from chassis.clock import Clock
from chassis.db import Database, DatabaseUnavailable
from chassis.tasks import Hint, Stop
from chassis.waking import LOOK_SECONDS
from contracts.codes import Channel, DeliveryFailure

AT_ONCE: Final = 8

log = telemetry.logger(__name__)


class SendsTests(Protocol):
    """Makes one attempt to send a test notice, within its own time. MUST NOT be called inside a transaction."""

    async def send_test(self, test: EndpointTest, endpoint: Endpoint, *, now: datetime) -> Receipt: ...


@dataclass(frozen=True)
class EndpointTester:
    """Each test leaves at most once, and an endpoint's answer to it changes nothing for notices.

    It waits for ``hint``, or a few seconds.
    """

    db: Database
    senders: Mapping[Channel, SendsTests]
    clock: Clock
    hint: Hint

    async def run(self, stop: Stop) -> None:
        """Make tests until asked to stop."""
        while not stop.is_set():
            try:
                made = await self.make_asked()
            except DatabaseUnavailable:
                log.warning("endpoint tests cannot be looked for, the database is away")
                made = 0
            if not made:
                await self.hint.wait(stop, LOOK_SECONDS)

    async def make_asked(self) -> int:
        """One round: make the tests that wait. Returns how many there were."""
        claimed = await self._claim()
        await asyncio.gather(*(self._make(test, endpoint) for test, endpoint in claimed))
        return len(claimed)

    async def _claim(self) -> Sequence[tuple[EndpointTest, Endpoint]]:
        async with self.db.transaction() as tx:
            return await store.claim(tx, limit=AT_ONCE, now=self.clock.now())

    async def _make(self, test: EndpointTest, endpoint: Endpoint) -> None:
        receipt = await self._send(test, endpoint)
        async with self.db.transaction() as tx:
            await store.record_answer(tx, test.test_id, receipt, now=self.clock.now())
        log.info("endpoint tested", agency=endpoint.agency, channel=endpoint.channel, reason=receipt.failure)

    async def _send(self, test: EndpointTest, endpoint: Endpoint) -> Receipt:
        if endpoint.disabled_at is not None:
            return Receipt(DeliveryFailure.GONE)
        try:
            return await self.senders[endpoint.channel].send_test(test, endpoint, now=self.clock.now())
        except Exception as error:  # a sender that breaks down has failed at this test, and stops no other
            log.error("a sender broke down", channel=endpoint.channel, exc_info=error)
            return Receipt(DeliveryFailure.UNREACHABLE)
