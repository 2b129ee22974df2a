"""Recording events: one row is both history and outbox, written in the caller's transaction."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import text

from chassis import telemetry
from chassis.db import Transaction
from chassis.waking import RELAY, wake_sql
from contracts.bounds import MOST_DATA_BYTES, holds_time
from contracts.envelope import NAME_PATTERN, NO_PARTNERSHIP
from contracts.events import Event
from contracts.topics import topic_of

_NAME: Final = re.compile(NAME_PATTERN)


class TooLong(ValueError):
    """An event that no reader would accept and no broker would carry: it may not be recorded."""


@dataclass(frozen=True)
class Context:
    """What an event's envelope says beside its facts: who records it, for whom, when and because of what.

    ``partnership`` is empty when there is none; ``traceparent`` is the trace it belongs to, None means the trace of
    the current span. Raises ``ValueError`` for what readers would refuse: such an event would block its referral.
    """

    source: str
    partnership: str
    now: datetime
    causation_id: UUID | None = None
    traceparent: str | None = None

    def __post_init__(self) -> None:
        named = _NAME.fullmatch(self.source) and _NAME.fullmatch(self.partnership or NO_PARTNERSHIP)
        if not named or not holds_time(self.now):
            raise ValueError("no reader would accept an event with this context")


_LOCK: Final = text(
    f"""SELECT pg_advisory_xact_lock(hashtextextended(a, 0)), {wake_sql(RELAY)}
        FROM unnest(CAST(:aggregates AS text[])) AS a"""  # noqa: S608  # built from constants
)

_INSERT: Final = text(
    """
    WITH new AS (
        SELECT *, row_number() OVER (PARTITION BY aggregate ORDER BY nth) AS step
        FROM unnest(CAST(:aggregates AS text[]), CAST(:topics AS text[]), CAST(:keys AS bytea[]),
                    CAST(:headers AS text[]), CAST(:data AS bytea[]), CAST(:recorded AS timestamptz[]))
             WITH ORDINALITY AS n(aggregate, topic, key, headers, data, recorded_at, nth)
    ), head AS (
        SELECT a.aggregate, coalesce(
            (SELECT e.version FROM event e WHERE e.aggregate = a.aggregate ORDER BY e.version DESC LIMIT 1), 0
        ) AS version
        FROM (SELECT DISTINCT aggregate FROM new) a
    )
    INSERT INTO event (event_id, aggregate, version, topic, key, headers, data, recorded_at)
    SELECT gen_random_uuid(), new.aggregate, head.version + new.step, new.topic, new.key,
           CAST(new.headers AS jsonb), new.data, new.recorded_at
    FROM new JOIN head USING (aggregate)
    ORDER BY new.nth
    RETURNING aggregate, version
    """
)


_KINDS: Final = {
    "aggregates": "text",
    "topics": "text",
    "keys": "bytea",
    "headers": "text",
    "data": "bytea",
    "recorded": "timestamptz",
}
"""What ``_columns`` makes."""


def _insert_first(arrays: Sequence[str], *, only: str = "") -> str:
    return f"""
        INSERT INTO event (event_id, aggregate, version, topic, key, headers, data, recorded_at)
        SELECT gen_random_uuid(), n.aggregate, 1, n.topic, n.key, CAST(n.headers AS jsonb), n.data, n.recorded_at
        FROM unnest({", ".join(arrays)}) WITH ORDINALITY AS n(aggregate, topic, key, headers, data, recorded_at, nth)
        {only}
        ORDER BY n.nth
        RETURNING {wake_sql(RELAY)}
    """  # noqa: S608  # built from constants


FIRST_EVENTS: Final = _insert_first([f"CAST(:{name} AS {kind}[])" for name, kind in _KINDS.items()])
"""SQL that appends the first events of aggregates that this very statement makes, for a ``WITH`` beside them.

Its parameters are those of ``first_event_parameters``. Cheaper than ``record_each``: nobody else can know such an
aggregate before the commit, so there is no lock to take and no version to look up. One that was there already fails
the statement.
"""


async def record(tx: Transaction, events: Sequence[Event], *, context: Context) -> dict[str, int]:
    """Append events that share a cause, in order; returns each aggregate's new version. See ``record_each``."""
    return await record_each(tx, [(event, context) for event in events])


async def record_each(tx: Transaction, entries: Sequence[tuple[Event, Context]]) -> dict[str, int]:
    """Append events, in order, each with the next version of its aggregate; returns each aggregate's new version.

    With ``FIRST_EVENTS`` the only writer of events. MUST be called in the transaction that changes the state the
    events are about: neither can exist without the other then. MUST NOT be followed by a commit but at the edge.

    Interleaving prevented: two transactions of one aggregate both read version 4 and both write 5, or the one
    that took the lower ``id`` commits last, so that the relay sends 5 after 6. The lock is taken before the
    version is read and held until the commit, so ids of one aggregate rise in the order of its commits.
    It is taken in sorted order, so that two callers with the same aggregates cannot wait for each other.
    """
    if not entries:
        return {}
    await tx.execute(_LOCK, {"aggregates": sorted({event.subject for event, _ in entries})})
    rows = await tx.execute(_INSERT, _columns(entries))
    versions: dict[str, int] = {}
    for aggregate, version in rows:
        versions[aggregate] = max(version, versions.get(aggregate, 0))
    return versions


def first_events(parameter: int, *, keys: str) -> str:
    """The same as ``FIRST_EVENTS``, with the parameters from ``$parameter`` on, which ``first_event_columns`` makes.

    ``keys`` is the query of the keys whose events are wanted.
    """
    arrays = [f"${parameter + nth}::{kind}[]" for nth, kind in enumerate(_KINDS.values())]
    return _insert_first(arrays, only=f"WHERE n.key IN ({keys})")


def first_event_columns(entries: Sequence[tuple[Event, Context]]) -> Iterable[object]:
    """What ``first_events`` takes."""
    return _columns(entries).values()


def first_event_parameters(entries: Sequence[tuple[Event, Context]]) -> Mapping[str, object]:
    """What ``FIRST_EVENTS`` takes."""
    return _columns(entries)


def _columns(entries: Sequence[tuple[Event, Context]]) -> dict[str, object]:
    """The events as one array per column, for a single statement however many there are."""
    current = telemetry.current_traceparent()
    keys = [str(event.correlation) for event, _ in entries]
    return {
        "aggregates": [event.subject for event, _ in entries],
        "topics": [topic_of(event.TYPE).name for event, _ in entries],
        "keys": [key.encode() for key in keys],
        "headers": [
            _headers(event, context, key, current) for (event, context), key in zip(entries, keys, strict=True)
        ],
        "data": [_data(event) for event, _ in entries],
        "recorded": [context.now for _, context in entries],
    }


def _data(event: Event) -> bytes:
    """Raises ``TooLong``. Prevented: a relay that ends at the same event whenever it is started."""
    data = event.to_json()
    if len(data) > MOST_DATA_BYTES:
        raise TooLong(f"an event of {len(data)} bytes; readers accept {MOST_DATA_BYTES}")
    return data


def _headers(event: Event, context: Context, key: str, current: str | None) -> str:
    headers = {
        "ce_type": event.TYPE,
        "ce_correlationid": key,
        "ce_source": context.source,
        "ce_partnership": context.partnership or NO_PARTNERSHIP,
        "ce_time": context.now.isoformat(),
        "ce_causationid": str(context.causation_id) if context.causation_id else None,
        "traceparent": context.traceparent or current,
    }
    return to_json({name: value for name, value in headers.items() if value is not None}).decode()
