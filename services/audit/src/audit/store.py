"""All SQL of writing the log and of what is public of it: pending entries, places, tiles, checkpoints."""

from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import text

from audit.errors import NotInLog
from audit.model import SEQUENCER, PendingEntry, SealedEntry, StoredCheckpoint
from audit.tables import ENTRY_COLUMNS
from audit.tiles import TILE_WIDTH, TileName
from audit.tree import GrownTile, Tiles
from chassis.db import Transaction
from chassis.waking import wake_sql

_COLUMNS: Final = ", ".join(ENTRY_COLUMNS)

_APPEND: Final = text(
    f"""WITH kept AS (
            INSERT INTO pending ({_COLUMNS})
            SELECT {_COLUMNS} FROM unnest(
                CAST(:event_ids AS uuid[]), CAST(:subjects AS text[]), CAST(:versions AS integer[]),
                CAST(:types AS text[]), CAST(:referral_ids AS uuid[]), CAST(:partnerships AS text[]),
                CAST(:times AS timestamptz[]), CAST(:bodies AS bytea[])
            ) WITH ORDINALITY AS n({_COLUMNS}, nth) ORDER BY nth
            RETURNING 1
        )
        SELECT {wake_sql(SEQUENCER)} FROM kept LIMIT 1"""  # noqa: S608 - constants of this file
)
_LOCK_SIZE: Final = text("SELECT size FROM log FOR UPDATE")
_SET_SIZE: Final = text("UPDATE log SET size = :size")
_WAITING: Final = text("SELECT id, body FROM pending ORDER BY id LIMIT :limit")
_MOVE: Final = text(
    f"""WITH sealed AS (
            SELECT * FROM unnest(CAST(:ids AS bigint[]), CAST(:salts AS bytea[]), CAST(:leaves AS bytea[]))
                          WITH ORDINALITY AS n(id, salt, leaf, nth)
        ), moved AS (
            DELETE FROM pending USING sealed WHERE pending.id = sealed.id RETURNING pending.*, salt, leaf, nth
        )
        INSERT INTO entry (leaf_index, {_COLUMNS}, salt, leaf)
        SELECT :first_index + nth - 1, {_COLUMNS}, salt, leaf FROM moved"""  # noqa: S608 - constants of this file
)
_TILES: Final = """SELECT level, tile_index, hashes FROM {table}
       JOIN unnest(CAST(:levels AS smallint[]), CAST(:indexes AS bigint[])) AS n(level, tile_index)
       USING (level, tile_index)"""
_OWN_TILES: Final = text(_TILES.format(table="tile"))
_FORMER_TILES: Final = text(_TILES.format(table="former_tile"))
_PUT_TILES: Final = text(
    """INSERT INTO tile (level, tile_index, hashes)
       SELECT * FROM unnest(CAST(:levels AS smallint[]), CAST(:indexes AS bigint[]), CAST(:hashes AS bytea[]))
       ON CONFLICT (level, tile_index) DO UPDATE SET hashes = EXCLUDED.hashes"""
)
_LAST_CHECKPOINT: Final = text("SELECT size, note, signed_at FROM checkpoint ORDER BY size DESC LIMIT 1")
_FORMER_CHECKPOINT: Final = text("SELECT size, note, signed_at FROM former_checkpoint ORDER BY size DESC LIMIT 1")
_CHECKPOINT_AT: Final = text("SELECT size, note, signed_at FROM checkpoint WHERE size = :size")
_ADD_CHECKPOINT: Final = text("INSERT INTO checkpoint (size, note, signed_at) VALUES (:size, :note, :signed_at)")
_LEAVES: Final = text("SELECT leaf FROM entry WHERE leaf_index >= :first AND leaf_index < :end ORDER BY leaf_index")
_LEAF: Final = text("SELECT leaf FROM entry WHERE leaf_index = :index")


async def append(tx: Transaction, entries: Sequence[PendingEntry]) -> None:
    """Keep entries for the sequencer, in this order, in the transaction that moves the reading position."""
    await tx.execute(
        _APPEND,
        {
            "event_ids": [entry.event_id for entry in entries],
            "subjects": [entry.subject for entry in entries],
            "versions": [entry.version for entry in entries],
            "types": [entry.type for entry in entries],
            "referral_ids": [entry.referral_id for entry in entries],
            "partnerships": [entry.partnership for entry in entries],
            "times": [entry.occurred_at for entry in entries],
            "bodies": [entry.body for entry in entries],
        },
    )


async def lock_size(tx: Transaction) -> int:
    """The number of leaves. The holder of this lock is the only one that can add or sign."""
    return int((await tx.execute(_LOCK_SIZE)).scalar_one())


async def set_size(tx: Transaction, size: int) -> None:
    """MUST follow ``lock_size`` in the same transaction."""
    await tx.execute(_SET_SIZE, {"size": size})


async def read_pending(tx: Transaction, *, limit: int) -> list[tuple[int, bytes]]:
    """The oldest pending entries, as (id, entry), in the order in which they are to be placed.

    The order of ids is the order of versions within an aggregate: one partition is read by one transaction after
    another, and a later one is given later ids. Between aggregates any order will do.
    """
    return [(row.id, row.body) for row in await tx.execute(_WAITING, {"limit": limit})]


async def place(tx: Transaction, sealed: Sequence[SealedEntry], *, first_index: int) -> int:
    """Move pending entries to their places, from ``first_index`` on, in this order; returns how many were moved."""
    moved = await tx.execute(
        _MOVE,
        {
            "first_index": first_index,
            "ids": [entry.pending_id for entry in sealed],
            "salts": [entry.salt for entry in sealed],
            "leaves": [entry.leaf for entry in sealed],
        },
    )
    return int(moved.rowcount)


async def read_tiles(tx: Transaction, names: Iterable[tuple[int, int]], *, former: bool = False) -> Tiles:
    """Those of the tiles, by (level, index), that are stored; ``former`` are those of the log before this one."""
    wanted = list(names)
    values = {"levels": [level for level, _ in wanted], "indexes": [n for _, n in wanted]}
    rows = await tx.execute(_FORMER_TILES if former else _OWN_TILES, values)
    return {(row.level, row.tile_index): row.hashes for row in rows}


async def put_tiles(tx: Transaction, grown: Sequence[GrownTile]) -> None:
    """Store tiles as they are now."""
    await tx.execute(
        _PUT_TILES,
        {
            "levels": [tile.level for tile in grown],
            "indexes": [tile.index for tile in grown],
            "hashes": [tile.hashes for tile in grown],
        },
    )


async def find_checkpoint(tx: Transaction, *, former: bool = False) -> StoredCheckpoint | None:
    """The last checkpoint that was signed, of this log or of the former one; None when there is none."""
    row = (await tx.execute(_FORMER_CHECKPOINT if former else _LAST_CHECKPOINT)).one_or_none()
    return None if row is None else StoredCheckpoint(row.size, row.note, row.signed_at)


async def get_checkpoint(tx: Transaction, size: int | None = None) -> StoredCheckpoint:
    """The checkpoint signed at ``size``, or the last one. Raises ``NotInLog`` when there is none."""
    if size is None:
        last = await find_checkpoint(tx)
        if last is None:
            raise NotInLog("The log has no checkpoint yet. Ask again in a moment")
        return last
    row = (await tx.execute(_CHECKPOINT_AT, {"size": size})).one_or_none()
    if row is None:
        raise NotInLog("No checkpoint was signed at this size")
    return StoredCheckpoint(row.size, row.note, row.signed_at)


async def find_signed_size(tx: Transaction) -> int:
    """How many entries the last checkpoint covers; 0 before the first."""
    last = await find_checkpoint(tx)
    return 0 if last is None else last.size


async def add_checkpoint(tx: Transaction, checkpoint: StoredCheckpoint) -> None:
    """Fails when this size was signed before: no size is ever signed twice."""
    values = {"size": checkpoint.size, "note": checkpoint.note, "signed_at": checkpoint.signed_at}
    await tx.execute(_ADD_CHECKPOINT, values)


async def read_leaves(tx: Transaction, name: TileName) -> list[bytes]:
    """The leaves of one entry bundle."""
    first = name.index * TILE_WIDTH
    rows = await tx.execute(_LEAVES, {"first": first, "end": first + name.width})
    return list(rows.scalars())


async def get_leaf(tx: Transaction, index: int) -> bytes:
    """The leaf at a place that is signed."""
    return bytes((await tx.execute(_LEAF, {"index": index})).scalar_one())
