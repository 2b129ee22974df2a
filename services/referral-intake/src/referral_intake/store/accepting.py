"""SQL of accepting: one statement per table however many referrals are accepted together."""

from collections.abc import Collection, Iterable, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import select, text, tuple_

from chassis.db import Transaction
from referral_intake.model import (
    Acceptance,
    Answer,
    ClientKey,
    StoredAnswer,
)
from referral_intake.tables import idempotency

_LOCK_KEYS: Final = text(
    """SELECT client_id, key
       FROM unnest(CAST(:client_ids AS text[]), CAST(:keys AS text[])) AS k(client_id, key)
       WHERE pg_try_advisory_xact_lock(hashtextextended('idempotency/' || client_id || '/' || key, 0))"""
)


_CLAIM: Final = text(
    """INSERT INTO idempotency (client_id, key, fingerprint, referral_id, answer)
       SELECT * FROM unnest(CAST(:client_ids AS text[]), CAST(:keys AS text[]), CAST(:fingerprints AS bytea[]),
                            CAST(:referral_ids AS uuid[]), CAST(:answers AS bytea[]))
       ON CONFLICT DO NOTHING
       RETURNING referral_id"""
)


_INSERT_REFERRALS: Final = text(
    """INSERT INTO referral (referral_id, reference, partnership, agency, received_at, decision_expected_by,
                             immediate_danger, content_commitment)
       SELECT * FROM unnest(CAST(:referral_ids AS uuid[]), CAST(:references AS text[]),
                            CAST(:partnerships AS text[]), CAST(:agencies AS text[]),
                            CAST(:received AS timestamptz[]), CAST(:expected AS timestamptz[]),
                            CAST(:dangers AS boolean[]), CAST(:commitments AS text[]))"""
)


_INSERT_CHILDREN: Final = text(
    """INSERT INTO child (child_id, referral_id, place, unborn)
       SELECT * FROM unnest(CAST(:child_ids AS uuid[]), CAST(:referral_ids AS uuid[]),
                            CAST(:places AS smallint[]), CAST(:unborn AS boolean[]))"""
)


_INSERT_DOCUMENTS: Final = text(
    """INSERT INTO document (referral_id, salt, content)
       SELECT * FROM unnest(CAST(:referral_ids AS uuid[]), CAST(:salts AS bytea[]), CAST(:contents AS bytea[]))"""
)


async def lock_keys(tx: Transaction, keys: Collection[ClientKey]) -> frozenset[ClientKey]:
    """The keys that nobody else is working on, locked until this transaction ends; never waits for the others.

    Interleaving prevented: two requests with one key would both find it unused, and one would wait inside its
    batch, with all its neighbours, for the other's commit.
    """
    distinct = list(dict.fromkeys(keys))
    rows = await tx.execute(
        _LOCK_KEYS, {"client_ids": [client for client, _ in distinct], "keys": [key for _, key in distinct]}
    )
    return frozenset((client, key) for client, key in rows)


async def claim_keys(tx: Transaction, acceptances: Sequence[Acceptance]) -> frozenset[UUID]:
    """Give each key its answer unless it has one; returns the referrals whose key was new."""
    rows = await tx.execute(
        _CLAIM,
        {
            "client_ids": [a.sender.client_id for a in acceptances],
            "keys": [a.key for a in acceptances],
            "fingerprints": [a.fingerprint for a in acceptances],
            "referral_ids": [a.received.referral_id for a in acceptances],
            "answers": [a.answer for a in acceptances],
        },
    )
    return frozenset(rows.scalars())


async def find_answers(tx: Transaction, keys: Iterable[ClientKey]) -> dict[ClientKey, StoredAnswer]:
    """The answers that keys were given."""
    columns = idempotency.c
    wanted = tuple_(columns.client_id, columns.key).in_(list(dict.fromkeys(keys)))
    rows = await tx.execute(
        select(columns.client_id, columns.key, columns.fingerprint, columns.referral_id, columns.answer).where(wanted)
    )
    return {(client, key): StoredAnswer(print_, Answer(id_, body)) for client, key, print_, id_, body in rows}


async def record_referrals(tx: Transaction, acceptances: Sequence[Acceptance]) -> None:
    """Write what ``ReferralReceived`` says, and the documents."""
    if not acceptances:
        return
    received = [a.received for a in acceptances]
    ids = [event.referral_id for event in received]
    await tx.execute(
        _INSERT_REFERRALS,
        {
            "referral_ids": ids,
            "references": [event.reference for event in received],
            "partnerships": [a.sender.partnership for a in acceptances],
            "agencies": [event.agency for event in received],
            "received": [event.received_at for event in received],
            "expected": [event.decision_expected_by for event in received],
            "dangers": [event.immediate_danger for event in received],
            "commitments": [event.content_commitment for event in received],
        },
    )
    await tx.execute(_INSERT_CHILDREN, _children(acceptances))
    documents = {"salts": [a.salt for a in acceptances], "contents": [a.document for a in acceptances]}
    await tx.execute(_INSERT_DOCUMENTS, {"referral_ids": ids, **documents})


def _children(acceptances: Sequence[Acceptance]) -> dict[str, list[object]]:
    rows = [
        (child.child_id, a.received.referral_id, place, child.unborn)
        for a in acceptances
        for place, child in enumerate(a.received.children)
    ]
    names = ("child_ids", "referral_ids", "places", "unborn")
    return {name: list(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)}
