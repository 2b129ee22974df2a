"""SQL of referrals: what notices say of them, and what was decided and accepted about them."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from sqlalchemy import exists, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from agency_notify import tables
from agency_notify.model import Referral
from chassis.db import Transaction
from contracts.codes import Rating
from contracts.events import CaseDecided, HandoverAccepted

# The newest decision of a child stays, whichever is read first: one of the same moment is the one read later.
_DECIDE: Final = text(
    """INSERT INTO decision (child_id, referral_id, decision_id, decided_at)
       VALUES (:child_id, :referral_id, :decision_id, :decided_at)
       ON CONFLICT (child_id) DO UPDATE
       SET referral_id = EXCLUDED.referral_id, decision_id = EXCLUDED.decision_id, decided_at = EXCLUDED.decided_at
       WHERE decision.decided_at <= EXCLUDED.decided_at"""
)
_HOLDERS: Final = text(
    """SELECT h.team, bool_or(n.urgent) AS unread_urgent
       FROM (SELECT DISTINCT team FROM accepted_handover WHERE referral_id = :referral_id) h
       LEFT JOIN notice n ON n.referral_id = :referral_id AND n.agency = h.team AND n.kind = 'accepted-case-news'
                         AND n.opened_at IS NULL AND n.withheld IS NULL
       GROUP BY h.team ORDER BY h.team"""
)


async def record_referral(tx: Transaction, referral: Referral) -> None:
    """Keep what notices say of a referral; its receipt and its case say the same, in either order."""
    values = {
        "referral_id": referral.referral_id,
        "partnership": referral.partnership,
        "reference": referral.reference,
        "agency": referral.agency,
    }
    await tx.execute(upsert(tables.referral).values(values).on_conflict_do_nothing())


async def record_rating(tx: Transaction, referral_id: UUID, rating: Rating) -> None:
    """Keep how urgent the case of a referral is."""
    referral = tables.referral.c
    await tx.execute(update(tables.referral).where(referral.referral_id == referral_id).values(rating=rating))


async def find_referral(tx: Transaction, referral_id: UUID) -> Referral | None:
    """What is known of a referral."""
    found = await tx.execute(select(tables.referral).where(tables.referral.c.referral_id == referral_id))
    row = found.one_or_none()
    if row is None:
        return None
    rating = Rating(row.rating) if row.rating else None
    return Referral(row.referral_id, row.partnership, row.reference, row.agency, rating)


async def record_decision(tx: Transaction, decided: CaseDecided) -> bool:
    """Keep the decision when it is the newest of its child; False when a later one is known."""
    values = {
        "child_id": decided.child_id,
        "referral_id": decided.referral_id,
        "decision_id": decided.decision_id,
        "decided_at": decided.decided_at,
    }
    return (await tx.execute(_DECIDE, values)).rowcount == 1


async def is_decided(tx: Transaction, referral_id: UUID) -> bool:
    """Whether any child of a referral was decided."""
    found = exists().where(tables.decision.c.referral_id == referral_id)
    return bool(await tx.scalar(select(found)))


async def record_accepted(tx: Transaction, accepted: HandoverAccepted) -> None:
    """Keep that a team has children of a referral."""
    values = {"handover_id": accepted.handover_id, "referral_id": accepted.referral_id, "team": accepted.team}
    await tx.execute(upsert(tables.accepted_handover).values(values).on_conflict_do_nothing())


async def find_holders(tx: Transaction, referral_id: UUID) -> Mapping[str, bool | None]:
    """The teams that accepted children of a referral, with whether an unopened notice of news to it is urgent."""
    rows = await tx.execute(_HOLDERS, {"referral_id": referral_id})
    return {row.team: row.unread_urgent for row in rows}
