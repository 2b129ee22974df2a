"""All SQL of the log: appending, sequencing, and reading what is public of it."""

from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import text

from audit.errors import NotInLog
from audit.model import PendingEntry, PlacedEntry, StoredCheckpoint
from audit.tables import ENTRY_COLUMNS
from audit.tiles import TILE_WIDTH, TileName
from audit.tree import GrownTile, Tiles
from chassis.db import Transaction

_COLUMNS: Final = ", ".join(ENTRY_COLUMNS)

_APPEND: Final = text(
    f"""INSERT INTO pending ({_COLUMNS})
        SELECT {_COLUMNS} FROM unnest(
            CAST(:event_ids AS uuid[]), CAST(:subjects AS text[]), CAST(:versions AS integer[]),
            CAST(:types AS text[]), CAST(:referral_ids AS uuid[]), CAST(:partnerships AS text[]),
            CAST(:times AS timestamptz[]), CAST(:bodies AS bytea[])
        ) WITH ORDINALITY AS n({_COLUMNS}, nth) ORDER BY nth"""  # noqa: S608 - constants of this file
)
_LOCK_SIZE: Final = text("SELECT size FROM log FOR UPDATE")
_SET_SIZE: Final = text("UPDATE log SET size = :size")
_MOVE: Final = text(
    f"""WITH taken AS (
            DELETE FROM pending WHERE id IN (SELECT id FROM pending ORDER BY id LIMIT :limit) RETURNING *
        ), placed AS (
            SELECT :first_index + row_number() OVER (ORDER BY id) - 1 AS leaf_index, {_COLUMNS} FROM taken
        ), stored AS (
            INSERT INTO entry (leaf_index, {_COLUMNS}) SELECT * FROM placed
        )
        SELECT body FROM placed ORDER BY leaf_index"""  # noqa: S608 - constants of this file
)
_TILES: Final = text(
    """SELECT level, tile_index, hashes FROM tile
       JOIN unnest(CAST(:levels AS smallint[]), CAST(:indexes AS bigint[])) AS n(level, tile_index)
       USING (level, tile_index)"""
)
_PUT_TILES: Final = text(
    """INSERT INTO tile (level, tile_index, hashes)
       SELECT * FROM unnest(CAST(:levels AS smallint[]), CAST(:indexes AS bigint[]), CAST(:hashes AS bytea[]))
       ON CONFLICT (level, tile_index) DO UPDATE SET hashes = EXCLUDED.hashes"""
)
_LAST_CHECKPOINT: Final = text("SELECT size, note, signed_at FROM checkpoint ORDER BY size DESC LIMIT 1")
_CHECKPOINT_AT: Final = text("SELECT size, note, signed_at FROM checkpoint WHERE size = :size")
_ADD_CHECKPOINT: Final = text("INSERT INTO checkpoint (size, note, signed_at) VALUES (:size, :note, :signed_at)")
_BODIES: Final = text("SELECT body FROM entry WHERE leaf_index >= :first AND leaf_index < :end ORDER BY leaf_index")
_LEAF: Final = text("SELECT leaf_index, body FROM entry WHERE event_id = :event_id ORDER BY leaf_index LIMIT 1")
_OF_REFERRAL: Final = text(
    """SELECT leaf_index, body, partnership FROM entry
       WHERE referral_id = :referral_id AND leaf_index < :size ORDER BY occurred_at, leaf_index"""
)
_LOOKS: Final = text(
    """SELECT leaf_index, body, partnership FROM entry
       WHERE referral_id = :referral_id AND leaf_index < :size
         AND split_part(type, '.', 1) IN ('record', 'access', 'break-glass')
       ORDER BY occurred_at, leaf_index"""
)
_PARTNERSHIP: Final = text(
    """SELECT partnership FROM entry WHERE referral_id = :referral_id AND type <> 'access.denied.v1'
       ORDER BY leaf_index LIMIT 1"""
)
_PENDING: Final = text("SELECT count(*) FROM pending")


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
    """The number of leaves. Whoever holds this lock is the only one that can add or sign."""
    return int((await tx.execute(_LOCK_SIZE)).scalar_one())


async def set_size(tx: Transaction, size: int) -> None:
    """MUST follow ``lock_size`` in the same transaction."""
    await tx.execute(_SET_SIZE, {"size": size})


async def move_pending(tx: Transaction, *, first_index: int, limit: int) -> list[bytes]:
    """Give the oldest pending entries their places from ``first_index`` on; returns their bytes in that order.

    The order of ids is the order of versions within an aggregate: one partition is read by one transaction after
    another, and a later one takes later ids. Between aggregates any order will do.
    """
    rows = await tx.execute(_MOVE, {"first_index": first_index, "limit": limit})
    return list(rows.scalars())


async def read_tiles(tx: Transaction, names: Iterable[tuple[int, int]]) -> Tiles:
    """Those of the tiles, by (level, index), that are stored."""
    wanted = list(names)
    rows = await tx.execute(_TILES, {"levels": [level for level, _ in wanted], "indexes": [n for _, n in wanted]})
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


async def find_checkpoint(tx: Transaction) -> StoredCheckpoint | None:
    """The last checkpoint that was signed; None before the first."""
    row = (await tx.execute(_LAST_CHECKPOINT)).one_or_none()
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


async def add_checkpoint(tx: Transaction, checkpoint: StoredCheckpoint) -> None:
    """Fails when this size was signed before: no size is ever signed twice."""
    values = {"size": checkpoint.size, "note": checkpoint.note, "signed_at": checkpoint.signed_at}
    await tx.execute(_ADD_CHECKPOINT, values)


async def read_bundle(tx: Transaction, name: TileName) -> list[bytes]:
    """The entries of one bundle."""
    first = name.index * TILE_WIDTH
    rows = await tx.execute(_BODIES, {"first": first, "end": first + name.width})
    return list(rows.scalars())


async def find_leaf(tx: Transaction, event_id: UUID) -> tuple[int, bytes] | None:
    """Where an event stands in the log, and its entry."""
    row = (await tx.execute(_LEAF, {"event_id": event_id})).one_or_none()
    return None if row is None else (row.leaf_index, row.body)


async def read_journey(tx: Transaction, referral_id: UUID, *, size: int) -> list[PlacedEntry]:
    """Every entry of one referral among the first ``size``, in the order of time."""
    rows = await tx.execute(_OF_REFERRAL, {"referral_id": referral_id, "size": size})
    return [PlacedEntry(row.leaf_index, row.body, row.partnership) for row in rows]


async def read_looks(tx: Transaction, referral_id: UUID, *, size: int) -> list[PlacedEntry]:
    """Every look, granted or refused, at what is held about one referral."""
    rows = await tx.execute(_LOOKS, {"referral_id": referral_id, "size": size})
    return [PlacedEntry(row.leaf_index, row.body, row.partnership) for row in rows]


async def find_partnership(tx: Transaction, referral_id: UUID) -> str | None:
    """Whose referral it is, as its first entry says; None when the log holds nothing of it.

    Refused looks do not count: they are entries of whoever tried, and may be read before the referral itself.
    """
    partnership: str | None = await tx.scalar(_PARTNERSHIP, {"referral_id": referral_id})
    return partnership


async def count_pending(tx: Transaction) -> int:
    """How many entries wait for a place."""
    return int((await tx.execute(_PENDING)).scalar_one())
