"""SQL of accepting: two statements for what is known and what is written, however many are accepted together."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pydantic_core import to_json

from chassis.db import DriverTransaction
from chassis.delivery.events import Context, first_event_columns, first_events
from referral_intake.accepting.model import Acceptance, Earlier, Found
from referral_intake.model import NUMBER_KINDS, Answer, ClientKey, StoredAnswer
from referral_intake.store.marks import KEYED_NUMBERS, NUMBERS, lock_of

_LOOK_UP: Final = f"""
    WITH asked AS (
        SELECT * FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS a(client_id, key, nth)
    ), locked AS MATERIALIZED (
        SELECT nth, client_id, key,
               pg_try_advisory_xact_lock(hashtextextended('idempotency/' || client_id || '/' || key, 0)) AS free
        FROM asked
    ), marked AS MATERIALIZED (
        SELECT new.nth, sha256(k.key || new.mark) AS mark, {KEYED_NUMBERS} AS numbers
        FROM unnest($3::bigint[], $4::bytea[], $5::bytea[], $6::bytea[], $7::bytea[]) AS new(nth, mark, {NUMBERS})
        CROSS JOIN repeat_key k
    ), earlier AS (
        SELECT DISTINCT ON (m.nth) m.nth, r.referral_id, r.reference, r.received_at
        FROM marked m
        CROSS JOIN LATERAL (
            SELECT referral_id FROM repeat_mark kept
            WHERE mark = m.mark AND received_at > $8
              AND NOT EXISTS (SELECT FROM unnest(kept.numbers, m.numbers) AS n(its, ours) WHERE its <> ours)
            ORDER BY received_at DESC, referral_id DESC LIMIT 1
        ) latest
        JOIN referral r USING (referral_id)
        ORDER BY m.nth, r.received_at DESC, r.referral_id
    )
    SELECT l.free, i.fingerprint, i.referral_id, i.answer,
           e.referral_id AS earlier_id, e.reference AS earlier_reference, e.received_at AS earlier_at
    FROM locked l
    LEFT JOIN idempotency i ON i.client_id = l.client_id AND i.key = l.key
    LEFT JOIN earlier e ON e.nth = l.nth
    ORDER BY l.nth
"""  # noqa: S608  # built from constants
_RECORD: Final = f"""
    WITH claimed AS (
        INSERT INTO idempotency (client_id, key, fingerprint, referral_id, answer)
        SELECT * FROM unnest($1::text[], $2::text[], $3::bytea[], $4::uuid[], $5::bytea[])
        ON CONFLICT DO NOTHING
        RETURNING referral_id
    ), referrals AS (
        INSERT INTO referral (referral_id, reference, partnership, agency, received_at, decision_expected_by,
                              immediate_danger, content_commitment, previous_referral_id, restricted)
        SELECT new.*
        FROM unnest($4::uuid[], $6::text[], $7::text[], $8::text[], $9::timestamptz[], $10::timestamptz[],
                    $11::boolean[], $12::text[], $13::uuid[], $14::boolean[])
             AS new(referral_id, reference, partnership, agency, received_at, expected, danger, commitment, previous,
                    restricted)
        JOIN claimed USING (referral_id)
    ), documents AS (
        INSERT INTO document (referral_id, salt, content, missing)
        SELECT new.*
        FROM unnest($4::uuid[], $15::bytea[], $16::bytea[], $17::jsonb[]) AS new(referral_id, salt, content, missing)
        JOIN claimed USING (referral_id)
    ), children AS (
        INSERT INTO child (child_id, referral_id, place, unborn)
        SELECT new.*
        FROM unnest($18::uuid[], $19::uuid[], $20::smallint[], $21::boolean[])
             AS new(child_id, referral_id, place, unborn)
        JOIN claimed USING (referral_id)
    ), marks AS (
        INSERT INTO repeat_mark (mark, referral_id, received_at, place, numbers)
        SELECT sha256(k.key || new.mark), new.referral_id, new.received_at, new.place, {KEYED_NUMBERS}
        FROM unnest($22::bytea[], $23::uuid[], $24::timestamptz[], $25::smallint[], $26::bytea[], $27::bytea[],
                    $28::bytea[])
             AS new(mark, referral_id, received_at, place, {NUMBERS})
        JOIN claimed USING (referral_id)
        CROSS JOIN repeat_key k
    ), events AS ({first_events(29, keys="SELECT convert_to(referral_id::text, 'UTF8') FROM claimed")})
    SELECT referral_id FROM claimed
"""  # noqa: S608  # built from constants
_ANSWERS: Final = """
    SELECT client_id, key, fingerprint, referral_id, answer
    FROM idempotency JOIN unnest($1::text[], $2::text[]) AS asked(client_id, key) USING (client_id, key)
"""


def locks_of(acceptances: Sequence[Acceptance]) -> frozenset[int]:
    """With what the transaction of these begins.

    Interleaving prevented: two referrals about one child that come at the same moment would not see each other;
    whoever comes second waits for the first one's commit.
    """
    return frozenset(lock_of(mark) for a in acceptances for mark in a.marks)


async def look_up(tx: DriverTransaction, acceptances: Sequence[Acceptance], *, since: datetime) -> list[Found]:
    """What is known of each one's key and children, in order; free keys stay locked until this transaction ends.

    ``since``: how long ago an earlier referral about the same child may have come. Never waits for anybody.

    Interleaving prevented: two requests with one key would both find it unused, and one would wait inside its
    batch, with all its neighbours, for the other's commit.
    """
    marks = [(nth, mark) for nth, a in enumerate(acceptances, 1) for mark in a.marks]
    clients, keys = [a.sender.client_id for a in acceptances], [a.key for a in acceptances]
    asked = _columns([(nth, mark.digest, *mark.numbers) for nth, mark in marks], 2 + NUMBER_KINDS)
    rows = await tx.fetch(_LOOK_UP, clients, keys, *asked, since)
    return [_found(*row) for row in rows]


async def record_accepted(
    tx: DriverTransaction, acceptances: Sequence[Acceptance], *, contexts: Sequence[Context]
) -> frozenset[UUID]:
    """Write the referrals, their documents, answers and events; returns those whose key was new.

    The others are not written: their key was given an answer after it was looked up.
    """
    if not acceptances:
        return frozenset()
    events = first_event_columns([(a.received, context) for a, context in zip(acceptances, contexts, strict=True)])
    rows = await tx.fetch(_RECORD, *_referrals(acceptances), *_children(acceptances), *_marks(acceptances), *events)
    return frozenset(referral_id for (referral_id,) in rows)


async def find_answers(tx: DriverTransaction, keys: Sequence[ClientKey]) -> dict[ClientKey, StoredAnswer]:
    """The answers that keys were given."""
    rows = await tx.fetch(_ANSWERS, [client for client, _ in keys], [key for _, key in keys])
    return {(client, key): StoredAnswer(print_, Answer(id_, body)) for client, key, print_, id_, body in rows}


def _found(free: bool, fingerprint: bytes, referral_id: UUID, answer: bytes | None, *earlier: Any) -> Found:
    stored = StoredAnswer(fingerprint, Answer(referral_id, answer)) if answer is not None else None
    return Found(free, stored, Earlier(*earlier) if earlier[0] is not None else None)


def _referrals(acceptances: Sequence[Acceptance]) -> Iterator[Sequence[Any]]:
    """$1 to $17 of ``_RECORD``."""
    received = [a.received for a in acceptances]
    yield [a.sender.client_id for a in acceptances]
    yield [a.key for a in acceptances]
    yield [a.fingerprint for a in acceptances]
    yield [event.referral_id for event in received]
    yield [a.answer for a in acceptances]
    yield [event.reference for event in received]
    yield [a.sender.partnership for a in acceptances]
    yield [event.agency for event in received]
    yield [event.received_at for event in received]
    yield [event.decision_expected_by for event in received]
    yield [event.immediate_danger for event in received]
    yield [event.content_commitment for event in received]
    yield [event.previous_referral_id for event in received]
    yield [a.restricted for a in acceptances]
    yield [a.salt for a in acceptances]
    yield [a.document for a in acceptances]
    yield [_missing(a) for a in acceptances]


def _missing(acceptance: Acceptance) -> str:
    """As text: for a code whose type it is not told the writer of JSON takes seven times as long."""
    return to_json([(item.value, pointer) for item, pointer in acceptance.told.missing]).decode()


def _children(acceptances: Sequence[Acceptance]) -> Iterator[Sequence[Any]]:
    """$18 to $21 of ``_RECORD``."""
    rows = [
        (child.child_id, a.received.referral_id, place, child.unborn)
        for a in acceptances
        for place, child in enumerate(a.received.children)
    ]
    return _columns(rows, 4)


def _marks(acceptances: Sequence[Acceptance]) -> Iterator[Sequence[Any]]:
    """$22 to $28 of ``_RECORD``."""
    rows = [
        (mark.digest, a.received.referral_id, a.received.received_at, mark.place, *mark.numbers)
        for a in acceptances
        for mark in a.marks
    ]
    return _columns(rows, 4 + NUMBER_KINDS)


def _columns(rows: Sequence[tuple[Any, ...]], count: int) -> Iterator[Sequence[Any]]:
    return zip(*rows, strict=True) if rows else iter([()] * count)
