"""SQL of what decides how long a referral is kept, and of its destruction."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text, update

from chassis.db import Transaction
from contracts.codes import Outcome
from contracts.events import ReferralDisposed
from referral_intake.model import LISTED_EACH_ROUND, Certificate, Kept, Seal
from referral_intake.tables import referral

_KEPT: Final = """
    SELECT r.referral_id, r.reference, r.partnership, r.edition, r.closed_at, r.keep_until, r.disposed_at,
           greatest(r.received_at, r.looked_at, r.decided_at, r.closed_at,
                    (SELECT max(m.reached_at) FROM milestone m WHERE m.referral_id = r.referral_id),
                    (SELECT max(s.received_at) FROM supplement s WHERE s.referral_id = r.referral_id),
                    (SELECT max(q.answered_at) FROM question q WHERE q.referral_id = r.referral_id),
                    (SELECT w.withdrawn_at FROM withdrawal w WHERE w.referral_id = r.referral_id)) AS last_activity,
           ARRAY(SELECT c.outcome FROM child c WHERE c.referral_id = r.referral_id
                 UNION
                 SELECT d.outcome FROM child_decision d JOIN child c ON c.child_id = d.child_id
                 WHERE c.referral_id = r.referral_id AND NOT EXISTS (
                     SELECT FROM child_decision later
                     WHERE later.child_id = d.child_id AND later.supersedes = d.decision_id
                       AND later.supersedes_reason = 'mistake-found' AND NOT later.earlier_accepted
                 )) AS outcomes,
           EXISTS (SELECT FROM held_referral h WHERE h.referral_id = r.referral_id AND h.lifted_at IS NULL) AS held
    FROM referral r
"""
_ONE: Final = text(_KEPT + "WHERE r.referral_id = :referral_id")
_OVERDUE: Final = text(
    _KEPT
    + """WHERE r.partnership = :partnership AND r.closed_at < :before AND r.disposed_at IS NULL
           AND (r.closed_at, r.referral_id) > (:after_closed_at, :after_referral_id)
           AND (r.keep_until IS NULL OR r.keep_until <= :now)
         ORDER BY r.closed_at, r.referral_id LIMIT :limit"""
)
_LOCK: Final = text("SELECT referral_id FROM referral WHERE referral_id = :referral_id FOR UPDATE")
_TRY_LOCK: Final = text("SELECT referral_id FROM referral WHERE referral_id = :referral_id FOR UPDATE SKIP LOCKED")
_LOCK_BY_REFERENCE: Final = text(
    """SELECT referral_id FROM referral
       WHERE reference = ANY(CAST(:references AS text[])) AND partnership = :partnership
       ORDER BY referral_id FOR UPDATE"""
)
_CONTENT: Final = text(
    """SELECT d.content FROM document d
       JOIN referral r ON r.referral_id = d.referral_id AND r.edition = d.edition
       WHERE d.referral_id = :referral_id"""
)
_SEALS: Final = text(
    """SELECT coalesce(p.edition, d.edition) AS edition, p.published,
              encode(sha256(d.salt || d.content), 'hex') AS stored
       FROM (SELECT 1 AS edition, content_commitment AS published FROM referral WHERE referral_id = :referral_id
             UNION ALL
             SELECT edition, content_commitment FROM supplement WHERE referral_id = :referral_id
             UNION ALL
             SELECT edition, content_commitment FROM withdrawal WHERE referral_id = :referral_id) p
       FULL JOIN (SELECT edition, salt, content FROM document WHERE referral_id = :referral_id) d USING (edition)
       ORDER BY edition"""
)
_DESTROY: Final = text("SELECT destroy_documents(:referral_id, :run_id, :at)")
_CERTIFICATE: Final = text(
    """SELECT event_id, data FROM event
       WHERE aggregate = :aggregate AND headers ->> 'ce_type' = :type ORDER BY version DESC LIMIT 1"""
)


async def lock_kept(tx: Transaction, referral_id: UUID) -> Kept | None:
    """A referral, locked until this transaction ends; None when there is none.

    Interleaving prevented: something is added, held or destroyed between the decision and what it decides.
    """
    if await tx.scalar(_LOCK, {"referral_id": referral_id}) is None:
        return None
    return await find_kept(tx, referral_id)


async def try_lock_kept(tx: Transaction, referral_id: UUID) -> Kept | None:
    """The same, or None while somebody else works on it."""
    if await tx.scalar(_TRY_LOCK, {"referral_id": referral_id}) is None:
        return None
    return await find_kept(tx, referral_id)


async def lock_by_reference(tx: Transaction, references: Collection[str], *, partnership: str) -> list[Kept]:
    """The referrals with these references, locked in one order, so that two callers cannot wait for each other."""
    ids = await tx.scalars(_LOCK_BY_REFERENCE, {"references": list(references), "partnership": partnership})
    found = [await find_kept(tx, referral_id) for referral_id in ids.all()]
    return [kept for kept in found if kept is not None]


async def find_kept(tx: Transaction, referral_id: UUID) -> Kept | None:
    """A referral as retention sees it."""
    return _optional((await tx.execute(_ONE, {"referral_id": referral_id})).one_or_none())


async def list_long_closed(
    tx: Transaction, partnership: str, *, after: tuple[datetime, UUID], before: datetime, now: datetime
) -> list[Kept]:
    """Some of the referrals closed before an instant and not destroyed, oldest first, after the one seen last."""
    closed_at, referral_id = after
    found = await tx.execute(
        _OVERDUE,
        {
            "partnership": partnership,
            "before": before,
            "after_closed_at": closed_at,
            "after_referral_id": referral_id,
            "now": now,
            "limit": LISTED_EACH_ROUND,
        },
    )
    return [_kept(row) for row in found]


async def read_newest(tx: Transaction, referral_id: UUID) -> bytes | None:
    """The newest edition, for rules that look into it. MUST NOT leave the service: no look is written for it."""
    content: bytes | None = await tx.scalar(_CONTENT, {"referral_id": referral_id})
    return content


async def read_seals(tx: Transaction, referral_id: UUID) -> list[Seal]:
    """Every edition's commitment: published, and made again from what is stored."""
    rows = await tx.execute(_SEALS, {"referral_id": referral_id})
    return [Seal(row.edition, row.published, row.stored) for row in rows]


async def keep_until(tx: Transaction, referral_id: UUID, *, until: datetime) -> None:
    """A reviewer's decision to keep it for longer."""
    await tx.execute(update(referral).where(referral.c.referral_id == referral_id).values(keep_until=until))


async def destroy_documents(tx: Transaction, referral_id: UUID, *, run_id: UUID, at: datetime) -> tuple[str, ...]:
    """Destroy every edition, its salt and what was derived from it; returns the editions' commitments, in order.

    The database refuses it by itself unless an approved review stands and no hold does.
    """
    return tuple(await tx.scalar(_DESTROY, {"referral_id": referral_id, "run_id": run_id, "at": at}) or ())


async def find_certificate(tx: Transaction, referral_id: UUID) -> Certificate | None:
    """The event that says that a referral was destroyed."""
    found = {"aggregate": f"referral/{referral_id}", "type": ReferralDisposed.TYPE}
    row = (await tx.execute(_CERTIFICATE, found)).one_or_none()
    return _certificate(row) if row is not None else None


def _optional(row: Row[*tuple[Any, ...]] | None) -> Kept | None:
    return _kept(row) if row is not None else None


def _kept(row: Row[*tuple[Any, ...]]) -> Kept:
    return Kept(
        referral_id=row.referral_id,
        reference=row.reference,
        partnership=row.partnership,
        edition=row.edition,
        last_activity=row.last_activity,
        closed_at=row.closed_at,
        keep_until=row.keep_until,
        disposed_at=row.disposed_at,
        outcomes=tuple(Outcome(code) if code is not None else None for code in row.outcomes),
        held=row.held,
    )


def _certificate(row: Row[*tuple[Any, ...]]) -> Certificate:
    said = ReferralDisposed.model_validate_json(row.data)
    return Certificate(
        event_id=row.event_id,
        run_id=said.run_id,
        record_class=said.record_class,
        commitments=said.commitments,
        reviewed_by=said.reviewed_by,
        approved_by=said.approved_by,
        disposed_at=said.disposed_at,
        policy_version=said.policy_version,
    )
