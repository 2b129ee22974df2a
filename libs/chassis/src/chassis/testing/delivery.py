"""Delivery without Kafka: messages made by hand and a reader that applies them to a real database."""

import uuid
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import text

from chassis.db import Database, Transaction
from chassis.delivery.applying import Batch
from chassis.delivery.attempts import Attempts, Ended
from chassis.delivery.messages import Message, Record, Subscriptions
from chassis.delivery.requests import Act, Filter, ask
from chassis.delivery.resolving import Resolver
from chassis.tasks import Stop
from chassis.testing.clock import SettableClock
from contracts.codes import ClosureReason
from contracts.events import CaseClosed, Event
from contracts.problems import Problem
from contracts.topics import TRIAGE

NOW: Final = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
TOPIC: Final = TRIAGE.name


class Wrong(Problem):
    """A rule of the test refuses the message."""

    slug, title = "wrong", "Wrong"


def closed(case_id: uuid.UUID, referral_id: uuid.UUID) -> CaseClosed:
    return CaseClosed(case_id=case_id, referral_id=referral_id, reason=ClosureReason.DECIDED, closed_at=NOW)


@dataclass
class Reader:
    """A consumer's database side: applies batches, resolves what is parked, and remembers which handlers ran.

    ``wrong`` messages break a rule; on ``broken`` ones our code fails with the exception that stands for them.
    """

    db: Database
    offset: int = 0
    wrong: set[tuple[str, int]] = field(default_factory=set)
    broken: dict[tuple[str, int], BaseException] = field(default_factory=dict)
    clock: SettableClock = field(default_factory=lambda: SettableClock(NOW))
    waited: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.attempts = Attempts(self.db, self.subscriptions, self.clock, wait=self._wait)

    @property
    def subscriptions(self) -> Subscriptions:
        return Subscriptions((TRIAGE,), {CaseClosed: self._handle})

    async def _wait(self, seconds: float) -> None:
        self.waited.append(seconds)

    async def _handle(self, tx: Transaction, message: Message, now: datetime) -> None:
        where = (message.envelope.subject, message.envelope.sequence)
        await tx.execute(
            text("INSERT INTO effect (aggregate, version) VALUES (:a, :v)"), {"a": where[0], "v": where[1]}
        )
        if where in self.wrong:
            raise Wrong
        if where in self.broken:
            raise self.broken[where]

    async def start(self) -> None:
        async with self.db.transaction() as tx:
            await tx.execute(text("INSERT INTO position VALUES (:topic, 0, 0)"), {"topic": TOPIC})

    def batch(self, *records: Record) -> Batch:
        """The records at the next offsets."""
        placed = [replace(record, offset=self.offset + nth) for nth, record in enumerate(records)]
        return Batch(placed, {(TOPIC, 0): self.offset}, {(TOPIC, 0): self.offset + len(records)})

    async def apply(self, *records: Record) -> Ended:
        """Apply records at the next offsets, and work on what is parked, as the consumer does."""
        ended = await self.attempts.apply(self.batch(*records), Stop())
        self.offset += len(records)
        await self.resolve()
        return ended

    async def resolve(self) -> None:
        """Carry out what operators asked for, and try what is due, until nothing is left to do now."""
        resolver = Resolver(self.db, self.subscriptions, self.clock, service="audit")
        while (waiting := await resolver.look([0])).requested or waiting.due:
            await resolver.work(waiting, [0])

    async def request(self, act: Act, chosen: Filter) -> None:
        """Ask as an operator does."""
        async with self.db.transaction() as tx:
            await ask(tx, chosen, act)

    async def effects(self) -> list[tuple[str, int]]:
        async with self.db.transaction() as tx:
            rows = await tx.execute(text("SELECT aggregate, version FROM effect ORDER BY id"))
            return [(aggregate, version) for aggregate, version in rows]

    async def parked(self) -> list[tuple[int | None, str]]:
        async with self.db.transaction() as tx:
            rows = await tx.execute(
                text("SELECT version, error_class FROM parked WHERE settled_at IS NULL ORDER BY id")
            )
            return [(version, error_class) for version, error_class in rows]


def message(case_id: uuid.UUID, version: int, *, referral_id: uuid.UUID, **headers: str) -> Record:
    """A record as the relay writes it."""
    return message_of(closed(case_id, referral_id), version, **headers)


def message_of(event: Event, version: int, **headers: str) -> Record:
    """The same of any event of triage."""
    named = {
        "ce_specversion": "1.0",
        "ce_id": str(uuid.uuid4()),
        "ce_source": "triage",
        "ce_type": event.TYPE,
        "ce_subject": event.subject,
        "ce_time": NOW.isoformat(),
        "ce_sequence": str(version),
        "ce_partnership": "wandsworth",
        "ce_correlationid": str(event.correlation),
        "content-type": "application/json",
        **headers,
    }
    pairs = tuple((name, value.encode()) for name, value in named.items())
    return Record(TOPIC, 0, 0, str(event.correlation).encode(), pairs, event.to_json())
