"""Recording events: one row is both history and outbox, written in the caller's transaction."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text

from chassis import telemetry
from chassis.db import Transaction
from contracts.events import Event
from contracts.topics import topic_of


@dataclass(frozen=True)
class Context:
    """What an event's envelope says beside its facts: who records it, for whom, when and because of what."""

    source: str
    partnership: str
    now: datetime
    causation_id: UUID | None = None


_LOCK: Final = text(
    "SELECT pg_advisory_xact_lock(hashtextextended(a, 0)) FROM unnest(CAST(:aggregates AS text[])) AS a"
)

_INSERT: Final = text(
    """
    WITH new AS (
        SELECT *, row_number() OVER (PARTITION BY aggregate ORDER BY nth) AS step
        FROM unnest(CAST(:aggregates AS text[]), CAST(:topics AS text[]), CAST(:keys AS bytea[]),
                    CAST(:types AS text[]), CAST(:correlations AS text[]), CAST(:data AS bytea[]))
             WITH ORDINALITY AS n(aggregate, topic, key, type, correlation, data, nth)
    ), head AS (
        SELECT a.aggregate, coalesce(
            (SELECT e.version FROM event e WHERE e.aggregate = a.aggregate ORDER BY e.version DESC LIMIT 1), 0
        ) AS version
        FROM (SELECT DISTINCT aggregate FROM new) a
    )
    INSERT INTO event (event_id, aggregate, version, topic, key, headers, data, recorded_at)
    SELECT gen_random_uuid(), new.aggregate, head.version + new.step, new.topic, new.key,
           CAST(:shared AS jsonb) || jsonb_build_object('ce_type', new.type, 'ce_correlationid', new.correlation),
           new.data, :now
    FROM new JOIN head USING (aggregate)
    ORDER BY new.nth
    RETURNING aggregate, version
    """
)


async def record(tx: Transaction, events: Sequence[Event], *, context: Context) -> dict[str, int]:
    """Append events, in order, each with the next version of its aggregate; returns each aggregate's new version.

    The only writer of events. MUST be called in the transaction that changes the state the events tell of:
    then neither can exist without the other. MUST NOT be followed by a commit anywhere but at the edge.

    Interleaving prevented: two transactions of one aggregate both read version 4 and both write 5, or the one
    that took the lower ``id`` commits last, so that the relay sends 5 after 6. The lock is taken before the
    version is read and held until the commit, so ids of one aggregate rise in the order of its commits.
    It is taken in sorted order, so that two callers with the same aggregates cannot wait for each other.
    """
    if not events:
        return {}
    await tx.execute(_LOCK, {"aggregates": sorted({event.subject for event in events})})
    rows = await tx.execute(_INSERT, _columns(events, context))
    versions: dict[str, int] = {}
    for aggregate, version in rows:
        versions[aggregate] = max(version, versions.get(aggregate, 0))
    return versions


def _columns(events: Sequence[Event], context: Context) -> dict[str, object]:
    """The events as one array per column, for a single statement however many there are."""
    return {
        "aggregates": [event.subject for event in events],
        "topics": [topic_of(event.TYPE).name for event in events],
        "keys": [str(event.correlation).encode() for event in events],
        "types": [event.TYPE for event in events],
        "correlations": [str(event.correlation) for event in events],
        "data": [event.to_json() for event in events],
        "shared": _shared_headers(context),
        "now": context.now,
    }


def _shared_headers(context: Context) -> str:
    shared = {
        "ce_source": context.source,
        "ce_partnership": context.partnership,
        "ce_time": context.now.isoformat(),
        "ce_causationid": str(context.causation_id) if context.causation_id else None,
        "traceparent": telemetry.current_traceparent(),
    }
    return json.dumps({name: value for name, value in shared.items() if value is not None})
