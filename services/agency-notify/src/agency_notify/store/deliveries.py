"""SQL of deliveries and their attempts: claiming under a lease, and recording what came of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select, text, update

from agency_notify import tables
from agency_notify.model import Delivery, DeliveryState, Receipt, Step
from agency_notify.store.endpoints import endpoint_of
from agency_notify.store.notices import NOTICE_COLUMNS, find_late, notice_of
from chassis.db import Transaction


@dataclass(frozen=True)
class NewDelivery:
    """A push to make: of which notice to which endpoint, from when on."""

    delivery_id: UUID
    notice_id: UUID
    endpoint_id: UUID
    due_at: datetime


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


_INSERT: Final = text(
    """INSERT INTO delivery (delivery_id, notice_id, endpoint_id, next_attempt_at)
       SELECT * FROM unnest(CAST(:deliveries AS uuid[]), CAST(:notices AS uuid[]), CAST(:endpoints AS uuid[]),
                            CAST(:due AS timestamptz[]))"""
)


async def record_deliveries(tx: Transaction, new: Sequence[NewDelivery]) -> None:
    """Make pushes due, in one statement."""
    if new:
        columns = {
            "deliveries": [each.delivery_id for each in new],
            "notices": [each.notice_id for each in new],
            "endpoints": [each.endpoint_id for each in new],
            "due": [each.due_at for each in new],
        }
        await tx.execute(_INSERT, columns)


async def claim(tx: Transaction, wanted: Claim, *, now: datetime) -> Sequence[Delivery]:
    """Lease what is due and count the attempt. MUST be committed before anything is sent.

    Interleavings prevented: two deliverers send the same row (``SKIP LOCKED``, then the lease); a deliverer is killed
    while it sends, and the row would wait for ever (the lease runs out); a row kills every deliverer that claims it
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
    late = await find_late(tx, [row.escalates for row in rows if row.escalates is not None])
    return [
        Delivery(row.delivery_id, lease, row.attempts, notice_of(row), endpoints[row.to_id], late.get(row.escalates))
        for row in rows
    ]


async def lock_left(tx: Transaction, notice_ids: Collection[UUID], *, now: datetime) -> frozenset[UUID]:
    """Which of the notices are delivered on some channel, or on their way: their pushes are locked.

    Interleaving prevented: a push is claimed after it was seen as waiting, and a notice leaves that was withheld.
    """
    delivery = tables.delivery.c
    rows = await tx.execute(
        select(delivery.notice_id, delivery.state, delivery.leased_until)
        .where(delivery.notice_id.in_(notice_ids))
        .order_by(delivery.delivery_id)
        .with_for_update()
    )
    return frozenset(row.notice_id for row in rows if _has_left(row.state, row.leased_until, now))


async def withhold_pending(tx: Transaction, notice_id: UUID, *, now: datetime) -> None:
    """End every push of a notice that was not made. Their rows MUST be locked by ``lock_left``."""
    delivery = tables.delivery.c
    await tx.execute(
        update(tables.delivery)
        .where(delivery.notice_id == notice_id, delivery.state == DeliveryState.PENDING)
        .values(state=DeliveryState.WITHHELD, finished_at=now)
    )


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


def _has_left(state: str, leased_until: datetime | None, now: datetime) -> bool:
    under_way = leased_until is not None and leased_until > now
    return state == DeliveryState.DELIVERED or (state == DeliveryState.PENDING and under_way)
