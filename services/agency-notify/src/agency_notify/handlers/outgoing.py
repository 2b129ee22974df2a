"""Putting notices into inboxes and on their way: each with its rows, its deliveries and its events, all at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from agency_notify import decide, policy
from agency_notify.model import Endpoint, Notice
from agency_notify.store import deliveries, endpoints, notices
from agency_notify.store.deliveries import NewDelivery
from chassis.db import Transaction
from chassis.delivery.events import Context, record_each
from chassis.ids import Ids
from contracts.events import Event
from policy.packs import Packs


@dataclass(frozen=True)
class Outgoing:
    """A notice to queue: the event or notice that caused it, and how its own events are recorded."""

    notice: Notice
    caused_by: UUID
    context: Context


async def queue(
    tx: Transaction, outgoing: Sequence[Outgoing], *, packs: Packs, ids: Ids, also: Sequence[tuple[Event, Context]] = ()
) -> Sequence[Notice]:
    """Queue, or withhold, every notice in a fixed number of statements, and record ``also`` after their events.

    Returns those that no channel can deliver although the pack promises one. Raises ``NotServed``.
    """
    to = {(each.notice.partnership, each.notice.agency) for each in outgoing}
    known = await endpoints.find_all(tx, to)
    events, due, unreachable = list[tuple[Event, Context]](), list[NewDelivery](), list[Notice]()
    for each in outgoing:
        notice = each.notice
        reached = _reach(notice, known)
        pack = packs.newest(notice.partnership, at=notice.queued_at)
        promised = policy.promised_channels(notice.agency, notice.roles, pack)
        queued = decide.queue(notice, reachable={one.channel for one in reached}, promised=promised)
        events += [(event, each.context) for event in queued]
        if notice.withheld is None:
            due += [NewDelivery(ids.new(), notice.notice_id, one.endpoint_id, notice.queued_at) for one in reached]
            unreachable += [notice] if promised and not reached else []
    await notices.record_notices(tx, [(each.notice, each.caused_by) for each in outgoing])
    await deliveries.record_deliveries(tx, due)
    await record_each(tx, [*events, *also])
    return unreachable


def _reach(notice: Notice, known: Sequence[Endpoint]) -> Sequence[Endpoint]:
    of_partnership = [endpoint for endpoint in known if endpoint.partnership == notice.partnership]
    return policy.reach(of_partnership, notice.agency, notice.roles)
