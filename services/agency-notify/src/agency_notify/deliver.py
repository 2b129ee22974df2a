"""The deliverer: claim, commit, send, record, each for many at once. A send is never inside a transaction."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from prometheus_client import Counter

from agency_notify import decide, policy
from agency_notify.channels import TIMEOUT_SECONDS, Sender
from agency_notify.handlers import delivering
from agency_notify.handlers.delivering import Attempted
from agency_notify.model import Delivery, Receipt
from agency_notify.receipts import Receipts, Written
from agency_notify.store import deliveries
from agency_notify.store.deliveries import Claim
from chassis import telemetry
from chassis.clock import Clock
from chassis.db import Database, DatabaseUnavailable
from chassis.ids import Ids
from chassis.tasks import Hint, Stop
from chassis.waking import LOOK_SECONDS, seconds_until
from contracts.codes import Channel, DeliveryFailure, WithheldReason
from policy.packs import NotServed, Packs

LEASE: Final = timedelta(seconds=4 * TIMEOUT_SECONDS)  # longer than a send and its recording can take
PAUSE_SECONDS: Final = 1.0
DRAIN_SECONDS: Final = 6.0

log = telemetry.logger(__name__)
attempts_total = Counter("frontdoor_notice_attempts", "Attempts to push a notice", ["agency", "channel", "outcome"])


@dataclass(frozen=True)
class Deliverer:
    """Contract.

    - A notice reaches each endpoint at least once, with the same id every time; a deliverer that dies while sending
      loses nothing, because its lease runs out and another one sends again.
    - At most ``per_endpoint`` attempts at one endpoint are under way, and one while it fails: a slow agency delays
      only itself.
    - What an attempt led to is recorded in one transaction with the events that say so; attempts that end at about the
      same time share it, and none fails for another.
    - It claims when pushes become due and when places become free, which ``hint`` says, and looks every few seconds.
    """

    db: Database
    senders: Mapping[Channel, Sender]
    packs: Packs
    clock: Clock
    ids: Ids
    hint: Hint
    capacity: int = 128
    per_endpoint: int = 8
    _sending: set[asyncio.Task[None]] = field(default_factory=set, init=False)
    _receipts: Receipts = field(init=False)

    def __post_init__(self) -> None:
        """What is written together is written by ``_write``."""
        object.__setattr__(self, "_receipts", Receipts(self._write))

    async def run(self, stop: Stop) -> None:
        """Deliver until asked to stop, then let what is under way finish. Raises when an attempt broke down."""
        while not stop.is_set():
            claimed, next_at = await self._claim_or_pause(stop)
            for delivery in claimed:
                self._begin(delivery)
            await self.hint.wait(stop, seconds_until(next_at, self.clock.now(), most=LOOK_SECONDS))
            self._reap()
        if self._sending:
            _, unfinished = await asyncio.wait(self._sending, timeout=DRAIN_SECONDS)
            _cancel(unfinished)

    async def deliver_due(self) -> int:
        """One round: make every attempt that is due and wait for all of them. Returns how many were made."""
        claimed, _ = await self._claim()
        await asyncio.gather(*(self._attempt(delivery) for delivery in claimed))
        return len(claimed)

    def _begin(self, delivery: Delivery) -> None:
        attempt = asyncio.create_task(self._attempt(delivery))
        attempt.add_done_callback(lambda _: self.hint.give())  # a place is free
        self._sending.add(attempt)

    async def _claim_or_pause(self, stop: Stop) -> tuple[Sequence[Delivery], datetime | None]:
        try:
            return await self._claim()
        except DatabaseUnavailable:
            log.warning("nothing can be claimed, the database is away")
            return (), self.clock.now() + timedelta(seconds=PAUSE_SECONDS)

    async def _claim(self) -> tuple[Sequence[Delivery], datetime | None]:
        """What may be sent now, and when something is due next if no place becomes free before."""
        free = self.capacity - len(self._sending)
        if free <= 0:
            return (), None
        now = self.clock.now()
        wanted = Claim(self.ids.new(), LEASE, free, self.per_endpoint)
        async with self.db.transaction() as tx:
            return await deliveries.claim(tx, wanted, now=now), await deliveries.find_next(tx, now=now)

    async def _attempt(self, delivery: Delivery) -> None:
        delivery = self._named(delivery)
        notice, channel = delivery.notice, delivery.endpoint.channel
        with telemetry.span(
            "deliver notice",
            kind="client",
            traceparent=notice.traceparent,
            channel=channel,
            notice_id=str(notice.notice_id),
            attempt=delivery.attempts,
        ):
            receipt = self._refuse(delivery) or await self._send(delivery)
            await self._record(Attempted(delivery, receipt, telemetry.current_traceparent()))

    async def _send(self, delivery: Delivery) -> Receipt:
        """A sender that breaks down over one notice has failed at that notice, and MUST NOT stop the others."""
        try:
            return await self.senders[delivery.endpoint.channel].send(delivery, now=self.clock.now())
        except Exception as error:
            log.error("a sender broke down", notice_id=str(delivery.notice.notice_id), exc_info=error)
            return Receipt(DeliveryFailure.UNREACHABLE)

    def _named(self, delivery: Delivery) -> Delivery:
        """The delivery with what people call the agency that did not react."""
        try:
            pack = self.packs.newest(delivery.notice.partnership, at=self.clock.now())
        except NotServed:
            return delivery
        late = delivery.late
        return replace(delivery, late=replace(late, name=policy.name_of(late.agency, pack))) if late else delivery

    def _refuse(self, delivery: Delivery) -> Receipt | None:
        """Why nothing may be sent any more: asked at the time of sending, as things may have changed since queueing."""
        try:
            pack = self.packs.newest(delivery.notice.partnership, at=self.clock.now())
        except NotServed:
            return Receipt(withheld=WithheldReason.NOT_ENTITLED)
        if not policy.is_entitled(delivery.notice.agency, pack):
            return Receipt(withheld=WithheldReason.NOT_ENTITLED)
        if decide.is_superseded(delivery):
            return Receipt(withheld=WithheldReason.SUPERSEDED)
        if delivery.endpoint.disabled_at is not None:
            return Receipt(DeliveryFailure.GONE, final=True)
        if decide.is_worn_out(delivery):
            return Receipt(DeliveryFailure.UNREACHABLE)
        return None

    async def _record(self, attempted: Attempted) -> None:
        """When it cannot be recorded the lease runs out and the notice is sent again: twice is better than never."""
        delivery, receipt = attempted.delivery, attempted.receipt
        try:
            state = await self._receipts.record(attempted)
        except DatabaseUnavailable:
            log.warning("an attempt could not be recorded", notice_id=str(delivery.notice.notice_id))
            return
        endpoint, outcome = delivery.endpoint, receipt.failure or receipt.withheld or "taken"
        attempts_total.labels(endpoint.agency, endpoint.channel, outcome).inc()
        log.info(
            "attempt made",
            notice_id=str(delivery.notice.notice_id),
            channel=delivery.endpoint.channel,
            attempt=delivery.attempts,
            state=state or "lease ran out",
            reason=receipt.failure,
        )

    async def _write(self, attempted: Sequence[Attempted], wait: bool) -> Written:
        async with self.db.transaction() as tx:
            return await delivering.record_attempts(tx, attempted, packs=self.packs, now=self.clock.now(), wait=wait)

    def _reap(self) -> None:
        """Forget finished attempts. Raises what broke one: that is a fault of ours, and a new process starts afresh."""
        for task in [task for task in self._sending if task.done()]:
            self._sending.discard(task)
            task.result()


def _cancel(tasks: Iterable[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
