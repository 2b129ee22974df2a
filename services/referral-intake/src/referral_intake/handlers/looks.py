"""Looks at what is kept, each written down in the transaction that reads."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from chassis.db import Transaction
from chassis.delivery.events import Context
from chassis.web import access
from chassis.web.access import Look
from chassis.web.auth import Principal
from contracts.codes import DenialReason, Purpose, RecordKind
from contracts.problems import Problem
from referral_intake import decide, store
from referral_intake.errors import NoSuchEdition, NoSuchReferral
from referral_intake.handlers.people import asker_of
from referral_intake.model import SERVICE, Document, Edition, Followed, Referral


async def read_status(tx: Transaction, referral_id: UUID, principal: Principal, *, now: datetime) -> Followed | Problem:
    """All that its own agency may know of a referral, the look recorded; for anybody else a problem, the denial too."""
    referral = decide.read_status(await store.find_steady_referral(tx, referral_id), asker_of(principal))
    look = Look(RecordKind.REFERRAL, referral_id, referral_id, principal, Purpose.OWN_REFERRAL)
    context = Context(SERVICE, principal.partnership, now)
    if isinstance(referral, DenialReason):
        return await access.deny(tx, look, referral, context=context, problem=NoSuchReferral())
    await access.allow(tx, look, context=context)
    return await _followed(tx, referral)


async def read_receipt(
    tx: Transaction, referral_id: UUID, principal: Principal, *, now: datetime
) -> Followed | Problem:
    """The same, with the places of a FHIR message that were not taken."""
    followed = await read_status(tx, referral_id, principal, now=now)
    if isinstance(followed, Problem):
        return followed
    return replace(followed, not_taken=await store.find_not_taken(tx, referral_id))


async def read_document(tx: Transaction, look: Look, *, edition: int | None, now: datetime) -> Document | Problem:
    """An edition of the document, the latest unless one is named, for staff who may read it, the look recorded.

    Else a problem, the denial recorded.
    """
    referral = await _read(tx, look, edition=edition, now=now)
    if isinstance(referral, Problem):
        return referral
    stored = await store.find_document(tx, referral.referral_id, edition or referral.edition)
    return stored or decide.destroyed(referral)


async def list_editions(tx: Transaction, look: Look, *, now: datetime) -> Sequence[Edition] | Problem:
    """What made each edition of a document, for staff who may read it, the look recorded; else a problem."""
    referral = await _read(tx, look, edition=None, now=now)
    return referral if isinstance(referral, Problem) else await store.list_editions(tx, referral.referral_id)


def look_at_document(referral_id: UUID, principal: Principal, purpose: Purpose) -> Look:
    """A look at the document of a referral, for the purpose named."""
    return Look(RecordKind.REFERRAL_DOCUMENT, referral_id, referral_id, principal, purpose)


async def _read(tx: Transaction, look: Look, *, edition: int | None, now: datetime) -> Referral | Problem:
    found = await store.find_referral(tx, look.referral_id)
    referral = decide.read_document(found, asker_of(look.principal), look.purpose)
    context = Context(SERVICE, look.principal.partnership, now)
    if isinstance(referral, DenialReason):
        return await access.deny(tx, look, referral, context=context, problem=decide.denied(referral))
    if edition is not None and edition > referral.edition:
        return await access.deny(tx, look, DenialReason.NOT_FOUND, context=context, problem=NoSuchEdition())
    await access.allow(tx, look, context=context)
    return referral


async def _followed(tx: Transaction, referral: Referral) -> Followed:
    referral_id = referral.referral_id
    return Followed(
        referral=referral,
        children=tuple(await store.list_children(tx, referral_id)),
        missing=await store.find_missing_information(tx, referral_id),
        milestones=tuple(await store.list_milestones(tx, referral_id)),
        questions=tuple(await store.list_questions(tx, referral_id)),
        supplements=tuple(await store.list_supplements(tx, referral_id)),
        withdrawal=await store.find_withdrawal(tx, referral_id),
    )
