"""Which events this service reads, and which handler gets each."""

from functools import partial
from typing import Final

from agency_notify import planning
from agency_notify.handlers import queueing
from chassis.delivery.messages import Batched, Subscriptions
from chassis.ids import Ids
from chassis.web.suspension import StandingEvents
from contracts.events import (
    CaseClosed,
    CaseOpened,
    CaseRated,
    CaseRecommended,
    Event,
    HandoverAccepted,
    PartnerRestored,
    PartnerSuspended,
    QuestionAnswered,
)
from contracts.topics import REFERRAL_INTAKE, TRIAGE
from policy.packs import Packs

WITHOUT_NOTICES: Final[tuple[type[Event], ...]] = (
    CaseOpened, CaseRated, CaseRecommended, QuestionAnswered, HandoverAccepted, CaseClosed
)  # fmt: skip
"""Events that lead to no notice, and make an end of some, or change what later ones say."""
STANDINGS: Final = StandingEvents(suspended=PartnerSuspended.TYPE, restored=PartnerRestored.TYPE)


def subscriptions(packs: Packs, ids: Ids) -> Subscriptions:
    """Event type -> handler: one for all that may lead to a notice, so that a batch of any of them is one group."""
    on_events = Batched(partial(queueing.on_events, packs=packs, ids=ids))
    return Subscriptions(
        topics=(REFERRAL_INTAKE, TRIAGE),
        handlers={
            **dict.fromkeys((*planning.TABLE, *WITHOUT_NOTICES), on_events),
            PartnerSuspended: STANDINGS.on_message,
            PartnerRestored: STANDINGS.on_message,
        },
    )
