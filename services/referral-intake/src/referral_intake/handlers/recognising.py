"""Likely repeats follow editions: what a referral says now decides what it repeats, and what is a repeat of it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from chassis.db import Transaction
from referral_intake import store
from referral_intake.edition import Unsealed
from referral_intake.handlers.editing import Opened
from referral_intake.marking import marks_of, recognises
from referral_intake.model import REPEAT_WITHIN, DatedMark, Previous


async def recognise(tx: Transaction, opened: Opened, standing: Unsealed) -> UUID | None:
    """Put the marks of an edition in place of those before; returns the referral that it is likely a repeat of now.

    Marks that recognise nobody any more are not written again.
    """
    referral_id, old, new = opened.referral.referral_id, marks_of(opened.unsealed), marks_of(standing)
    others = set(old) != set(new)
    if others:
        await store.lock_marks(tx, new)
        useful = [mark for mark in new if mark.since > opened.now - REPEAT_WITHIN]
        await store.replace_marks(tx, referral_id, old=old, new=useful)
    return await _previous(tx, opened, new, forgotten=others)


async def _previous(tx: Transaction, opened: Opened, marks: Sequence[DatedMark], *, forgotten: bool) -> UUID | None:
    """The latest referral of the 72 hours before this one that is about one of its children, as both stand now.

    Marks find it while they are kept. One that was found before is compared by its document, however long ago it
    came; what cannot be compared any more stays as it was. ``forgotten``: also look for one whose marks are forgotten.
    """
    referral = opened.referral
    since = referral.received_at - REPEAT_WITHIN
    found = await store.find_earlier(tx, referral.referral_id, marks, since=since, before=referral.received_at)
    if forgotten:
        found = await _by_documents(tx, opened, marks, since=found.received_at if found else since) or found
    alike = [found] if found is not None else []
    for named, content in await store.list_named(tx, referral.referral_id):
        same = recognises(content, marks) if content is not None else None
        if same or (same is None and named.referral_id == referral.previous_referral_id):
            alike.append(named)
    latest = max(alike, key=lambda one: (one.received_at, one.referral_id), default=None)
    return latest.referral_id if latest is not None else None


async def _by_documents(
    tx: Transaction, opened: Opened, marks: Sequence[DatedMark], *, since: datetime
) -> Previous | None:
    """The latest referral of the same agency since then whose marks may be forgotten and whose document is alike."""
    before = min(opened.referral.received_at, opened.now - REPEAT_WITHIN)
    async for earlier, content in store.read_sent(tx, opened.referral, since=since, before=before):
        if recognises(content, marks):
            return earlier
    return None
