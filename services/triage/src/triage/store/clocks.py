"""SQL of clocks and their alarms."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, exists, func, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from chassis.db import Transaction
from chassis.rows import document, insert_of
from triage import tables
from triage.model import OFFER_CLOCK, Alarm, Clock, DueAlarm, Timing
from triage.store.loading import Part, Record

CLOCK: Final = ("clock_id", "case_id", "about_id", "name", "started_at", "due_at", "stops", "policy_version")
"""The columns of ``clock_row``."""
ALARM: Final = ("clock_id", "case_id", "share", "at", "tell")
"""The columns of ``alarm_rows``."""
_START: Final = insert_of(tables.clock, CLOCK)
_SET_ALARMS: Final = insert_of(tables.alarm, ALARM)
# What a case has to offer is the sum of its decisions, so no single event stops that clock: see ``stop_clock``.
_STOP: Final = text(
    """WITH stopped AS (
           UPDATE clock SET stopped_at = n.at
           FROM unnest(CAST(:cases AS uuid[]), CAST(:times AS timestamptz[]), CAST(:abouts AS uuid[]),
                       CAST(:events AS text[])) AS n(case_id, at, about_id, event_type)
           WHERE clock.case_id = n.case_id AND clock.stopped_at IS NULL
             AND (n.about_id IS NULL OR clock.about_id = n.about_id)
             AND (n.event_type IS NULL OR clock.stops = n.event_type AND clock.name <> :offer_clock)
           RETURNING clock.clock_id, n.at
       )
       UPDATE alarm SET cancelled_at = stopped.at FROM stopped
       WHERE alarm.clock_id = stopped.clock_id AND alarm.sounded_at IS NULL AND alarm.cancelled_at IS NULL"""
)
_STOP_ONE: Final = text(
    """WITH stopped AS (
           UPDATE clock SET stopped_at = :at WHERE clock_id = :clock_id AND stopped_at IS NULL RETURNING clock_id
       )
       UPDATE alarm SET cancelled_at = :at FROM stopped
       WHERE alarm.clock_id = stopped.clock_id AND alarm.sounded_at IS NULL AND alarm.cancelled_at IS NULL"""
)
_WAITING: Final = (tables.alarm.c.sounded_at.is_(None), tables.alarm.c.cancelled_at.is_(None))


@dataclass(frozen=True)
class Starting:
    """A clock of a case that begins to run, and what it is about."""

    clock_id: UUID
    case_id: UUID
    about_id: UUID
    timing: Timing


@dataclass(frozen=True)
class Stopping:
    """Clocks of a case that stop: those about one thing, those that wait for events of one type; None: any."""

    case_id: UUID
    at: datetime
    about_id: UUID | None = None
    event_type: str | None = None


async def start_clocks(tx: Transaction, starting: Sequence[Starting]) -> None:
    """Clocks begin to run, with their alarms."""
    await tx.execute(_START, document(clock_row(one) for one in starting))
    alarms = [row for one in starting for row in alarm_rows(one.clock_id, one.case_id, one.timing)]
    await tx.execute(_SET_ALARMS, document(alarms))


async def retime_clock(tx: Transaction, clock_id: UUID, *, case_id: UUID, timing: Timing, at: datetime) -> None:
    """A running clock is due at another time. Alarms that have sounded stay; the others move, or fall away."""
    alarm = tables.alarm
    await tx.execute(update(tables.clock).where(tables.clock.c.clock_id == clock_id).values(_timed(timing)))
    gone = alarm.c.share.not_in([one.share for one in timing.alarms])
    await tx.execute(update(alarm).where(alarm.c.clock_id == clock_id, gone, *_WAITING).values(cancelled_at=at))
    moved = upsert(alarm).values(alarm_rows(clock_id, case_id, timing))
    await tx.execute(
        moved.on_conflict_do_update(
            index_elements=[alarm.c.clock_id, alarm.c.share],
            set_={"at": moved.excluded.at, "tell": moved.excluded.tell, "cancelled_at": None},
            where=alarm.c.sounded_at.is_(None),
        )
    )


async def stop_clocks(tx: Transaction, stopping: Sequence[Stopping]) -> None:
    """What clocks waited for has happened, or is no more: they never sound again."""
    if stopping:
        columns = {
            "cases": [one.case_id for one in stopping],
            "times": [one.at for one in stopping],
            "abouts": [one.about_id for one in stopping],
            "events": [one.event_type for one in stopping],
        }
        await tx.execute(_STOP, columns | {"offer_clock": OFFER_CLOCK})


async def stop_clock(tx: Transaction, clock_id: UUID, *, at: datetime) -> None:
    """One clock has nothing to wait for any more."""
    await tx.execute(_STOP_ONE, {"clock_id": clock_id, "at": at})


async def lock_cases_with_due_alarms(tx: Transaction, *, now: datetime, limit: int) -> Sequence[tuple[UUID, str]]:
    """Case ids and partnerships, locked for change; a case that somebody works on is left for the next round.

    The case's row is locked before its alarms are read, as every writer does. Interleaving prevented: the alarm is
    read as due, an answer stops its clock and commits, and the alarm sounds for what has happened.
    """
    case = tables.case.c
    due = exists().where(tables.alarm.c.case_id == case.case_id, tables.alarm.c.at <= now, *_WAITING)
    statement = select(case.case_id, case.partnership).where(due).limit(limit).with_for_update(skip_locked=True)
    return [(case_id, partnership) for case_id, partnership in await tx.execute(statement)]


async def load_due_alarms(tx: Transaction, case_ids: Sequence[UUID], *, now: datetime) -> Sequence[DueAlarm]:
    """The alarms of locked cases whose moment has come, in the order of their moments."""
    alarm, clock, case = tables.alarm.c, tables.clock.c, tables.case.c
    statement = (
        select(tables.alarm, clock.name, clock.about_id, clock.due_at, clock.policy_version, case.referral_id)
        .join_from(tables.alarm, tables.clock, alarm.clock_id == clock.clock_id)
        .join(tables.case, alarm.case_id == case.case_id)
        .where(alarm.case_id.in_(case_ids), alarm.at <= now, *_WAITING)
        .order_by(alarm.at, alarm.clock_id, alarm.share)
    )
    return [_due(row) for row in await tx.execute(statement)]


async def find_next_alarm(tx: Transaction, *, now: datetime) -> datetime | None:
    """When the next alarm sounds that is not due now."""
    at = tables.alarm.c.at
    next_at: datetime | None = await tx.scalar(select(func.min(at)).where(at > now, *_WAITING))
    return next_at


async def record_sounded(tx: Transaction, due: DueAlarm, *, at: datetime) -> None:
    """The alarm has sounded, and never will again."""
    alarm = tables.alarm
    this = (alarm.c.clock_id == due.clock_id, alarm.c.share == due.alarm.share)
    await tx.execute(update(alarm).where(*this).values(sounded_at=at))


def clock_row(one: Starting) -> dict[str, Any]:
    timing = one.timing
    return {
        "clock_id": one.clock_id,
        "case_id": one.case_id,
        "about_id": one.about_id,
        "name": timing.name,
        "started_at": timing.started_at,
        "stops": timing.stops,
        **_timed(timing),
    }


def _timed(timing: Timing) -> dict[str, Any]:
    return {"due_at": timing.due_at, "policy_version": timing.policy_version}


def alarm_rows(clock_id: UUID, case_id: UUID, timing: Timing) -> list[dict[str, Any]]:
    return [
        {"clock_id": clock_id, "case_id": case_id, "share": one.share, "at": one.at, "tell": list(one.tell)}
        for one in timing.alarms
    ]


def _clock(row: Record) -> Clock:
    return Clock(row.clock_id, row.name, row.about_id, row.started_at, row.due_at, row.stopped_at)


def _due(row: Row[Any]) -> DueAlarm:
    return DueAlarm(
        case_id=row.case_id,
        referral_id=row.referral_id,
        clock_id=row.clock_id,
        clock=row.name,
        about_id=row.about_id,
        due_at=row.due_at,
        alarm=Alarm(row.share, row.at, tuple(row.tell)),
        policy_version=row.policy_version,
    )


CLOCKS: Final = Part(tables.clock, ("due_at", "clock_id"), _clock)
"""The clocks of a case, the first due first."""
