"""SQL of deliveries and their attempts: claiming under a lease, and recording what came of it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select, text

from agency_notify import tables
from agency_notify.model import Delivery, DeliveryState, Notice, Receipt, Step
from agency_notify.store.endpoints import endpoint_of
from agency_notify.store.notices import NOTICE_COLUMNS, find_late, notice_of
from chassis.db import Transaction
from chassis.waking import wake_sql
from contracts.codes import WithheldReason

DELIVERER: Final = "deliverer"
"""What wakes it: pushes are due."""


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
        WHERE lease IS NOT NULL AND state = 'pending' AND leased_until > :now GROUP BY endpoint_id
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
    ), claimed AS (
        UPDATE delivery d SET lease = :lease, leased_until = :leased_until, attempts = d.attempts + 1
        FROM due WHERE d.delivery_id = due.delivery_id RETURNING d.delivery_id, d.attempts
    )
    INSERT INTO attempt (delivery_id, number, started_at) SELECT delivery_id, attempts, :now FROM claimed
    """
)
# What is due already waits for a place, or for somebody's lease; anyone who gives one back says so.
_NEXT: Final = text(
    """
    SELECT min(next_at) FROM (
        SELECT greatest(d.next_attempt_at, e.not_before) AS next_at
        FROM endpoint e CROSS JOIN LATERAL (
            SELECT next_attempt_at FROM delivery
            WHERE endpoint_id = e.endpoint_id AND state = 'pending' AND lease IS NULL
              AND next_attempt_at > CASE WHEN e.not_before > :now THEN '-infinity' ELSE :now END
            ORDER BY next_attempt_at LIMIT 1
        ) d
        UNION ALL
        SELECT min(leased_until) FROM delivery WHERE lease IS NOT NULL AND leased_until > :now
    ) AS waiting
    """
)


_RECEIPTS: Final = text(
    """UPDATE attempt a SET finished_at = :now, status = n.status, failure = n.failure
       FROM unnest(CAST(:ids AS uuid[]), CAST(:numbers AS integer[]), CAST(:statuses AS integer[]),
                   CAST(:failures AS text[])) AS n(delivery_id, number, status, failure)
       WHERE a.delivery_id = n.delivery_id AND a.number = n.number"""
)
_STEPS: Final = text(
    """UPDATE delivery d
       SET state = n.state, lease = NULL, leased_until = NULL,
           next_attempt_at = coalesce(n.next_attempt_at, d.next_attempt_at),
           finished_at = CASE WHEN n.state = 'pending' THEN d.finished_at ELSE :now END
       FROM unnest(CAST(:ids AS uuid[]), CAST(:leases AS uuid[]), CAST(:states AS text[]),
                   CAST(:next AS timestamptz[])) AS n(delivery_id, lease, state, next_attempt_at)
       WHERE d.delivery_id = n.delivery_id AND d.lease = n.lease
       RETURNING d.delivery_id"""
)
_WITHHOLD: Final = text(
    """UPDATE notice SET withheld = n.reason
       FROM unnest(CAST(:ids AS uuid[]), CAST(:reasons AS text[])) AS n(notice_id, reason)
       WHERE notice.notice_id = n.notice_id"""
)
_INSERT: Final = text(
    f"""WITH made AS (
            INSERT INTO delivery (delivery_id, notice_id, endpoint_id, next_attempt_at)
            SELECT * FROM unnest(CAST(:deliveries AS uuid[]), CAST(:notices AS uuid[]), CAST(:endpoints AS uuid[]),
                                 CAST(:due AS timestamptz[]))
            RETURNING 1
        )
        SELECT {wake_sql(DELIVERER)} FROM made LIMIT 1"""  # noqa: S608  # built from constants
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
    begun = await tx.execute(_CLAIM, values | {"per_endpoint": wanted.per_endpoint})
    return await _leased(tx, wanted.lease) if begun.rowcount else ()


async def find_next(tx: Transaction, *, now: datetime) -> datetime | None:
    """When something can be claimed next that is not due now, if nobody gives a lease back."""
    next_at: datetime | None = await tx.scalar(_NEXT, {"now": now})
    return next_at


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


async def lock_notices(tx: Transaction, ids: Collection[UUID], *, wait: bool) -> Mapping[UUID, Notice]:
    """The notices for change. Without ``wait`` those that somebody else holds are left out.

    Interleaving prevented: the last two channels of a notice fail at the same time, each sees the other still
    pending, and nobody is notified. Anyone who locks many MUST NOT wait for one: others wait for the many meanwhile.
    """
    notice = tables.notice.c
    statement = select(*NOTICE_COLUMNS).where(notice.notice_id.in_(ids)).order_by(notice.notice_id)
    rows = await tx.execute(statement.with_for_update(skip_locked=not wait))
    return {row.notice_id: notice_of(row) for row in rows}


async def record_receipts(tx: Transaction, came: Sequence[tuple[Delivery, Receipt]], *, now: datetime) -> None:
    """Complete the attempts' rows, also where the lease has run out: they are evidence."""
    columns = {
        "ids": [delivery.delivery_id for delivery, _ in came],
        "numbers": [delivery.attempts for delivery, _ in came],
        "statuses": [receipt.status for _, receipt in came],
        "failures": [receipt.failure for _, receipt in came],
    }
    await tx.execute(_RECEIPTS, columns | {"now": now})


async def record_steps(tx: Transaction, steps: Sequence[tuple[Delivery, Step]], *, now: datetime) -> frozenset[UUID]:
    """Give the leases back with what follows. Returns the deliveries whose lease had not run out: the others are
    somebody else's.
    """
    columns = {
        "ids": [delivery.delivery_id for delivery, _ in steps],
        "leases": [delivery.lease for delivery, _ in steps],
        "states": [step.state for _, step in steps],
        "next": [step.next_attempt_at for _, step in steps],
    }
    return frozenset(await tx.scalars(_STEPS, columns | {"now": now}))


async def withhold_notices(tx: Transaction, reasons: Mapping[UUID, WithheldReason]) -> None:
    """Mark notices as withheld from every channel. They MUST be locked."""
    if reasons:
        await tx.execute(_WITHHOLD, {"ids": list(reasons), "reasons": list(reasons.values())})


async def find_states(
    tx: Transaction, notice_ids: Iterable[UUID]
) -> Mapping[UUID, Sequence[tuple[UUID, DeliveryState]]]:
    """Where all deliveries of notices stand, by notice; they MUST be locked, or the answer is already old."""
    columns = tables.delivery.c
    rows = await tx.execute(
        select(columns.notice_id, columns.delivery_id, columns.state).where(columns.notice_id.in_(list(notice_ids)))
    )
    found: dict[UUID, list[tuple[UUID, DeliveryState]]] = {}
    for row in rows:
        found.setdefault(row.notice_id, []).append((row.delivery_id, DeliveryState(row.state)))
    return found


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
