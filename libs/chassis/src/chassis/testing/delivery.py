"""Delivery without Kafka: messages made by hand and a reader that applies them to a real database."""

import uuid
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import text

from chassis.db import Database, Transaction
from chassis.delivery.applying import Batch, NeedsCare, Sheet, apply
from chassis.delivery.messages import Message, Record, Subscriptions
from contracts.codes import ClosureReason
from contracts.events import CaseClosed
from contracts.problems import Problem
from contracts.topics import TRIAGE

NOW: Final = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


class Wrong(Problem):
    """A rule of the test refuses the message."""

    slug, title = "wrong", "Wrong"


def closed(case_id: uuid.UUID, referral_id: uuid.UUID) -> CaseClosed:
    return CaseClosed(case_id=case_id, referral_id=referral_id, reason=ClosureReason.DECIDED, closed_at=NOW)


@dataclass
class Reader:
    """A consumer's database side: applies batches and remembers which handlers ran."""

    db: Database
    offset: int = 0
    wrong: set[tuple[str, int]] = field(default_factory=set)

    @property
    def subscriptions(self) -> Subscriptions:
        return Subscriptions((TRIAGE,), {CaseClosed: self._handle})

    async def _handle(self, tx: Transaction, message: Message, now: datetime) -> None:
        where = (message.envelope.subject, message.envelope.sequence)
        await tx.execute(
            text("INSERT INTO effect (aggregate, version) VALUES (:a, :v)"), {"a": where[0], "v": where[1]}
        )
        if where in self.wrong:
            raise Wrong

    async def start(self) -> None:
        async with self.db.transaction() as tx:
            await tx.execute(text("INSERT INTO position VALUES ('triage.v1', 0, 0)"))

    async def apply(self, *records: Record, careful: bool = False) -> Sheet:
        """Apply records at the next offsets, as the consumer does: carefully when a first try needs it."""
        placed = [replace(record, offset=self.offset + nth) for nth, record in enumerate(records)]
        start = {("triage.v1", 0): self.offset}
        end = {("triage.v1", 0): self.offset + len(records)}
        batch = Batch(placed, start, end)
        try:
            async with self.db.transaction() as tx:
                sheet = await apply(tx, batch, self.subscriptions, now=NOW, careful=careful)
        except NeedsCare:
            return await self.apply(*records, careful=True)
        self.offset += len(records)
        return sheet

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
    event = closed(case_id, referral_id)
    named = {
        "ce_specversion": "1.0",
        "ce_id": str(uuid.uuid4()),
        "ce_source": "triage",
        "ce_type": event.TYPE,
        "ce_subject": event.subject,
        "ce_time": NOW.isoformat(),
        "ce_sequence": str(version),
        "ce_partnership": "wandsworth",
        "ce_correlationid": str(referral_id),
        "content-type": "application/json",
        **headers,
    }
    pairs = tuple((name, value.encode()) for name, value in named.items())
    return Record("triage.v1", 0, 0, str(referral_id).encode(), pairs, event.to_json())
