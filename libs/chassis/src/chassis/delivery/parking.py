"""Parked messages: rows that keep a record whole and block its key until they are resolved."""

import base64
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row, text

from chassis.db import Transaction
from chassis.delivery.failures import Failure
from chassis.delivery.messages import Message, Record

GAP: Final = "gap"
BEHIND: Final = "behind"
MOST_ATTEMPTS: Final = 32_767

_NOT_TEXT: Final = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")

BLOCKED: Final = """
    SELECT key,
           bool_or(error_class NOT IN ('gap', 'behind') OR next_try_at IS NOT NULL) AS shut,
           array_agg(aggregate) FILTER (WHERE error_class = 'gap' AND aggregate IS NOT NULL) AS aggregates,
           array_agg(version) FILTER (WHERE error_class = 'gap' AND aggregate IS NOT NULL) AS versions
    FROM parked WHERE key = ANY(CAST(:keys AS bytea[])) AND settled_at IS NULL GROUP BY key"""
"""The rows that ``blocks_of`` reads, of those ``keys`` that are blocked."""
_INSERT: Final = """
    INSERT INTO parked (topic, partition, kafka_offset, key, aggregate, version, headers, data, error_class, parked_at,
                        raw_headers, place, next_try_at)
    SELECT :topic, :partition, :offset, CAST(:key AS bytea), CAST(:aggregate AS text), CAST(:version AS integer),
           CAST(:headers AS jsonb), CAST(:data AS bytea), :error_class, :now,
           :raw_headers, CAST(:place AS text), CAST(:next_try_at AS timestamptz)
    WHERE NOT EXISTS (SELECT FROM parked WHERE settled_at IS NULL AND data IS NOT DISTINCT FROM CAST(:data AS bytea)
                      AND {same})"""
_PARK_MESSAGE: Final = text(
    _INSERT.format(
        same="""key = CAST(:key AS bytea) AND aggregate = CAST(:aggregate AS text)
                AND version = CAST(:version AS integer)
                AND headers ->> 'ce_id' IS NOT DISTINCT FROM CAST(:headers AS jsonb) ->> 'ce_id'"""
    )
)
_PARK_RECORD: Final = text(
    _INSERT.format(
        same="""topic = :topic AND partition = :partition AND kafka_offset = :offset
                AND key IS NOT DISTINCT FROM CAST(:key AS bytea) AND raw_headers = :raw_headers"""
    )
)
_MISSING_CAME: Final = text(
    """UPDATE parked SET error_class = 'behind', next_try_at = NULL
       WHERE key = :key AND aggregate = :aggregate AND error_class = 'gap' AND settled_at IS NULL"""
)
_MAKE_DUE: Final = text(
    """UPDATE parked SET next_try_at = :now
       WHERE key = ANY(CAST(:keys AS bytea[])) AND settled_at IS NULL AND error_class IN ('gap', 'behind')"""
)


@dataclass(frozen=True)
class Block:
    """Why a key is blocked. One that only waits for missing versions lets those of ``missing`` aggregates pass."""

    shut: bool = True
    missing: Mapping[str, int] = field(default_factory=dict)
    """Aggregate -> the version that waits for those before it."""

    def lets_pass(self, aggregate: str) -> bool:
        """True when the key only waits for a missing version of this aggregate."""
        return not self.shut and aggregate in self.missing

    def is_closed_by(self, aggregate: str, version: int) -> bool:
        """True when nothing is missing of an aggregate any more once this version is in effect."""
        return version + 1 >= self.missing.get(aggregate, version + 2)


SHUT: Final = Block()


def blocks_of(rows: Iterable[Row[Any]]) -> dict[bytes, Block]:
    """Why keys are blocked, from rows of ``BLOCKED``."""
    return {row.key: Block(row.shut, _lowest(row.aggregates or (), row.versions or ())) for row in rows}


def _lowest(aggregates: Sequence[str], versions: Sequence[int]) -> dict[str, int]:
    lowest: dict[str, int] = {}
    for aggregate, version in zip(aggregates, versions, strict=True):
        lowest[aggregate] = min(version, lowest.get(aggregate, version))
    return lowest


@dataclass(frozen=True)
class Why:
    """Why a message is parked. ``place`` and ``pause`` are of a failure of ours, which is tried again by itself."""

    error_class: str
    place: str | None = None
    pause: timedelta | None = None

    @classmethod
    def failing(cls, failure: Failure, pause: timedelta) -> "Why":
        """Our code failed on it."""
        return cls(failure.error_class, failure.place, pause)


async def park(tx: Transaction, record: Record, message: Message | None, *, why: Why, now: datetime) -> None:
    """Keep a record whole, whatever it holds. A copy of one that is parked already is dropped; another one is not."""
    await tx.execute(
        _PARK_RECORD if message is None else _PARK_MESSAGE,
        {
            "topic": record.topic,
            "partition": record.partition,
            "offset": record.offset,
            "key": record.key,
            "aggregate": message.envelope.subject if message else None,
            "version": message.envelope.sequence if message else None,
            "headers": readable(record.headers),
            "data": record.data,
            "error_class": why.error_class,
            "now": now,
            "raw_headers": whole(record.headers),
            "place": why.place,
            "next_try_at": now + why.pause if why.pause is not None else None,
        },
    )


def readable(headers: Iterable[tuple[str, bytes | None]]) -> str:
    """Headers as people and statements read them, in JSON that the database accepts: the last of each name counts."""
    named = {_clean(name): _clean(value.decode(errors="replace")) for name, value in headers if value is not None}
    return json.dumps(named)


def _clean(text_: str) -> str:
    return _NOT_TEXT.sub("\N{REPLACEMENT CHARACTER}", text_)


def whole(headers: Iterable[tuple[str, bytes | None]]) -> bytes:
    """Headers with nothing lost: order, names given twice, bytes that are no text, nulls."""
    pairs = [[name, None if value is None else base64.b64encode(value).decode()] for name, value in headers]
    return json.dumps(pairs).encode()


def record_of(row: Row[Any]) -> Record:
    """The record that a row keeps, byte for byte. Rows of the first edition keep no more than readable headers."""
    if row.raw_headers is None:
        headers: tuple[tuple[str, bytes | None], ...] = tuple((n, str(v).encode()) for n, v in row.headers.items())
    else:
        pairs = json.loads(row.raw_headers)
        headers = tuple((name, None if value is None else base64.b64decode(value)) for name, value in pairs)
    return Record(row.topic, row.partition, row.kafka_offset, row.key, headers, row.data)


async def note_missing_came(tx: Transaction, key: bytes, aggregate: str) -> None:
    """The version that was missing is here, but parked: what waited for it waits behind it; its owner is not asked."""
    await tx.execute(_MISSING_CAME, {"key": key, "aggregate": aggregate})


async def make_due(tx: Transaction, keys: Iterable[bytes | None], *, now: datetime) -> None:
    """What stood in the way of these keys is gone: what waits there is tried as soon as it can be.

    It stays parked until then, and what arrives meanwhile parks behind it. Order prevented: a message that arrives
    takes effect before one of its key that has been waiting.
    """
    await tx.execute(_MAKE_DUE, {"keys": [key for key in keys if key is not None], "now": now})
