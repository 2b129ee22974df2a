"""What this service reads: referrals, what their senders say later, how far notices have come, who is suspended."""

from functools import partial
from typing import Final

from chassis.delivery.messages import Subscriptions
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
    on_notice_delivered,
    on_notice_opened,
    on_notice_queued,
    on_referral_received,
    on_referral_supplemented,
    on_referral_withdrawn,
)

STANDINGS: Final = StandingEvents(suspended=PartnerSuspended.TYPE, restored=PartnerRestored.TYPE)


def subscriptions(dependencies: Dependencies) -> Subscriptions:
    """Event type -> handler."""
    return Subscriptions(
        topics=(REFERRAL_INTAKE, AGENCY_NOTIFY),
        handlers={
            ReferralReceived: partial(on_referral_received, dependencies=dependencies),
            ReferralSupplemented: partial(on_referral_supplemented, dependencies=dependencies),
            ReferralWithdrawn: partial(on_referral_withdrawn, dependencies=dependencies),
            NoticeQueued: on_notice_queued,
            NoticeDelivered: on_notice_delivered,
            NoticeOpened: on_notice_opened,
            PartnerSuspended: STANDINGS.on_message,
            PartnerRestored: STANDINGS.on_message,
        },
    )
