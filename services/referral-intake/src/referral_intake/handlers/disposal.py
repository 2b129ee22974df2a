"""What was kept for its time is reviewed, approved by somebody else, and destroyed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from chassis.db import Transaction
from chassis.delivery.events import Context, record
from chassis.web import access
from chassis.web.access import Look
from chassis.web.auth import Principal
from contracts.codes import DenialReason, DisposalDecision, Purpose, RecordKind
from contracts.problems import Problem
from policy.pack import Pack
from policy.packs import Packs
from referral_intake import decide, store
from referral_intake.errors import NoLongerDue, NoSuchReferral, NoSuchRun, NotDestroyed, NotInRun
from referral_intake.handlers.people import asker_of
from referral_intake.model import (
    APPROVERS,
    LISTED_EACH_ROUND,
    SERVICE,
    Certificate,
    DisposalItem,
    DisposalReview,
    DisposalRun,
    Finding,
    Kept,
    ListedItem,
    Settled,
)
from referral_intake.served import find_newest_pack, newest_pack

_BEGINNING: Final = datetime(1, 1, 1, tzinfo=UTC), UUID(int=0)


async def get_run(tx: Transaction, run_id: UUID, principal: Principal) -> DisposalRun:
    """A run of the principal's partnership. Raises ``NoSuchRun``."""
    run = await store.find_run(tx, run_id)
    if run is None or run.partnership != principal.partnership:
        raise NoSuchRun
    return run


async def list_next(tx: Transaction, packs: Packs, *, now: datetime) -> bool:
    """Go on with the list of one run; False when no list has to be made. The caller commits."""
    run = await store.lock_unlisted_run(tx)
    if run is None:
        return False
    pack = find_newest_pack(packs, run.partnership, at=now)
    if pack is None:
        await store.record_listed(tx, run, {}, to=None, at=now)
        return True
    seen = await _long_closed(tx, run, pack, now=now)
    found = {kept.referral_id: await _examine(tx, kept, pack, now=now) for kept in seen}
    up = {referral_id: decide.without_birthday(finding) for referral_id, finding in found.items() if finding.comes_up}
    await store.record_listed(tx, run, up, to=_place(seen), at=now if len(seen) < LISTED_EACH_ROUND else None)
    return True


def look_at_item(referral_id: UUID, principal: Principal) -> Look:
    """A look at a referral of a run: at its document, because it may tell a birthday."""
    return Look(RecordKind.REFERRAL_DOCUMENT, referral_id, referral_id, principal, Purpose.RECORDS)


async def read_item(tx: Transaction, run_id: UUID, look: Look, *, packs: Packs, now: datetime) -> ListedItem | Problem:
    """One referral of a run with every date that decides, the look recorded; else a problem, the denial recorded.

    Raises ``NoSuchRun``.
    """
    found = await store.find_referral(tx, look.referral_id)
    referral = decide.read_retention(found, asker_of(look.principal), roles=APPROVERS)
    context = Context(SERVICE, look.principal.partnership, now)
    if isinstance(referral, DenialReason):
        problem = decide.retention_denied(referral, absent=NotInRun())
        return await access.deny(tx, look, referral, context=context, problem=problem)
    await get_run(tx, run_id, look.principal)
    kept = await store.find_kept(tx, look.referral_id)
    item = (await store.find_items(tx, run_id, [look.referral_id])).get(look.referral_id)
    if kept is None or item is None:
        return await access.deny(tx, look, DenialReason.NOT_FOUND, context=context, problem=NotInRun())
    await access.allow(tx, look, context=context)
    finding = await _examine(tx, kept, newest_pack(packs, kept.partnership, at=now), now=now)
    return ListedItem(replace(item, finding=finding), kept.reference, kept.edition, kept.held)


async def review_referral(
    tx: Transaction, run: DisposalRun, referral_id: UUID, *, review: DisposalReview, pack: Pack
) -> DisposalItem | Problem:
    """Take a person's decision about a referral of a run; the item as it stands then.

    Raises the ``Problem`` that stops it, but returns ``NoLongerDue``: that the run lets go of the referral is to stay.
    """
    now = review.reviewed_at
    kept, item = await _lock(tx, run.run_id, referral_id)
    finding = await _examine(tx, kept, pack, now=now)
    hindrance = decide.review_hindrance(item, kept, finding, review)
    if isinstance(hindrance, NoLongerDue):
        await store.settle_item(tx, item, settled_as=Settled.NOT_DUE, at=now)
        return hindrance
    if hindrance is not None:
        raise hindrance
    await store.record_review(tx, item, review)
    if review.decision is DisposalDecision.KEEP and review.keep_until is not None:
        await store.keep_until(tx, referral_id, until=review.keep_until)
        await store.settle_item(tx, item, settled_as=Settled.KEPT, at=now)
    context = Context(SERVICE, run.partnership, now)
    await record(tx, [decide.reviewed(item, finding, review)], context=context)
    return (await store.find_items(tx, run.run_id, [referral_id]))[referral_id]


async def approve_destruction(
    tx: Transaction, run: DisposalRun, referral_ids: Sequence[UUID], *, by: str, now: datetime
) -> int:
    """Approve that referrals are destroyed; returns how many. Raises ``NotApprovable``, and approves none, for any."""
    items = await store.lock_items(tx, run.run_id, referral_ids)
    approved = decide.approve_destruction([items.get(referral_id) for referral_id in referral_ids], by)
    await store.record_approvals(tx, run.run_id, approved, by=by, at=now)
    return len(approved)


async def destroy(tx: Transaction, packs: Packs, run_id: UUID, referral_id: UUID, *, now: datetime) -> Settled | None:
    """Carry out one approved destruction, if everything still holds; None while somebody else works on the referral.

    Everything is asked again under the lock on the referral: between approval and now a hold may have been placed,
    something may have come in, the case may have been opened again, or the rules may have changed.
    """
    kept = await store.try_lock_kept(tx, referral_id)
    if kept is None:
        return None
    item = (await store.lock_items(tx, run_id, [referral_id]))[referral_id]
    if item.settled_as is not None:
        return item.settled_as  # another worker was faster
    settled = await _carry_out(tx, packs, kept, item, now=now)
    await store.settle_item(tx, item, settled_as=settled, at=now)
    return settled


async def leave(tx: Transaction, run_id: UUID, referral_id: UUID, *, now: datetime) -> None:
    """The database refused a destruction: the run lets go of the referral, and people look."""
    _, item = await _lock(tx, run_id, referral_id)
    await store.settle_item(tx, item, settled_as=Settled.REFUSED, at=now)


async def read_certificate(
    tx: Transaction, referral_id: UUID, principal: Principal, *, now: datetime
) -> Certificate | Problem:
    """The certificate for those who may read it, the look recorded; else a problem, a denial recorded."""
    purpose = decide.read_certificate(await store.find_referral(tx, referral_id), asker_of(principal))
    context = Context(SERVICE, principal.partnership, now)
    asked_for = purpose if isinstance(purpose, Purpose) else None
    look = Look(RecordKind.REFERRAL, referral_id, referral_id, principal, asked_for)
    if isinstance(purpose, DenialReason):
        return await access.deny(tx, look, purpose, context=context, problem=NoSuchReferral())
    await access.allow(tx, look, context=context)
    return await store.find_certificate(tx, referral_id) or NotDestroyed()


async def _carry_out(tx: Transaction, packs: Packs, kept: Kept, item: DisposalItem, *, now: datetime) -> Settled:
    pack = find_newest_pack(packs, kept.partnership, at=now)
    if pack is None:
        return Settled.NOT_DUE
    finding = await _examine(tx, kept, pack, now=now)
    stopped = decide.destruction_hindrance(item, kept, finding, await store.read_seals(tx, kept.referral_id))
    if stopped is not None:
        return stopped
    commitments = await store.destroy_documents(tx, kept.referral_id, run_id=item.run_id, at=now)
    disposed = decide.disposed(item, finding, commitments, now=now)
    await record(tx, [disposed], context=Context(SERVICE, kept.partnership, now))
    return Settled.DESTROYED


async def _lock(tx: Transaction, run_id: UUID, referral_id: UUID) -> tuple[Kept, DisposalItem]:
    """The referral first, then the item: everybody locks in this order."""
    kept = await store.lock_kept(tx, referral_id)
    item = (await store.lock_items(tx, run_id, [referral_id])).get(referral_id)
    if kept is None or item is None:
        raise NotInRun
    return kept, item


async def _long_closed(tx: Transaction, run: DisposalRun, pack: Pack, *, now: datetime) -> list[Kept]:
    return await store.list_long_closed(
        tx,
        run.partnership,
        after=run.listed_to or _BEGINNING,
        before=decide.earliest_activity(pack, now=now),
        now=now,
    )


def _place(seen: Sequence[Kept]) -> tuple[datetime, UUID] | None:
    """Where the list goes on."""
    last = seen[-1] if seen else None
    return (last.closed_at, last.referral_id) if last is not None and last.closed_at is not None else None


async def _examine(tx: Transaction, kept: Kept, pack: Pack, *, now: datetime) -> Finding:
    """Looks into the document only where a birthday decides, and keeps nothing of it."""
    content = await store.read_newest(tx, kept.referral_id) if decide.hangs_on_a_birthday(kept, pack) else None
    births = decide.births_in(content, last_activity=kept.last_activity) if content is not None else ()
    return decide.examine_retention(kept, pack, births, now=now)
