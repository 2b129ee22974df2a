"""``python -m audit another-log``: closes a log that lost signed history, and begins another from the same entries.

For a database that was restored from a backup older than what witnesses have seen: to sign on would make a second
history under one signature. What the log signed is kept as the former log's; its entries wait again, in their order,
behind one that names its last checkpoint, and are sealed with new salts. The new log needs another origin.
"""

import asyncio
import sys
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import rfc8785
from sqlalchemy import text

from audit import store
from audit.model import SERVICE
from audit.settings import Settings
from audit.tables import ENTRY_COLUMNS
from chassis.clock import Clock, SystemClock
from chassis.db import Database, DatabaseUnavailable, Transaction
from chassis.ids import Ids, RandomIds
from chassis.settings import OwnerSettings, load

GOOD, FAILED = 0, 1
SUBJECT: Final = "log/audit"
CONTINUED: Final = "log.continued.v1"
NOBODY: Final = UUID(int=0)

_COLUMNS: Final = ", ".join(ENTRY_COLUMNS)
_NO_HURRY: Final = text("SET LOCAL statement_timeout = 0")
_DESTROYED: Final = text("SELECT EXISTS (SELECT FROM entry WHERE body IS NULL)")
_BEGIN: Final = text(
    f"""INSERT INTO pending ({_COLUMNS})
        VALUES (:event_id, '{SUBJECT}', 1, '{CONTINUED}', :nobody, 'unknown', :now, :body)"""  # noqa: S608
)
_CLOSE: Final = tuple(
    text(statement)
    for statement in (
        "INSERT INTO former_tile SELECT level, tile_index, hashes FROM tile",
        "INSERT INTO former_checkpoint SELECT size, note, signed_at FROM checkpoint",
        f"CREATE TEMPORARY TABLE waiting ON COMMIT DROP AS SELECT id, {_COLUMNS} FROM pending",  # noqa: S608
        *(f"DELETE FROM {table}" for table in ("pending", "cosignature", "witness", "checkpoint", "tile")),  # noqa: S608
    )
)
_CARRY_OVER: Final = tuple(
    text(statement)
    for statement in (
        f"INSERT INTO pending ({_COLUMNS}) SELECT {_COLUMNS} FROM entry ORDER BY leaf_index",  # noqa: S608
        f"INSERT INTO pending ({_COLUMNS}) SELECT {_COLUMNS} FROM waiting ORDER BY id",  # noqa: S608
        "DELETE FROM entry",
    )
)


class NotPossible(Exception):
    """This database's log cannot be closed so; the text says why and what to do."""


async def begin(tx: Transaction, origin: str, *, clock: Clock, ids: Ids) -> int:
    """Close the log and begin another, whose ``origin`` was never used; the size that the former one had signed.

    MUST be run as the database's owner: the serving role may change nothing that was signed. Raises ``NotPossible``.
    """
    await tx.execute(_NO_HURRY)
    await store.lock_size(tx)
    last = await store.find_checkpoint(tx)
    if last is None:
        raise NotPossible("This log has signed nothing, so it can go on as it is: give it the origin that you want")
    if last.note.split("\n", 1)[0] == origin:
        raise NotPossible("FRONTDOOR_LOG_ORIGIN names this log itself: give the new one a name that was never used")
    if await store.find_checkpoint(tx, former=True) is not None:
        raise NotPossible("Another log went before this one already, and only one can be kept: restore a later backup")
    if await tx.scalar(_DESTROYED):
        raise NotPossible("Entries of this log were destroyed, and cannot be sealed again: restore a later backup")
    await _exchange(tx, _first_entry(last.note, ids.new(), clock.now()))
    return last.size


async def _exchange(tx: Transaction, first: dict[str, Any]) -> None:
    for statement in _CLOSE:
        await tx.execute(statement)
    await tx.execute(_BEGIN, first)
    for statement in _CARRY_OVER:
        await tx.execute(statement)
    await store.set_size(tx, 0)


def _first_entry(note: str, event_id: UUID, now: datetime) -> dict[str, Any]:
    """What the former log signed last, as the event that the verifier expects in the first place."""
    entry = {
        "specversion": "1.0",
        "id": str(event_id),
        "source": SERVICE,
        "type": CONTINUED,
        "subject": SUBJECT,
        "sequence": 1,
        "time": now.isoformat(),
        "partnership": "unknown",
        "correlationid": str(NOBODY),
        "datacontenttype": "application/json",
        "data": {"checkpoint": note},
    }
    return {"event_id": event_id, "nobody": NOBODY, "now": now, "body": rfc8785.dumps(entry)}


def command(settings: Settings) -> int:
    """0 when the new log waits for its worker, 1 with one line when it could not be begun."""
    try:
        size = asyncio.run(_begin_as_owner(settings.log_origin))
    except (NotPossible, DatabaseUnavailable) as error:
        sys.stderr.write(f"{error}\n")
        return FAILED
    sys.stdout.write(
        f"The former log is kept as it was signed, with {size:,} entries. Start the API and the worker, "
        "then run `frontdoor republish`.\n"
    )
    return GOOD


async def _begin_as_owner(origin: str) -> int:
    db = Database.connect(load(OwnerSettings).database_owner_url, pool_size=1)
    try:
        async with db.transaction() as tx:
            return await begin(tx, origin, clock=SystemClock(), ids=RandomIds())
    finally:
        await db.close()
