"""Who may send: registering, rotating, suspending and restoring partner systems. None means that nothing changes."""

from collections.abc import Mapping
from datetime import datetime

from contracts.codes import SuspensionReason
from contracts.events import PartnerRegistered, PartnerRestored, PartnerRotated, PartnerSuspended
from referral_intake.errors import KeyRefused, KeysElsewhere, KeyUsedBefore, NoSuchPartner, PartnerDiffers
from referral_intake.model import Partner, Registration, Rotation

_CHANGEABLE = frozenset({"name", "source", "scopes", "rates"})


def register(
    known: Partner | None, wanted: Registration, *, change: bool, by: str, now: datetime
) -> PartnerRegistered | None:
    """Register a partner, or confirm that it is. Raises ``PartnerDiffers`` when it is registered otherwise.

    With ``change`` what is agreed may be agreed again; who the partner is may not.
    """
    differing = _differing(known, wanted) if known is not None else ()
    if known is not None and not differing:
        return None
    if differing and not (change and _CHANGEABLE.issuperset(differing)):
        raise PartnerDiffers(differing)
    agreed = wanted.agreement
    return PartnerRegistered(
        client_id=agreed.client_id,
        agency=agreed.agency,
        source=agreed.source,
        scopes=tuple(agreed.scopes),
        registered_by=by,
        registered_at=now,
    )


def rotate(partner: Partner | None, rotation: Rotation, *, by: str, now: datetime) -> PartnerRotated | None:
    """Let a new key stand beside the old ones until the overlap ends.

    A key that already is the newest changes nothing, so that a rotation can be asked for twice.
    """
    partner, new = _existing(partner), rotation.new
    if partner.agreement.jwks_url is not None:
        raise KeysElsewhere
    believed = [kept for kept in partner.keys if kept.is_believed(now)]
    if any(kept.key.thumbprint == new.thumbprint and kept.until is None for kept in believed):
        return None
    if any(kept.key.thumbprint == new.thumbprint for kept in partner.keys):
        raise KeyUsedBefore
    if any(kept.key.jwk["kid"] == new.jwk["kid"] for kept in partner.keys):
        raise KeyRefused("Give the new key a kid of its own.", pointer="/jwks/keys/0")
    return PartnerRotated(
        client_id=partner.client_id,
        agency=partner.agreement.agency,
        new_key=new.thumbprint,
        old_keys=tuple(kept.key.thumbprint for kept in believed),
        old_until=now + rotation.overlap,
        rotated_by=by,
        rotated_at=now,
    )


def suspend(partner: Partner | None, reason: SuspensionReason, *, by: str, now: datetime) -> PartnerSuspended | None:
    """Let a partner do nothing until it is restored."""
    partner = _existing(partner)
    if partner.suspended_for is reason:
        return None
    return PartnerSuspended(
        client_id=partner.client_id, agency=partner.agreement.agency, reason=reason, suspended_by=by, suspended_at=now
    )


def restore(partner: Partner | None, *, by: str, now: datetime) -> PartnerRestored | None:
    """Let a suspended partner act again."""
    partner = _existing(partner)
    if partner.suspended_for is None:
        return None
    return PartnerRestored(
        client_id=partner.client_id, agency=partner.agreement.agency, restored_by=by, restored_at=now
    )


def _existing(partner: Partner | None) -> Partner:
    if partner is None:
        raise NoSuchPartner
    return partner


def _differing(known: Partner, wanted: Registration) -> tuple[str, ...]:
    """The fields in which a registration is not what is known. A key that was replaced since is no difference."""
    had = {kept.key.thumbprint for kept in known.keys}
    is_, should = known.agreement, wanted.agreement
    same: Mapping[str, bool] = {
        "partnership": is_.partnership == should.partnership,
        "agency": is_.agency == should.agency,
        "name": is_.name == should.name,
        "source": is_.source is should.source,
        "scopes": set(is_.scopes) == set(should.scopes),
        "rates": is_.rates == should.rates,
        "jwks": had.issuperset(key.thumbprint for key in wanted.keys),
        "jwks_url": is_.jwks_url == should.jwks_url,
    }
    return tuple(field for field, holds in same.items() if not holds)
