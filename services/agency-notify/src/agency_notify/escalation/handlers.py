"""Beginning a climb, its next step, and its end. The worker, the deliverer or a route opened the transaction."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from agency_notify.escalation import decide, store
from agency_notify.escalation.model import Climb, Due, Ended
from agency_notify.handlers import outgoing
from agency_notify.handlers.outgoing import Outgoing
from agency_notify.model import SOURCE, Notice
from chassis.db import Transaction
from chassis.delivery.events import Context
from chassis.ids import Ids
from policy.pack import Pack
from policy.packs import NotServed, Packs

AGAIN_AFTER: Final = timedelta(hours=1)
"""When a climb is tried again that cannot go on, such as one whose partnership has no pack."""


async def begin_unopened(tx: Transaction, *, now: datetime, limit: int) -> int:
    """Begin the climb of notices that should have been opened by now; returns how many."""
    return await store.begin_unopened(tx, now=now, limit=limit)


async def end(tx: Transaction, notice_ids: Collection[UUID], because: Ended, *, now: datetime) -> None:
    """End the climbs of these notices, which MUST be locked; those without one are passed over."""
    await store.end(tx, notice_ids, because, now=now)


async def begin_undelivered(tx: Transaction, notices: Iterable[Notice], *, now: datetime) -> None:
    """Begin the climb of notices that no channel delivers."""
    ids = [notice.notice_id for notice in notices]
    if ids:
        await store.begin_undelivered(tx, ids, now=now)


async def on_undelivered(tx: Transaction, notices: Iterable[Notice], *, packs: Packs, now: datetime) -> None:
    """No channel delivered these: their climbs begin; of those that are escalation notices themselves, go on at once.

    The notices MUST be locked.
    """
    listed = list(notices)
    await begin_undelivered(tx, [notice for notice in listed if notice.escalates is None], now=now)
    climbing = [(notice.escalates, notice) for notice in listed if notice.escalates is not None]
    if not climbing:
        return
    reached, after = await store.find_reached(tx, {late_id for late_id, _ in climbing}), list[tuple[UUID, UUID]]()
    for late_id, notice in climbing:
        pack = _find_pack(packs, notice, now=now)
        if late_id in reached and pack is not None and decide.may_hasten(reached[late_id], pack):
            after.append((late_id, notice.notice_id))
    await store.hasten(tx, after, now=now)


async def climb_due(tx: Transaction, *, packs: Packs, ids: Ids, now: datetime, limit: int) -> tuple[int, int]:
    """Make every step that is due, in a fixed number of statements; returns how many were due, and how many made."""
    due = await store.lock_due(tx, now=now, limit=limit)
    climbs, stuck = _climbs(due, packs=packs, ids=ids, now=now)
    await store.postpone(tx, stuck, until=now + AGAIN_AFTER)
    if climbs:
        queued = [Outgoing(climb.notice, climb.caused_by, _context(climb.notice, now)) for climb in climbs]
        also = [(climb.event, _context(climb.notice, now)) for climb in climbs]
        await outgoing.queue(tx, queued, packs=packs, ids=ids, also=also)
        await store.record_climbs(tx, climbs, now=now)
    return len(due), len(climbs)


async def postpone_first(tx: Transaction, *, now: datetime) -> None:
    """Put off the step that is due first: it cannot be made, and MUST NOT hold up the others."""
    due = await store.lock_due(tx, now=now, limit=1)
    await store.postpone(tx, [one.notice.notice_id for one in due], until=now + AGAIN_AFTER)


def _climbs(due: Sequence[Due], *, packs: Packs, ids: Ids, now: datetime) -> tuple[Sequence[Climb], Sequence[UUID]]:
    """The steps to make, and the notices of partnerships without a pack, where nobody could open anything."""
    climbs, stuck = list[Climb](), list[UUID]()
    for each in due:
        pack = _find_pack(packs, each.notice, now=now)
        if pack is None:
            stuck.append(each.notice.notice_id)
        else:
            climbs.append(decide.climb(each, pack, notice_id=ids.new(), now=now))
    return climbs, stuck


def _find_pack(packs: Packs, notice: Notice, *, now: datetime) -> Pack | None:
    try:
        return packs.newest(notice.partnership, at=now)
    except NotServed:
        return None


def _context(notice: Notice, now: datetime) -> Context:
    return Context(source=SOURCE, partnership=notice.partnership, now=now, traceparent=notice.traceparent)
