"""Legal holds, and who may see how a referral is kept."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from contracts.codes import DenialReason, Purpose
from contracts.events import ReferralHeld, ReferralReleased
from contracts.problems import Forbidden, Problem
from referral_intake.errors import NothingToHold
from referral_intake.model import (
    CERTIFICATE_PURPOSES,
    OWN_AGENCY_ROLES,
    Asker,
    HoldOrder,
    HoldPlaced,
    Kept,
    Referral,
)


def held(order: HoldOrder, referral_id: UUID) -> ReferralHeld:
    """A hold stands on a referral."""
    return ReferralHeld(
        referral_id=referral_id,
        hold_id=order.hold_id,
        reason=order.reason,
        held_by=order.placed_by,
        held_at=order.placed_at,
    )


def place_hold(found: Sequence[Kept], references: Sequence[str | None]) -> HoldPlaced:
    """Which of the referrals somebody named a hold can stand on, and what is wrong with the others.

    ``references`` are as they were named, None where it cannot be one. Raises ``NothingToHold``.
    """
    known = {kept.reference: kept for kept in found}
    named = [known.get(reference) if reference is not None else None for reference in references]
    standing = {kept.referral_id for kept in named if kept is not None and kept.disposed_at is None}
    absent = tuple(place for place, kept in enumerate(named) if kept is None)
    destroyed = tuple(place for place, kept in enumerate(named) if kept is not None and kept.disposed_at is not None)
    if not standing:
        raise NothingToHold(absent=absent, destroyed=destroyed)
    return HoldPlaced(tuple(sorted(standing)), absent, destroyed)


def released(hold_id: UUID, referral_id: UUID, *, by: str, now: datetime) -> ReferralReleased:
    """A hold was lifted from a referral; others may still stand on it."""
    return ReferralReleased(referral_id=referral_id, hold_id=hold_id, released_by=by, released_at=now)


def read_retention(referral: Referral | None, asker: Asker, *, roles: frozenset[str]) -> Referral | DenialReason:
    """The referral, for staff of its partnership with one of the roles; or why not. Who lacks them learns nothing."""
    if roles.isdisjoint(asker.roles):
        return DenialReason.ROLE
    if referral is None:
        return DenialReason.NOT_FOUND
    return referral if referral.partnership == asker.partnership else DenialReason.PARTNERSHIP


def retention_denied(reason: DenialReason, *, absent: Problem) -> Problem:
    """What somebody is told who may not see how a referral is kept; ``absent`` is told where nobody may know of it."""
    return Forbidden("Your role does not allow this") if reason is DenialReason.ROLE else absent


def read_certificate(referral: Referral | None, asker: Asker) -> Purpose | DenialReason:
    """What the certificate may be read for: by records staff and auditors, and by the agency that sent the referral."""
    staff = [CERTIFICATE_PURPOSES[role] for role in sorted(asker.roles) if role in CERTIFICATE_PURPOSES]
    if not staff and OWN_AGENCY_ROLES.isdisjoint(asker.roles):
        return DenialReason.ROLE
    if referral is None:
        return DenialReason.NOT_FOUND
    if referral.partnership != asker.partnership:
        return DenialReason.PARTNERSHIP
    if staff:
        return staff[0]
    return Purpose.OWN_REFERRAL if referral.agency == asker.agency else DenialReason.RELATIONSHIP
