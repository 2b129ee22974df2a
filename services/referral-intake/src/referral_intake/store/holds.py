"""SQL of legal holds."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, bindparam, text, update

from chassis.db import Transaction
from contracts.codes import HoldReason
from referral_intake.model import Hold, HoldOnReferral, HoldOrder
from referral_intake.tables import held_referral, legal_hold

_HOLD_ON: Final = text(
    """INSERT INTO held_referral (hold_id, referral_id)
       SELECT :hold_id, referral_id FROM unnest(CAST(:referral_ids AS uuid[])) AS r(referral_id)"""
).bindparams(bindparam("hold_id", type_=held_referral.c.hold_id.type))
_STANDING: Final = text(
    """SELECT h.hold_id, h.partnership, h.reason, h.note, h.placed_by, h.placed_at, count(*) AS referrals
       FROM legal_hold h JOIN held_referral r ON r.hold_id = h.hold_id AND r.lifted_at IS NULL
       WHERE h.partnership = :partnership
         AND (h.placed_at, h.hold_id) < (:before_placed_at, :before_hold_id)
       GROUP BY h.hold_id ORDER BY h.placed_at DESC, h.hold_id DESC LIMIT :limit"""
)
_OF_REFERRAL: Final = text(
    """SELECT h.hold_id, h.partnership, h.reason, h.note, h.placed_by, h.placed_at, r.lifted_by, r.lifted_at
       FROM held_referral r JOIN legal_hold h USING (hold_id)
       WHERE r.referral_id = :referral_id ORDER BY h.placed_at, h.hold_id"""
)
_ORDER: Final = text(
    """SELECT hold_id, partnership, reason, note, placed_by, placed_at FROM legal_hold WHERE hold_id = :hold_id"""
)
_STANDS_ON: Final = text(
    """SELECT r.referral_id FROM referral r
       JOIN held_referral h ON h.referral_id = r.referral_id
       WHERE h.hold_id = :hold_id AND h.lifted_at IS NULL
         AND (CAST(:referral_id AS uuid) IS NULL OR h.referral_id = :referral_id)
       ORDER BY r.referral_id FOR UPDATE"""
)


async def place_hold(tx: Transaction, order: HoldOrder, referral_ids: Collection[UUID]) -> None:
    """A hold on one or several referrals, whose rows are locked."""
    await tx.execute(
        legal_hold.insert().values(
            hold_id=order.hold_id,
            partnership=order.partnership,
            reason=order.reason.value,
            note=order.note,
            placed_by=order.placed_by,
            placed_at=order.placed_at,
        )
    )
    await tx.execute(_HOLD_ON, {"hold_id": order.hold_id, "referral_ids": list(referral_ids)})


async def find_hold_order(tx: Transaction, hold_id: UUID) -> HoldOrder | None:
    """The order of a hold."""
    row = (await tx.execute(_ORDER, {"hold_id": hold_id})).one_or_none()
    return _order(row) if row is not None else None


async def lock_held(tx: Transaction, hold_id: UUID, *, referral_id: UUID | None) -> list[UUID]:
    """The referrals on which a hold stands, locked; only the one that is named, if it is."""
    return list(await tx.scalars(_STANDS_ON, {"hold_id": hold_id, "referral_id": referral_id}))


async def lift_hold(tx: Transaction, hold_id: UUID, referral_ids: Collection[UUID], *, by: str, at: datetime) -> None:
    """A hold stands on these referrals no longer."""
    columns = held_referral.c
    lifted = update(held_referral).where(columns.hold_id == hold_id, columns.referral_id.in_(list(referral_ids)))
    await tx.execute(lifted.values(lifted_by=by, lifted_at=at))


async def list_holds(tx: Transaction, partnership: str, *, before: tuple[datetime, UUID], limit: int) -> list[Hold]:
    """The holds that stand, newest first, placed before the one that was seen last."""
    placed_at, hold_id = before
    rows = await tx.execute(
        _STANDING,
        {"partnership": partnership, "before_placed_at": placed_at, "before_hold_id": hold_id, "limit": limit},
    )
    return [Hold(_order(row), row.referrals) for row in rows]


async def list_holds_on(tx: Transaction, referral_id: UUID) -> list[HoldOnReferral]:
    """Every hold that ever stood on a referral, oldest first."""
    rows = await tx.execute(_OF_REFERRAL, {"referral_id": referral_id})
    return [HoldOnReferral(_order(row), row.lifted_by, row.lifted_at) for row in rows]


def _order(row: Row[*tuple[Any, ...]]) -> HoldOrder:
    return HoldOrder(
        hold_id=row.hold_id,
        partnership=row.partnership,
        reason=HoldReason(row.reason),
        note=row.note,
        placed_by=row.placed_by,
        placed_at=row.placed_at,
    )
