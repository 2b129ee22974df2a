"""SQL of escalation: which notices are late, how far each has climbed, and what ends a climb. Set-based throughout."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text

from agency_notify.escalation.model import Climb, Due, Ended, Reached, Stage
from agency_notify.model import Notice
from agency_notify.store.notices import notice_of
from chassis.db import Transaction
from chassis.waking import wake_sql
from contracts.codes import EscalationReason, Rating

ESCALATOR: Final = "escalator"
"""What wakes it: a climb has begun, or goes on sooner."""

_NOTICE: Final = ", ".join(f"n.{field.name}" for field in fields(Notice))

_BEGIN_UNOPENED: Final = text(
    f"""
    WITH due AS (
        SELECT notice_id FROM notice
        WHERE opened_at IS NULL AND late_since IS NULL AND done_at IS NULL AND withheld IS NULL
          AND superseded_by IS NULL AND escalates IS NULL AND open_by <= :now
        ORDER BY open_by LIMIT :limit FOR UPDATE SKIP LOCKED
    ), late AS (
        UPDATE notice n SET late_since = :now FROM due WHERE n.notice_id = due.notice_id RETURNING n.notice_id
    )
    INSERT INTO escalation (notice_id, reason, begun_at, climb_at) SELECT notice_id, :reason, :now, :now FROM late
    RETURNING {wake_sql(ESCALATOR)}
    """  # noqa: S608  # built from constants
)
_BEGIN: Final = text(
    f"""
    WITH late AS (
        UPDATE notice SET late_since = :now
        WHERE notice_id = ANY(CAST(:ids AS uuid[])) AND late_since IS NULL AND opened_at IS NULL AND done_at IS NULL
          AND withheld IS NULL AND superseded_by IS NULL AND escalates IS NULL
        RETURNING notice_id
    )
    INSERT INTO escalation (notice_id, reason, begun_at, climb_at) SELECT notice_id, :reason, :now, :now FROM late
    RETURNING {wake_sql(ESCALATOR)}
    """  # noqa: S608  # built from constants
)
_LOCK_DUE: Final = text(
    f"""
    SELECT {_NOTICE}, e.reason, e.stage, e.role, e.repeated, e.latest_id, e.climb_at, r.rating
    FROM escalation e JOIN notice n USING (notice_id) JOIN referral r USING (referral_id)
    WHERE e.climb_at <= :now ORDER BY e.climb_at, e.notice_id LIMIT :limit FOR UPDATE OF e, n SKIP LOCKED
    """  # noqa: S608  # built from constants
)
_CLIMB: Final = text(
    """
    WITH step AS (
        SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:stages AS integer[]), CAST(:roles AS text[]),
                             CAST(:repeated AS integer[]), CAST(:latest AS uuid[]), CAST(:next AS timestamptz[]))
            AS s(notice_id, stage, role, repeated, latest_id, climb_at)
    ), climbed AS (
        UPDATE escalation e SET stage = s.stage, role = s.role, repeated = s.repeated, latest_id = s.latest_id,
                                climb_at = s.climb_at
        FROM step s WHERE e.notice_id = s.notice_id
    )
    UPDATE notice n SET escalated_at = :now, escalated_to = s.role FROM step s WHERE n.notice_id = s.notice_id
    """
)
_NEXT: Final = text(
    """
    SELECT least(
        (SELECT min(open_by) FROM notice
         WHERE opened_at IS NULL AND late_since IS NULL AND done_at IS NULL AND withheld IS NULL
           AND superseded_by IS NULL AND escalates IS NULL AND open_by > :now),
        (SELECT min(climb_at) FROM escalation WHERE climb_at > :now)
    )
    """
)
_POSTPONE: Final = text(
    """UPDATE escalation SET climb_at = :until
       WHERE notice_id = ANY(CAST(:ids AS uuid[])) AND climb_at IS NOT NULL"""
)
_HASTEN: Final = text(
    f"""UPDATE escalation e SET climb_at = least(climb_at, :now)
       FROM unnest(CAST(:ids AS uuid[]), CAST(:latest AS uuid[])) AS n(notice_id, latest_id)
       WHERE e.notice_id = n.notice_id AND e.latest_id = n.latest_id AND climb_at IS NOT NULL
       RETURNING {wake_sql(ESCALATOR)}"""  # noqa: S608  # built from constants
)
_FIND: Final = text(
    """SELECT notice_id, stage, role, repeated, latest_id, climb_at FROM escalation
       WHERE notice_id = ANY(CAST(:ids AS uuid[])) AND climb_at IS NOT NULL"""
)
_END: Final = text(
    """UPDATE escalation SET climb_at = NULL, ended_at = :now, ended_because = :because
       WHERE notice_id = ANY(CAST(:ids AS uuid[])) AND climb_at IS NOT NULL"""
)


async def begin_unopened(tx: Transaction, *, now: datetime, limit: int) -> int:
    """Begin the climb of notices that should have been opened by now; returns how many. Those others hold are skipped.

    Interleaving prevented: two workers begin the climb of the same notice, and two people are called for one thing.
    """
    return await _begun(tx, _BEGIN_UNOPENED, {"now": now, "limit": limit, "reason": EscalationReason.UNOPENED})


async def begin_undelivered(tx: Transaction, notice_ids: Collection[UUID], *, now: datetime) -> int:
    """Begin the climb of notices that no channel delivers. One that climbs already, or needs nobody, is left alone."""
    values = {"ids": list(notice_ids), "now": now, "reason": EscalationReason.UNDELIVERED}
    return await _begun(tx, _BEGIN, values)


async def lock_due(tx: Transaction, *, now: datetime, limit: int) -> Sequence[Due]:
    """Notices whose next stage is due, for change, the longest overdue first; those others hold are skipped.

    Interleaving prevented: two workers notify the same stage twice; a reader opens a notice while its next stage is
    being notified, and the climb that was ended goes on. Skipping, not waiting, keeps readers and workers from waiting
    for each other: a reader locks the notice first and its climb after.
    """
    return [_due_of(row) for row in await tx.execute(_LOCK_DUE, {"now": now, "limit": limit})]


async def record_climbs(tx: Transaction, climbs: Sequence[Climb], *, now: datetime) -> None:
    """Keep what was reached; the notices and their climbs MUST be locked."""
    if not climbs:
        return
    reached = [climb.reached for climb in climbs]
    columns = {
        "ids": [climb.event.notice_id for climb in climbs],
        "stages": [one.stage.number for one in reached],
        "roles": [one.stage.role for one in reached],
        "repeated": [one.repeated for one in reached],
        "latest": [one.escalation_notice_id for one in reached],
        "next": [one.next_at for one in reached],
    }
    await tx.execute(_CLIMB, columns | {"now": now})


async def postpone(tx: Transaction, notice_ids: Collection[UUID], *, until: datetime) -> None:
    """Try these climbs again later: nobody can be notified now."""
    if notice_ids:
        await tx.execute(_POSTPONE, {"ids": list(notice_ids), "until": until})


async def find_reached(tx: Transaction, notice_ids: Collection[UUID]) -> Mapping[UUID, Reached]:
    """What notices have reached whose climb goes on; without those before their first stage or after the end."""
    rows = await tx.execute(_FIND, {"ids": list(notice_ids)})
    found = {row.notice_id: _reached_of(row) for row in rows}
    return {notice_id: reached for notice_id, reached in found.items() if reached is not None}


async def hasten(tx: Transaction, after: Sequence[tuple[UUID, UUID]], *, now: datetime) -> None:
    """Make the next stage due of each notice whose newest escalation notice is still the one it is given with."""
    if after:
        late, latest = zip(*after, strict=True)
        await tx.execute(_HASTEN, {"ids": list(late), "latest": list(latest), "now": now})


async def find_next(tx: Transaction, *, now: datetime) -> datetime | None:
    """When the next notice will be late, or the next stage due, that is not now."""
    next_at: datetime | None = await tx.scalar(_NEXT, {"now": now})
    return next_at


async def end(tx: Transaction, notice_ids: Collection[UUID], because: Ended, *, now: datetime) -> None:
    """End the climbs of these notices; what ended before keeps its reason."""
    if notice_ids:
        await tx.execute(_END, {"ids": list(notice_ids), "because": because, "now": now})


async def _begun(tx: Transaction, statement: Any, values: dict[str, Any]) -> int:
    return (await tx.execute(statement, values)).rowcount


def _due_of(row: Row[Any]) -> Due:
    rating = Rating(row.rating) if row.rating else None
    return Due(notice_of(row), EscalationReason(row.reason), _reached_of(row), rating)


def _reached_of(row: Row[Any]) -> Reached | None:
    if row.stage is None:
        return None
    return Reached(Stage(row.stage, row.role), row.repeated, row.latest_id, row.climb_at)
