"""What operators see of parked messages and ask for: the reader of the partition carries it out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, text

from chassis.db import Transaction
from chassis.delivery.resolving import DISCARD, RELEASE
from chassis.telemetry.fields import plain
from chassis.waking import READER, wake
from contracts.problems import Conflict, NotFound

PAGE: Final = 100
SHOWN: Final = 1000
"""So many messages are named in an answer about many."""
_SHOWN_HEADERS: Final = ("ce_id", "ce_source", "ce_type", "ce_time", "ce_partnership")

_STATE: Final = """CASE WHEN error_class IN ('gap', 'behind') THEN error_class
                        WHEN next_try_at IS NOT NULL THEN 'failing' ELSE 'parked' END"""
_COLUMNS: Final = f"""id, topic, partition, kafka_offset, left(encode(key, 'escape'), 200) AS key, aggregate, version,
                      {_STATE} AS state, error_class, place, attempts, parked_at, next_try_at, asked"""
_FILTER: Final = f"""settled_at IS NULL
    AND (CAST(:id AS bigint) IS NULL OR id = :id)
    AND (CAST(:reason AS text) IS NULL OR error_class = :reason)
    AND (CAST(:key AS text) IS NULL OR encode(key, 'escape') = :key)
    AND (CAST(:state AS text) IS NULL OR {_STATE} = :state)"""

_LIST: Final = text(
    f"SELECT {_COLUMNS} FROM parked WHERE {_FILTER} AND id > :after ORDER BY id LIMIT :limit"  # noqa: S608  # constants
)
_COUNT: Final = text("SELECT count(*) FROM parked WHERE settled_at IS NULL")
_SHOW: Final = text(
    f"""SELECT {_COLUMNS}, asked_by, asked_reason, settled_at, settled_as, headers, octet_length(data) AS data_bytes,
               octet_length(raw_headers) AS header_bytes FROM parked WHERE id = :id"""  # noqa: S608  # constants
)
_CHOOSE: Final = text(
    f"""WITH chosen AS (
            SELECT id, aggregate, version FROM parked WHERE {_FILTER}
        ), earlier AS (
            SELECT p.id FROM parked p
            JOIN (SELECT aggregate, max(version) AS version FROM chosen GROUP BY aggregate) c USING (aggregate)
            WHERE p.settled_at IS NULL AND p.version < c.version AND p.id NOT IN (SELECT id FROM chosen)
        )
        SELECT p.id, p.aggregate, p.version, p.asked, p.id IN (SELECT id FROM earlier) AS earlier,
               {_STATE} AS state, p.error_class, a.version AS in_effect
        FROM parked p LEFT JOIN applied a USING (aggregate)
        WHERE p.id IN (SELECT id FROM chosen UNION SELECT id FROM earlier)
        ORDER BY p.aggregate, p.version, p.id"""  # noqa: S608  # constants
)
_ASK: Final = text(
    """UPDATE parked SET asked = :what, asked_by = :by, asked_reason = :reason
       WHERE id = ANY(CAST(:ids AS bigint[])) AND settled_at IS NULL AND asked IS NULL RETURNING id"""
)


class EarlierWait(Conflict):
    """Something of the same aggregate waits before what is to be discarded."""

    slug, title = "earlier-versions-wait", "Earlier versions of the same aggregate are parked as well"


@dataclass(frozen=True)
class Filter:
    """Which unresolved messages are meant; what is None does not matter. ``key`` is as the list shows it."""

    id: int | None = None
    reason: str | None = None
    key: str | None = None
    state: str | None = None

    def values(self) -> dict[str, object]:
        """The parameters of the statements."""
        return {"id": self.id, "reason": self.reason, "key": self.key, "state": self.state}


ALL: Final = Filter()


@dataclass(frozen=True)
class Act:
    """What an operator wants done, and why. ``with_earlier``: also with earlier versions of the same aggregates."""

    what: str
    reason: str
    by: str
    with_earlier: bool = False

    @classmethod
    def release(cls, *, reason: str, by: str) -> "Act":
        """Try it again, with everything before it in its key."""
        return cls(RELEASE, reason, by)

    @classmethod
    def discard(cls, *, reason: str, by: str, with_earlier: bool = False) -> "Act":
        """Give it up."""
        return cls(DISCARD, reason, by, with_earlier)


async def list_parked(
    tx: Transaction,
    chosen: Filter = ALL,
    *,
    after: int = 0,
    limit: int = PAGE,
) -> list[dict[str, Any]]:
    """Unresolved messages, oldest first, without their data."""
    rows = await tx.execute(_LIST, {**chosen.values(), "after": after, "limit": limit})
    return [dict(row._mapping) for row in rows]


async def count(tx: Transaction) -> int:
    """How many messages are parked, for whichever reason."""
    return await tx.scalar(_COUNT) or 0


async def show(tx: Transaction, parked_id: int) -> dict[str, Any]:
    """One message, resolved or not: all but its data, and of its headers only codes. Raises ``NotFound``."""
    row = (await tx.execute(_SHOW, {"id": parked_id})).one_or_none()
    if row is None:
        raise _no_such_message()
    shown = dict(row._mapping)
    headers = shown.pop("headers")
    shown["headers"] = {name: plain(headers[name], of="parked") for name in _SHOWN_HEADERS if name in headers}
    return shown


async def choose(tx: Transaction, chosen: Filter, act: Act) -> list[dict[str, Any]]:
    """What an act would be about, in the order of versions. Raises ``EarlierWait`` and ``NotFound``."""
    rows = (await tx.execute(_CHOOSE, chosen.values())).all()
    if chosen.id is not None and not rows:
        await _refuse(tx, chosen.id)
    if act.what != DISCARD:
        return [_named(row) for row in rows if not row.earlier]
    earlier = [row for row in rows if row.earlier]
    if earlier and not act.with_earlier:
        raise EarlierWait(_earlier_wait(earlier))
    return [_named(row) for row in rows]


async def ask(tx: Transaction, chosen: Filter, act: Act) -> list[dict[str, Any]]:
    """Ask the reader to carry an act out; returns what it is about. What somebody asked for before is left alone.

    Raises ``EarlierWait``, ``NotFound`` and ``Conflict``.
    """
    messages = await choose(tx, chosen, act)
    ids = [message["id"] for message in messages]
    values = {"what": act.what, "by": act.by, "reason": act.reason, "ids": ids}
    asked = set((await tx.execute(_ASK, values)).scalars())
    if chosen.id is not None and not asked.issuperset(ids):
        raise Conflict("Somebody asked for this or an earlier message before you. Look at the list again")
    await wake(tx, READER)
    return [message for message in messages if message["id"] in asked]


async def _refuse(tx: Transaction, parked_id: int) -> None:
    if (await tx.execute(_SHOW, {"id": parked_id})).one_or_none() is None:
        raise _no_such_message()
    raise Conflict("This message is already resolved. Look at the list again")


def _no_such_message() -> NotFound:
    return NotFound("No parked message has this number")


def _earlier_wait(rows: Sequence[Row[Any]]) -> str:
    first = rows[0]
    more = f" (and {len(rows) - 1} more)" if len(rows) > 1 else ""
    return (
        f"Message {first.id}, version {first.version} of {first.aggregate}{more}, comes before it. "
        "Resolve that first, or discard with the earlier versions, which gives each of them up as well"
    )


def _named(row: Row[Any]) -> dict[str, Any]:
    """``waits_for`` is the version that its aggregate goes on waiting for when the message is discarded."""
    waits_for = (row.in_effect or 0) + 1
    missing = row.state == "gap" and row.version is not None and row.version > waits_for
    return {
        "id": row.id,
        "aggregate": row.aggregate,
        "version": row.version,
        "state": row.state,
        "error_class": row.error_class,
        "earlier": row.earlier,
        "waits_for": waits_for if missing else None,
    }
