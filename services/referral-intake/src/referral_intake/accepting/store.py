"""SQL of accepting: two statements for what is known and what is written, however many are accepted together."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pydantic_core import to_json

from chassis.db import DriverTransaction
from chassis.delivery.events import Context, first_event_columns, first_events
from contracts.events import ReferralReceived
from referral_intake.accepting.model import Acceptance, Earlier, Found
from referral_intake.model import Answer, ClientKey, Mark, StoredAnswer
from referral_intake.store.marks import KEYED_NUMBERS, lock_of

_MARKS: Final = """json_to_recordset(${}::json) AS new(
            nth bigint, referral_id uuid, received_at timestamptz, place smallint, mark bytea, first_number bytea,
            second_number bytea, third_number bytea
        )"""
"""Rows of small values come as one JSON text: of an array the driver looks at every element several times, to see
whether it is an array itself, and that took as long as all the rules."""
_LOOK_UP: Final = f"""
    WITH asked AS (
        SELECT * FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS a(client_id, key, nth)
    ), locked AS MATERIALIZED (
        SELECT nth, client_id, key,
               pg_try_advisory_xact_lock(hashtextextended('idempotency/' || client_id || '/' || key, 0)) AS free
        FROM asked
    ), marked AS MATERIALIZED (
        SELECT new.nth, sha256(k.key || new.mark) AS mark, {KEYED_NUMBERS} AS numbers
        FROM {_MARKS.format(3)} CROSS JOIN repeat_key k
    ), earlier AS (
        SELECT DISTINCT ON (m.nth) m.nth, r.referral_id, r.reference, r.received_at
        FROM marked m
        CROSS JOIN LATERAL (
            SELECT referral_id FROM repeat_mark kept
            WHERE mark = m.mark AND received_at > $4
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
        FROM json_to_recordset($6::json) AS new(
            referral_id uuid, reference text, partnership text, agency text, received_at timestamptz,
            decision_expected_by timestamptz, immediate_danger boolean, content_commitment text,
            previous_referral_id uuid, restricted boolean
        )
        JOIN claimed USING (referral_id)
    ), documents AS (
        INSERT INTO document (referral_id, salt, content, missing)
        SELECT new.*
        FROM unnest($4::uuid[], $7::bytea[], $8::bytea[], $9::jsonb[]) AS new(referral_id, salt, content, missing)
        JOIN claimed USING (referral_id)
    ), children AS (
        INSERT INTO child (child_id, referral_id, place, unborn)
        SELECT new.*
        FROM json_to_recordset($10::json)
             AS new(child_id uuid, referral_id uuid, place smallint, unborn boolean)
        JOIN claimed USING (referral_id)
    ), marks AS (
        INSERT INTO repeat_mark (mark, referral_id, received_at, place, numbers)
        SELECT sha256(k.key || new.mark), new.referral_id, new.received_at, new.place, {KEYED_NUMBERS}
        FROM {_MARKS.format(11)}
        JOIN claimed USING (referral_id)
        CROSS JOIN repeat_key k
    ), events AS ({first_events(12, keys="SELECT convert_to(referral_id::text, 'UTF8') FROM claimed")})
    SELECT referral_id FROM claimed
"""  # noqa: S608  # built from constants
_ANSWERS: Final = """
    SELECT client_id, key, fingerprint, referral_id, answer
    FROM idempotency JOIN unnest($1::text[], $2::text[]) AS asked(client_id, key) USING (client_id, key)
"""


def locks_of(acceptances: Sequence[Acceptance]) -> frozenset[int]:
    """With what the transaction of these begins.

    Interleaving prevented: two referrals about one child that come at the same moment would not see each other;
    anyone who comes second waits for the first one's commit.
    """
    return frozenset(lock_of(mark) for a in acceptances for mark in a.marks)


async def look_up(tx: DriverTransaction, acceptances: Sequence[Acceptance], *, since: datetime) -> list[Found]:
    """What is known of each one's key and children, in order; free keys stay locked until this transaction ends.

    ``since``: how long ago an earlier referral about the same child may have come. Never waits for anybody.

    Interleaving prevented: two requests with one key would both find it unused, and one would wait inside its
    batch, with all its neighbours, for the other's commit.
    """
    clients, keys = [a.sender.client_id for a in acceptances], [a.key for a in acceptances]
    rows = await tx.fetch(_LOOK_UP, clients, keys, _marks(acceptances), since)
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
    rows = await tx.fetch(
        _RECORD, *_answers(acceptances), *_documents(acceptances), _children(acceptances), _marks(acceptances), *events
    )
    return frozenset(referral_id for (referral_id,) in rows)


async def find_answers(tx: DriverTransaction, keys: Sequence[ClientKey]) -> dict[ClientKey, StoredAnswer]:
    """The answers that keys were given."""
    rows = await tx.fetch(_ANSWERS, [client for client, _ in keys], [key for _, key in keys])
    return {(client, key): StoredAnswer(print_, Answer(id_, body)) for client, key, print_, id_, body in rows}


def _found(free: bool, fingerprint: bytes, referral_id: UUID, answer: bytes | None, *earlier: Any) -> Found:
    stored = StoredAnswer(fingerprint, Answer(referral_id, answer)) if answer is not None else None
    return Found(free, stored, Earlier(*earlier) if earlier[0] is not None else None)


def _answers(acceptances: Sequence[Acceptance]) -> Iterator[Sequence[Any]]:
    """$1 to $5 of ``_RECORD``."""
    yield [a.sender.client_id for a in acceptances]
    yield [a.key for a in acceptances]
    yield [a.fingerprint for a in acceptances]
    yield [a.received.referral_id for a in acceptances]
    yield [a.answer for a in acceptances]


def _documents(acceptances: Sequence[Acceptance]) -> Iterator[str | Sequence[Any]]:
    """$6 to $9 of ``_RECORD``: the referrals, and what is kept of each."""
    yield _json([_referral(a) for a in acceptances])
    yield [a.salt for a in acceptances]
    yield [a.document for a in acceptances]
    yield [_missing(a) for a in acceptances]


def _referral(acceptance: Acceptance) -> Mapping[str, Any]:
    received = acceptance.received
    return {
        "referral_id": received.referral_id,
        "reference": received.reference,
        "partnership": acceptance.sender.partnership,
        "agency": received.agency,
        "received_at": received.received_at,
        "decision_expected_by": received.decision_expected_by,
        "immediate_danger": received.immediate_danger,
        "content_commitment": received.content_commitment,
        "previous_referral_id": received.previous_referral_id,
        "restricted": acceptance.restricted,
    }


def _missing(acceptance: Acceptance) -> str:
    """As text: for a code whose type it is not told the writer of JSON takes seven times as long."""
    return _json([(item.value, pointer) for item, pointer, _ in acceptance.told.missing])


def _children(acceptances: Sequence[Acceptance]) -> str:
    """$10 of ``_RECORD``."""
    return _json(
        [
            {"child_id": child.child_id, "referral_id": a.received.referral_id, "place": place, "unborn": child.unborn}
            for a in acceptances
            for place, child in enumerate(a.received.children)
        ]
    )


def _marks(acceptances: Sequence[Acceptance]) -> str:
    """What ``_MARKS`` reads: each acceptance by its number, from 1 on, too."""
    return _json([_mark(mark, a.received, nth) for nth, a in enumerate(acceptances, 1) for mark in a.marks])


def _mark(mark: Mark, received: ReferralReceived, nth: int) -> Mapping[str, Any]:
    first, second, third = map(_hex, mark.numbers)
    return {
        "nth": nth,
        "referral_id": received.referral_id,
        "received_at": received.received_at,
        "place": mark.place,
        "mark": _hex(mark.digest),
        "first_number": first,
        "second_number": second,
        "third_number": third,
    }


def _hex(digest: bytes | None) -> str | None:
    """As PostgreSQL reads bytes in a text."""
    return f"\\x{digest.hex()}" if digest is not None else None


def _json(rows: Sequence[Any]) -> str:
    return to_json(rows).decode()
