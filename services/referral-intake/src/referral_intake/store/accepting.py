"""SQL of accepting: two statements for what is known and what is written, however many are accepted together."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, delete, select, text, tuple_

from chassis.db import Transaction
from referral_intake.model import Acceptance, Answer, ClientKey, Earlier, Found, StoredAnswer
from referral_intake.tables import idempotency, repeat_mark

_LOOK_UP: Final = text(
    """
    WITH asked AS (
        SELECT * FROM unnest(CAST(:client_ids AS text[]), CAST(:keys AS text[]))
                      WITH ORDINALITY AS a(client_id, key, nth)
    ), locked AS MATERIALIZED (
        SELECT nth, client_id, key,
               pg_try_advisory_xact_lock(hashtextextended('idempotency/' || client_id || '/' || key, 0)) AS free
        FROM asked
    ), earlier AS (
        SELECT DISTINCT ON (m.nth) m.nth, r.referral_id, r.reference, r.received_at
        FROM unnest(CAST(:mark_nths AS bigint[]), CAST(:marks AS bytea[])) AS m(nth, mark)
        CROSS JOIN repeat_key k
        CROSS JOIN LATERAL (
            SELECT referral_id FROM repeat_mark
            WHERE mark = sha256(k.key || m.mark) AND received_at > :since
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
    """
)
_RECORD: Final = text(
    """
    WITH claimed AS (
        INSERT INTO idempotency (client_id, key, fingerprint, referral_id, answer)
        SELECT * FROM unnest(CAST(:client_ids AS text[]), CAST(:keys AS text[]), CAST(:fingerprints AS bytea[]),
                             CAST(:referral_ids AS uuid[]), CAST(:answers AS bytea[]))
        ON CONFLICT DO NOTHING
        RETURNING referral_id
    ), referrals AS (
        INSERT INTO referral (referral_id, reference, partnership, agency, received_at, decision_expected_by,
                              immediate_danger, content_commitment, previous_referral_id)
        SELECT new.*
        FROM unnest(CAST(:referral_ids AS uuid[]), CAST(:references AS text[]), CAST(:partnerships AS text[]),
                    CAST(:agencies AS text[]), CAST(:received AS timestamptz[]), CAST(:expected AS timestamptz[]),
                    CAST(:dangers AS boolean[]), CAST(:commitments AS text[]), CAST(:previous AS uuid[]))
             AS new(referral_id, reference, partnership, agency, received_at, expected, danger, commitment, previous)
        JOIN claimed USING (referral_id)
    ), children AS (
        INSERT INTO child (child_id, referral_id, place, unborn)
        SELECT new.*
        FROM unnest(CAST(:child_ids AS uuid[]), CAST(:child_referrals AS uuid[]), CAST(:places AS smallint[]),
                    CAST(:unborn AS boolean[])) AS new(child_id, referral_id, place, unborn)
        JOIN claimed USING (referral_id)
    ), documents AS (
        INSERT INTO document (referral_id, salt, content)
        SELECT new.*
        FROM unnest(CAST(:referral_ids AS uuid[]), CAST(:salts AS bytea[]), CAST(:contents AS bytea[]))
             AS new(referral_id, salt, content)
        JOIN claimed USING (referral_id)
    ), marks AS (
        INSERT INTO repeat_mark (mark, referral_id, received_at)
        SELECT sha256(k.key || new.mark), new.referral_id, new.received_at
        FROM unnest(CAST(:marks AS bytea[]), CAST(:mark_referrals AS uuid[]), CAST(:mark_times AS timestamptz[]))
             AS new(mark, referral_id, received_at)
        JOIN claimed USING (referral_id)
        CROSS JOIN repeat_key k
    )
    SELECT referral_id FROM claimed
    """
)


async def look_up(tx: Transaction, acceptances: Sequence[Acceptance], *, since: datetime) -> list[Found]:
    """What is known of each one's key and children, in order; free keys stay locked until this transaction ends.

    ``since``: how long ago an earlier referral about the same child may have come. Never waits for anybody.

    Interleaving prevented: two requests with one key would both find it unused, and one would wait inside its
    batch, with all its neighbours, for the other's commit.
    """
    marks = [(nth, mark) for nth, a in enumerate(acceptances, 1) for mark in a.marks]
    rows = await tx.execute(
        _LOOK_UP,
        {
            "client_ids": [a.sender.client_id for a in acceptances],
            "keys": [a.key for a in acceptances],
            "mark_nths": [nth for nth, _ in marks],
            "marks": [mark for _, mark in marks],
            "since": since,
        },
    )
    return [_found(row) for row in rows]


async def record_accepted(tx: Transaction, acceptances: Sequence[Acceptance]) -> frozenset[UUID]:
    """Write what ``ReferralReceived`` says, the documents and the answers; returns the referrals whose key was new.

    The others are not written: their key was given an answer after it was looked up.
    """
    if not acceptances:
        return frozenset()
    rows = await tx.execute(_RECORD, {**_referrals(acceptances), **_children(acceptances), **_marks(acceptances)})
    return frozenset(rows.scalars())


async def find_answers(tx: Transaction, keys: Iterable[ClientKey]) -> dict[ClientKey, StoredAnswer]:
    """The answers that keys were given."""
    columns = idempotency.c
    wanted = tuple_(columns.client_id, columns.key).in_(list(dict.fromkeys(keys)))
    rows = await tx.execute(
        select(columns.client_id, columns.key, columns.fingerprint, columns.referral_id, columns.answer).where(wanted)
    )
    return {(client, key): StoredAnswer(print_, Answer(id_, body)) for client, key, print_, id_, body in rows}


async def forget_marks(tx: Transaction, *, before: datetime) -> int:
    """Delete the marks of referrals that came before; returns how many. They recognise nobody any more."""
    return (await tx.execute(delete(repeat_mark).where(repeat_mark.c.received_at < before))).rowcount


def _found(row: Row[*tuple[Any, ...]]) -> Found:
    stored = StoredAnswer(row.fingerprint, Answer(row.referral_id, row.answer)) if row.answer is not None else None
    earlier = Earlier(row.earlier_id, row.earlier_reference, row.earlier_at) if row.earlier_id is not None else None
    return Found(row.free, stored, earlier)


def _referrals(acceptances: Sequence[Acceptance]) -> dict[str, list[Any]]:
    received = [a.received for a in acceptances]
    return {
        "client_ids": [a.sender.client_id for a in acceptances],
        "keys": [a.key for a in acceptances],
        "fingerprints": [a.fingerprint for a in acceptances],
        "answers": [a.answer for a in acceptances],
        "salts": [a.salt for a in acceptances],
        "contents": [a.document for a in acceptances],
        "partnerships": [a.sender.partnership for a in acceptances],
        "referral_ids": [event.referral_id for event in received],
        "references": [event.reference for event in received],
        "agencies": [event.agency for event in received],
        "received": [event.received_at for event in received],
        "expected": [event.decision_expected_by for event in received],
        "dangers": [event.immediate_danger for event in received],
        "commitments": [event.content_commitment for event in received],
        "previous": [event.previous_referral_id for event in received],
    }


def _children(acceptances: Sequence[Acceptance]) -> dict[str, list[Any]]:
    rows = [
        (child.child_id, a.received.referral_id, place, child.unborn)
        for a in acceptances
        for place, child in enumerate(a.received.children)
    ]
    return _columns(("child_ids", "child_referrals", "places", "unborn"), rows)


def _marks(acceptances: Sequence[Acceptance]) -> dict[str, list[Any]]:
    rows = [(mark, a.received.referral_id, a.received.received_at) for a in acceptances for mark in a.marks]
    return _columns(("marks", "mark_referrals", "mark_times"), rows)


def _columns(names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> dict[str, list[Any]]:
    return {name: [row[place] for row in rows] for place, name in enumerate(names)}
