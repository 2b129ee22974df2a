"""SQL of deliveries and their attempts: claiming under a lease, and recording what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import insert, select, text, update

from agency_notify import tables
from agency_notify.model import Delivery, DeliveryState, Receipt, Step
from agency_notify.store.endpoints import endpoint_of
from agency_notify.store.notices import NOTICE_COLUMNS, notice_of
from chassis.db import Transaction


@dataclass(frozen=True)
class Claim:
    """How much to claim, and under which lease. A lease that runs out lets somebody else claim the same delivery."""

    lease: UUID
    lasts: timedelta
    limit: int
    per_endpoint: int


# Each endpoint has its own few places, one while it fails, so that a slow agency takes nobody else's.
_CLAIM: Final = text(
    """
    WITH busy AS (
        SELECT endpoint_id, count(*) AS leased FROM delivery
        WHERE state = 'pending' AND leased_until > :now GROUP BY endpoint_id
    ), due AS (
        SELECT picked.delivery_id
        FROM endpoint e LEFT JOIN busy USING (endpoint_id) CROSS JOIN LATERAL (
            SELECT d.delivery_id, d.next_attempt_at FROM delivery d
            WHERE d.endpoint_id = e.endpoint_id AND d.state = 'pending' AND d.next_attempt_at <= :now
              AND (d.leased_until IS NULL OR d.leased_until <= :now)
            ORDER BY d.next_attempt_at, d.delivery_id
            LIMIT greatest(0, CASE WHEN e.failures > 0 THEN 1 ELSE CAST(:per_endpoint AS integer) END
                              - coalesce(busy.leased, 0))
            FOR UPDATE SKIP LOCKED
        ) AS picked
        WHERE (e.not_before IS NULL OR e.not_before <= :now)
          AND e.secret IS NULL AND e.previous_secret IS NULL  -- what is still plain is sealed first, in a moment
        ORDER BY picked.next_attempt_at LIMIT :limit
    )
    UPDATE delivery d SET lease = :lease, leased_until = :leased_until, attempts = d.attempts + 1
    FROM due WHERE d.delivery_id = due.delivery_id
    """
)
_START: Final = text(
    """INSERT INTO attempt (delivery_id, number, started_at)
       SELECT delivery_id, attempts, :now FROM delivery WHERE lease = :lease"""
)


async def record_deliveries(tx: Transaction, notice_id: UUID, endpoints: Mapping[UUID, UUID], *, now: datetime) -> None:
    """Make a notice due for each endpoint; ``endpoints`` are endpoint ids by new delivery id."""
    rows = [
        {"delivery_id": delivery_id, "notice_id": notice_id, "endpoint_id": endpoint_id, "next_attempt_at": now}
        for delivery_id, endpoint_id in endpoints.items()
    ]
    if rows:
        await tx.execute(insert(tables.delivery), rows)


async def claim(tx: Transaction, wanted: Claim, *, now: datetime) -> Sequence[Delivery]:
    """Lease what is due and count the attempt. MUST be committed before anything is sent.

    Interleavings prevented: two deliverers send the same row (``SKIP LOCKED``, then the lease); a deliverer is killed
    while it sends, and the row would wait for ever (the lease runs out); a row kills every deliverer that takes it
    (the attempt is counted first, so it comes to an end).
    """
    until = now + wanted.lasts
    values = {"now": now, "lease": wanted.lease, "leased_until": until, "limit": wanted.limit}
    await tx.execute(_CLAIM, values | {"per_endpoint": wanted.per_endpoint})
    await tx.execute(_START, {"now": now, "lease": wanted.lease})
    return await _leased(tx, wanted.lease)


async def _leased(tx: Transaction, lease: UUID) -> Sequence[Delivery]:
    delivery = tables.delivery.c
    claimed = await tx.execute(
        select(delivery.delivery_id, delivery.attempts, delivery.endpoint_id.label("to_id"), *NOTICE_COLUMNS)
        .join(tables.notice, tables.notice.c.notice_id == delivery.notice_id)
        .where(delivery.lease == lease)
    )
    rows = claimed.all()
    wanted = {row.to_id for row in rows}
    found = await tx.execute(select(tables.endpoint).where(tables.endpoint.c.endpoint_id.in_(wanted)))
    endpoints = {row.endpoint_id: endpoint_of(row) for row in found}
    return [Delivery(r.delivery_id, lease, r.attempts, notice_of(r), endpoints[r.to_id]) for r in rows]


async def record_step(tx: Transaction, delivery: Delivery, step: Step, *, now: datetime) -> bool:
    """Give the lease back with what follows. False when the lease had run out and somebody else has the row."""
    done = step.state is not DeliveryState.PENDING
    values: dict[str, Any] = {"state": step.state, "lease": None, "leased_until": None}
    values |= {"finished_at": now} if done else {"next_attempt_at": step.next_attempt_at}
    columns = tables.delivery.c
    changed = await tx.execute(
        update(tables.delivery)
        .where(columns.delivery_id == delivery.delivery_id, columns.lease == delivery.lease)
        .values(values)
    )
    return changed.rowcount == 1


async def record_receipt(tx: Transaction, delivery: Delivery, receipt: Receipt, *, now: datetime) -> None:
    """Complete the attempt's row, also when the lease has run out: it is evidence."""
    columns = tables.attempt.c
    await tx.execute(
        update(tables.attempt)
        .where(columns.delivery_id == delivery.delivery_id, columns.number == delivery.attempts)
        .values(finished_at=now, status=receipt.status, failure=receipt.failure)
    )


async def find_other_states(tx: Transaction, delivery: Delivery) -> Sequence[DeliveryState]:
    """Where the notice's other deliveries stand; the notice MUST be locked, or the answer is already old."""
    columns = tables.delivery.c
    states = await tx.scalars(
        select(columns.state).where(
            columns.notice_id == delivery.notice.notice_id, columns.delivery_id != delivery.delivery_id
        )
    )
    return [DeliveryState(state) for state in states]


async def list_attempts(tx: Transaction, notice_id: UUID) -> Sequence[Mapping[str, Any]]:
    """Every attempt to push a notice, oldest first, with its channel; no addresses."""
    attempt, delivery, endpoint = tables.attempt.c, tables.delivery.c, tables.endpoint.c
    rows = await tx.execute(
        select(
            endpoint.channel, attempt.number, attempt.started_at, attempt.finished_at, attempt.status, attempt.failure
        )
        .join(tables.delivery, delivery.delivery_id == attempt.delivery_id)
        .join(tables.endpoint, endpoint.endpoint_id == delivery.endpoint_id)
        .where(delivery.notice_id == notice_id)
        .order_by(attempt.started_at, endpoint.channel, attempt.number)
    )
    return [dict(row._mapping) for row in rows]
