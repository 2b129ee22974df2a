"""What happened at other services: a referral came in; notices about what we ask and offer arrived or were opened."""

from datetime import datetime
from typing import Final

from chassis.db import Transaction
from chassis.delivery.events import record
from chassis.delivery.messages import Message
from contracts.codes import NoticeKind
from contracts.events import NoticeDelivered, NoticeOpened, NoticeQueued, ReferralReceived
from policy.packs import Began
from triage import decide, packs, store
from triage.handlers.dependencies import Dependencies, start_clock
from triage.model import SERVICE
from triage.store import notices

FOLLOWED: Final = frozenset({NoticeKind.INFORMATION_REQUESTED, NoticeKind.QUESTION_ASKED, NoticeKind.HANDOVER_OFFERED})


async def on_referral_received(tx: Transaction, message: Message, now: datetime, *, dependencies: Dependencies) -> None:
    """Open the referral's one case, with its clocks running from the receipt.

    It is opened under the version of the pack that the referral was accepted under, though that has ended meanwhile.
    """
    received = message.as_(ReferralReceived)
    partnership = message.envelope.partnership
    began = Began(received.received_at, received.policy_version)
    pack = dependencies.packs.governing(partnership, began=began, at=now)
    known = await store.find_case_id(tx, received.referral_id)
    terms = packs.opening_terms(pack, received)
    opened = decide.open_case(received, known, terms=terms, case_id=dependencies.ids.new(), now=now)
    if opened is None:
        return
    versions = await record(tx, [opened], context=message.context(source=SERVICE, now=now))
    version = versions[opened.subject]
    await store.record_opened(tx, opened, received, partnership=partnership, version=version)
    for timing in packs.opening_timings(pack, received):
        await start_clock(tx, dependencies, opened.case_id, about_id=opened.case_id, timing=timing)
    await store.keep_line(tx, opened.case_id)


async def on_notice_queued(tx: Transaction, message: Message, now: datetime) -> None:
    """Remember which request, question or handover a notice is about."""
    queued = message.as_(NoticeQueued)
    if queued.kind in FOLLOWED:
        await notices.record_queued(tx, queued)


async def on_notice_delivered(tx: Transaction, message: Message, now: datetime) -> None:
    """The receiver's system has it: that is not yet a reader."""
    delivered = message.as_(NoticeDelivered)
    await notices.record_delivered(tx, delivered.notice_id, at=delivered.delivered_at)


async def on_notice_opened(tx: Transaction, message: Message, now: datetime) -> None:
    """A reader has it: that is not yet an answer."""
    opened = message.as_(NoticeOpened)
    await notices.record_opened(tx, opened.notice_id, at=opened.opened_at)
