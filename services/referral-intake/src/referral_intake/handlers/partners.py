"""Partner systems are registered, rotated, suspended and restored; each act is an event of the same transaction."""

from datetime import datetime

from chassis.db import Transaction
from chassis.delivery.events import Context, record
from contracts.codes import SuspensionReason
from contracts.events import Event
from referral_intake.decide import partners as rules
from referral_intake.errors import NoSuchPartner
from referral_intake.model import SERVICE, Partner, Registration, Rotation
from referral_intake.store import partners as store


async def register(
    tx: Transaction, wanted: Registration, *, change: bool, by: str, now: datetime
) -> tuple[Partner, bool]:
    """The partner as it is registered now, and whether it was not before. Raises ``PartnerDiffers``."""
    client_id = wanted.agreement.client_id
    known = await store.lock_partner(tx, client_id)
    event = rules.register(known, wanted, change=change, by=by, now=now)
    if event is not None:
        await store.record_registered(tx, wanted, event)
        await _record(tx, event, wanted.agreement.partnership, now)
    return await _found(tx, client_id), known is None


async def rotate(tx: Transaction, client_id: str, rotation: Rotation, *, by: str, now: datetime) -> Partner:
    """The partner with its new key. Raises ``NoSuchPartner``, ``KeysElsewhere``, ``KeyUsedBefore``, ``KeyRefused``."""
    known = await store.lock_partner(tx, client_id)
    event = rules.rotate(known, rotation, by=by, now=now)
    if known is not None and event is not None:
        await store.record_rotated(tx, rotation.new, event)
        await _record(tx, event, known.agreement.partnership, now)
    return await _found(tx, client_id)


async def suspend(tx: Transaction, client_id: str, reason: SuspensionReason, *, by: str, now: datetime) -> Partner:
    """The suspended partner. Raises ``NoSuchPartner``."""
    known = await store.lock_partner(tx, client_id)
    event = rules.suspend(known, reason, by=by, now=now)
    if known is not None and event is not None:
        await store.record_standing(tx, event)
        await _record(tx, event, known.agreement.partnership, now)
    return await _found(tx, client_id)


async def restore(tx: Transaction, client_id: str, *, by: str, now: datetime) -> Partner:
    """The partner, no longer suspended. Raises ``NoSuchPartner``."""
    known = await store.lock_partner(tx, client_id)
    event = rules.restore(known, by=by, now=now)
    if known is not None and event is not None:
        await store.record_standing(tx, event)
        await _record(tx, event, known.agreement.partnership, now)
    return await _found(tx, client_id)


async def _found(tx: Transaction, client_id: str) -> Partner:
    partner = await store.find_partner(tx, client_id)
    if partner is None:
        raise NoSuchPartner
    return partner


async def _record(tx: Transaction, event: Event, partnership: str, now: datetime) -> None:
    await record(tx, [event], context=Context(SERVICE, partnership, now))
