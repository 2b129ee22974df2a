"""SQL of the secrets that endpoints share with us: which still have to be sealed, or sealed again."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text

from agency_notify.model import Sealed
from agency_notify.sealing import Place
from chassis.db import Transaction

_LOCK_PLAIN: Final = text(
    """SELECT endpoint_id, secret, previous_secret, sealed_secret, secret_key_id, sealed_previous, previous_key_id
       FROM endpoint WHERE secret IS NOT NULL OR previous_secret IS NOT NULL
       ORDER BY endpoint_id LIMIT :limit FOR UPDATE"""
)
_LOCK_PAGE: Final = text(
    """SELECT endpoint_id, secret, previous_secret, sealed_secret, secret_key_id, sealed_previous, previous_key_id
       FROM endpoint
       WHERE endpoint_id > :after AND (secret IS NOT NULL OR previous_secret IS NOT NULL
             OR secret_key_id <> :key_id OR previous_key_id <> :key_id)
       ORDER BY endpoint_id LIMIT :limit FOR UPDATE"""
)
_RECORD_CURRENT: Final = text(
    """UPDATE endpoint e SET secret = NULL, sealed_secret = n.sealed, secret_key_id = n.key_id
       FROM unnest(CAST(:ids AS uuid[]), CAST(:sealed AS bytea[]), CAST(:key_ids AS text[])) AS n(id, sealed, key_id)
       WHERE e.endpoint_id = n.id"""
)
_RECORD_PREVIOUS: Final = text(
    """UPDATE endpoint e SET previous_secret = NULL, sealed_previous = n.sealed, previous_key_id = n.key_id
       FROM unnest(CAST(:ids AS uuid[]), CAST(:sealed AS bytea[]), CAST(:key_ids AS text[])) AS n(id, sealed, key_id)
       WHERE e.endpoint_id = n.id"""
)
_BY_KEY: Final = text(
    """SELECT key_id, count(*) AS secrets FROM (
           SELECT secret_key_id AS key_id FROM endpoint WHERE secret_key_id IS NOT NULL
           UNION ALL SELECT previous_key_id FROM endpoint WHERE previous_key_id IS NOT NULL
       ) AS kept GROUP BY key_id ORDER BY key_id"""
)


@dataclass(frozen=True)
class Stored:
    """One secret as it is stored: still plain, or sealed."""

    place: Place
    plain: str | None = field(repr=False)
    sealed: Sealed | None


async def lock_plain(tx: Transaction, *, limit: int) -> Sequence[Stored]:
    """What is still stored in plain text, of so many endpoints at most."""
    rows = await tx.execute(_LOCK_PLAIN, {"limit": limit})
    return [stored for row in rows for stored in _stored(row) if stored.plain is not None]


async def lock_page(tx: Transaction, *, key_id: str, after: UUID, limit: int) -> Sequence[Stored]:
    """What is not sealed with that key, of so many endpoints at most, by id."""
    rows = await tx.execute(_LOCK_PAGE, {"key_id": key_id, "after": after, "limit": limit})
    return [
        stored for row in rows for stored in _stored(row) if stored.sealed is None or stored.sealed.key_id != key_id
    ]


async def record_sealed(tx: Transaction, sealed: Sequence[tuple[Place, Sealed]]) -> None:
    """Write sealed secrets where they belong, in place of what was there."""
    for record, of in ((_RECORD_CURRENT, Place.current), (_RECORD_PREVIOUS, Place.previous)):
        written = [(place.record_id, each) for place, each in sealed if place == of(place.record_id)]
        if written:
            columns = {
                "ids": [endpoint_id for endpoint_id, _ in written],
                "sealed": [each.text for _, each in written],
                "key_ids": [each.key_id for _, each in written],
            }
            await tx.execute(record, columns)


async def count_by_key(tx: Transaction) -> dict[str, int]:
    """How many secrets each key has sealed, by the id of the key."""
    return {row.key_id: row.secrets for row in await tx.execute(_BY_KEY)}


def _stored(row: Row[Any]) -> tuple[Stored, ...]:
    """The secrets of one endpoint: none, one, or the one before it too. What is plain is newer than what is sealed."""
    current, previous = Place.current(row.endpoint_id), Place.previous(row.endpoint_id)
    kept = (
        Stored(current, row.secret, _sealed(row.secret_key_id, row.sealed_secret)),
        Stored(previous, row.previous_secret, _sealed(row.previous_key_id, row.sealed_previous)),
    )
    return tuple(each for each in kept if each.plain is not None or each.sealed is not None)


def _sealed(key_id: str | None, content: bytes | None) -> Sealed | None:
    return Sealed(key_id, content) if key_id is not None and content is not None else None
