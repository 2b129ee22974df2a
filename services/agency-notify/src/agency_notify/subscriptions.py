"""Which events this service reads, and which handler gets each."""

from functools import partial

from agency_notify import policy
from agency_notify.handlers import telling as handlers
from agency_notify.handlers.telling import Deps
from chassis.delivery.messages import Subscriptions
from contracts.events import CaseOpened, ReferralReceived
from contracts.topics import REFERRAL_INTAKE, TRIAGE


def subscriptions(deps: Deps) -> Subscriptions:
    """The table. Every event that policy makes notices of goes to ``tell``."""
    telling = {event: partial(handlers.tell, deps=deps) for event in policy.TABLE}
    return Subscriptions(
        topics=(REFERRAL_INTAKE, TRIAGE),
        handlers=telling
        | {
            ReferralReceived: partial(handlers.on_referral_received, deps=deps),
            CaseOpened: partial(handlers.on_case_opened, deps=deps),
        },
    )
