"""The shell: every event becomes a pending entry, and every look at the access log is written down itself."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from audit import store
from audit.entry import EntryRefused, canonical_entry
from audit.errors import NotForYou, NotInLog, NotRecordable
from audit.model import SERVICE, PendingEntry, PlacedEntry
from chassis.db import Transaction
from chassis.delivery.events import Context
from chassis.delivery.messages import Message
from chassis.web import access
from chassis.web.access import Look
from chassis.web.auth import Principal, require_role
from contracts.codes import DenialReason, Purpose, RecordKind
from contracts.envelope import Envelope
from contracts.problems import Problem

_PREFIX: Final = "ce_"
_NUMBERS: Final = frozenset({"sequence"})

ACCESS_LOG_ROLES: Final = ("auditor", "caldicott-guardian")
JOURNEY_ROLES: Final = ("operator", "auditor", "caldicott-guardian")


async def on_events(tx: Transaction, messages: Sequence[Message], now: datetime) -> None:
    """Keep a whole batch for the sequencer. Raises ``NotRecordable`` for a message that can never be an entry."""
    await store.append(tx, [_read(message) for message in messages])


def _read(message: Message) -> PendingEntry:
    envelope = message.envelope
    return PendingEntry(
        event_id=envelope.id,
        subject=envelope.subject,
        version=envelope.sequence,
        type=envelope.type,
        referral_id=envelope.correlation_id,
        partnership=envelope.partnership,
        occurred_at=envelope.time,
        body=_body(envelope, message.data),
    )


def _body(envelope: Envelope, data: bytes) -> bytes:
    try:
        return canonical_entry(attributes_of(envelope), data)
    except EntryRefused as error:
        raise NotRecordable(str(error)) from error


def attributes_of(envelope: Envelope) -> dict[str, str | int]:
    """The context attributes under their CloudEvents names, without the binding's prefix."""
    named = {name.removeprefix(_PREFIX): value.decode() for name, value in envelope.to_headers()}
    named["datacontenttype"] = named.pop("content-type")
    return {name: int(value) if name in _NUMBERS else value for name, value in named.items()}


async def read_access_log(
    tx: Transaction, referral_id: UUID, principal: Principal, *, purpose: Purpose, now: datetime
) -> list[PlacedEntry] | Problem:
    """Every look at what is held about a referral; this one is recorded before it is answered, or refused."""
    look = Look(RecordKind.ACCESS_LOG, referral_id, referral_id, principal, purpose)
    context = Context(SERVICE, principal.partnership, now)
    reason = _refusal(await store.find_partnership(tx, referral_id), principal, purpose)
    if reason is not None:
        hidden = reason in (DenialReason.NOT_FOUND, DenialReason.PARTNERSHIP)
        problem = NotInLog() if hidden else NotForYou()
        return await access.deny(tx, look, reason, context=context, problem=problem)
    await access.allow(tx, look, context=context)
    size = (await store.get_checkpoint(tx)).size
    return await store.read_looks(tx, referral_id, size=size)


def _refusal(partnership: str | None, principal: Principal, purpose: Purpose) -> DenialReason | None:
    """Why the access log of a referral stays closed; None when it opens. Default deny."""
    if not principal.has_role(*ACCESS_LOG_ROLES):
        return DenialReason.ROLE
    if purpose is not Purpose.AUDIT:
        return DenialReason.PURPOSE
    if partnership is None:
        return DenialReason.NOT_FOUND
    return None if partnership == principal.partnership else DenialReason.PARTNERSHIP


async def read_journey(tx: Transaction, referral_id: UUID, principal: Principal) -> list[PlacedEntry]:
    """Every signed entry of one referral, for those who run or audit its partnership.

    Raises ``NotInLog`` when there is none, or it is another partnership's. Entries hold no personal data and are
    public leaves of the log, so finding them together is not a look at a record.
    """
    require_role(principal, *JOURNEY_ROLES)
    size = (await store.get_checkpoint(tx)).size
    entries = await store.read_journey(tx, referral_id, size=size)
    # Whose it is, and not whose every entry is: a stranger's refused look is an entry of the stranger's partnership.
    theirs = await store.find_partnership(tx, referral_id) == principal.partnership
    if not entries or not (theirs or principal.has_role("operator")):
        raise NotInLog
    return entries
