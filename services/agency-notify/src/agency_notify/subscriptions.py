"""Which events this service reads, and which handler gets each."""

from functools import partial

from agency_notify import planning
from agency_notify.handlers import queueing
from agency_notify.packs import Packs
from chassis.delivery.messages import Subscriptions
from chassis.ids import Ids
from contracts.events import CaseOpened, ReferralReceived
from contracts.topics import REFERRAL_INTAKE, TRIAGE


def subscriptions(packs: Packs, ids: Ids) -> Subscriptions:
    """Event type -> handler. Every event that leads to notices goes to ``queue_notices``."""
    queue = partial(queueing.queue_notices, packs=packs, ids=ids)
    return Subscriptions(
        topics=(REFERRAL_INTAKE, TRIAGE),
        handlers=dict.fromkeys(planning.TABLE, queue)
        | {
            ReferralReceived: partial(queueing.on_referral_received, packs=packs, ids=ids),
            CaseOpened: queueing.on_case_opened,
        },
    )
