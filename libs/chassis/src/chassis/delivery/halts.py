"""Halts: reading stops when too many messages in a row are wrong, and goes on when an operator says so."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import text

from chassis.db import Transaction
from chassis.waking import READER, wake
from contracts.problems import Conflict

_BEGIN: Final = text(
    """INSERT INTO halt (halted_at, wrong, reasons)
       SELECT :now, :wrong, CAST(:reasons AS jsonb) WHERE NOT EXISTS (SELECT FROM halt WHERE resumed_at IS NULL)"""
)
_OPEN: Final = text("SELECT halted_at, wrong, reasons FROM halt WHERE resumed_at IS NULL ORDER BY id LIMIT 1")
_RESUME: Final = text(
    """UPDATE halt SET resumed_at = :now, resumed_by = :by, resumed_reason = :reason, tolerated = :tolerated
       WHERE resumed_at IS NULL RETURNING id"""
)
_TOLERATED: Final = text(
    "SELECT tolerated FROM halt WHERE resumed_at IS NOT NULL ORDER BY resumed_at DESC, id DESC LIMIT 1"
)


@dataclass(frozen=True)
class Halt:
    """When reading halted, and how many messages in a row were wrong for which reason."""

    halted_at: datetime
    wrong: int
    reasons: Mapping[str, int]


class NotHalted(Conflict):
    """There is nothing to resume."""

    slug, title = "not-halted", "Reading is not halted"


async def begin(tx: Transaction, reasons: Mapping[str, int], *, now: datetime) -> None:
    """Halt every instance of this service, in the transaction that parks what was wrong."""
    values = {"now": now, "wrong": sum(reasons.values()), "reasons": json.dumps(dict(reasons))}
    await tx.execute(_BEGIN, values)


async def find(tx: Transaction) -> Halt | None:
    """The halt that stands, if any."""
    row = (await tx.execute(_OPEN)).one_or_none()
    return None if row is None else Halt(row.halted_at, row.wrong, row.reasons)


async def resume(tx: Transaction, *, reason: str, by: str, tolerated: int, now: datetime) -> Halt:
    """Let reading go on; returns the halt that ends. Raises ``NotHalted``."""
    halt = await find(tx)
    values = {"now": now, "by": by, "reason": reason, "tolerated": tolerated}
    if halt is None or not (await tx.execute(_RESUME, values)).all():
        raise NotHalted("`frontdoor consumer status` shows which services have halted")
    await wake(tx, READER)
    return halt


async def tolerated(tx: Transaction) -> int:
    """How many more wrong messages in a row than usual may pass, as the last operator said who resumed."""
    return await tx.scalar(_TOLERATED) or 0
