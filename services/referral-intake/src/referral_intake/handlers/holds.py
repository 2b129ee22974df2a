"""Legal holds are placed and lifted."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from chassis.db import Transaction
from chassis.delivery.events import Context, record
from chassis.ids import find_reference
from chassis.web import access
from chassis.web.access import Look
from chassis.web.auth import Principal
from contracts.codes import DenialReason, Purpose, RecordKind
from contracts.problems import Problem
from referral_intake import decide, store
from referral_intake.errors import NoSuchHold, NoSuchReferral
from referral_intake.handlers.people import asker_of
from referral_intake.model import MAY_HOLD, SERVICE, HoldOnReferral, HoldOrder, HoldPlaced


async def place_hold(tx: Transaction, order: HoldOrder, references: Sequence[str]) -> HoldPlaced:
    """Hold every referral of the partnership that is named and still there. Raises ``NothingToHold``."""
    named = [find_reference(reference) for reference in references]
    known = {reference for reference in named if reference is not None}
    found = await store.lock_by_reference(tx, known, partnership=order.partnership)
    placed = decide.place_hold(found, named)
    await store.place_hold(tx, order, placed.referral_ids)
    events = [decide.held(order, referral_id) for referral_id in placed.referral_ids]
    await record(tx, events, context=Context(SERVICE, order.partnership, order.placed_at))
    return placed


async def lift_hold(
    tx: Transaction, hold_id: UUID, principal: Principal, *, referral_id: UUID | None, now: datetime
) -> int:
    """Lift a hold from one referral, or from all it stands on; returns how many. Raises ``NoSuchHold``."""
    order = await store.find_hold_order(tx, hold_id)
    if order is None or order.partnership != principal.partnership:
        raise NoSuchHold
    standing = await store.lock_held(tx, hold_id, referral_id=referral_id)
    if not standing:
        raise NoSuchHold
    await store.lift_hold(tx, hold_id, standing, by=principal.subject, at=now)
    events = [decide.released(hold_id, each, by=principal.subject, now=now) for each in standing]
    await record(tx, events, context=Context(SERVICE, order.partnership, now))
    return len(standing)


async def read_holds(
    tx: Transaction, referral_id: UUID, principal: Principal, *, now: datetime
) -> list[HoldOnReferral] | Problem:
    """Every hold that ever stood on a referral, the look recorded; else a problem, the denial recorded."""
    found = await store.find_referral(tx, referral_id)
    referral = decide.read_retention(found, asker_of(principal), roles=MAY_HOLD)
    look = Look(RecordKind.REFERRAL, referral_id, referral_id, principal, Purpose.RECORDS)
    context = Context(SERVICE, principal.partnership, now)
    if isinstance(referral, DenialReason):
        problem = decide.retention_denied(referral, absent=NoSuchReferral())
        return await access.deny(tx, look, referral, context=context, problem=problem)
    await access.allow(tx, look, context=context)
    return await store.list_holds_on(tx, referral_id)
