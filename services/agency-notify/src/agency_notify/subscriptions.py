"""Which events this service reads, and which handler gets each."""

from functools import partial
from typing import Final

from agency_notify import policy
from agency_notify.handlers import telling as handlers
from agency_notify.handlers.telling import Deps
from chassis.delivery.messages import Subscriptions
from chassis.web.suspension import StandingEvents
from contracts.events import CaseOpened, PartnerRestored, PartnerSuspended, ReferralReceived
from contracts.topics import REFERRAL_INTAKE, TRIAGE

STANDINGS: Final = StandingEvents(suspended=PartnerSuspended.TYPE, restored=PartnerRestored.TYPE)


def subscriptions(deps: Deps) -> Subscriptions:
    """The table. Every event that policy makes notices of goes to ``tell``."""
    telling = {event: partial(handlers.tell, deps=deps) for event in policy.TABLE}
    return Subscriptions(
        topics=(REFERRAL_INTAKE, TRIAGE),
        handlers=telling
        | {
            ReferralReceived: partial(handlers.on_referral_received, deps=deps),
            CaseOpened: partial(handlers.on_case_opened, deps=deps),
            PartnerSuspended: STANDINGS.on_message,
            PartnerRestored: STANDINGS.on_message,
        },
    )
