"""Looks at what is kept, each written down in the transaction that reads."""

from datetime import datetime
from uuid import UUID

from chassis import access
from chassis.access import Look
from chassis.auth import Principal
from chassis.db import Transaction
from chassis.events import Context
from contracts.codes import DenialReason, Purpose, RecordKind
from contracts.problems import Problem
from referral_intake import decide, store
from referral_intake.errors import NoSuchReferral
from referral_intake.handlers.desk import _asker
from referral_intake.model import (
    SERVICE,
    Document,
    Referral,
)


async def read_status(tx: Transaction, referral_id: UUID, principal: Principal, *, now: datetime) -> Referral | Problem:
    """The referral for its own agency, the look recorded; for anybody else a problem, the denial recorded."""
    referral = decide.read_status(await store.find_referral(tx, referral_id), _asker(principal))
    look = Look(RecordKind.REFERRAL, referral_id, referral_id, principal, Purpose.OWN_REFERRAL)
    context = Context(SERVICE, principal.partnership, now)
    if isinstance(referral, DenialReason):
        return await access.deny(tx, look, referral, context=context, problem=NoSuchReferral())
    await access.allow(tx, look, context=context)
    return referral


async def read_document(
    tx: Transaction, referral_id: UUID, principal: Principal, *, purpose: Purpose, now: datetime
) -> Document | Problem:
    """The document for staff who may read it, the look recorded; else a problem, the denial recorded."""
    referral = decide.read_document(await store.find_referral(tx, referral_id), _asker(principal), purpose)
    look = Look(RecordKind.REFERRAL_DOCUMENT, referral_id, referral_id, principal, purpose)
    context = Context(SERVICE, principal.partnership, now)
    if isinstance(referral, DenialReason):
        return await access.deny(tx, look, referral, context=context, problem=decide.denied(referral))
    await access.allow(tx, look, context=context)
    return await store.get_document(tx, referral_id)
