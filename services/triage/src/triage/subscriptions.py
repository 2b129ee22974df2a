"""What this service reads: referrals, what their senders say later, how far notices have come, who is suspended."""

from functools import partial
from typing import Final

from chassis.delivery.messages import Batched, Subscriptions
from chassis.web.suspension import StandingEvents
from contracts.events import (
    NoticeDelivered,
    NoticeOpened,
    NoticeQueued,
    PartnerRestored,
    PartnerSuspended,
    ReferralReceived,
    ReferralSupplemented,
    ReferralWithdrawn,
)
from contracts.topics import AGENCY_NOTIFY, REFERRAL_INTAKE
from triage.handlers import (
    Dependencies,
    on_news,
    on_notices_delivered,
    on_notices_opened,
    on_notices_queued,
    on_referrals_received,
)

STANDINGS: Final = StandingEvents(suspended=PartnerSuspended.TYPE, restored=PartnerRestored.TYPE)


def subscriptions(dependencies: Dependencies) -> Subscriptions:
    """Event type -> handler."""
    on_said = Batched(partial(on_news, dependencies=dependencies))
    return Subscriptions(
        topics=(REFERRAL_INTAKE, AGENCY_NOTIFY),
        handlers={
            ReferralReceived: Batched(partial(on_referrals_received, dependencies=dependencies)),
            ReferralSupplemented: on_said,
            ReferralWithdrawn: on_said,
            NoticeQueued: Batched(on_notices_queued),
            NoticeDelivered: Batched(on_notices_delivered),
            NoticeOpened: Batched(on_notices_opened),
            PartnerSuspended: STANDINGS.on_message,
            PartnerRestored: STANDINGS.on_message,
        },
    )
