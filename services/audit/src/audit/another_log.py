"""``python -m audit another-log``: closes a log that lost signed history, and begins another from the same leaves.

For a database that was restored from a backup older than what witnesses have seen: to sign on would make a second
history under one signature. What was signed is kept as the former log's. Its leaves stand in the new log in their
order, each a place further, behind one that names the former log's last checkpoint, so that anybody sees that none is
missing. The new log needs another origin.
"""

import asyncio
import sys
from typing import Any, Final
from uuid import UUID

import rfc8785
from sqlalchemy import text

from audit import store
from audit.commitment import Opening, commit
from audit.merkle import leaf_hash
from audit.model import SERVICE
from audit.settings import Settings
from audit.tables import ENTRY_COLUMNS
from audit.tiles import TileName, names_at
from audit.tree import Edge, grow
from audit.verify.public import CONTINUED, LEAVES_KEPT
from chassis.clock import Clock, SystemClock
from chassis.db import Database, DatabaseUnavailable, Transaction
from chassis.ids import Ids, RandomIds, new_salts
from chassis.settings import OwnerSettings, load

GOOD, FAILED = 0, 1
SUBJECT: Final = "log/audit"
NOBODY: Final = UUID(int=0)

_NO_HURRY: Final = text("SET LOCAL statement_timeout = 0")
_CLOSE: Final = tuple(
    text(statement)
    for statement in (
        "INSERT INTO former_tile SELECT level, tile_index, hashes FROM tile",
        "INSERT INTO former_checkpoint SELECT size, note, signed_at FROM checkpoint",
        *(f"DELETE FROM {table}" for table in ("cosignature", "witness", "checkpoint", "tile")),  # noqa: S608
        # In two steps: within one, a place would be given before the entry that has it has moved on.
        "UPDATE entry SET leaf_index = -1 - leaf_index",
        "UPDATE entry SET leaf_index = -leaf_index",
    )
)
_COLUMNS: Final = ", ".join(ENTRY_COLUMNS)
_FIRST: Final = text(
    f"""INSERT INTO entry (leaf_index, {_COLUMNS}, salt, leaf)
        VALUES (0, :event_id, '{SUBJECT}', 1, '{CONTINUED}', :nobody, 'unknown', :now, :body, :salt, :leaf)"""  # noqa: S608
)


class NotPossible(Exception):
    """This database's log cannot be closed so; the text says why and what to do."""


async def begin(tx: Transaction, origin: str, *, clock: Clock, ids: Ids) -> int:
    """Close the log and begin another, whose ``origin`` was never used; the size that the former one had signed.

    MUST be run as the database's owner: the serving role may change nothing that was signed. Raises ``NotPossible``.
    """
    await tx.execute(_NO_HURRY)
    size = await store.lock_size(tx)
    last = await store.find_checkpoint(tx)
    if last is None:
        raise NotPossible("This log has signed nothing, so it can go on as it is: give it the origin that you want")
    if last.note.split("\n", 1)[0] == origin:
        raise NotPossible("FRONTDOOR_LOG_ORIGIN names this log itself: give the new one a name that was never used")
    if await store.find_checkpoint(tx, former=True) is not None:
        raise NotPossible("Another log went before this one already, and only one can be kept: restore a later backup")
    for statement in _CLOSE:
        await tx.execute(statement)
    await tx.execute(_FIRST, _first_entry(last.note, clock=clock, ids=ids))
    await _grow_again(tx, size + 1)
    return last.size


async def _grow_again(tx: Transaction, size: int) -> None:
    """The tree of all leaves as they stand now, a bundle at a time."""
    edge = Edge()
    for name in names_at(None, size):
        edge, grown = grow(edge, [leaf_hash(leaf) for leaf in await _leaves(tx, name)])
        await store.put_tiles(tx, grown)
    await store.set_size(tx, size)


async def _leaves(tx: Transaction, name: TileName) -> list[bytes]:
    leaves = await store.read_leaves(tx, name)
    if len(leaves) != name.width:
        raise NotPossible("Entries are missing between others: keep everything, and restore another backup")
    return leaves


def _first_entry(note: str, *, clock: Clock, ids: Ids) -> dict[str, Any]:
    """What the former log signed last, as the event that the verifier expects in the first place."""
    event_id, now, (salt,) = ids.new(), clock.now(), new_salts(1)
    entry: dict[str, Any] = {
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
        "data": {"checkpoint": note, LEAVES_KEPT: True},
    }
    opening = Opening(salt, rfc8785.dumps(entry))
    values = {"event_id": event_id, "nobody": NOBODY, "now": now, "body": opening.entry}
    return {**values, "salt": salt, "leaf": commit(opening)}


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
