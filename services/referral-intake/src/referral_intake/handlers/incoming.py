"""What triage tells us: how far it has come."""

from datetime import datetime
from uuid import UUID

from chassis.db import Transaction
from chassis.messages import Message
from contracts.events import CaseClosed, CaseDecided, CaseOpened
from referral_intake import store
from referral_intake.errors import UnknownReferral


async def on_case_opened(tx: Transaction, message: Message, now: datetime) -> None:
    """Triage has the referral."""
    opened = message.as_(CaseOpened)
    await _reach(tx, opened.referral_id, step="looked_at", at=opened.opened_at)


async def on_case_decided(tx: Transaction, message: Message, now: datetime) -> None:
    """One child has a decision; the sender is told when every child has."""
    decided = message.as_(CaseDecided)
    if decided.all_children_decided:
        await _reach(tx, decided.referral_id, step="decided_at", at=decided.decided_at)


async def on_case_closed(tx: Transaction, message: Message, now: datetime) -> None:
    """Triage is done."""
    closed = message.as_(CaseClosed)
    await _reach(tx, closed.referral_id, step="closed_at", at=closed.closed_at)


async def _reach(tx: Transaction, referral_id: UUID, *, step: str, at: datetime) -> None:
    if not await store.record_milestone(tx, referral_id, step=step, at=at):
        raise UnknownReferral
