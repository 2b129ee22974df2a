"""What delivery tests share: messages of two cases, and the rows and events that reading them leaves."""

import json
import uuid
from typing import Any

from sqlalchemy import text

from chassis.db import Database
from chassis.delivery.messages import Record
from chassis.delivery.requests import Act, Filter
from chassis.testing.delivery import Reader, message

CASE, REFERRAL = uuid.UUID(int=1), uuid.UUID(int=2)
OTHER_CASE, OTHER_REFERRAL = uuid.UUID(int=3), uuid.UUID(int=4)
SUBJECT, OTHER = f"case/{CASE}", f"case/{OTHER_CASE}"
ONE, TWO, THREE = (message(CASE, version, referral_id=REFERRAL) for version in (1, 2, 3))
OTHER_ONE = message(OTHER_CASE, 1, referral_id=OTHER_REFERRAL)
DISCARD = Act.discard(reason="looked into it", by="operator-1")
RELEASE = Act.release(reason="looked into it", by="operator-1")


def of(*versions: int) -> list[Record]:
    """Messages of the first case."""
    return [message(CASE, version, referral_id=REFERRAL) for version in versions]


async def query(db: Database, sql: str) -> list[tuple[Any, ...]]:
    """The rows of a statement that gives some."""
    async with db.transaction() as tx:
        return [tuple(row) for row in await tx.execute(text(sql))]


async def chosen(db: Database, version: int) -> Filter:
    """The one waiting message of this version."""
    ((row_id,),) = await query(db, f"SELECT id FROM parked WHERE settled_at IS NULL AND version = {version}")
    return Filter(id=row_id)


async def resolve(reader: Reader, act: Act, version: int) -> None:
    """Ask as an operator does, and let the reader carry it out."""
    await reader.request(act, await chosen(reader.db, version))
    await reader.resolve()


async def resolve_first(reader: Reader, act: Act) -> None:
    """The same, for the message that has waited longest."""
    ((row_id,),) = await query(reader.db, "SELECT min(id) FROM parked WHERE settled_at IS NULL")
    await reader.request(act, Filter(id=row_id))
    await reader.resolve()


async def resolutions(db: Database) -> list[tuple[int | None, str | None]]:
    """How each parked version was resolved; None while it waits."""
    return [
        (version, how)
        for version, how in await query(db, "SELECT version, settled_as FROM parked ORDER BY version, id")
    ]


async def recorded(db: Database) -> list[tuple[str, int]]:
    """Acts on record: their type, and the message they were about."""
    rows = await query(db, "SELECT headers ->> 'ce_type', convert_from(data, 'UTF8') FROM event ORDER BY id")
    return [(event_type, json.loads(data)["parked_id"]) for event_type, data in rows]
