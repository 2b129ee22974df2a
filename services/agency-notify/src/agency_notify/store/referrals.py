"""SQL of referrals: what notices say of them, and what was decided and accepted about them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text

from agency_notify import tables
from agency_notify.model import Referral
from chassis.db import Transaction
from chassis.rows import document, insert_of
from contracts.codes import Rating
from contracts.events import CaseDecided, HandoverAccepted

_REFER: Final = insert_of(tables.referral, ("referral_id", "partnership", "reference", "agency"), unless_there=True)
_RATE: Final = text(
    """UPDATE referral SET rating = n.rating
       FROM unnest(CAST(:ids AS uuid[]), CAST(:ratings AS text[])) AS n(referral_id, rating)
       WHERE referral.referral_id = n.referral_id"""
)
# The newest decision of a child stays, whichever is read first: one of the same moment is the one read later.
_DECIDE: Final = text(
    """INSERT INTO decision (child_id, referral_id, decision_id, decided_at)
       SELECT * FROM unnest(CAST(:children AS uuid[]), CAST(:referrals AS uuid[]), CAST(:decisions AS uuid[]),
                            CAST(:times AS timestamptz[]))
       ON CONFLICT (child_id) DO UPDATE
       SET referral_id = EXCLUDED.referral_id, decision_id = EXCLUDED.decision_id, decided_at = EXCLUDED.decided_at
       WHERE decision.decided_at <= EXCLUDED.decided_at
       RETURNING decision_id"""
)
_ACCEPT: Final = insert_of(tables.accepted_handover, ("handover_id", "referral_id", "team"), unless_there=True)
_KNOWN: Final = text(
    """SELECT r.referral_id, r.partnership, r.reference, r.agency, r.rating,
              EXISTS (SELECT FROM decision d WHERE d.referral_id = r.referral_id) AS decided
       FROM referral r WHERE r.referral_id = ANY(CAST(:ids AS uuid[]))"""
)
_HOLDERS: Final = text(
    """SELECT h.referral_id, h.team, bool_or(n.urgent) AS unread_urgent
       FROM (SELECT DISTINCT referral_id, team FROM accepted_handover
             WHERE referral_id = ANY(CAST(:ids AS uuid[]))) h
       LEFT JOIN notice n ON n.referral_id = h.referral_id AND n.agency = h.team AND n.kind = 'accepted-case-news'
                         AND n.opened_at IS NULL AND n.withheld IS NULL
       GROUP BY h.referral_id, h.team ORDER BY h.referral_id, h.team"""
)


@dataclass(frozen=True)
class Known:
    """What is known of a referral: whether any child of it was decided, and the teams that accepted children of it,
    with whether an unopened notice of news to each is urgent.
    """

    referral: Referral
    decided: bool
    holders: Mapping[str, bool | None] = field(default_factory=dict)


async def record_referrals(tx: Transaction, referrals: Sequence[Referral]) -> None:
    """Keep what notices say of referrals; a receipt and its case say the same, in either order."""
    if referrals:
        rows = (
            {"referral_id": one.referral_id, "partnership": one.partnership, "reference": one.reference,
             "agency": one.agency}
            for one in referrals
        )  # fmt: skip
        await tx.execute(_REFER, document(rows))


async def record_ratings(tx: Transaction, ratings: Mapping[UUID, Rating]) -> None:
    """Keep how urgent the cases of referrals are."""
    if ratings:
        await tx.execute(_RATE, {"ids": list(ratings), "ratings": list(ratings.values())})


async def record_decisions(tx: Transaction, decided: Sequence[CaseDecided]) -> frozenset[UUID]:
    """Keep each decision that is the newest of its child; returns which these are. No two may be of one child."""
    if not decided:
        return frozenset()
    columns = {
        "children": [one.child_id for one in decided],
        "referrals": [one.referral_id for one in decided],
        "decisions": [one.decision_id for one in decided],
        "times": [one.decided_at for one in decided],
    }
    return frozenset(await tx.scalars(_DECIDE, columns))


async def record_accepted(tx: Transaction, accepted: Sequence[HandoverAccepted]) -> None:
    """Keep which teams have children of which referrals."""
    if accepted:
        rows = ({"handover_id": one.handover_id, "referral_id": one.referral_id, "team": one.team} for one in accepted)
        await tx.execute(_ACCEPT, document(rows))


async def find_known(tx: Transaction, referral_ids: Collection[UUID]) -> Mapping[UUID, Known]:
    """What is known of referrals; one that is not is left out."""
    ids = {"ids": list(referral_ids)}
    holders: defaultdict[UUID, dict[str, bool | None]] = defaultdict(dict)
    for row in await tx.execute(_HOLDERS, ids):
        holders[row.referral_id][row.team] = row.unread_urgent
    return {
        row.referral_id: Known(_referral_of(row), row.decided, holders[row.referral_id])
        for row in await tx.execute(_KNOWN, ids)
    }


def _referral_of(row: Row[Any]) -> Referral:
    rating = Rating(row.rating) if row.rating else None
    return Referral(row.referral_id, row.partnership, row.reference, row.agency, rating)
