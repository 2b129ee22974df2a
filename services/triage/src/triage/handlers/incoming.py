"""What happened at other services: a referral came in; notices about what we ask and offer arrived or were opened."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from chassis.db import Transaction
from chassis.delivery.messages import Message
from contracts.codes import NoticeKind
from contracts.events import NoticeDelivered, NoticeOpened, NoticeQueued, ReferralReceived
from policy.packs import Began
from triage import decide, packs, store
from triage.handlers.dependencies import Dependencies
from triage.model import SERVICE
from triage.store import Opening, Starting, notices

FOLLOWED: Final = frozenset({NoticeKind.INFORMATION_REQUESTED, NoticeKind.QUESTION_ASKED, NoticeKind.HANDOVER_OFFERED})


async def on_referrals_received(
    tx: Transaction, messages: Sequence[Message], now: datetime, *, dependencies: Dependencies
) -> None:
    """Open each referral's one case, with its clocks running from the receipt."""
    known = await store.find_case_ids(tx, [message.as_(ReferralReceived).referral_id for message in messages])
    openings = [_open(message, known, dependencies=dependencies, now=now) for message in messages]
    begun = [opening for opening in openings if opening is not None]
    if begun:
        await store.record_opened(tx, begun)


def _open(message: Message, known: Mapping[UUID, UUID], *, dependencies: Dependencies, now: datetime) -> Opening | None:
    """None for a referral that has a case already.

    It is opened under the version of the pack that the referral was accepted under, though that has ended meanwhile.
    """
    received, partnership = message.as_(ReferralReceived), message.envelope.partnership
    began = Began(received.received_at, received.policy_version)
    pack = dependencies.packs.governing(partnership, began=began, at=now)
    terms, ids = packs.opening_terms(pack, received), dependencies.ids
    opened = decide.open_case(received, known.get(received.referral_id), terms=terms, case_id=ids.new(), now=now)
    if opened is None:
        return None
    case_id, timings = opened.case_id, packs.opening_timings(pack, received, terms)
    clocks = [Starting(ids.new(), case_id, about_id=case_id, timing=timing) for timing in timings]
    return Opening(opened, message.context(source=SERVICE, now=now), received, clocks)


async def on_notices_queued(tx: Transaction, messages: Sequence[Message], now: datetime) -> None:
    """Remember which request, question or handover each notice is about."""
    queued = [message.as_(NoticeQueued) for message in messages]
    await notices.record_queued(tx, [one for one in queued if one.kind in FOLLOWED])


async def on_notices_delivered(tx: Transaction, messages: Sequence[Message], now: datetime) -> None:
    """The receivers' systems have them: that is not yet a reader."""
    delivered = [message.as_(NoticeDelivered) for message in messages]
    await notices.record_delivered(tx, {one.notice_id: one.delivered_at for one in delivered})


async def on_notices_opened(tx: Transaction, messages: Sequence[Message], now: datetime) -> None:
    """A reader has each: that is not yet an answer."""
    opened = [message.as_(NoticeOpened) for message in messages]
    await notices.record_opened(tx, {one.notice_id: one.opened_at for one in opened})
